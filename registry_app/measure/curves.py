"""Curves in the unit square as lines of Rich text for the terminal: dots of braille, or stars in ASCII."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from string import ascii_lowercase
from typing import TYPE_CHECKING

from registry_app.measure.bars import MUTED, PLAIN
from registry_app.text import harmless

if TYPE_CHECKING:
    from rich.text import Text

ROWS = 14
"""Lines of a curve, without its axis."""
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bits of a braille cell, by row and column (Unicode, 22.1)."""


def curve_lines(
    points: Sequence[tuple[float, float]],
    across: str,
    up: str,
    note: str = "",
    diagonal: str = "",
    width: int = 76,
    ascii: bool = False,
) -> list[Text]:
    """One curve.

    Args:
        points: within 0 to 1, from the first to the last.
        across: name of the axis from left to right.
        up: name of the other.
        note: said in the legend, such as the area.
        diagonal: what the diagonal means; it is not drawn where nothing is said.
        width: cells of a line, at least 30.
        ascii: only characters of ASCII.
    """
    square = _Square(width, ascii)
    if diagonal:
        square.diagonal()
    square.curve(points)
    signs = [(square.line, f"this version{', ' if note else ''}{note}")]
    return square.lines(f"{up} over {across}", *signs, *([(square.dot, diagonal)] if diagonal else []))


def curves_lines(
    curves: Sequence[tuple[str, Sequence[tuple[float, float]]]],
    across: str,
    up: str,
    mark: float | None = None,
    limit: float | None = None,
    diagonal: str = "",
    width: int = 76,
    ascii: bool = False,
) -> list[Text]:
    """Several curves, each drawn with a letter of its own.

    Args:
        curves: name and points, 26 at most.
        across: name of the axis from left to right.
        up: name of the other.
        mark: a place from left to right, drawn upright.
        limit: a height, drawn across.
        diagonal: what it means; it is not drawn where nothing is said.
        width: cells of a line, at least 30.
        ascii: only characters of ASCII.
    """
    square = _Square(width, ascii)
    if diagonal:
        square.diagonal()
    signs = []
    if mark is not None:
        square.upright(mark, 0.0, 1.0)
        signs.append(("|" if ascii else "│", f"in use: {mark:.3g}"))
    if limit is not None:
        square.across(limit)
        signs.append(("-" if ascii else "┄", f"limit {limit:.3g}"))
    for letter, (name, points) in zip(ascii_lowercase, curves, strict=False):
        square.letters(points, letter)
        signs.append((letter, harmless(name)))
    if diagonal:
        signs.append((square.dot, diagonal))
    return square.lines(f"{up} over {across}", *signs)


def calibration_lines(
    points: Sequence[tuple[float, float, float, float]], width: int = 76, ascii: bool = False
) -> list[Text]:
    """Share of positives over mean score, per bin, with its interval, against the diagonal of perfect calibration.

    Args:
        points: mean score, share of positives, and the ends of its interval, 0 to 1.
        width: cells of a line, at least 30.
        ascii: only characters of ASCII.
    """
    square = _Square(width, ascii)
    square.diagonal()
    for score, _, low, high in points:
        square.upright(score, low, high)
    for score, rate, _, _ in points:
        square.mark(score, rate)
    bins, meant = (square.point, "a bin and its 95 % interval"), (square.dot, "scores that mean what they say")
    return square.lines("share of positives over mean score", bins, meant)


class _Square:
    """Cells of the unit square, twice as many across as up."""

    def __init__(self, width: int, ascii: bool) -> None:
        self._columns, self._width, self._ascii = min(3 * ROWS, width - 5), width, ascii
        self._cells: dict[tuple[int, int], tuple[str, str]] = {}
        self.dot, self.point, self.line = (".", "o", "*") if ascii else ("·", "●", "⠶")

    def diagonal(self) -> None:
        for column in range(0, self._columns, 2):
            share = column / (self._columns - 1)
            self._cells[column, _place(share, ROWS)] = (self.dot, MUTED)

    def curve(self, points: Sequence[tuple[float, float]]) -> None:
        across, up = (1, 1) if self._ascii else (2, 4)
        bits: dict[tuple[int, int], int] = {}
        for x, y in _between(points, across * self._columns, up * ROWS):
            cell = x // across, y // up
            bits[cell] = bits.get(cell, 0) | (1 if self._ascii else _DOTS[3 - y % up][x % across])
        for cell, mask in bits.items():
            self._cells[cell] = (self.line if self._ascii else chr(0x2800 + mask), PLAIN)

    def upright(self, x: float, low: float, high: float) -> None:
        for row in range(_place(low, ROWS), _place(high, ROWS) + 1):
            self._cells[_place(x, self._columns), row] = ("|" if self._ascii else "│", MUTED)

    def across(self, y: float) -> None:
        for column in range(0, self._columns, 2):
            self._cells[column, _place(y, ROWS)] = ("-" if self._ascii else "┄", MUTED)

    def letters(self, points: Sequence[tuple[float, float]], letter: str) -> None:
        for cell in _between(points, self._columns, ROWS):
            self._cells[cell] = (letter, PLAIN)

    def mark(self, x: float, y: float) -> None:
        self._cells[_place(x, self._columns), _place(y, ROWS)] = (self.point, PLAIN)

    def lines(self, title: str, *signs: tuple[str, str]) -> list[Text]:
        """The square between its axes, under its title, above what its signs mean."""
        from rich.text import Text

        side, corner, floor = ("|", "+", "-") if self._ascii else ("│", "└", "─")
        said = {ROWS - 1: "1.0", ROWS // 2: "0.5", 0: "0.0"}
        lines = [Text(title, MUTED)]
        for row in range(ROWS - 1, -1, -1):
            line = Text(f"{said.get(row, ''):>3} {side}", MUTED)
            for column in range(self._columns):
                line.append(*self._cells.get((column, row), (" ", MUTED)))
            lines.append(line)
        lines.append(Text(f"    {corner}{floor * self._columns}", MUTED))
        lines.append(Text(f"     0.0{'0.5'.center(self._columns - 6)}1.0", MUTED))
        lines += [Text(f"     {sign} {words}") for sign, words in signs]
        for line in lines:
            line.truncate(self._width)
        return lines


def _place(share: float, places: int) -> int:
    """The place of a share of 0 to 1 among so many."""
    return round(max(0.0, min(1.0, share)) * (places - 1))


def _between(points: Sequence[tuple[float, float]], columns: int, rows: int) -> Iterator[tuple[int, int]]:
    """The dots of the line through ``points``."""
    placed = [(_place(x, columns), _place(y, rows)) for x, y in points]
    yield from placed[:1]
    for (x, y), (right, top) in pairwise(placed):
        steps = max(abs(right - x), abs(top - y), 1)
        for step in range(1, steps + 1):
            yield x + round((right - x) * step / steps), y + round((top - y) * step / steps)
