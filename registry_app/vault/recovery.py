"""The recovery key: 128 random bits on paper, shown once, for the day every passphrase is lost.

Written in Crockford's base 32 (no I, L, O, U): 26 characters for the 128 bits and two for the value modulo the prime
1021. 32 and 31 are no multiples of 1021, so one wrong character anywhere, or two neighbours exchanged, always gives
another remainder (the tests try all of them); of other errors one in a thousand slips through to a key that opens nothing.
"""

from __future__ import annotations

import unicodedata

from registry_app.errors import UsageError
from registry_app.text import counted
from registry_app.vault import chance, digest

RECOVERY = "recovery"
"""The id of the pseudo-person whose identity the recovery key opens."""

SECRET_SIZE = 16
"""Bytes of the secret."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 28
_GROUP = 4
_PRIME = 1021
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_VALUES |= {character.lower(): value for character, value in _VALUES.items()}
_VALUES |= {"O": 0, "o": 0, "I": 1, "i": 1, "L": 1, "l": 1}


def new() -> tuple[str, bytes]:
    """A new recovery key: its text of seven groups of four, and its secret of 16 bytes."""
    secret = chance.token(SECRET_SIZE)
    return write(secret), secret


def write(secret: bytes) -> str:
    """The text of a secret of 16 bytes."""
    value = int.from_bytes(secret, "big")
    number = value << 10 | value % _PRIME
    characters = "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))
    return "-".join(characters[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def read(text: str) -> bytes:
    """The secret in a typed recovery key; case, blanks and dashes do not matter, nor O for 0, nor I or L for 1.

    Raises:
        UsageError: it was mistyped. The message never repeats it.
    """
    typed = [
        character for character in unicodedata.normalize("NFKC", text) if character not in " \t\r\n-\u2010\u2011\u2013"
    ]
    if len(typed) != _LENGTH:
        raise UsageError(
            f"The recovery key has {counted(len(typed), 'character')} where it should have {_LENGTH}.",
            "Compare it with the paper.",
        )
    number = 0
    for place, character in enumerate(typed, start=1):
        if character not in _VALUES:
            raise UsageError(
                f"Character {place} of the recovery key is none that occurs in one.", "Compare it with the paper."
            )
        number = number << 5 | _VALUES[character]
    value, remainder = number >> 10, number & 1023
    if value >> 128 or value % _PRIME != remainder:
        raise UsageError("The recovery key is mistyped.", "Compare it with the paper, group by group.")
    return value.to_bytes(SECRET_SIZE, "big")


def wrapping_key(secret: bytes) -> bytes:
    """The key the recovery's identity is wrapped under. The secret is uniform, so no slow derivation is needed."""
    return digest.hkdf(secret, "recovery-wrap")
