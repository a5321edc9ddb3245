from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from registry_app.errors import UsageError
from registry_app.measure.performance.document import performance
from registry_app.measure.result import Z95
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.source import open_source
from tests.measure.performance.tables import ends, measured, numbers, value, values
from tests.measure.table.ground import Row, as_postgres, as_sqlite
from tests.postgres import Server

REGRESSION: dict[str, Any] = {"task": "regression", "prediction": "p"}


@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("seed", range(3))
def test_every_metric_is_scikit_learns(seed: int, weights: str | None) -> None:
    table = numbers(seed)
    y, p, w = table["y"], table["p"], table["w"] if weights else None
    found = measured(table, **REGRESSION, weights=weights).result
    expected = {
        "mean_absolute_error": metrics.mean_absolute_error(y, p, sample_weight=w),
        "mean_squared_error": metrics.mean_squared_error(y, p, sample_weight=w),
        "root_mean_squared_error": metrics.root_mean_squared_error(y, p, sample_weight=w),
        "mean_error": np.average(p - y, weights=w),
        "r2": metrics.r2_score(y, p, sample_weight=w),
    }
    assert values(found["metrics"]) == pytest.approx(expected, abs=1e-12, rel=1e-12)
    assert (found["confusion"], found["curves"], found["calibration"], found["by_class"]) == (None, None, None, [])


def test_intervals_of_means_are_normal() -> None:
    table = numbers(1)
    found, error = measured(table, **REGRESSION).result["metrics"], table["p"] - table["y"]
    for name, each in (
        ("mean_error", error), ("mean_absolute_error", abs(error)), ("mean_squared_error", error**2),
    ):  # fmt: skip
        half = Z95 * each.std(ddof=1) / math.sqrt(len(each))
        assert ends(found[name]) == pytest.approx((each.mean() - half, each.mean() + half), abs=1e-9)
    root = math.sqrt((error**2).mean())
    half = Z95 * (error**2).std(ddof=1) / math.sqrt(len(error)) / (2 * root)
    assert ends(found["root_mean_squared_error"]) == pytest.approx((root - half, root + half), abs=1e-9)


def test_the_interval_of_r_squared_is_about_that_of_the_bootstrap() -> None:
    table = numbers(2, n=800)
    chance, drawn = np.random.default_rng(1), []
    for _ in range(1_000):
        rows = chance.integers(0, 800, 800)
        drawn.append(metrics.r2_score(table["y"][rows], table["p"][rows]))
    found = measured(table, **REGRESSION).result["metrics"]["r2"]
    assert ends(found) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.004)


def test_labels_that_are_all_the_same_have_no_r_squared() -> None:
    found = measured({"y": [0.1] * 3, "p": [0.1, 0.2, 0.3]}, **REGRESSION).result["metrics"]
    assert found["r2"] == {"undefined": "the labels are all the same", "n": 3}
    assert value(found["mean_error"]) == pytest.approx(0.1)


def test_one_row_has_errors_without_intervals() -> None:
    found = measured({"y": [1.0], "p": [3.0]}, **REGRESSION).result["metrics"]
    assert (value(found["mean_squared_error"]), "undefined" in found["mean_squared_error"]["ci"]) == (4.0, True)


def test_numbers_too_large_to_be_squared_are_refused() -> None:
    with pytest.raises(UsageError, match="too large"):
        measured({"y": [1e200, -1e200], "p": [0.0, 1.0]}, **REGRESSION)


def test_a_servers_table_has_one_name_in_every_reading_and_order_of_rows(server: Server, tmp_path: Path) -> None:
    chance = np.random.default_rng(4)
    labels, errors = ([*each, *-each] for each in chance.normal(0, 1000, (2, 200)))  # means of 0 but for rounding
    pairs = [(float(y), float(y + e)) for y, e in zip(labels, chance.permutation(errors), strict=True)]
    rows: list[Row] = [(0, 0, y, p, "", None, "") for y, p in pairs]
    database = server.database()
    orders = (rows, rows, rows[::-1], rows[1::2] + rows[::2])
    for engine in ("sqlite", "postgresql"):
        digests = set()
        for order in orders:
            sqlite = engine == "sqlite"
            name = as_sqlite(tmp_path / "t.db", order) if sqlite else as_postgres(server, database, order)
            with open_source(name) as source:
                digests.add(performance(source, Mapping("s", "regression", prediction="w")).data["digest"])
        assert len(digests) == 1, engine
