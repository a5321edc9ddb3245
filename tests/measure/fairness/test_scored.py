from __future__ import annotations

from typing import Any

import fairlearn.metrics as fair
import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from registry_app.measure.result import Result
from tests.measure.fairness.tables import group, measured


def drawn() -> dict[str, list[Any]]:
    chance = np.random.default_rng(8)
    score = chance.beta(2, 2, 1500).round(3)
    label = (chance.random(1500) < score).astype(int)
    return {"y": label.tolist(), "s": score.tolist(), "g": chance.choice(list("abc"), 1500, p=[0.6, 0.3, 0.1]).tolist()}


def found(threshold: float | None = 0.55) -> Result:
    return measured(drawn(), "g", prediction=None, score="s", threshold=threshold)


def of(name: str) -> tuple[np.ndarray, np.ndarray]:
    table = {key: np.array(values) for key, values in drawn().items()}
    return table["y"][table["g"] == name], table["s"][table["g"] == name]


def test_area_and_brier_of_each_group_are_scikit_learns() -> None:
    result = found()
    for name in "abc":
        shown = group(result, g=name)["metrics"]
        assert float(shown["roc_auc"]["value"]) == pytest.approx(roc_auc_score(*of(name)), abs=1e-12)
        assert float(shown["brier"]["value"]) == pytest.approx(brier_score_loss(*of(name)), abs=1e-12)
        low, high = (float(end) for end in shown["roc_auc"]["ci"])
        assert low < float(shown["roc_auc"]["value"]) < high


def test_calibration_has_mean_score_and_share_of_positives_of_each_tenth() -> None:
    shown = next(each for each in found().result["calibration"] if each["by"] == {"g": "a"})
    y, s = of("a")
    inside = (s >= 0.4) & (s < 0.5)
    tenth = shown["bins"][4]
    assert (tenth["from"], tenth["to"], tenth["n"]) == ("0.4", "0.5", int(inside.sum()))
    assert float(tenth["mean_score"]["value"]) == pytest.approx(s[inside].mean())
    assert float(tenth["positive_rate"]["value"]) == pytest.approx(y[inside].mean())
    far = sum(
        abs(s[part].mean() - y[part].mean()) * part.sum()
        for part in ((np.floor(s * 10 + 1e-9) == each) for each in range(10))
        if part.any()
    )
    assert float(shown["error"]["value"]) == pytest.approx(far / len(y))


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.55])
def test_another_threshold_gives_the_rates_and_the_disparities_it_would_have_given(threshold: float) -> None:
    (sweep,) = found().result["thresholds"]
    point = next(each for each in sweep["points"] if float(each["threshold"]) == threshold)
    table = drawn()
    would = [int(score >= threshold) for score in table["s"]]
    for shown in point["groups"]:
        mine = [p for p, g in zip(would, table["g"], strict=True) if g == shown["by"]["g"]]
        assert float(shown["selection_rate"]["value"]) == pytest.approx(np.mean(mine), abs=1e-12)
    for name in ("demographic_parity_ratio", "equalized_odds_difference", "equal_opportunity_difference"):
        theirs = getattr(fair, name)(table["y"], would, sensitive_features=table["g"])
        assert float(point[name]["value"]) == pytest.approx(theirs, abs=1e-12)
    assert point["used"] == (threshold == 0.55)


def test_the_used_threshold_is_among_those_tried() -> None:
    assert len(found(0.5).result["thresholds"][0]["points"]) == 49
    assert len(found(0.555).result["thresholds"][0]["points"]) == 50
    assert not any(point["used"] for point in found(None).result["thresholds"][0]["points"])
