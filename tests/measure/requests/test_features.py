"""A model is given numbers, truth values and text as they stand in the table, and never what has a meaning of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from registry_app.errors import UsageError
from registry_app.measure.requests.features import fitting, read_as
from registry_app.measure.table.source import Source, open_source

TABLE = "n,empty,t,y\n1,,a,0\n,,,1\n2.5,,3,0\n"


@pytest.fixture
def table(tmp_path: Path) -> Source:
    (tmp_path / "t.csv").write_text(TABLE)
    return open_source(str(tmp_path / "t.csv"))


def test_a_column_is_numbers_where_each_cell_is_one_or_empty_and_text_otherwise(table: Source) -> None:
    given = read_as(table, ["n", "empty", "t"])
    rows = [row for part in table.stream([each.sql for each in given], 2) for row in part]
    numbers, empty, words = (each.array(column) for each, column in zip(given, zip(*rows, strict=True), strict=True))
    np.testing.assert_array_equal(numbers, [1.0, np.nan, 2.5])
    np.testing.assert_array_equal(empty, [np.nan] * 3)
    assert words.tolist() == ["a", None, "3"]
    assert given[2].array(["", "b"]).tolist() == [None, "b"]


def test_truth_values_stay_what_they_are(tmp_path: Path) -> None:
    import duckdb

    duckdb.sql(
        f"COPY (SELECT true AS t, NULL::BOOLEAN AS some UNION ALL SELECT false, true) TO '{tmp_path / 't.parquet'}'"
    )
    with open_source(str(tmp_path / "t.parquet")) as source:
        whole, some = read_as(source, ["t", "some"])
        ((first, second),) = source.stream([whole.sql, some.sql], 5)
    assert whole.array([first[0], second[0]]).dtype == np.bool_
    np.testing.assert_array_equal(some.array([first[1], second[1]]), [np.nan, 1.0])


def test_what_has_a_meaning_of_its_own_goes_in_only_when_it_is_named(table: Source) -> None:
    assert fitting(table, (), ["y", "t"]) == ("n", "empty")
    assert fitting(table, ("t", "n"), ["y", "t"]) == ("t", "n")
    with pytest.raises(UsageError, match="No column is left"):
        fitting(table, (), ["n", "empty", "t", "y"])


def test_all_columns_that_are_missing_are_named_at_once(table: Source) -> None:
    with pytest.raises(UsageError, match="has 3 problems") as caught:
        fitting(table, ("n", "m"), ["label", "g"])
    assert [each.split(":")[0] for each in caught.value.details] == [
        "row 1, column 'label'", "row 1, column 'g'", "row 1, column 'm'"
    ]  # fmt: skip
    with pytest.raises(UsageError, match="named twice"):
        fitting(table, ("n", "n"), ["y"])


def test_a_table_that_must_be_read_row_by_row_is(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("n,y\n1,0\n\n2,1\n")
    with open_source(str(tmp_path / "t.csv")) as source, pytest.raises(UsageError, match="row 3"):
        fitting(source, ("n",), ["y"])
