from __future__ import annotations

from dataclasses import dataclass

from registry_app.tui.column import Column, widths
from registry_app.tui.given import Given
from registry_app.tui.pen import Pen


@dataclass(frozen=True)
class Line:
    name: str
    tier: str
    leaf: int


COLUMNS = (
    Column("name", 10, lambda row: (row.name, "strong"), share=2),
    Column("tier", 10, lambda row: Pen().mark(row.tier), drop=1),
    Column("leaf", 5, lambda row: str(row.leaf), by=lambda row: row.leaf, drop=2),
)
ROWS = (Line("beta", "low", 9), Line("Alpha", "high", 10), Line("gamma", "low", 100))


def given_rows() -> Given:
    made = Given(COLUMNS, key=lambda row: row.name)
    made.give(ROWS)
    return made


def names(given: Given) -> list[str]:
    return [given.row(place).name for place in range(given.count)]


def test_rows_are_sorted_by_words_without_regard_to_case_or_by_what_a_column_says() -> None:
    given = given_rows()
    for column, falling, order in (
        (0, False, ["Alpha", "beta", "gamma"]),
        (0, True, ["gamma", "beta", "Alpha"]),
        (2, False, ["beta", "Alpha", "gamma"]),
        (-1, False, ["beta", "Alpha", "gamma"]),
        (-1, True, ["gamma", "Alpha", "beta"]),
    ):
        given.arrange("", column, falling)
        assert names(given) == order


def test_words_are_looked_for_in_every_column_as_it_is_written() -> None:
    given = given_rows()
    for words, found in (("LOW", ["beta", "gamma"]), (" alph ", ["Alpha"]), ("10", ["Alpha", "gamma"]), ("x", [])):
        given.arrange(words, -1, False)
        assert names(given) == found


def test_a_row_is_found_by_its_key_where_it_stands_now() -> None:
    given = given_rows()
    given.arrange("", 0, False)
    assert given.place("beta") == 1
    given.arrange("low", 0, False)
    assert given.place("Alpha") is None
    assert given.row(-1) is None
    assert given.row(2) is None


def test_columns_go_one_by_one_when_there_is_no_room_and_share_what_is_left() -> None:
    assert widths(COLUMNS, 28) == [10, 10, 5]
    assert widths(COLUMNS, 27) == [15, 10, 0]
    assert widths(COLUMNS, 12) == [11, 0, 0]
    assert widths(COLUMNS, 5) == [10, 0, 0]
