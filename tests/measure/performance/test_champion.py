from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from registry_app.measure.cells.significance import holm
from registry_app.measure.performance.champion import compared
from registry_app.measure.performance.scored import scored
from registry_app.measure.progress import SILENT
from registry_app.measure.result import Z95
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.memory import Memory
from tests.measure.performance.tables import binary, ends, measured, numbers, value
from tests.measure.performance.test_scored import placements

SCORES: dict[str, Any] = {"score": "s", "champion_score": "t"}
DECIDED: dict[str, Any] = {"prediction": "p", "champion_prediction": "q"}


def told_by(columns: dict[str, Any], **said: Any) -> dict[str, dict[str, Any]]:
    champion = measured(columns, **said).result["champion"]
    return {each["metric"]: each for each in champion["tests"]}


def rows(*cells: tuple[int, int, int]) -> dict[str, list[int]]:
    """Label 1 and 0 in turn; a cell is how many rows there are, whether the challenger is right, and whether the champion is."""
    found: dict[str, list[int]] = {"y": [], "p": [], "q": []}
    for n, challenger, champion in cells:
        for place in range(n):
            label = place % 2
            found["y"].append(label)
            found["p"].append(label if challenger else 1 - label)
            found["q"].append(label if champion else 1 - label)
    return found


def test_the_champion_has_the_metrics_that_it_would_have_alone() -> None:
    table = binary(1)
    both = measured(table, **SCORES, threshold=0.5, weights="w").result
    alone = measured(table, score="t", threshold=0.5, weights="w").result
    for name in ("metrics", "confusion", "curves", "calibration", "positives"):
        assert both["champion"][name] == alone[name]
    assert both["metrics"] == measured(table, score="s", threshold=0.5, weights="w").result["metrics"]
    assert alone["champion"] is None


@pytest.mark.parametrize(("apart", "other"), [(14, 5), (9, 9), (70, 44)])
def test_few_rows_in_which_one_is_right_have_the_exact_binomial_test(apart: int, other: int) -> None:
    told = measured(rows((200, 1, 1), (apart, 1, 0), (other, 0, 1), (30, 0, 0)), **DECIDED).result["champion"]
    (test,) = told["tests"]
    n = apart + other
    tail = sum(math.comb(n, each) for each in range(max(apart, other), n + 1)) / 2**n
    assert (test["method"], test["n"]) == ("mcnemar exact", n)
    assert float(test["p_value"]) == pytest.approx(min(1.0, 2 * tail), rel=1e-9)
    assert value(test["difference"]) == pytest.approx((apart - other) / (230 + n))
    assert told["agreement"] == {
        "both_right": 200,
        "challenger_right": apart,
        "champion_right": other,
        "both_wrong": 30,
    }


def test_many_rows_have_mcnemars_test_with_edwards_correction() -> None:
    test = told_by(rows((3_000, 1, 1), (700, 1, 0), (600, 0, 1)), **DECIDED)["accuracy"]
    assert test["method"] == "mcnemar"
    assert float(test["p_value"]) == pytest.approx(stats.chi2.sf((100 - 1) ** 2 / 1_300, 1), rel=1e-9)
    assert test["outcome"] == "challenger better"


def test_the_interval_of_a_difference_in_accuracy_is_bonett_and_prices() -> None:
    test = told_by(rows((60, 1, 1), (12, 1, 0), (5, 0, 1), (23, 0, 0)), **DECIDED)["accuracy"]
    one, other = 13 / 102, 6 / 102
    half = Z95 * math.sqrt((one + other - (one - other) ** 2) / 102)
    assert ends(test["difference"]) == pytest.approx((one - other - half, one - other + half), abs=1e-12)


def test_weights_make_rows_count_more_in_the_test_of_accuracy() -> None:
    table: dict[str, Any] = rows((40, 1, 1), (12, 1, 0), (12, 0, 1))
    table["w"] = [1.0] * 40 + [3.0] * 12 + [1.0] * 12
    test = told_by(table, **DECIDED, weights="w")["accuracy"]
    z = (36 - 12) / math.sqrt(12 * 9 + 12)
    assert test["method"] == "mcnemar weighted"
    assert float(test["p_value"]) == pytest.approx(2 * stats.norm.sf(z), rel=1e-9)
    assert value(test["difference"]) == pytest.approx(24 / 88)


@pytest.mark.parametrize("seed", range(4))
def test_areas_are_compared_by_delongs_covariance_of_all_pairs(seed: int) -> None:
    table = binary(seed, n=90)
    (up, down), (up_too, down_too) = (placements(table["y"], table[name]) for name in "st")
    covariance = np.cov(up, up_too) / len(up) + np.cov(down, down_too) / len(down)
    difference = np.mean(up) - np.mean(up_too)
    error = math.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    test = told_by(table, **SCORES)["roc_auc"]
    assert value(test["difference"]) == pytest.approx(difference, abs=1e-12)
    assert ends(test["difference"]) == pytest.approx((difference - Z95 * error, difference + Z95 * error), abs=1e-12)
    assert float(test["p_value"]) == pytest.approx(2 * stats.norm.sf(abs(difference) / error), rel=1e-9)


def test_brier_scores_and_errors_have_the_paired_t_test() -> None:
    table = binary(3)
    y = table["y"]
    expected = {"brier": (told_by(table, **SCORES), (table["s"] - y) ** 2, (table["t"] - y) ** 2)}
    table = numbers(3)
    y, found = table["y"], told_by(table, task="regression", **DECIDED)
    one, other = table["p"] - y, table["q"] - y
    expected["mean_squared_error"] = (found, one**2, other**2)
    expected["mean_absolute_error"] = (found, abs(one), abs(other))
    for name, (tests, first, second) in expected.items():
        reference = stats.ttest_rel(first, second)
        assert float(tests[name]["p_value"]) == pytest.approx(reference.pvalue, rel=1e-6)
        assert ends(tests[name]["difference"]) == pytest.approx(tuple(reference.confidence_interval()), abs=1e-9)
        assert tests[name]["method"] == "paired t"


