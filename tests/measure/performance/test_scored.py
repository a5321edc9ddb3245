from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics

from registry_app.measure.performance.scored import delong, scored
from registry_app.measure.result import Z95, wilson
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.memory import Memory
from tests.measure.performance.tables import binary, ends, measured, value


@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("seed", range(4))
def test_areas_and_brier_are_scikit_learns(seed: int, weights: str | None) -> None:
    table = binary(seed)
    y, s, w = table["y"], table["s"], table["w"] if weights else None
    found = measured(table, score="s", weights=weights).result["metrics"]
    assert value(found["roc_auc"]) == pytest.approx(metrics.roc_auc_score(y, s, sample_weight=w), abs=1e-12)
    expected = metrics.average_precision_score(y, s, sample_weight=w)
    assert value(found["average_precision"]) == pytest.approx(expected, abs=1e-12)
    assert value(found["brier"]) == pytest.approx(metrics.brier_score_loss(y, s, sample_weight=w), abs=1e-12)


def placements(y: NDArray[np.int64], s: NDArray[np.float64]) -> tuple[list[float], list[float]]:
    """Of each positive row the share of negatives below it, of each negative row the share of positives above it."""
    up, down = s[y == 1], s[y == 0]
    wins = [[float(a > b) + 0.5 * float(a == b) for b in down] for a in up]
    return [sum(row) / len(down) for row in wins], [sum(column) / len(up) for column in zip(*wins, strict=True)]


@pytest.mark.parametrize("seed", range(4))
def test_the_interval_of_the_area_is_delongs_by_all_pairs(seed: int) -> None:
    table = binary(seed, n=80)
    up, down = placements(table["y"], table["s"])
    area = np.mean(up)
    half = Z95 * math.sqrt(np.var(up, ddof=1) / len(up) + np.var(down, ddof=1) / len(down))
    found = measured(table, score="s").result["metrics"]["roc_auc"]
    assert ends(found) == pytest.approx((area - half, min(1.0, area + half)), abs=1e-12)


def test_the_ratings_of_hanley_and_mcneil_have_the_published_area_and_interval() -> None:
    """109 CT images rated 1 to 5 (Radiology 143, 1982, table 1); area and DeLong's interval as Stata's manual prints them, roctab."""
    normal, abnormal = (33, 6, 6, 11, 2), (3, 2, 2, 11, 33)
    rows = [(label, place / 4) for label, counts in enumerate((normal, abnormal)) for place, n in enumerate(counts)
            for _ in range(n)]  # fmt: skip
    found = measured({"y": [row[0] for row in rows], "s": [row[1] for row in rows]}, score="s").result["metrics"]
    assert (round(value(found["roc_auc"]), 4), *(round(end, 5) for end in ends(found["roc_auc"]))) == (
        0.8932, 0.83295, 0.95339
    )  # fmt: skip


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    truth, hits = 0.5 * (1 + math.erf(0.5)), 0  # of two normals a unit apart with variance 1 each
    chance, y = np.random.default_rng(1), np.arange(120) % 2
    columns = {f"s{draw}": 1 / (1 + np.exp(-chance.normal(y, 1))) for draw in range(120)}
    with Memory(columns | {"y": y}, ["y", *columns]) as source:
        for name in columns:
            found = scored(source, Mapping("y", positive="1", score=name))
            assert found.order is not None
            low, high = delong(found.order, *found.rows) or (0.0, 0.0)
            hits += low <= truth <= high
    assert 108 <= hits <= 119


@pytest.mark.parametrize(
    ("y", "s"), [([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]), ([1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9]), ([0, 0, 1, 1], [0.5] * 4)]
)
def test_an_area_whose_pairs_are_all_alike_has_no_interval(y: list[int], s: list[float]) -> None:
    found = measured({"y": y, "s": s}, score="s").result["metrics"]["roc_auc"]
    assert value(found) == metrics.roc_auc_score(y, s)
    assert found["ci"]["undefined"].startswith("the scores rank all pairs alike")


def test_a_class_of_one_row_gives_an_area_without_an_interval() -> None:
    found = measured({"y": [1, 0, 0], "s": [0.5, 0.4, 0.6]}, score="s").result["metrics"]["roc_auc"]
    assert (value(found), "undefined" in found["ci"]) == (0.5, True)


def test_a_class_without_weight_has_no_areas_and_no_curves() -> None:
    found = measured({"y": [1, 1, 0], "s": [0.5, 0.4, 0.6], "w": [0, 0, 2]}, score="s", weights="w").result
    assert found["metrics"]["roc_auc"] == {"undefined": "one of the classes has no weight", "n": 3}
    assert found["curves"] is None
    assert value(found["metrics"]["brier"]) == pytest.approx(0.36)


