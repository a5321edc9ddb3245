"""Rows that are put together some at a time are a table like any other."""

from __future__ import annotations

import pytest

from registry_app.errors import UsageError
from registry_app.measure.cells.count import cells
from registry_app.measure.table.check import problems
from registry_app.measure.table.collected import Collected
from registry_app.measure.table.limits import Limits
from registry_app.measure.table.mapping import Feature, Mapping

HEADER = (("y", "text"), ("(score)", "number"), ("t", "truth"))
MAPPING = Mapping("y", positive="a", score="(score)", threshold=0.5, sensitive=(Feature("t"),))


def test_pieces_are_counted_together_with_what_is_missing() -> None:
    with Collected("loans", HEADER, Limits()) as table:  # type: ignore[arg-type]
        table.add([["a", "b"], [0.75, 0.25], [True, None]])
        table.add([["b", "a", "a"], [0.5, 0.125, 1], [False, True, False]])
        found = cells(table, MAPPING)
        assert table.rows == 5
        assert found.groups.names == (("(missing)",), ("False",), ("True",))
        assert found.rows.sum(axis=0).tolist() == [[1, 1], [1, 2]]


def test_what_is_wrong_is_told_by_the_row_of_the_table_it_came_from() -> None:
    with Collected("loans", HEADER, Limits()) as table:  # type: ignore[arg-type]
        table.add([["a", "b"], [0.75, 2.0], [True, False]])
        table.add([[None, "a"], [0.5, None], [True, False]])
        assert [(each.row, each.column) for each in problems(table, MAPPING)] == [
            (3, "(score)"),
            (4, "y"),
            (5, "(score)"),
        ]
        with pytest.raises(UsageError, match="'loans' has 3 problems"):
            cells(table, MAPPING)


def test_it_is_described_as_what_it_stands_for() -> None:
    with Collected("loans", HEADER, Limits()) as table:  # type: ignore[arg-type]
        table.add([["a"], [0.5], [True]])
        table.digest, table.digest_of, table.more = "d" * 64, "file", {"model": {"format": "skops"}}
        assert table.described() == {
            "digest": "d" * 64, "digest_of": "file", "rows": 1, "model": {"format": "skops"},
        }  # fmt: skip
