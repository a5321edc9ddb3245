"""Which key each person could sign with, and where in the ledger."""

from __future__ import annotations


class KeyHistory:
    """Which key each person could sign with, and where: a ready ``key_of`` for an ``on_statement`` to feed."""

    def __init__(self) -> None:
        self._spans: dict[tuple[str, str], list[tuple[int, int | None, bytes]]] = {}

    def enrol(self, person: str, key_id: str, public_key: bytes, seq: int) -> None:
        """``person`` can sign with ``public_key`` from position ``seq`` on, that leaf itself included."""
        self._spans.setdefault((person, key_id), []).append((seq, None, public_key))

    def retire(self, person: str, key_id: str, seq: int) -> None:
        """The last leaf ``person`` could sign with the key is ``seq``, the one that says so."""
        spans = self._spans.get((person, key_id), [])
        spans[:] = [(since, seq if until is None else until, key) for since, until, key in spans]

    def retire_all(self, person: str, seq: int) -> None:
        """The last leaf ``person`` could sign with any key held so far is ``seq``."""
        for held in [key for key in self._spans if key[0] == person]:
            self.retire(*held, seq)

    def __call__(self, person: str, key_id: str, seq: int) -> bytes | None:
        """The public key that holds at ``seq``, if any."""
        for since, until, key in self._spans.get((person, key_id), []):
            if since <= seq and (until is None or seq <= until):
                return key
        return None
