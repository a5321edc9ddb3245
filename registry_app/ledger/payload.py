"""Sealed payloads: what a leaf names by a salted digest, so that it can be shredded and the ledger still verifies.

The digest is HMAC-SHA-256 under a random 32-byte salt kept with the payload: without the salt, nobody can test a guess
of a shredded text against the digest in the ledger.
"""

from __future__ import annotations

from typing import Any

from registry_app.errors import Tampered
from registry_app.ledger.canonical import parse
from registry_app.ledger.tables import PayloadRow
from registry_app.vault import chance, digest
from registry_app.vault.rows import Rows
from registry_app.vault.sealed import Sealer

_SALT = 32


def salted(content: bytes) -> tuple[str, bytes]:
    """The digest (64 hexadecimal digits) under a new salt, and ``salt + content`` to be kept."""
    salt = chance.token(_SALT)
    return digest.hmac_sha256(salt, content).hex(), salt + content


def matches(name: str, kept: bytes) -> bool:
    """Whether ``salt + content`` has the digest ``name``."""
    return len(kept) >= _SALT and digest.equal(digest.hmac_sha256(kept[:_SALT], kept[_SALT:]), bytes.fromhex(name))


class Payloads:
    """The sealed payloads of one transaction.

    Args:
        rows: the transaction's rows.
        sealer: what opens them; ``None`` in a replay that copies them unopened.
    """

    def __init__(self, rows: Rows, sealer: Sealer) -> None:
        self._rows = rows
        self._sealer = sealer

    def keep(self, name: str, kept: bytes) -> None:
        """Store ``salt + content`` under its digest ``name``."""
        self._rows.add(PayloadRow, digest=name, body=self._sealer.seal("payload", "body", name, kept))

    def content(self, name: str) -> bytes | None:
        """The content behind ``name``, checked against the digest; ``None`` when it was shredded.

        Raises:
            Tampered: it is missing, does not open, or is not what was signed.
        """
        kept = self.kept(name)
        return None if kept is None else kept[_SALT:]

    def fields(self, name: str) -> dict[str, Any] | None:
        """The sealed fields behind ``name``, by name; ``None`` when they were shredded. See :meth:`content`."""
        content = self.content(name)
        if content is None:
            return None
        found = parse(content)
        if type(found) is not dict:
            raise _wrong(name, "holds no fields")
        return found

    def kept(self, name: str) -> bytes | None:
        """``salt + content`` behind ``name``: what a stranger needs to check the digest. See :meth:`content`."""
        row = self._rows.one(PayloadRow, digest=name)
        if row is None:
            raise _wrong(name, "is missing")
        if row["body"] is None:
            return None
        if not isinstance(row["body"], bytes):
            raise _wrong(name, "is not what was signed")
        kept = self._sealer.open("payload", "body", name, row["body"])
        if not matches(name, kept):
            raise _wrong(name, "is not what was signed")
        return kept

    def shred(self, name: str) -> None:
        """Forget the content behind ``name`` for ever; its digest stays."""
        self._rows.put(PayloadRow, {"digest": name}, body=None)


def _wrong(name: str, what: str) -> Tampered:
    return Tampered(f"The sealed payload {name[:16]} {what}.", "Run 'registry-app verify' to see which leaf names it.")
