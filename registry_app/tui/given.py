"""Rows that were given whole: narrowed and sorted here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from registry_app.tui.column import Column


class Given:
    """All rows of a list, of which a table shows those that fit, in the order it asks for.

    Args:
        columns: what the rows say, in words.
        key: what names a row.
    """

    before = after = False

    def __init__(self, columns: Sequence[Column], key: Callable[[Any], str]) -> None:
        self._columns, self._key = columns, key
        self._every: Sequence[Any] = ()
        self._shown: Sequence[Any] = ()
        self.waiting = True

    @property
    def count(self) -> int:
        """How many rows are shown."""
        return len(self._shown)

    def row(self, place: int) -> Any:
        """The row at ``place``, or ``None``."""
        return self._shown[place] if 0 <= place < len(self._shown) else None

    def place(self, key: str) -> int | None:
        """Where the row with that key stands, if it does."""
        return next((place for place, row in enumerate(self._shown) if self._key(row) == key), None)

    def give(self, rows: Sequence[Any]) -> None:
        """Take these rows in the place of all others."""
        self._every, self.waiting = tuple(rows), False

    def arrange(self, words: str, column: int, falling: bool) -> None:
        """Show the rows that hold ``words`` in any column, sorted by a column, or as they were given (-1)."""
        sought = words.strip().casefold()
        rows = [row for row in self._every if sought in "\n".join(c.words(row) for c in self._columns).casefold()]
        if column >= 0:
            rows.sort(key=self._columns[column].rank, reverse=falling)
        self._shown = rows[::-1] if column < 0 and falling else rows
