"""Columns of a table: what stands in them, what they are sorted by, and how they share the width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from registry_app.tui.pen import Mark

Cell = str | Mark | tuple[str, str]
"""Words, a mark, or words with a role."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column."""

    title: str
    """What stands above it."""
    least: int
    """Cells it needs."""
    cell: Callable[[Any], Cell]
    """What stands in it for a row."""
    share: int = 0
    """Its share of the cells that are left over."""
    drop: int = 0
    """Columns with the highest number go first when there is no room; 0 stays."""
    number: bool = False
    """It holds names of versions, whose number is never cut off."""
    by: Callable[[Any], Any] | None = None
    """What rows are sorted by where all of them are here; without it, its words."""
    order: str = ""
    """The order that is asked for where rows are fetched."""

    def words(self, row: Any) -> str:
        """What it says about ``row``."""
        return worded(self.cell(row))[0]

    def rank(self, row: Any) -> Any:
        """Where ``row`` belongs when rows are sorted by it."""
        return self.words(row).casefold() if self.by is None else self.by(row)


def worded(cell: Cell) -> tuple[str, str]:
    """A cell as words and their role."""
    if isinstance(cell, Mark):
        return str(cell), cell.role
    return (cell, "") if isinstance(cell, str) else cell


def widths(columns: Sequence[Column], room: int) -> list[int]:
    """The cells of each column, and a blank after it, in ``room`` cells; 0 for one that is dropped."""
    shown = list(range(len(columns)))
    while sum(columns[i].least + 1 for i in shown) > room:
        worst = max(shown, key=lambda i: (columns[i].drop, i))
        if not columns[worst].drop:
            break
        shown.remove(worst)
    left = max(0, room - sum(columns[i].least + 1 for i in shown))
    shares = sum(columns[i].share for i in shown) or 1
    return [(column.least + left * column.share // shares) if i in shown else 0 for i, column in enumerate(columns)]
