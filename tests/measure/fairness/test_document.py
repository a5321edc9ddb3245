from __future__ import annotations

import csv
import gzip
import subprocess
import sys
from pathlib import Path
from typing import Any

import fairlearn.metrics as fair
import jsonschema
import numpy as np
import pandas as pd
import pytest

from registry_app.errors import UsageError
from registry_app.measure.result import Result, decode, schema
from tests.measure.fairness.tables import disparity, group, measured, selected

NAMES = [
    f"{a}_{b}" for a in ("demographic_parity", "equalized_odds", "equal_opportunity") for b in ("difference", "ratio")
]


def made(seed: int, n: int = 400, classes: int = 2) -> dict[str, Any]:
    draws = np.random.default_rng(seed)
    score = draws.random(n).round(3)
    return {
        "y": draws.integers(0, classes, n).tolist(), "p": draws.integers(0, classes, n).tolist(), "s": score.tolist(),
        "g": draws.choice(list("abcd"), n).tolist(), "h": draws.choice(list("xy"), n).tolist(),
        "w": draws.integers(1, 9, n).tolist(), "v": draws.normal(size=n).tolist(),
    }  # fmt: skip


def sound(result: Result) -> Result:
    """``result``, when it reads back and is what its schema says."""
    assert decode(result.encode()) == result
    assert result.version == 2
    return result


@pytest.mark.parametrize("weights", [None, "w"])
def test_every_disparity_of_a_document_is_fairlearns_and_lies_in_its_interval_or_near(weights: str | None) -> None:
    table = made(1)
    found = sound(measured(table, "g", "h", weights=weights))
    features = pd.DataFrame({"g": table["g"], "h": table["h"]})
    given: dict[str, Any] = {
        "y_true": table["y"],
        "y_pred": table["p"],
        "sample_weight": table["w"] if weights else None,
    }
    for by in (["g"], ["h"], ["g", "h"]):
        for name in NAMES:
            theirs = getattr(fair, name)
            ours = disparity(found, name, *by)
            given["sensitive_features"] = features[by]
            assert float(ours["value"]) == pytest.approx(theirs(**given), abs=1e-12)
            assert float(ours["to_overall"]["value"]) == pytest.approx(theirs(method="to_overall", **given), abs=1e-12)
            if "odds" in name:
                assert float(ours["mean"]["value"]) == pytest.approx(theirs(agg="mean", **given), abs=1e-12)
            ends = float(ours["lowest"]["value"]), float(ours["highest"]["value"])
            made_of = ends[1] - ends[0] if name.endswith("difference") else ends[0] / ends[1]
            assert made_of == pytest.approx(float(ours["value"]), abs=1e-12)
            low, high = (float(end) for end in ours["ci"])
            assert low < high
    assert ("Kish" in found.result["approximation"]) == bool(weights)


def test_a_group_has_its_rows_its_metrics_and_their_intervals() -> None:
    found = sound(measured(selected(("a", 100, 90), ("b", 100, 45)), "g"))
    shown = group(found, g="b")
    assert (shown["n"], shown["small"], shown["against"]) == (100, False, {"g": "a"})
    assert shown["metrics"]["count"] == {"value": "100"}
    assert shown["metrics"]["selection_rate"]["value"] == "0.45"
    assert [round(float(end), 4) for end in shown["metrics"]["selection_rate"]["ci"]] == [0.3561, 0.5476]
    assert shown["impact_ratio"]["value"] == "0.5"
    assert shown["test"]["method"] == "fisher"
    assert group(found, g="a")["test"] is None
    assert found.result["outcome"] == "disparity shown"


def test_the_interval_of_a_disparity_is_that_of_its_group_rates() -> None:
    """Two large groups: the difference has the normal interval of two independent shares."""
    found = measured(selected(("a", 4000, 2400), ("b", 4000, 2000)), "g")
    low, high = (float(end) for end in disparity(found, "demographic_parity_difference", "g")["ci"])
    half = 1.96 * np.sqrt(0.24 / 4000 + 0.25 / 4000)
    assert (low, high) == pytest.approx((0.1 - half, 0.1 + half), abs=0.0015)


