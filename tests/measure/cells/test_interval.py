from __future__ import annotations

from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray
from scipy.stats import binomtest

from registry_app.errors import Cancelled
from registry_app.measure.cells import interval, metrics
from registry_app.measure.cells.aggregate import apart, extremes
from registry_app.measure.cells.cells import Cells, Groups, Moments, Scores
from registry_app.measure.progress import Progress
from tests.measure.cells.rows import Rows, tables


def cells(*groups: list[list[int]]) -> Cells:
    rows = np.array(groups, dtype=np.int64)
    names = tuple((chr(97 + place),) for place in range(len(groups)))
    return Cells(Groups(("g",), names), ("no", "yes"), rows, rows.astype(float), rows.astype(float))


@settings(max_examples=20, deadline=None)
@given(rows=tables(2))
def test_a_rate_has_scipys_wilson_interval(rows: Rows) -> None:
    counted = rows.cells(("g",), False)
    for metric in metrics.PROPORTIONS:
        above, below = metrics.share(counted.rows, metric)
        for ends, hits, n in zip(interval.wilsons(counted, metric), above, below, strict=True):
            if n == 0:
                assert ends is None
            else:
                theirs = binomtest(int(hits), int(n)).proportion_ci(method="wilson")
                assert ends == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_weights_count_by_the_effective_number_of_rows() -> None:
    rows = np.full((1, 2, 2), 25)
    weight, square = rows * 2.0, rows * 8.0
    found = interval.wilsons(Cells(Groups(("g",), (("a",),)), ("no", "yes"), rows, weight, square), "selection_rate")
    theirs = binomtest(25, 50).proportion_ci(method="wilson")
    assert found[0] == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def moments(values: np.ndarray, predicted: np.ndarray) -> Moments:
    e = values - predicted
    sums = {
        "w": 1 + 0 * e, "ww": 1 + 0 * e, "wy": values, "wu": values, "wuu": values**2, "wp": predicted,
        "wv": predicted, "wvv": predicted**2, "wee": e**2, "weeee": e**4, "wabs": abs(e),
    }  # fmt: skip
    found = {name: np.array([each.sum()]) for name, each in sums.items()}
    return Moments(Groups(("g",), (("a",),)), np.array([len(values)]), found)


@pytest.mark.parametrize(
    ("metric", "truth"),
    [("mean_prediction", 0.0), ("mean_absolute_error", np.sqrt(4 / np.pi)), ("mean_squared_error", 2.0),
     ("root_mean_squared_error", np.sqrt(2.0))],
)  # fmt: skip
def test_the_interval_of_a_mean_holds_the_truth_about_95_times_in_100(metric: str, truth: float) -> None:
    chance, held = np.random.default_rng(5), 0
    for _ in range(400):
        ends = interval.walds(moments(chance.normal(size=300), chance.normal(size=300)), metric)[0]
        assert ends is not None
        held += ends[0] <= truth <= ends[1]
    assert 365 <= held <= 393


def test_one_row_and_r_squared_have_no_interval() -> None:
    one = moments(np.array([1.0]), np.array([2.0]))
    assert interval.walds(one, "mean_prediction") == [None]
    assert interval.walds(moments(np.arange(9.0), np.arange(9.0)), "r2") == [None]


def test_the_area_has_hanleys_and_mcneils_interval() -> None:
    """The example of their paper: an area of 0.893 with 51 and 58 cases has a standard error of 0.032."""
    rows = np.array([[[58], [51]]])
    scores = Scores(Groups(("g",), (("a",),)), np.array([0.0, 1.0]), rows, rows * 1.0, rows * 0.5, rows[..., 0] * 0.1,
                    np.array([0.893]))  # fmt: skip
    ends = interval.areas(scores)[0]
    assert ends is not None
    assert (0.893 - ends[0]) / 1.96 == pytest.approx(0.032, abs=0.001)
    for area in (np.nan, 0.0, 1.0):
        bare = Scores(scores.groups, scores.edges, rows, rows * 1.0, rows * 0.5, scores.squares, np.array([area]))
        assert interval.areas(bare) == [None]


