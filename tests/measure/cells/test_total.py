"""Sums in DuckDB are exact, and the same in every order of its threads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from sqlalchemy import select

from registry_app.measure.cells.count import cells
from registry_app.measure.cells.total import exponent_of, of_weights, total
from registry_app.measure.fairness.document import fairness
from registry_app.measure.performance.document import performance
from registry_app.measure.table.mapping import Feature, Mapping
from registry_app.measure.table.memory import Memory
from registry_app.measure.table.source import open_source
from tests.measure.table.ground import as_sqlite

MILLION = 1_000_000


def summed(values: Sequence[float], bound: float) -> Any:
    with Memory({"v": values}, ["v"]) as source:
        number = source.column("v").number
        return source.ask(select(total(number, exponent_of(bound))).select_from(source.data))[0][0]


@pytest.mark.parametrize("size", [1.0, 3.7, 1e-55, 1e59])
def test_a_sum_of_bounded_doubles_is_what_they_add_up_to(size: float) -> None:
    values = (np.random.default_rng(1).uniform(-1, 1, 5_000) * size).tolist()
    assert summed([*values, size, -size / 3], size) == pytest.approx(math.fsum([*values, size, -size / 3]), rel=1e-15)
    assert summed([0.0, 0.0], 0.0) == 0


def test_weights_that_lie_far_apart_are_added_as_they_are() -> None:
    columns = {"y": [1, 0] * 4, "p": [1, 0] * 4, "g": [*"aaaabbbb"], "w": [1.0] * 4 + [1e-40] * 4}
    mapping = Mapping("y", positive="1", prediction="p", weights="w", sensitive=(Feature("g"),))
    with Memory(columns, mapping.columns) as source:
        assert of_weights(source, source.column("w").number) is None
        assert cells(source, mapping).weight.sum(axis=(1, 2)).tolist() == [4.0, 4e-40]


def test_weights_near_each_other_are_added_without_rounding(tmp_path: Path) -> None:
    weights = [0.1, 0.7, 1e4 / 3, 1 / 7, 0.3, 0.1]
    columns = {"y": [1, 0] * 3, "p": [1, 1] * 3, "w": weights}
    mapping = Mapping("y", positive="1", prediction="p", weights="w")
    with Memory(columns, mapping.columns) as source:
        assert of_weights(source, source.column("w").number) == 12
        found = cells(source, mapping)
    for label in (0, 1):
        mine = weights[1 - label :: 2]
        assert found.weight[0, label, 1] == math.fsum(mine)
        assert found.square[0, label, 1] == math.fsum(each * each for each in mine)
    with open_source(as_sqlite(tmp_path / "t.db", [(0, 0, 0.5, 1.0, "", None, "")])) as server:
        assert of_weights(server, server.column("w").number) is None


def test_a_million_rows_give_the_same_documents_each_time(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    with duckdb.connect() as connection:
        connection.execute("SELECT setseed(0.5)")
        connection.execute(
            f"COPY (SELECT (random() < 0.5)::INT AS y, round(random(), 3) AS s, random() + 0.1 AS w, (random() * 2)::INT AS g, "
            f"random() AS v, random() AS p FROM range({MILLION})) TO '{path}' (FORMAT parquet)"
        )
    scored = Mapping("y", positive="1", score="s", threshold=0.5, weights="w", sensitive=(Feature("g"),))
    numbers = Mapping("v", "regression", prediction="p")

    def documents() -> list[Any]:
        with open_source(str(path)) as source:
            found = fairness(source, scored, 0), performance(source, scored), performance(source, numbers)
        return [each.result for each in found]

    assert documents() == documents()
