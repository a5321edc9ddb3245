"""The one door for hashing: SHA-256 (FIPS 180-4), HMAC (RFC 2104) and HKDF (RFC 5869)."""

from __future__ import annotations

import hashlib
import hmac


def sha256(data: bytes) -> bytes:
    """The 32-byte SHA-256 of ``data``."""
    return hashlib.sha256(data).digest()


def sha256_hex(data: bytes) -> str:
    """The SHA-256 of ``data`` as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    """The 32-byte HMAC-SHA-256 of ``data`` under ``key``."""
    return hmac.digest(key, data, "sha256")


def equal(left: bytes, right: bytes) -> bool:
    """Whether two digests are equal, in time that does not depend on where they differ."""
    return hmac.compare_digest(left, right)


def hkdf(key: bytes, label: str, length: int = 32) -> bytes:
    """``length`` bytes (at most 32) drawn from a uniform ``key`` for the use named ``label`` (HKDF-Expand)."""
    return hmac_sha256(key, label.encode() + b"\x01")[:length]


class Running:
    """A SHA-256 fed piece by piece, for files larger than memory."""

    def __init__(self) -> None:
        self._state = hashlib.sha256()

    def update(self, piece: bytes) -> None:
        """Add ``piece`` to what is hashed."""
        self._state.update(piece)

    def hex(self) -> str:
        """The digest so far as 64 lower-case hexadecimal digits."""
        return self._state.hexdigest()
