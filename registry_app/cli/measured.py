"""A measurement as other programs read it, and as people do: the passages that a report has, drawn in a terminal."""

from __future__ import annotations

import re
import sys
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.text import Text

    from registry_app.measure.result import Result

NARROWEST, WIDEST = 48, 120
"""Cells of a line; what goes to a file or another program has the widest."""

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?").fullmatch
_NAMES = frozenset({
    "by", "against", "class", "classes", "column", "deciding", "feature", "group", "left_out", "metric", "name", "outcome",
    "reason", "row", "within",
})  # fmt: skip


def numbers(found: Result) -> dict[str, Any]:
    """A result as JSON for other programs: its numbers as numbers, ``groups`` and the like at the top."""
    about = {
        name: getattr(found, name)
        for name in ("kind", "version", "data", "parameters", "seed", "libraries", "platform", "duration_ms")
    }
    return {**_numeric(found.result), **about}


def _numeric(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: item if key in _NAMES else _numeric(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numeric(item) for item in value]
    if isinstance(value, str) and _NUMBER(value):
        return int(value) if value.lstrip("-").isdecimal() else float(value)
    return value


def result_text(found: Result) -> str:
    """What a measurement says: its outcome, tables and plots."""
    from registry_app.measure.figure import parts
    from registry_app.measure.lines import part_lines

    width, ascii = _room()
    return "\n\n".join(_printed(part_lines(part, width, ascii), width) for part in parts(found))


def about_text(found: Result) -> str:
    """What a measurement was made from and with."""
    from registry_app.cli.table import listing
    from registry_app.measure.figure import needed

    return listing(needed(found))


def _room() -> tuple[int, bool]:
    """How wide a line is, and whether it must be in ASCII."""
    wide = get_terminal_size().columns if sys.stdout.isatty() else WIDEST
    return min(max(wide, NARROWEST), WIDEST), "utf" not in (sys.stdout.encoding or "").lower()


def _printed(lines: list[Text], width: int) -> str:
    """The lines as text, in colour on a terminal that has some."""
    from io import StringIO

    from rich.console import Console

    page = StringIO()
    console = Console(file=page, width=width, force_terminal=sys.stdout.isatty(), highlight=False, soft_wrap=True)
    for line in lines:
        console.print(line)
    return page.getvalue().rstrip("\n")
