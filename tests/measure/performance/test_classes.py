from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from registry_app.errors import UsageError
from registry_app.measure.result import wilson
from tests.measure.performance.tables import binary, ends, measured, value, values


@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("seed", range(4))
def test_every_metric_of_two_classes_is_scikit_learns(seed: int, weights: str | None) -> None:
    table = binary(seed)
    y, p, w = table["y"], table["p"], table["w"] if weights else None
    found = measured(table, prediction="p", weights=weights).result
    expected = {
        "accuracy": metrics.accuracy_score(y, p, sample_weight=w),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, p, sample_weight=w),
        "precision": metrics.precision_score(y, p, sample_weight=w),
        "recall": metrics.recall_score(y, p, sample_weight=w),
        "specificity": metrics.recall_score(1 - y, 1 - p, sample_weight=w),
        "f1": metrics.f1_score(y, p, sample_weight=w),
        "selection_rate": np.average(p, weights=w),
    }
    assert values(found["metrics"]) == pytest.approx(expected, abs=1e-12)
    (tn, fp), (fn, tp) = metrics.confusion_matrix(y, p)
    assert found["confusion"] == {
        "true_positive": tp, "false_positive": fp, "true_negative": tn, "false_negative": fn
    }  # fmt: skip
    assert found["positives"] == y.sum()


def test_rates_have_wilsons_interval_by_the_effective_rows() -> None:
    table = binary(5)
    plain = measured(table, prediction="p").result["metrics"]["recall"]
    hits = int((table["y"] & table["p"]).sum())
    assert ends(plain) == pytest.approx(wilson(hits, int(table["y"].sum())), abs=1e-12)
    weighed = measured(table, prediction="p", weights="w").result
    w = table["w"]
    rows = w.sum() ** 2 / (w**2).sum()
    accuracy = weighed["metrics"]["accuracy"]
    assert ends(accuracy) == pytest.approx(wilson(value(accuracy) * rows, rows), abs=1e-12)
    assert "Kish" in weighed["approximation"]


def test_the_interval_of_f1_is_that_of_rows_drawn_with_replacement() -> None:
    table = binary(6)
    chance = np.random.default_rng(8)
    drawn = []
    for _ in range(2_000):
        rows = chance.integers(0, 300, 300)
        y, p = table["y"][rows], table["p"][rows]
        drawn.append(2 * (y & p).sum() / (y.sum() + p.sum()))
    found = measured(table, prediction="p").result["metrics"]["f1"]
    assert ends(found) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.012)
    assert ends(found) != ends(measured(table, seed=2, prediction="p").result["metrics"]["f1"])


def test_what_cannot_be_divided_is_undefined_and_f1_without_a_hit_is_0() -> None:
    found = measured({"y": [1, 0], "p": [0, 0]}, prediction="p").result["metrics"]
    assert found["precision"] == {"undefined": "no row is predicted positive", "n": 0}
    assert found["f1"]["value"] == "0.0"


def many(seed: int, classes: str = "abcd", n: int = 400) -> dict[str, object]:
    chance = np.random.default_rng(seed)
    y = chance.choice(list(classes), n)
    p = np.where(chance.random(n) < 0.6, y, chance.choice(list(classes), n))
    return {"y": y, "p": p, "w": chance.integers(0, 9, n) / 7}


@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("classes", ["ab", "abcd"])
def test_every_metric_of_many_classes_is_scikit_learns(classes: str, weights: str | None) -> None:
    table = many(3, classes)
    y, p, w = table["y"], table["p"], table["w"] if weights else None
    found = measured(table, task="multiclass", prediction="p", weights=weights).result
    expected = {
        "accuracy": metrics.accuracy_score(y, p, sample_weight=w),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, p, sample_weight=w),
    }
    for average in ("macro", "weighted"):
        for name in ("precision", "recall", "f1"):
            score = getattr(metrics, f"{name}_score")
            expected[f"{average}_{name}"] = score(y, p, average=average, sample_weight=w)
    assert values(found["metrics"]) == pytest.approx(expected, abs=1e-12)
    assert found["confusion"] == {"classes": list(classes), "rows": metrics.confusion_matrix(y, p).tolist()}
    each = metrics.precision_recall_fscore_support(y, p, sample_weight=w)
    for place, told in enumerate(found["by_class"]):
        assert list(values(told["metrics"]).values()) == pytest.approx([rates[place] for rates in each[:3]], abs=1e-12)
        assert (told["class"], told["n"]) == (classes[place], int((np.asarray(y) == classes[place]).sum()))
    assert found["positives"] is None


def test_numbers_of_a_class_that_is_never_predicted_do_not_exist() -> None:
    found = measured({"y": [*"aabbc"], "p": [*"aabab"]}, task="multiclass", prediction="p").result
    lonely = found["by_class"][2]
    assert (lonely["class"], lonely["predicted"], lonely["metrics"]["f1"]["value"]) == ("c", 0, "0.0")
    assert lonely["metrics"]["precision"] == {"undefined": "no row is predicted as it", "n": 0}
    assert found["metrics"]["macro_precision"] == {"undefined": "of a class no row is predicted as it", "n": 0}
    assert value(found["metrics"]["macro_f1"]) == pytest.approx(
        metrics.f1_score([*"aabbc"], [*"aabab"], average="macro")
    )


def test_intervals_of_averages_hold_the_average_and_grow_where_there_are_fewer_rows() -> None:
    wide, narrow = (
        measured(many(4, n=n), task="multiclass", prediction="p").result["metrics"]["macro_f1"] for n in (100, 1600)
    )
    for told in (wide, narrow):
        low, high = ends(told)
        assert low < value(told) < high
    assert 3 < (ends(wide)[1] - ends(wide)[0]) / (ends(narrow)[1] - ends(narrow)[0]) < 5


def test_a_table_with_more_classes_than_a_confusion_can_show_is_refused() -> None:
    names = [f"c{place:03}" for place in range(101)]
    with pytest.raises(UsageError, match="There are 101 classes"):
        measured({"y": names, "p": names}, task="multiclass", prediction="p")
    few = measured({"y": names[:40] * 3, "p": names[:40] * 3}, task="multiclass", prediction="p")
    assert few.parameters["draws"] == 1_000
