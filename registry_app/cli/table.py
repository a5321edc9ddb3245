"""Answers as text: aligned columns, names with values, JSON. Nothing printed here can act on a terminal."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from pathlib import PurePath
from shutil import get_terminal_size
from textwrap import wrap
from typing import Any

from registry_app.text import harmless

NARROWEST = 24
"""Cells that the last column of a table has at least when it is wrapped."""

HIDDEN = frozenset({"cursor"})
"""Fields that mean nothing outside a program."""


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], empty: str = "Nothing yet.") -> str:
    """Rows under their heads, in columns as wide as their widest cell; ``empty`` when there are none.

    On a terminal that is too narrow the last column is wrapped; where that is not enough each row becomes a listing.
    """
    cells = [[harmless(str(cell)) for cell in row] for row in rows]
    if not cells:
        return empty
    room = get_terminal_size().columns if sys.stdout.isatty() else 0
    widths = [max(width(row[place]) for row in [list(heads), *cells]) for place in range(len(heads))]
    before = sum(widths[:-1]) + 2 * len(widths) - 2
    if room and before + widths[-1] > room:
        if room - before < NARROWEST:
            return "\n\n".join(listing(zip(heads, row, strict=True)) for row in cells)
        cells = [part for row in cells for part in _wrapped(row, room - before)]
        widths[-1] = room - before
    lines = [_line(row, widths) for row in [list(heads), *cells]]
    if sys.stdout.isatty():
        lines[0] = f"\x1b[1m{lines[0]}\x1b[0m"
    return "\n".join(lines)


def listing(pairs: Iterable[tuple[str, object]]) -> str:
    """Names and values, one under the other; empty values are left out, further lines are indented."""
    kept = [(harmless(name), harmless(str(value), lines=True)) for name, value in pairs if value not in ("", None, ())]
    widest = max((width(name) for name, _ in kept), default=0)
    return "\n".join(
        _padded(name, widest) + "  " + value.replace("\n", "\n" + " " * (widest + 2)) for name, value in kept
    )


def heading(words: str) -> str:
    """A line that begins a part of an answer."""
    return f"\x1b[1m{harmless(words)}\x1b[0m" if sys.stdout.isatty() else harmless(words)


def as_json(value: object) -> str:
    """``value`` as JSON in ASCII: dataclasses as objects, bytes as hexadecimal."""
    return json.dumps(plain(value), indent=2, ensure_ascii=True)


def plain(value: Any) -> Any:
    """``value`` as JSON knows it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value) if each.name not in HIDDEN}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, PurePath):
        return str(value)
    return value


def width(text: str) -> int:
    """How many cells of a terminal ``text`` takes (UAX #11: wide ones take two, combining marks none)."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def short(digest: str) -> str:
    """The first twelve digits of a digest, for a column."""
    return digest[:12]


def day(stamp: str) -> str:
    """A time for a column, to the minute."""
    return stamp[:16].replace("T", " ")


def words(outcome: str) -> str:
    """A state as people say it: ``not met``."""
    return outcome.replace("_", " ")


def _wrapped(row: list[str], room: int) -> list[list[str]]:
    """A row with its last cell in several lines."""
    first, *more = wrap(row[-1], room) or [""]
    return [[*row[:-1], first], *([*("" for _ in row[:-1]), line] for line in more)]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(_padded(cell, size) for cell, size in zip(row, widths, strict=True)).rstrip()


def _padded(text: str, size: int) -> str:
    return text + " " * (size - width(text))
