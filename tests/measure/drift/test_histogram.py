from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from registry_app.errors import UsageError
from registry_app.measure.drift.histogram import BINS, Bins, bins, histogram
from registry_app.measure.table.memory import Memory
from registry_app.measure.table.source import open_source

DRAW = np.random.default_rng(5)
NUMBERS = [None if place % 50 == 0 else float(value) for place, value in enumerate(DRAW.normal(size=1_000))]
TEXTS = [None if place % 40 == 0 else value for place, value in enumerate(DRAW.choice(["a", "b", "c"], 1_000))]


def drawn(values: list[Any]) -> Bins:
    with Memory({"x": values}, ["x"]) as source:
        return bins(source, "x")


def counted(values: list[Any], cut: Bins) -> list[int]:
    with Memory({"x": values}, ["x"]) as source:
        return list(histogram(source, cut))


def test_a_numeric_column_is_cut_into_as_many_rows_each() -> None:
    cut = drawn(NUMBERS)
    *rows, missing = counted(NUMBERS, cut)
    assert cut.numeric
    assert (len(rows), missing) == (BINS, 20)
    assert set(rows) <= {9, 10}
    assert sum(rows) == 980


def test_each_number_lies_in_the_bin_that_numpy_finds_for_it() -> None:
    cut = drawn(NUMBERS)
    window = [*DRAW.normal(1, 2, 300).tolist(), *cut.cuts[:5], None]
    places = np.searchsorted(cut.cuts, [value for value in window if value is not None], side="right")
    assert counted(window, cut) == [*np.bincount(places, minlength=cut.count).tolist(), 1]


@pytest.mark.parametrize("values", [NUMBERS, TEXTS])
def test_histograms_of_parts_add_up_to_that_of_the_whole(values: list[Any]) -> None:
    cut = drawn(values[:500])
    parts = [counted(values[start : start + 250], cut) for start in range(0, 1_000, 250)]
    assert [sum(each) for each in zip(*parts, strict=True)] == counted(values, cut)


def test_texts_are_told_apart_and_new_ones_are_counted_together() -> None:
    cut = drawn(TEXTS)
    assert (cut.numeric, cut.values) == (False, ("a", "b", "c"))
    there = Counter(TEXTS)
    assert counted(TEXTS, cut) == [there["a"], there["b"], there["c"], 0, 25]
    assert counted(["a", "z", "", "  ", None, "y"], cut) == [1, 0, 0, 2, 3]


def test_only_the_most_frequent_texts_have_bins_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_app.measure.drift.histogram.VALUES", 2)
    values = ["x"] * 3 + ["q"] * 2 + ["m"]
    assert drawn(values).values == ("q", "x")
    assert counted(values, drawn(values)) == [2, 3, 1, 0]


def test_one_value_is_one_bin() -> None:
    assert counted([7, 7, 7, 8], drawn([7] * 20)) == [4, 0]


def test_a_window_of_another_kind_or_with_infinities_is_refused() -> None:
    with pytest.raises(UsageError, match="another kind than in the reference"):
        counted(["north", "south"], drawn(NUMBERS))
    with pytest.raises(UsageError, match="infinite values"):
        counted([1.0, float("inf")], drawn(NUMBERS))


def test_a_column_of_lists_is_refused(tmp_path: Path) -> None:
    duckdb.sql(f"COPY (SELECT [1, 2] AS x) TO '{tmp_path}/t.parquet'")
    with open_source(str(tmp_path / "t.parquet")) as source, pytest.raises(UsageError, match="bytes or lists"):
        bins(source, "x")
