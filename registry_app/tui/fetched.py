"""Rows that are fetched: page by page, by key, from either end of a list that may have any length."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

PAGE = 100
"""Rows fetched at a time."""
KEPT = 60
"""Pages kept in memory; others are fetched again by their key."""
_AHEAD = 40


class Fetched:
    """What is known of a list, from one of its ends on.

    Places count the known rows in the order of the list. Begun at the end, a list grows at the front: every page that comes
    shifts the places of those behind it.

    Args:
        cursor: what asks for the page after a row.
        from_end: begin at the end of the list.
    """

    def __init__(self, cursor: Callable[[Any], str], from_end: bool = False) -> None:
        self._cursor, self.from_end = cursor, from_end
        self._pages: OrderedDict[int, Sequence[Any]] = OrderedDict()
        self._keys = [""]
        self._asked: dict[int, str] = {}
        self.count = 0
        self.waiting = True
        self.ended = False

    @property
    def before(self) -> bool:
        """Whether there are rows before the first place."""
        return self.from_end and not self.ended

    @property
    def after(self) -> bool:
        """Whether there are rows after the last place."""
        return not self.from_end and not self.ended

    def row(self, place: int) -> Any:
        """The row at ``place``, or ``None`` when there is none or it is not here."""
        if not 0 <= place < self.count:
            return None
        number, at = divmod(self._steps(place), PAGE)
        page = self._pages.get(number, ())
        return page[at] if at < len(page) else None

    def lacking(self, places: Iterable[int]) -> list[tuple[int, str]]:
        """The pages to ask for, and their cursors, when the eye is on ``places``; no page is named twice."""
        numbers = self._numbers(places)
        wanted = [number for number in numbers if number not in self._pages]
        if self.waiting or (not self.ended and self._nearest(places) <= _AHEAD):
            wanted.append(len(self._keys) - 1)
        return self._ask(number for number in wanted if number not in self._asked)

    def again(self, places: Iterable[int]) -> list[tuple[int, str]]:
        """The pages to ask for once more, and their cursors; those that nobody looks at are let go."""
        numbers = self._numbers(places) or [0]
        self._pages = OrderedDict((number, page) for number, page in self._pages.items() if number in numbers)
        self._asked.clear()
        return self._ask(numbers)

    def take(self, number: int, rows: Sequence[Any]) -> int:
        """Take a page; how far it shifted the places of the rows that were known."""
        if [self._asked.pop(number, None)] != self._keys[number : number + 1]:  # asked before the list changed
            return 0
        self._pages[number] = tuple(rows)
        self._pages.move_to_end(number)
        self.waiting = False
        known = self.count
        full = len(rows) == PAGE
        following = [self._cursor(rows[-1])] if full else []
        if not full or self._keys[number + 1 : number + 2] != following:  # new ground, or the list has changed
            self._keys[number + 1 :] = following
            self._pages = OrderedDict((n, page) for n, page in self._pages.items() if n <= number)
            self.count, self.ended = number * PAGE + len(rows), not full
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)
        return self.count - known if self.from_end else 0

    def place(self, key: str, named: Callable[[Any], str]) -> int | None:
        """Where the row with that key stands among the rows that are here."""
        for number, page in self._pages.items():
            for at, row in enumerate(page):
                if named(row) == key:
                    step = number * PAGE + at
                    return self.count - 1 - step if self.from_end else step
        return None

    def _ask(self, numbers: Iterable[int]) -> list[tuple[int, str]]:
        found = {number: self._keys[number] for number in numbers}
        self._asked.update(found)
        return list(found.items())

    def _numbers(self, places: Iterable[int]) -> list[int]:
        """The known pages that these places are on."""
        return sorted({self._steps(place) // PAGE for place in places if 0 <= place < self.count})

    def _nearest(self, places: Iterable[int]) -> int:
        """How near the eye comes to the end of what is known."""
        return min((self.count - self._steps(place) for place in places), default=self.count)

    def _steps(self, place: int) -> int:
        """How far a place is from the end that the list was begun at."""
        return self.count - 1 - place if self.from_end else place
