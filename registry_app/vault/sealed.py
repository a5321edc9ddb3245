"""Sealed values: AES-256-GCM bound to table, column and row, on both engines.

Each row has a key of its own, drawn by HKDF from the data key and the row's name, so the 2^32-message limit of random
nonces under one GCM key (NIST SP 800-38D, 8.3) is out of reach, and a value moved to another row does not open.
Layout: one version byte, two bytes of data-key epoch, 12 bytes of nonce, ciphertext and tag.
"""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary
from sqlalchemy.types import TypeDecorator

from registry_app.errors import Tampered
from registry_app.vault import chance, digest

_VERSION = b"\x01"
_HEAD = 3
_NONCE = 12


class Sealed(bytes):
    """A value that only :class:`Sealer` makes and opens."""


class SealedType(TypeDecorator[bytes]):
    """A column that takes :class:`Sealed` values and nothing else, so that plain text is never stored by accident."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> bytes | None:
        """Pass sealed bytes on.

        Raises:
            TypeError: the value is plain; a bug of ours.
        """
        if value is not None and not isinstance(value, Sealed):
            raise TypeError("this column takes sealed values only")
        return value


class Sealer:
    """Seals and opens under the data keys, by epoch.

    Args:
        keys: 32-byte data keys by epoch number (1 to 65,535).
        epoch: the epoch new values are sealed under.
    """

    def __init__(self, keys: dict[int, bytes], epoch: int) -> None:
        self._roots = {number: digest.hkdf(key, "sealed") for number, key in keys.items()}
        self.epoch = epoch

    def seal(self, table: str, column: str, row: str, plain: bytes) -> Sealed:
        """``plain`` encrypted for that one cell."""
        nonce = chance.token(_NONCE)
        head = _VERSION + self.epoch.to_bytes(2, "big")
        name = _cell(table, column, row)
        return Sealed(
            head + nonce + AESGCM(digest.hmac_sha256(self._roots[self.epoch], name)).encrypt(nonce, plain, head + name)
        )

    def open(self, table: str, column: str, row: str, sealed: bytes) -> bytes:
        """What was sealed for that cell.

        Raises:
            Tampered: it was changed, moved from another cell, or sealed under a key not held here.
        """
        head, nonce, body = sealed[:_HEAD], sealed[_HEAD : _HEAD + _NONCE], sealed[_HEAD + _NONCE :]
        root = self._roots.get(int.from_bytes(head[1:], "big"))
        name = _cell(table, column, row)
        try:
            if head[:1] != _VERSION or root is None or len(nonce) != _NONCE:
                raise InvalidTag
            return AESGCM(digest.hmac_sha256(root, name)).decrypt(nonce, body, head + name)
        except InvalidTag:
            raise Tampered(
                f"The sealed {column} of {table} {row[:16]} does not open: it was changed or moved.",
                "Run 'registry-app verify' to see what is intact.",
            ) from None


def epoch_of(sealed: bytes) -> int:
    """The data-key epoch a sealed value stands under."""
    return int.from_bytes(sealed[1:_HEAD], "big")


def _cell(table: str, column: str, row: str) -> bytes:
    return "\0".join((table, column, row)).encode()
