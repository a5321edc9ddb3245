"""Where in the ledger something stands, and who said it."""

from __future__ import annotations

from dataclasses import dataclass, replace

RECOVERY = "recovery"
"""The author of statements signed with the recovery key; it may only re-enrol a person."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The place and the author of a statement, as rules and folds see them."""

    seq: int
    """The ledger position, from 0."""
    person: str
    """The author's id (or :data:`RECOVERY`)."""
    key: str
    """The id of the key that signs: SHA-256 of the Ed25519 public key, hexadecimal."""
    time: str
    """What the author's clock showed."""
    reckoned: str
    """The ledger's own time: the newest time any statement up to this one claimed. Never goes back; ends of grants count by it."""
    payload: str | None = None
    """The salted digest of the sealed fields of the fact in hand."""

    def holding(self, payload: str | None) -> Entry:
        """The same place, with the sealed payload of another fact in hand."""
        return self if payload is None and self.payload is None else replace(self, payload=payload)


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a ledger."""

    size: int
    """How many leaves it has."""
    root: bytes
    """Their RFC 6962 root hash, 32 bytes."""
