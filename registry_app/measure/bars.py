"""Figures as lines of Rich text for the terminal: a mark with its word for every judgement, never colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from registry_app.measure.charts.pen import number, reading
from registry_app.measure.figure.plot import Bar
from registry_app.text import harmless

if TYPE_CHECKING:
    from rich.text import Text

MET, NOT_MET, PLAIN, OTHER, MUTED = "#009E73", "#D55E00", "#56B4E9", "#E69F00", "dim"
"""Okabe and Ito's colours."""


def bar_lines(
    bars: Sequence[Bar],
    limit: float | None = None,
    limit_name: str = "limit",
    width: int = 76,
    ascii: bool = False,
) -> list[Text]:
    """Bars from 0 with their value, a mark at the limit, and a last line that names the limit.

    Args:
        width: cells of a line, at least 48.
        ascii: only characters of ASCII.
    """
    from rich.text import Text

    names, notes = _columns(bars, width)
    room = max(10, width - names - notes - 22)
    top = max([1.0 if limit is not None else 0.0, *(max(bar.value or 0.0, bar.high or 0.0) for bar in bars)]) or 1.0
    mark = None if limit is None else min(room - 1, round(limit / top * room))
    lines = []
    for bar in bars:
        line = Text(fit(bar.name, names, ascii) + " ")
        if bar.value is None:
            line.append(fit(bar.note, width - names - 1, ascii).rstrip(), MUTED)
            lines.append(line)
            continue
        colour = {"met": MET, "not met": NOT_MET, "no limit": PLAIN}[bar.standing]
        filled = round(max(0.0, bar.value) / top * room)
        for cell in range(room):
            if cell == mark:
                line.append("|" if ascii else "┊", "bold")
            else:
                line.append(
                    ("#" if ascii else "█") if cell < filled else ("." if ascii else "·"),
                    colour if cell < filled else MUTED,
                )
        line.append(f" {reading(bar.value)} ", "bold")
        line.append(_judged(bar, ascii), colour)
        said = bar.note
        if bar.low is not None and bar.high is not None:
            said = f"{reading(bar.low)} to {reading(bar.high)}  {bar.note}"
        line.append(fit(said, width - line.cell_len - 1, ascii).rstrip() if width > line.cell_len + 1 else "", MUTED)
        lines.append(line)
    if limit is not None and mark is not None:
        pointer = " " * (names + 1 + mark) + ("^ " if ascii else "└ ")
        lines.append(Text(f"{pointer}{limit_name} {number(limit)}", MUTED))
    return lines


def shap_lines(bars: Sequence[Bar], width: int = 76, ascii: bool = False) -> list[Text]:
    """Contributions around a zero line: what raises the output to the right, what lowers it to the left."""
    from rich.text import Text

    names, _ = _columns(bars, width)
    negative = any((bar.value or 0.0) < 0 for bar in bars)
    notes = min(max((len(bar.note) for bar in bars if bar.value is not None), default=0), width // 4)
    room = max(8, (width - names - 11 - (notes + 1 if notes else 0)) // (2 if negative else 1))
    top = max((abs(bar.value or 0.0) for bar in bars), default=0.0) or 1.0
    lines = []
    for bar in bars:
        value = bar.value or 0.0
        if bar.value is None:
            line = Text(fit(bar.name, names, ascii) + " ")
            line.append(fit(bar.note, width - names - 1, ascii).rstrip(), MUTED)
            lines.append(line)
            continue
        filled = round(abs(value) / top * room)
        block, axis = ("#", "|") if ascii else ("█", "│")
        line = Text(fit(bar.name, names, ascii) + " ")
        if negative:
            line.append((block * filled if value < 0 else "").rjust(room), OTHER)
        line.append(axis, MUTED)
        line.append((block * filled if value >= 0 else "").ljust(room), PLAIN)
        line.append(f" {value:+.3f}", "bold")
        if bar.note:
            line.append(" " + fit(bar.note.replace("→", ">") if ascii else bar.note, notes, ascii).rstrip(), MUTED)
        lines.append(line)
    return lines


def _judged(bar: Bar, ascii: bool) -> str:
    if bar.standing == "no limit":
        return ""
    mark = {"met": "+" if ascii else "✓", "not met": "x" if ascii else "✗"}[bar.standing]
    return f"{mark} {bar.standing:<8}"


def _columns(bars: Sequence[Bar], width: int) -> tuple[int, int]:
    names = min(max((len(harmless(bar.name)) for bar in bars), default=1), max(12, width // 3))
    notes = min(
        max((len(bar.note) + (16 if bar.low is not None else 0) for bar in bars if bar.value is not None), default=0),
        width // 3,
    )
    return names, notes


def fit(words: str, cells: int, ascii: bool) -> str:
    """``words`` on exactly ``cells`` cells, cut with a dot or an ellipsis, harmless on a terminal."""
    from rich.cells import cell_len, set_cell_size

    shown = harmless(words)
    if ascii:
        shown = shown.encode("ascii", "backslashreplace").decode()
    if cell_len(shown) > cells:
        shown = set_cell_size(shown, max(0, cells - 1)) + ("." if ascii else "…")
    return set_cell_size(shown, max(0, cells))
