"""How any text stands on a page: harmless, in UTC, and only in letters that the shipped fonts have.

A letter without a glyph would come from whatever the machine has, or be an empty box: other bytes, and nothing to read.
It is written out instead, as ``[U+4E2D]``; ``dossier.json`` holds the text as it is.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

from registry_app.measure.figure.number import cut, number, words
from registry_app.shipped import shipped
from registry_app.text import harmless

__all__ = ["cut", "drawn", "mirrored", "number", "shown", "tidy", "when", "words"]

_LONG = re.compile(r"-?[0-9]+\.[0-9]{5,}(?:e[+-]?[0-9]+)?|-?[0-9]+(?:\.[0-9]+)?e[+-]?[0-9]+")

FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
"""The fonts that catch what Inter lacks."""


def shown(value: Any) -> str:
    """``value`` as text that can stand on a page."""
    return drawn(harmless("" if value is None else str(value), lines=True))


def drawn(text: str) -> str:
    """``text`` with every letter that no shipped font has written out."""
    if text.isascii():
        return text
    known = _glyphs()
    return "".join(c if ord(c) < 128 or ord(c) in known else f"[U+{ord(c):04X}]" for c in text)


def when(stamp: str) -> str:
    """``2026-11-21 10:17:22 UTC`` for a time as the ledger writes it."""
    return f"{stamp[:10]} {stamp[11:19]} UTC" if len(stamp) == 27 else stamp


def tidy(text: str) -> str:
    """``text`` with long decimal numbers rounded for reading; the attachment holds them as they are."""
    return _LONG.sub(lambda found: number(found[0], 4), text)


def mirrored(text: str) -> bool:
    """Whether part of ``text`` runs from right to left, so that a page does not hold its letters in their order."""
    return any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in text)


@cache
def _glyphs() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    found = []
    for name in FONTS:
        with TTFont(shipped("reports") / "fonts" / name, lazy=True) as font:
            found.append(frozenset(font.getBestCmap()))
    return found[0] & found[1]