def test_weights_count_by_their_effective_rows_in_the_paired_t_test() -> None:
    table = numbers(3)
    y, w = table["y"], table["w"]
    apart = abs(table["p"] - y) - abs(table["q"] - y)
    rows, mean = w.sum() ** 2 / (w**2).sum(), np.average(apart, weights=w)
    error = math.sqrt(np.average((apart - mean) ** 2, weights=w) / (rows - 1))
    test = told_by(table, task="regression", weights="w", **DECIDED)["mean_absolute_error"]
    half = stats.t.ppf(0.975, rows - 1) * error
    assert ends(test["difference"]) == pytest.approx((mean - half, mean + half), abs=1e-9)


def test_p_values_are_corrected_by_holm_and_the_outcome_follows_the_corrected_ones() -> None:
    tests = told_by(binary(5, n=600, better=0.04), **SCORES, threshold=0.5)
    assert list(tests) == ["accuracy", "roc_auc", "brier"]
    given = [float(each["p_value"]) for each in tests.values()]
    assert [float(each["adjusted"]) for each in tests.values()] == holm(given)
    for each in tests.values():
        assert (each["outcome"] == "no difference shown") == (float(each["adjusted"]) >= 0.05)


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({"score": "s", "champion_score": "t"}, "challenger better"),
        ({"score": "t", "champion_score": "s"}, "champion better"),
    ],
)
def test_who_is_better_is_said_of_each_metric_and_of_the_whole(said: dict[str, Any], outcome: str) -> None:
    table = binary(2, n=2_000, better=0.15)
    champion = measured(table, **said, threshold=0.5).result["champion"]
    assert champion["outcome"] == outcome
    assert {each["outcome"] for each in champion["tests"]} == {outcome}


def test_a_larger_error_is_the_worse_one() -> None:
    champion = measured(numbers(2), task="regression", **DECIDED).result["champion"]
    assert champion["outcome"] == "challenger better"
    assert value(champion["tests"][0]["difference"]) < 0


def test_models_that_are_each_better_in_something_are_called_so() -> None:
    chance = np.random.default_rng(1)
    y = chance.integers(0, 2, 3_000)
    ranked = np.clip(chance.normal(0.1 + 0.05 * y, 0.02), 0, 1)  # in order, and far from the truth
    level = np.full(3_000, 0.5) + chance.normal(0, 0.01, 3_000)
    champion = measured({"y": y, "s": ranked, "t": level}, **SCORES).result["champion"]
    assert {each["metric"]: each["outcome"] for each in champion["tests"]} == {
        "roc_auc": "challenger better", "brier": "champion better"
    }  # fmt: skip
    assert champion["outcome"] == "each better in something"


def test_models_that_say_the_same_show_no_difference() -> None:
    table = binary(1)
    champion = measured(table | {"t": table["s"], "q": table["p"]}, **SCORES, threshold=0.5).result["champion"]
    assert champion["outcome"] == "no difference shown"
    assert [each["p_value"] for each in champion["tests"]] == ["1.0"] * 3
    assert [value(each["difference"]) for each in champion["tests"]] == [0.0] * 3


def test_errors_that_differ_by_the_same_in_every_row_have_no_test() -> None:
    table = {"y": [0.0] * 5, "p": [1.0] * 5, "q": [2.0] * 5}
    champion = measured(table, task="regression", **DECIDED).result["champion"]
    squared = champion["tests"][0]
    assert value(squared["difference"]) == -3.0
    assert squared["p_value"] == squared["adjusted"] == squared["difference"]["ci"]
    assert squared["p_value"]["undefined"].startswith("all rows have the same")
    assert champion["outcome"] == "no difference shown"


def test_many_classes_are_compared_by_accuracy() -> None:
    chance = np.random.default_rng(4)
    y = chance.choice([*"abc"], 300)
    p, q = (np.where(chance.random(300) < share, y, "a") for share in (0.8, 0.4))
    champion = measured({"y": y, "p": p, "q": q}, task="multiclass", **DECIDED).result["champion"]
    assert [each["metric"] for each in champion["tests"]] == ["accuracy"]
    assert champion["outcome"] == "challenger better"
    assert champion["agreement"]["both_right"] == int(((p == y) & (q == y)).sum())
    assert champion["by_class"][1]["class"] == "b"


def test_a_champion_with_predictions_of_its_own_needs_no_threshold() -> None:
    table = binary(1)
    champion = measured(table, score="s", threshold=0.5, champion_prediction="q").result["champion"]
    assert [each["metric"] for each in champion["tests"]] == ["accuracy"]
    assert champion["curves"] is None
    assert champion["agreement"]["both_right"] == int(((table["p"] == table["y"]) & (table["q"] == table["y"])).sum())


def test_a_difference_of_chance_alone_is_shown_about_as_often_as_one_may_err() -> None:
    chance, y, shown = np.random.default_rng(1), np.arange(150) % 2, 0
    columns = {f"s{draw}": np.round(np.clip(chance.normal(0.4 + 0.2 * y, 0.2), 0, 1), 3) for draw in range(80)}
    with Memory(columns | {"y": y}, ["y", *columns]) as source:
        for draw in range(0, 80, 2):
            mapping = Mapping("y", positive="1", score=f"s{draw}", champion_score=f"s{draw + 1}")
            assert mapping.champion is not None
            told = compared(source, mapping, mapping.champion, scored(source, mapping), SILENT)
            shown += told["outcome"] != "no difference shown"
    assert shown <= 5
