from __future__ import annotations

from threading import current_thread, main_thread

import numpy as np
import pytest
from numpy.typing import NDArray

from registry_app.errors import Cancelled
from registry_app.measure.cells.aggregate import apart, extremes
from registry_app.measure.cells.cells import Cells, Groups
from registry_app.measure.cells.interval import DRAWS, bootstrap
from registry_app.measure.cells.metrics import metric_of
from registry_app.measure.fairness import resampled as room
from registry_app.measure.fairness.distances import Spread
from registry_app.measure.fairness.document import fairness
from registry_app.measure.performance.document import performance
from registry_app.measure.progress import Progress
from registry_app.measure.table.mapping import Feature, Mapping
from registry_app.measure.table.memory import Memory

ROWS = np.random.default_rng(3).integers(1, 40, (6, 2, 2))
NAMES = tuple((g, h) for g in "abc" for h in "xy")
CELLS = Cells(Groups(("g", "h"), NAMES), ("no", "yes"), ROWS, ROWS.astype(float), ROWS.astype(float))


def tables() -> NDArray[np.float64]:
    """Every draw of the finest cells: shape (draws, groups, K, K)."""

    def find(drawn: NDArray[np.float64], into: NDArray[np.float64]) -> None:
        into[:] = drawn.reshape(len(into), -1)

    return np.moveaxis(bootstrap(CELLS, 5, ROWS.size, lambda: find).reshape(6, 2, 2, DRAWS), -1, 0)


def spread(places: list[int], by: tuple[str, ...], metric: str) -> Spread:
    parts = [room.part(CELLS, np.array(places), by), room.part(CELLS, np.arange(6), ("g", "h"))]
    found = room.resampled(CELLS, parts, 5)[0]
    return next(each for each in found if each.metric.name == metric)


@pytest.mark.parametrize("metric", ["accuracy", "f1", "recall"])
@pytest.mark.parametrize("most", [700, 1_250])
def test_every_set_is_computed_from_the_same_draws(metric: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SOME", most)
    drawn = tables()
    by_h = metric_of(np.stack([drawn[:, ::2].sum(axis=1), drawn[:, 1::2].sum(axis=1)], axis=1), metric)
    overall = metric_of(drawn.sum(axis=1), metric)
    found = spread(list(range(6)), ("h",), metric)
    assert (found.between["ratio"].drawn == apart(extremes(by_h), "ratio")).all()
    assert (found.overall["difference"].drawn == apart(extremes(by_h), "difference", overall)).all()
    assert found.overall["difference"].ends == pytest.approx(
        tuple(np.quantile(apart(extremes(by_h), "difference", overall), [0.025, 0.975])), abs=1e-14
    )


def test_within_a_stratum_all_rows_are_those_of_the_stratum() -> None:
    drawn = tables()[:, [0, 2, 4]]
    values, overall = metric_of(drawn, "selection_rate"), metric_of(drawn.sum(axis=1), "selection_rate")
    found = spread([0, 2, 4], ("g",), "selection_rate")
    assert (found.overall["ratio"].drawn == apart(extremes(values), "ratio", overall)).all()
    assert found.metric.overall == ROWS[[0, 2, 4], :, 1].sum() / ROWS[[0, 2, 4]].sum()


@pytest.mark.parametrize("metric", ["f1", "balanced_accuracy"])
def test_the_interval_of_a_groups_own_number_is_of_its_own_draws(metric: str) -> None:
    values = metric_of(tables()[:, 3], metric)
    ends = spread([1, 3], ("g", "h"), metric).metric.ends[1]
    assert ends == pytest.approx(tuple(np.quantile(values, [0.025, 0.975])), abs=1e-14)


def test_drawing_stops_when_it_is_to() -> None:
    stopped = Progress(lambda *_: None, lambda: current_thread() is not main_thread())  # as soon as threads draw
    with pytest.raises(Cancelled):
        room.resampled(CELLS, [room.part(CELLS, np.arange(6), ("g",))], 5, stopped)
    columns = {"y": [0, 1] * 20, "p": [0, 1, 1, 1] * 10, "g": [*"aabb"] * 10}
    mapping = Mapping("y", positive="1", prediction="p", sensitive=(Feature("g"),))
    with Memory(columns, mapping.columns) as source:
        source.progress = Progress(lambda *_: None, lambda: current_thread().name.startswith("ThreadPool"))
        with pytest.raises(Cancelled):
            fairness(source, mapping, 0)
        with pytest.raises(Cancelled):
            performance(source, mapping, 0, source.progress)
