"""Any plot, table or passage of a figure as lines of Rich text for the terminal.

``plot_lines`` draws what ``charts.svg_of`` draws on a page; ``part_lines`` a whole passage of ``figure.parts``.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from registry_app.measure.bars import MET, MUTED, NOT_MET, OTHER, PLAIN, bar_lines, fit, shap_lines
from registry_app.measure.curves import calibration_lines, curve_lines, curves_lines
from registry_app.measure.figure.part import Part, Table
from registry_app.measure.figure.plot import Bars, Calibrated, Course, Curves, Leaning, Matrix, Plot, Sides
from registry_app.text import harmless

if TYPE_CHECKING:
    from rich.text import Text

WINDOWS = 24
"""Times that a course shows: the last of them."""

CLASSES = 12
"""Classes of a matrix; of more, the mistakes are listed in a table of their own."""

TONES = {"good": MET, "bad": NOT_MET, "warn": OTHER, "plain": PLAIN}
"""The colour of each tone."""

_MARKS = {"good": ("✓", "+"), "bad": ("✗", "x"), "warn": ("!", "!"), "plain": ("–", "-")}
"""The mark of each tone, and in ASCII: colour never speaks alone."""


def part_lines(part: Part, width: int = 76, ascii: bool = False) -> list[Text]:
    """A passage: its title, the outcome with a mark, sentences, tables, plots.

    Args:
        part: one of what ``figure.parts`` gives.
        width: cells of a line, at least 48.
        ascii: only characters of ASCII.
    """
    from rich.text import Text

    lines = [Text(fit(part.title, width, ascii).rstrip(), "bold")]
    if part.outcome:
        mark = _MARKS[part.tone][ascii]
        lines += [Text(line, TONES[part.tone]) for line in _wrapped(f"{mark} {part.outcome}", width, ascii)]
    for sentence in part.said:
        lines += [Text(line) for line in _wrapped(sentence, width, ascii)]
    for table in part.tables:
        lines += [Text(), *table_lines(table, width, ascii)]
    for plot in part.plots:
        lines += [Text(), Text(fit(plot.title, width, ascii).rstrip(), "bold"), *plot_lines(plot, width, ascii)]
    return lines


def plot_lines(plot: Plot, width: int = 76, ascii: bool = False) -> list[Text]:
    """A plot without its title; ``width`` and ``ascii`` as in :func:`part_lines`."""
    match plot:
        case Bars():
            return bar_lines(plot.bars, plot.limit, plot.limit_name, width, ascii)
        case Leaning():
            return shap_lines(plot.bars, width, ascii)
        case Calibrated():
            return calibration_lines(plot.points, width, ascii)
        case Sides():
            return _sides(plot, width, ascii)
        case Course():
            return _course(plot, width, ascii)
        case Matrix():
            return _matrix(plot, width, ascii)
        case Curves() if len(plot.curves) == 1 and plot.mark is None and plot.limit is None:
            return curve_lines(plot.curves[0][1], plot.across, plot.up, plot.note, plot.diagonal, width, ascii)
        case Curves():
            return curves_lines(plot.curves, plot.across, plot.up, plot.mark, plot.limit, plot.diagonal, width, ascii)


def table_lines(table: Table, width: int = 76, ascii: bool = False) -> list[Text]:
    """A table; what does not fit into a cell is cut. ``width`` and ``ascii`` as in :func:`part_lines`."""
    from rich.cells import cell_len
    from rich.text import Text

    widths = _widths(table, width)
    lines = [Text(line, "bold") for line in _wrapped(table.title, width, ascii)] if table.title else []
    for place, row in enumerate((tuple(column.name for column in table.columns), *table.rows)):
        cells = []
        for column, cell, room in zip(table.columns, row, widths, strict=True):
            said = fit(cell, min(room, cell_len(harmless(cell))), ascii)
            gap = " " * (room - cell_len(said))
            cells.append(gap + said if column.number else said + gap)
        lines.append(Text("  ".join(cells).rstrip(), MUTED if place == 0 else ""))
    if table.more:
        lines.append(Text(f"and {table.more:,} more", MUTED))
    if table.note:
        lines += [Text(line, MUTED) for line in _wrapped(table.note, width, ascii)]
    return lines


def _widths(table: Table, width: int) -> list[int]:
    """Cells of each column: as many as it needs where all fit, else by its share."""
    from rich.cells import cell_len

    rows = (tuple(column.name for column in table.columns), *table.rows)
    needed = [max(cell_len(harmless(row[place])) for row in rows) for place in range(len(table.columns))]
    room = width - 2 * (len(needed) - 1)
    if sum(needed) <= room:
        return needed
    fair = [max(3, room * column.width // 100) for column in table.columns]
    kept = [min(one, other) for one, other in zip(needed, fair, strict=True)]
    for place in sorted(range(len(kept)), key=lambda at: needed[at] - kept[at]):
        kept[place] = min(needed[place], kept[place] + max(0, room - sum(kept)))
    return kept


def _sides(plot: Sides, width: int, ascii: bool) -> list[Text]:
    from rich.text import Text

    names = min(max((len(harmless(name)) for name, _, _ in plot.rows), default=1), width // 3)
    room = width - names - 9
    top = max((max(before, now) for _, before, now in plot.rows), default=0.0) or 1.0
    blocks = ("-", "#") if ascii else ("░", "█")
    lines = [Text(f"{blocks[0]} {plot.names[0]}   {blocks[1]} {plot.names[1]}", MUTED)]
    for name, *both in plot.rows:
        for step, share in enumerate(both):
            line = Text(fit(name if step == 0 else "", names, ascii) + " ")
            line.append(blocks[step] * round(share / top * room), MUTED if step == 0 else PLAIN)
            line.append(f" {share:.1%}", "bold" if step else MUTED)
            lines.append(line)
    return lines


def _course(plot: Course, width: int, ascii: bool) -> list[Text]:
    from rich.text import Text

    lines = bar_lines(plot.points[-WINDOWS:], width=width, ascii=ascii)
    if len(plot.points) > WINDOWS:
        lines.insert(0, Text(f"the last {WINDOWS} of {len(plot.points):,}", MUTED))
    return lines


def _matrix(plot: Matrix, width: int, ascii: bool) -> list[Text]:
    """Counts in a grid; nothing but a word where there are too many classes for the width."""
    from rich.text import Text

    cells = max(len(f"{count:,}") for row in plot.counts for count in row) + 2
    names = min(max(len(harmless(name)) for name in plot.classes), width // 3)
    cells = max(cells, min(12, (width - names) // len(plot.classes)))
    if len(plot.classes) > CLASSES or names + cells * len(plot.classes) > width:
        return [Text(f"{len(plot.classes)} classes: too wide for a grid", MUTED)]
    head = "".join(" " + fit(name, cells - 1, ascii).rstrip().rjust(cells - 1) for name in plot.classes)
    lines = [Text("label down, prediction across", MUTED), Text(" " * names + head, MUTED)]
    for row, name in enumerate(plot.classes):
        line = Text(fit(name, names, ascii))
        for column, count in enumerate(plot.counts[row]):
            line.append(f"{count:,}".rjust(cells), PLAIN if row == column else OTHER)
        lines.append(line)
    return lines


def _wrapped(words: str, width: int, ascii: bool) -> list[str]:
    said = harmless(words)
    if ascii:
        said = said.encode("ascii", "backslashreplace").decode()
    return textwrap.wrap(said, width) or [""]
