from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from registry_app.errors import UsageError
from registry_app.measure.performance import auc_draws, performance
from registry_app.measure.predictions import Mapping, Predictions
from registry_app.measure.result import decode, wilson


def made(n: int = 400, seed: int = 3) -> Predictions:
    draws = np.random.default_rng(seed)
    labels = draws.random(n) < 0.4
    scores = np.round(np.clip(draws.normal(0.4 + 0.25 * labels, 0.2), 0, 1), 2)
    return Predictions.from_frame(
        {"y": labels.astype(int), "s": scores.tolist()}, Mapping("y", "1", score="s", threshold=0.5)
    )


def test_every_metric_is_scikit_learns() -> None:
    table = made()
    found = performance(table, 1).result["metrics"]
    assert table.scores is not None
    y, p, s = table.labels, table.predicted, table.scores
    expected = {
        "accuracy": metrics.accuracy_score(y, p),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, p),
        "precision": metrics.precision_score(y, p),
        "recall": metrics.recall_score(y, p),
        "specificity": metrics.recall_score(~y, ~p),
        "f1": metrics.f1_score(y, p),
        "selection_rate": p.mean(),
        "roc_auc": metrics.roc_auc_score(y, s),
        "average_precision": metrics.average_precision_score(y, s),
        "brier": metrics.brier_score_loss(y, s),
    }
    assert {name: float(each["value"]) for name, each in found.items()} == pytest.approx(expected, abs=1e-12)


def test_the_result_follows_its_schema_and_is_the_same_again() -> None:
    first, again = performance(made(), 1), performance(made(), 1)
    assert decode(first.encode()) == first
    assert first.result == again.result
    assert performance(made(), 2).result["metrics"]["roc_auc"]["ci"] != first.result["metrics"]["roc_auc"]["ci"]


def test_a_hand_counted_table_gives_hand_counted_rates() -> None:
    rows = [("1", "1")] * 6 + [("1", "0")] * 2 + [("0", "1")] * 1 + [("0", "0")] * 3
    table = Predictions.from_frame(
        {"y": [y for y, _ in rows], "p": [p for _, p in rows]}, Mapping("y", "1", prediction="p")
    )
    found = performance(table, 1).result
    assert found["confusion"] == {"true_positive": 6, "false_positive": 1, "true_negative": 3, "false_negative": 2}
    assert found["metrics"]["recall"]["value"] == "0.75"
    assert [float(end) for end in found["metrics"]["recall"]["ci"]] == pytest.approx(wilson(6, 8))
    assert (found["curves"], found["calibration"]) == (None, None)
    assert "roc_auc" not in found["metrics"]


def test_precision_without_a_positive_prediction_is_undefined() -> None:
    table = Predictions.from_frame({"y": [1, 0], "p": [0, 0]}, Mapping("y", "1", prediction="p"))
    found = performance(table, 1)
    assert found.result["metrics"]["precision"] == {"undefined": "no row is predicted positive", "n": 0}
    assert found.result["metrics"]["f1"] == {"undefined": "no row is predicted positive", "n": 0}
    assert decode(found.encode()) == found


def test_the_bootstrap_draws_the_area_of_each_sample() -> None:
    table = made(60)
    assert table.scores is not None
    found = auc_draws(table.labels, table.scores, np.random.default_rng(5))
    again = np.random.default_rng(5)
    order = np.argsort(table.scores, kind="stable")
    for each in range(20):
        rows = order[again.integers(0, 60, 60)]
        assert found[each] == pytest.approx(metrics.roc_auc_score(table.labels[rows], table.scores[rows]), abs=1e-12)


def test_curves_keep_at_most_101_points_with_both_ends() -> None:
    table = made(5000, 9)
    draws = np.random.default_rng(1).random(5000)
    table = Predictions.from_frame(
        {"y": table.labels.astype(int), "s": draws.tolist()}, Mapping("y", "1", score="s", threshold=0.5)
    )
    roc = performance(table, 1).result["curves"]["roc"]
    assert len(roc) == 101
    assert roc[0] == {"false_positive_rate": "0.0", "true_positive_rate": "0.0", "threshold": None}
    assert (roc[-1]["false_positive_rate"], roc[-1]["true_positive_rate"]) == ("1.0", "1.0")


def test_calibration_bins_hold_every_row_and_say_when_they_are_empty() -> None:
    table = Predictions.from_frame(
        {"y": [0, 1, 1, 0], "s": [0.0, 1.0, 0.95, 0.05]}, Mapping("y", "1", score="s", threshold=0.5)
    )
    bins = performance(table, 1).result["calibration"]
    assert [each["n"] for each in bins] == [2, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    assert bins[1]["positive_rate"] == {"undefined": "no score falls into this bin", "n": 0}
    assert bins[9]["positive_rate"]["value"] == "1.0"


def test_a_seed_out_of_range_is_refused() -> None:
    with pytest.raises(UsageError):
        performance(made(), -1)