def test_a_group_without_positives_is_undefined_and_named_where_it_is_left_out() -> None:
    rows = [(1, 1, "a"), (1, 0, "a"), (0, 0, "a"), (1, 1, "b"), (0, 1, "b"), (0, 1, "c"), (0, 0, "c")]
    table = {name: [row[place] for row in rows] for place, name in enumerate("ypg")}
    found = sound(measured(table, "g"))
    assert group(found, g="c")["metrics"]["true_positive_rate"] == {
        "undefined": "no row of the group is positive", "n": 0,
    }  # fmt: skip
    ours = disparity(found, "equal_opportunity_difference", "g")
    assert ours["value"] == "0.5"
    assert ours["left_out"] == [
        {"by": {"g": "c"}, "metric": "true_positive_rate", "reason": "no row of the group is positive", "n": 0}
    ]
    assert (ours["highest"]["by"], ours["lowest"]["by"]) == ({"g": "b"}, {"g": "a"})


def test_when_nobody_is_selected_ratios_are_undefined_and_nothing_is_claimed() -> None:
    found = sound(measured(selected(("a", 50, 0), ("b", 50, 0)), "g"))
    assert found.result["outcome"].startswith("cannot tell: needs about ")
    assert disparity(found, "demographic_parity_ratio", "g")["undefined"] == "the selection_rate of every group is 0"
    assert group(found, g="b")["impact_ratio"]["n"] == 50


def test_within_control_features_groups_are_compared_stratum_by_stratum() -> None:
    table = made(3)
    found = sound(
        measured({**table, "c": ["m" if each % 3 else "n" for each in range(400)]}, "g", control=(_feature("c"),))
    )
    assert [each["within"] for each in found.result["within"]] == [{"c": "m"}, {"c": "n"}]
    frame = fair.MetricFrame(
        metrics=fair.selection_rate, y_true=table["y"], y_pred=table["p"], sensitive_features=pd.Series(table["g"], name="g"),
        control_features=pd.Series(["m" if each % 3 else "n" for each in range(400)], name="c"),
    )  # fmt: skip
    for part in found.result["within"]:
        ours = next(each for each in part["disparities"] if each["metric"] == "demographic_parity_ratio")
        assert float(ours["value"]) == pytest.approx(frame.ratio().loc[part["within"]["c"]], abs=1e-12)
    assert sum(part["n"] for part in found.result["within"]) == found.result["n"]


def _feature(name: str) -> Any:
    from registry_app.measure.table.mapping import Feature

    return Feature(name)


def test_many_classes_have_a_rate_for_each_against_the_rest() -> None:
    table = made(4, classes=3)
    found = sound(measured(table, "g", positive=None, task="multiclass"))
    shown = group(found, g="a")["metrics"]
    rows = [(y, p) for y, p, g in zip(table["y"], table["p"], table["g"], strict=True) if g == "a"]
    of_two = [p == 2 for y, p in rows if y == 2]
    assert float(shown["recall[2]"]["value"]) == pytest.approx(sum(of_two) / len(of_two))
    assert float(shown["accuracy"]["value"]) == pytest.approx(sum(y == p for y, p in rows) / len(rows))
    assert found.parameters["limit_metric"] == "accuracy_ratio"
    assert "four_fifths" not in found.result


def test_a_regression_has_means_and_their_distances() -> None:
    found = sound(measured(made(5), "g", label="v", prediction="s", positive=None, task="regression"))
    shown = group(found, g="a")["metrics"]
    low, high = (float(end) for end in shown["mean_absolute_error"]["ci"])
    assert low < float(shown["mean_absolute_error"]["value"]) < high
    apart = next(each for each in found.result["aggregates"] if each["metric"] == "mean_squared_error")
    assert isinstance(apart["difference"]["between_groups"]["ci"], list)
    assert found.result["disparities"] == []


