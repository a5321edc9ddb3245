"""Words that people typed: what is accepted as a name or prose, and how any text, or number of things, is shown.

Refused in what is recorded: control characters (Unicode ``Cc``; prose keeps line feeds and tabs), bidirectional
controls, unassigned and private-use code points, lone surrogates. What an older or forged record holds is still shown,
with each such character written out as ``\\u202e``, so no terminal, page or log obeys it.
"""

from __future__ import annotations

import re
import unicodedata

from registry_app.errors import UsageError

NAME_LIMIT = 120
PROSE_LIMIT = 8_000

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset("\u00ad\u180e\u200b\u200c\u2060\ufeff")
_PASSWORD = re.compile(r"(://[^/?#@:]*:)[^/?#]*(@)|(password=)[^&#]*()")
_REFUSED = ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")


def name(value: str, what: str, limit: int = NAME_LIMIT) -> str:
    """``value`` as a name: one line, 1 to ``limit`` characters, NFC, no outer blanks.

    Raises:
        UsageError: it is empty, too long, or has characters that would act on a terminal or hide.
    """
    trimmed = unicodedata.normalize("NFC", value).strip()
    if not trimmed:
        raise UsageError(f"The {what} is empty.", f"Give a {what} of 1 to {limit} characters.")
    _refuse(trimmed, what, limit, keep="")
    return trimmed


def prose(value: str, what: str, limit: int = PROSE_LIMIT) -> str:
    """``value`` as prose: up to ``limit`` characters, NFC, line feeds and tabs kept; may be empty.

    Raises:
        UsageError: it is too long, or has characters that would act on a terminal or hide.
    """
    trimmed = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
    _refuse(trimmed, what, limit, keep="\n\t")
    return trimmed


def handle(value: str, what: str = "handle") -> str:
    """``value`` as a handle: 1 to 64 of ``a-z 0-9 . _ -``, beginning with a letter or digit.

    Raises:
        UsageError: it is of another form.
    """
    allowed = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")
    if not value or len(value) > 64 or not frozenset(value) <= allowed or value[0] in "._-":
        raise UsageError(
            f"{harmless(value)[:70]!r} is no {what}.",
            "Use 1 to 64 small letters, digits, dots, dashes or underscores, beginning with a letter or digit.",
        )
    return value


def harmless(value: str, *, lines: bool = False) -> str:
    """``value`` with every character that a terminal could obey, or that hides, written out.

    Args:
        lines: keep line feeds and tabs.
    """
    if value.isascii() and value.isprintable():
        return value
    keep = "\n\t" if lines else ""
    return "".join(c if c in keep or not _acts(c) else f"\\u{ord(c):04x}" for c in value)


def counted(number: int, one: str, many: str = "") -> str:
    """``1 leaf``, ``1,200 leaves``: a number with its noun; ``many`` where the plural is not ``one`` with an s."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def without_password(url: str) -> str:
    """A URL with ``***`` in the place of its password."""
    return _PASSWORD.sub(lambda found: f"{found[1] or found[3]}***{found[2] or ''}", url)


def _refuse(value: str, what: str, limit: int, keep: str) -> None:
    if len(value) > limit:
        raise UsageError(f"The {what} has {len(value)} characters.", f"Use at most {limit}.")
    for place, character in enumerate(value, start=1):
        if character not in keep and _acts(character):
            raise UsageError(
                f"The {what} has the character U+{ord(character):04X} at place {place}, which a terminal could obey or hide.",
                "Take it out.",
            )


def _acts(character: str) -> bool:
    return character in _BIDI or character in _INVISIBLE or unicodedata.category(character) in _REFUSED