def test_the_average_precision_has_the_logit_interval_of_the_positive_rows() -> None:
    table = binary(2)
    found = measured(table, score="s").result["metrics"]["average_precision"]
    area, positive = value(found), int(table["y"].sum())
    half = Z95 / math.sqrt(positive * area * (1 - area))
    expected = [1 / (1 + math.exp(-(math.log(area / (1 - area)) + sign * half))) for sign in (-1, 1)]
    assert ends(found) == pytest.approx(expected, abs=1e-12)
    perfect = measured({"y": [0, 1, 1], "s": [0.1, 0.8, 0.9]}, score="s").result["metrics"]["average_precision"]
    assert (perfect["value"], perfect["ci"]) == ("1.0", {"undefined": "it is 1", "n": 3})


def test_the_interval_of_briers_score_is_that_of_a_mean() -> None:
    table = binary(2)
    each = (table["s"] - table["y"]) ** 2
    half = Z95 * each.std(ddof=1) / math.sqrt(len(each))
    found = measured(table, score="s").result["metrics"]["brier"]
    assert ends(found) == pytest.approx((each.mean() - half, each.mean() + half), abs=1e-12)


def test_weights_count_by_their_effective_rows_in_every_interval() -> None:
    table = binary(2)
    y, s, w = table["y"], table["s"], table["w"]
    found = measured(table, score="s", weights="w").result

    def variance(values: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
        rows = weight.sum() ** 2 / (weight**2).sum()
        return float(np.average((values - np.average(values, weights=weight)) ** 2, weights=weight) / (rows - 1))

    half = Z95 * math.sqrt(variance((s - y) ** 2, w))
    brier = np.average((s - y) ** 2, weights=w)
    assert ends(found["metrics"]["brier"]) == pytest.approx((brier - half, brier + half), abs=1e-12)
    above = (s[y == 1][:, None] > s[y == 0]) + 0.5 * (s[y == 1][:, None] == s[y == 0])
    up, down = np.average(above, axis=1, weights=w[y == 0]), np.average(above, axis=0, weights=w[y == 1])
    area = np.average(up, weights=w[y == 1])
    half = Z95 * math.sqrt(variance(up, w[y == 1]) + variance(down, w[y == 0]))
    assert ends(found["metrics"]["roc_auc"]) == pytest.approx((area - half, area + half), abs=1e-12)
    inside = (s >= 0.4) & (s < 0.5)
    rows = w[inside].sum() ** 2 / (w[inside] ** 2).sum()
    rate = found["calibration"][4]["positive_rate"]
    assert ends(rate) == pytest.approx(wilson(value(rate) * rows, rows), abs=1e-12)


@pytest.mark.parametrize("digits", [2, 12])
def test_points_of_the_curves_are_exact_and_at_most_101_with_both_ends(digits: int) -> None:
    chance = np.random.default_rng(4)
    y = chance.integers(0, 2, 3_000)
    s = np.round(np.clip(chance.normal(0.4 + 0.2 * y, 0.2), 0, 1), digits)
    curves = measured({"y": y, "s": s}, score="s").result["curves"]
    roc, recalled = curves["roc"], curves["precision_recall"]
    assert 90 <= len(roc) == len(recalled) <= 101
    assert roc[0] == {"false_positive_rate": "0.0", "true_positive_rate": "0.0", "threshold": None}
    assert (roc[-1]["false_positive_rate"], roc[-1]["true_positive_rate"]) == ("1.0", "1.0")
    assert recalled[-1] == {"recall": "0.0", "precision": "1.0", "threshold": None}
    for point in roc[1:]:
        above = s >= float(point["threshold"])
        assert float(point["true_positive_rate"]) == above[y == 1].mean()
        assert float(point["false_positive_rate"]) == above[y == 0].mean()
    for point in recalled[:-1]:
        above = s >= float(point["threshold"])
        assert float(point["precision"]) == y[above].mean()
        assert float(point["recall"]) == above[y == 1].mean()
    thresholds = [float(point["threshold"]) for point in roc[1:]]
    assert all(a > b for a, b in itertools.pairwise(thresholds))
    if digits == 2:
        assert thresholds == sorted(set(s.tolist()), reverse=True)[-len(thresholds) :]


def test_calibration_bins_hold_every_row_and_say_when_they_are_empty() -> None:
    found = measured({"y": [0, 1, 1, 0, 1], "s": [0.0, 1.0, 0.95, 0.05, 0.1]}, score="s").result["calibration"]
    assert [each["n"] for each in found] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert found[5]["positive_rate"] == {"undefined": "no score falls into this bin", "n": 0}
    assert ends(found[9]["positive_rate"]) == pytest.approx(wilson(2, 2))
    assert value(found[9]["mean_score"]) == pytest.approx(0.975)


def test_the_calibration_error_is_the_mean_distance_of_the_bins() -> None:
    table = binary(3)
    y, s, w = table["y"], table["s"], table["w"]
    bins = np.minimum((s * 10 + 1e-9).astype(int), 9)
    apart = [abs((w * (s - y))[bins == each].sum()) for each in range(10)]
    found = measured(table, score="s", weights="w").result["metrics"]["expected_calibration_error"]
    assert value(found) == pytest.approx(sum(apart) / w.sum(), abs=1e-12)