def test_scores_without_a_threshold_are_selected_above_their_median() -> None:
    found = sound(measured(made(6), "g", prediction=None, score="s"))
    scores = np.array(made(6)["s"])
    assert float(found.parameters["median_score"]) == np.median(scores)
    above = [s > np.median(scores) for s, g in zip(scores, made(6)["g"], strict=True) if g == "b"]
    assert float(group(found, g="b")["metrics"]["selection_rate"]["value"]) == pytest.approx(np.mean(above))
    assert {table["kind"] for table in found.result["bias_audit"]} == {"scoring"}


def test_when_half_of_the_scores_are_one_no_score_lies_above_the_median() -> None:
    table = {"y": [0, 1] * 10, "s": [1.0] * 12 + [0.2] * 8, "g": list("ab") * 10}
    with pytest.raises(UsageError, match="none lies above the median"):
        measured(table, "g", prediction=None, score="s")


def test_the_same_seed_gives_the_same_result_and_another_seed_other_intervals() -> None:
    table = selected(("a", 90, 50), ("b", 80, 30))
    first, again, other = (measured(table, "g", seed=seed) for seed in (4, 4, 5))
    assert first.result == again.result
    assert first.result != other.result


def test_no_feature_bad_limits_and_too_many_groups_are_refused() -> None:
    with pytest.raises(UsageError, match="No sensitive feature"):
        measured({"y": [1, 0], "p": [1, 0]})
    with pytest.raises(UsageError, match="out of range"):
        measured(selected(("a", 9, 5), ("b", 9, 5)), "g", more={"limit": 0})
    many = {
        "y": [0, 1] * 800,
        "p": [0, 1] * 800,
        "g": [str(i % 40) for i in range(1600)],
        "h": [str(i // 40) for i in range(1600)],
    }
    with pytest.raises(UsageError, match="1600 groups together"):
        measured(many, "g", "h")


def test_a_document_of_version_1_is_still_read() -> None:
    text = (Path(__file__).parent / "fairness-1.json.gz").read_bytes()
    old = decode(gzip.decompress(text))
    assert (old.kind, old.version) == ("fairness", 1)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"kind": "fairness", "version": 1} | {"result": {}}, schema("fairness", 1))


def german() -> dict[str, Any]:
    """Three columns of Hofmann (1994), Statlog (German Credit Data), doi 10.24432/C5NC77, CC BY 4.0; sex derived."""
    with gzip.open(Path(__file__).parents[1] / "german_credit_sex_age.csv.gz", "rt", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return {
        "credit": [row["credit"] for row in rows],
        "same": [row["credit"] for row in rows],
        "sex": [row["sex"] for row in rows],
        "age": [int(row["age"]) for row in rows],
    }


def test_the_german_credit_figures_are_the_known_ones() -> None:
    found = measured(german(), "sex", "age:26", label="credit", prediction="same", positive="good")
    shown = [
        (next(iter(each["by"].values())), each["n"], round(float(each["metrics"]["selection_rate"]["value"]), 4))
        for each in found.result["groups"]
        if len(each["by"]) == 1
    ]
    assert shown == [
        ("female", 310, 0.6484),
        ("male", 690, 0.7232),
        ("26 and over", 810, 0.7284),
        ("under 26", 190, 0.5789),
    ]
    assert [each["outcome"] for each in found.result["outcomes"][:2]] == [
        "no disparity beyond the limit", "disparity shown",
    ]  # fmt: skip
    assert found.result["outcome"] == "disparity shown"


def test_a_file_is_measured_without_fairlearn_scikit_learn_and_pandas(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    columns = made(7)
    file.write_text(
        "y,p,g\n" + "\n".join(f"{y},{p},{g}" for y, p, g in zip(columns["y"], columns["p"], columns["g"], strict=True))
    )
    code = (
        "import sys\n"
        "from registry_app.measure.fairness.document import fairness\n"
        "from registry_app.measure.table.mapping import Feature, Mapping\n"
        "from registry_app.measure.table.source import open_source\n"
        f"with open_source({str(file)!r}) as source:\n"
        "    fairness(source, Mapping('y', positive='1', prediction='p', sensitive=(Feature('g'),)), 1)\n"
        "print(sorted({'fairlearn', 'sklearn', 'pandas', 'duckdb'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "['duckdb']"