def drawn_from(counted: Cells, seed: int, draws: int, most: int = interval.SOME) -> NDArray[np.float64]:
    """The tables themselves: shape (draws, groups, K, K)."""

    def find(tables: NDArray[np.float64], into: NDArray[np.float64]) -> None:
        into[:] = tables.reshape(len(into), -1)

    found = interval.bootstrap(counted, seed, counted.rows.size, lambda: find, draws, most)
    return np.moveaxis(found.reshape(*counted.rows.shape, draws), -1, 0)


def test_a_draw_has_as_many_rows_and_none_in_an_empty_cell() -> None:
    counted = cells([[5, 0], [3, 9]], [[0, 0], [0, 4]])
    drawn = drawn_from(counted, 3, 200)
    assert drawn.shape == (200, 2, 2, 2)
    assert (drawn.sum(axis=(1, 2, 3)) == 21).all()
    assert not drawn[:, counted.rows == 0].any()
    assert (drawn != drawn_from(counted, 4, 200)).any()


def test_draws_depend_neither_on_cores_nor_on_how_many_are_looked_at_together(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = cells([[5, 0], [3, 9]], [[0, 0], [0, 4]])
    drawn = drawn_from(counted, 3, 203)
    for cores, most in ((1, 7), (3, 25), (64, 1)):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        assert (drawn_from(counted, 3, 203, most) == drawn).all()


def test_drawing_cells_is_drawing_rows_with_replacement() -> None:
    """Both ways give a disparity the same distribution, as far as 4,000 draws tell."""
    counted = cells([[30, 10], [20, 40]], [[12, 3], [18, 7]])
    ours = apart(extremes(metrics.metric_of(drawn_from(counted, 1, 4000), "true_positive_rate")), "difference")
    rows = np.repeat(np.arange(8), counted.rows.reshape(-1))
    chance = np.random.default_rng(2)
    drawn = np.stack([np.bincount(chance.choice(rows, rows.size), minlength=8) for _ in range(4000)])
    theirs = apart(extremes(metrics.metric_of(drawn.reshape(-1, 2, 2, 2), "true_positive_rate")), "difference")
    for point in (0.025, 0.25, 0.5, 0.75, 0.975):
        assert np.quantile(ours, point) == pytest.approx(np.quantile(theirs, point), abs=0.012)


def test_percentiles_are_numpys_and_lacking_draws_are_left_out_up_to_a_twentieth() -> None:
    values = np.random.default_rng(1).normal(size=1001)
    few, many = values.copy(), values.copy()
    few[:50], many[:60] = np.nan, np.nan
    found = interval.percentiles(np.stack([values, few, many]))
    assert found[0] == pytest.approx(tuple(np.quantile(values, [0.025, 0.975])), abs=1e-12)
    assert found[1] == pytest.approx(tuple(np.quantile(few[50:], [0.025, 0.975])), abs=1e-12)
    assert found[2] == 941


@pytest.mark.parametrize("kind", ["wide sample", "few values", "one value", "skewed", "two draws"])
def test_percentiles_are_numpys_wherever_the_tails_lie(kind: str) -> None:
    chance = np.random.default_rng(4)
    values = {
        "wide sample": chance.normal(size=4000) * np.where(np.arange(4000) % interval.SPARSE, 1, 100),
        "few values": chance.integers(0, 3, 900) / 7,
        "one value": np.full(500, 0.3),
        "skewed": chance.exponential(size=5000) ** 3,
        "two draws": np.array([1.0, 0.0]),
    }[kind]
    assert interval.percentiles(values[None])[0] == pytest.approx(tuple(np.quantile(values, [0.025, 0.975])), rel=1e-13)


def test_drawing_and_sorting_stop_at_the_next_look() -> None:
    def after(looks: int) -> Progress:
        return Progress(lambda *_: None, lambda: next(asked) >= looks)

    def find(drawn: NDArray[np.float64], into: NDArray[np.float64]) -> None:
        into[:] = drawn.reshape(4, -1)

    counted, asked = cells([[3, 4], [5, 6]]), count()
    with pytest.raises(Cancelled):
        interval.bootstrap(counted, 1, 4, lambda: find, most=100, progress=after(10))
    assert next(asked) <= 10 + interval.STREAMS
    asked = count()
    with pytest.raises(Cancelled):
        interval.percentiles(np.random.default_rng(1).random((80, 100)), after(2))
    drawn = interval.bootstrap(counted, 1, 4, lambda: find, progress=after(1_000))
    assert (drawn == interval.bootstrap(counted, 1, 4, lambda: find)).all()
