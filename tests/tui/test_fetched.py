from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry_app.tui.fetched import KEPT, PAGE, Fetched


class Library:
    """A list of numbers behind pages; whoever asks gets what stands in it at that instant."""

    def __init__(self, rows: list[int], from_end: bool) -> None:
        self.rows, self.from_end = sorted(rows), from_end
        self.fetched = Fetched(str, from_end)
        self.answers = 0

    def page(self, after: str) -> list[int]:
        if self.from_end:
            return [row for row in reversed(self.rows) if not after or row < int(after)][:PAGE]
        return [row for row in self.rows if not after or row > int(after)][:PAGE]

    def look(self, *places: int) -> None:
        """Let the eye rest on these places until nothing more is wanted."""
        while pages := self.fetched.lacking(list(places)):
            for number, after in pages:
                self.answers += 1
                self.fetched.take(number, self.page(after))

    def known(self) -> list[int | None]:
        return [self.fetched.row(place) for place in range(self.fetched.count)]


@pytest.mark.parametrize("from_end", [False, True])
@pytest.mark.parametrize("size", [0, 1, PAGE - 1, PAGE, PAGE + 1, 5 * PAGE])
def test_all_rows_come_in_order_each_once_and_the_end_is_known(size: int, from_end: bool) -> None:
    library = Library(list(range(size)), from_end)
    library.look(0)
    for _ in range(10):
        library.look(0 if from_end else library.fetched.count - 1)
    assert library.known() == list(range(size))
    assert not library.fetched.before
    assert not library.fetched.after
    assert library.answers == size // PAGE + 1


def test_only_what_is_looked_at_is_fetched() -> None:
    library = Library(list(range(1_000_000)), True)
    library.look()
    last = library.fetched.count - 1
    library.look(last - 22, last)
    assert library.fetched.row(last) == 999_999
    assert library.answers == 1


def test_pages_are_let_go_and_fetched_again_by_their_key() -> None:
    library = Library(list(range((KEPT + 5) * PAGE)), False)
    while library.fetched.count < KEPT * PAGE + PAGE:
        library.look(library.fetched.count - 1)
    assert library.fetched.row(0) is None
    library.look(0)
    assert library.fetched.row(0) == 0


@settings(max_examples=60)
@given(
    size=st.integers(0, 450),
    from_end=st.booleans(),
    changes=st.lists(st.tuples(st.integers(0, 500), st.sampled_from(("look", "add", "take", "again"))), max_size=25),
)
def test_a_list_that_changes_is_never_shown_with_a_gap_or_a_repeat(
    size: int, from_end: bool, changes: list[tuple[int, str]]
) -> None:
    library = Library(list(range(0, 2 * size, 2)), from_end)
    for number, what in changes:
        if what == "look":
            library.look(number)
        elif what == "add":
            library.rows = sorted({*library.rows, 2 * number + 1})
        elif what == "take":
            library.rows = [row for row in library.rows if row != 2 * number]
        else:
            place = min(number, max(0, library.fetched.count - 1))
            for page, after in library.fetched.again([place]):
                library.fetched.take(page, library.page(after))
        shown = [row for row in library.known() if row is not None]
        assert shown == sorted(set(shown))
    rest = range(0, library.fetched.count + 1, PAGE)
    for page, after in library.fetched.again([]):
        library.fetched.take(page, library.page(after))
    for _ in rest:
        library.look(0 if from_end else library.fetched.count - 1)
    while not library.fetched.ended:
        library.look(0 if from_end else library.fetched.count - 1)
    library.look(*range(0, library.fetched.count, PAGE), 0)
    assert library.known() == library.rows


def test_an_answer_from_before_the_list_changed_is_asked_for_again() -> None:
    library = Library(list(range(300)), False)
    library.look(0)
    library.look(library.fetched.count - 1)
    library.rows.insert(0, -1)
    (first, after_first), (second, after_second) = library.fetched.again([0, PAGE])
    library.fetched.take(first, library.page(after_first))
    library.fetched.take(second, library.page(after_second))
    library.look(0, PAGE)
    assert library.known()[: 2 * PAGE] == list(range(-1, 2 * PAGE - 1))
