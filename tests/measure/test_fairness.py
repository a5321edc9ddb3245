from __future__ import annotations

import csv
import gzip
import os
from pathlib import Path
from typing import Any

import fairlearn.metrics as fair
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from sklearn.metrics import accuracy_score

from registry_app.errors import UsageError
from registry_app.measure.fairness import fairness
from registry_app.measure.predictions import Mapping, Predictions
from registry_app.measure.result import Result, decode


def table(rows: list[tuple[int, int, str]]) -> Predictions:
    columns = {"y": [row[0] for row in rows], "p": [row[1] for row in rows], "g": [row[2] for row in rows]}
    return Predictions.from_frame(columns, Mapping("y", "1", prediction="p", sensitive=("g",)))


def group(result: Result, **by: str) -> dict[str, Any]:
    return next(each for each in result.result["groups"] if each["by"] == by)


def disparity(result: Result, metric: str, *by: str) -> dict[str, Any]:
    return next(each for each in result.result["disparities"] if each["metric"] == metric and each["by"] == list(by))


def counted(*groups: tuple[str, int, int]) -> Predictions:
    """Groups by name, rows and how many of them are selected; labels alternate."""
    rows = [(place % 2, int(place < hits), name) for name, n, hits in groups for place in range(n)]
    return table(rows)


ROWS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 1), st.sampled_from("abc"), st.sampled_from("xy")), max_size=60
)


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_every_number_is_metric_frames_and_its_nan_is_undefined(drawn: list[tuple[int, int, str, str]]) -> None:
    drawn += [(0, 1, "a", "x"), (1, 0, "b", "y"), (1, 1, "a", "x"), (0, 0, "b", "y")]
    frame = pd.DataFrame(drawn, columns=["y", "p", "g", "h"])
    found = fairness(Predictions.from_frame(frame, Mapping("y", "1", prediction="p", sensitive=("g", "h"))), 1)
    assert decode(found.encode()) == found
    reference = {
        "selection_rate": fair.selection_rate,
        "true_positive_rate": lambda y, p: fair.true_positive_rate(y, p, pos_label=1) if y.max() else np.nan,
        "false_positive_rate": lambda y, p: fair.false_positive_rate(y, p, pos_label=1) if not y.min() else np.nan,
        "accuracy": accuracy_score,
        "count": fair.count,
    }
    for by in (["g"], ["h"], ["g", "h"]):
        expected = fair.MetricFrame(
            metrics=reference, y_true=frame["y"], y_pred=frame["p"], sensitive_features=frame[by]
        )
        for key, row in expected.by_group.dropna(how="all").iterrows():
            names = key if isinstance(key, tuple) else (key,)
            if row["count"] == 0:
                continue
            ours = group(found, **dict(zip(by, names, strict=True)))
            for metric in reference:
                if np.isnan(row[metric]):
                    assert "undefined" in ours["metrics"][metric]
                else:
                    assert float(ours["metrics"][metric]["value"]) == pytest.approx(row[metric], abs=1e-12)


NAMES = [
    f"{a}_{b}" for a in ("demographic_parity", "equalized_odds", "equal_opportunity") for b in ("difference", "ratio")
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_disparity_is_fairlearns(name: str, seed: int) -> None:
    draws = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"y": draws.integers(0, 2, 300), "p": draws.integers(0, 2, 300), "g": draws.choice(list("abcd"), 300)}
    )
    found = fairness(Predictions.from_frame(frame, Mapping("y", "1", prediction="p", sensitive=("g",))), 1)
    expected = getattr(fair, name)(frame["y"], frame["p"], sensitive_features=frame["g"])
    ours = disparity(found, name, "g")
    assert float(ours["value"]) == pytest.approx(expected, abs=1e-12)
    low, high = (float(end) for end in ours["ci"])
    assert low <= high
    assert ours["left_out"] == []


def german() -> Predictions:
    """Three columns of Hofmann (1994), Statlog (German Credit Data), doi 10.24432/C5NC77, CC BY 4.0; sex derived."""
    path = Path(os.path.dirname(__file__)) / "german_credit_sex_age.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    columns = {
        "credit": [row["credit"] for row in rows],
        "same": [row["credit"] for row in rows],
        "sex": [row["sex"] for row in rows],
        "age": ["over 25" if int(row["age"]) > 25 else "up to 25" for row in rows],
    }
    return Predictions.from_frame(columns, Mapping("credit", "good", prediction="same", sensitive=("sex", "age")))


def test_the_german_credit_figures_are_the_known_ones() -> None:
    found = fairness(german(), 1)
    rates = {
        name: (group(found, **by)["n"], round(float(group(found, **by)["metrics"]["selection_rate"]["value"]), 4))
        for name, by in {
            "male": {"sex": "male"}, "female": {"sex": "female"},
            "older": {"age": "over 25"}, "younger": {"age": "up to 25"},
        }.items()
    }  # fmt: skip
    assert rates == {"male": (690, 0.7232), "female": (310, 0.6484), "older": (810, 0.7284), "younger": (190, 0.5789)}
    assert float(disparity(found, "demographic_parity_ratio", "sex")["value"]) == pytest.approx(
        (201 / 310) / (499 / 690)
    )
    assert found.result["outcomes"][0]["outcome"] == "no disparity beyond the limit"
    assert found.result["outcomes"][1]["outcome"] == "disparity shown"
    assert found.result["outcome"] == "disparity shown"
    assert float(group(found, sex="female")["fisher"]["p_value"]) == pytest.approx(
        fisher_exact([[201, 109], [499, 191]]).pvalue
    )
    assert len([each for each in found.result["groups"] if len(each["by"]) == 2]) == 4


def test_the_most_selected_group_is_the_reference_and_has_no_test() -> None:
    found = fairness(counted(("a", 100, 90), ("b", 100, 45)), 1)
    assert group(found, g="a")["fisher"] is None
    assert group(found, g="b")["against"] == {"g": "a"}
    assert group(found, g="b")["impact_ratio"] == {"value": "0.5"}


def test_a_gap_that_chance_does_not_explain_is_shown() -> None:
    assert fairness(counted(("a", 100, 90), ("b", 100, 45)), 1).result["outcome"] == "disparity shown"


def test_a_gap_that_could_be_chance_cannot_be_told() -> None:
    found = fairness(counted(("a", 40, 20), ("b", 40, 15)), 1).result["outcome"]
    assert found.startswith("cannot tell: the gap of g b could be chance (p = 0.3")


def test_a_small_group_below_the_limit_cannot_be_told_and_is_marked() -> None:
    found = fairness(counted(("a", 100, 90), ("b", 100, 88), ("c", 29, 3)), 1)
    assert found.result["outcome"] == "cannot tell: g c has 29 rows, fewer than 30"
    assert [group(found, g=name)["small"] for name in "abc"] == [False, False, True]


def test_a_small_group_does_not_become_the_reference() -> None:
    found = fairness(counted(("a", 100, 80), ("b", 100, 78), ("c", 5, 5)), 1)
    assert group(found, g="c")["against"] == {"g": "a"}
    assert found.result["outcome"] == "no disparity beyond the limit"


def test_fewer_than_two_large_groups_cannot_be_told() -> None:
    found = fairness(counted(("a", 100, 80), ("b", 10, 1)), 1)
    assert found.result["outcome"] == "cannot tell: fewer than two groups have 30 rows"


def test_when_nobody_is_selected_ratios_are_undefined_and_nothing_is_claimed() -> None:
    found = fairness(counted(("a", 50, 0), ("b", 50, 0)), 1)
    assert decode(found.encode()) == found
    assert found.result["outcome"] == "cannot tell: nobody is selected in any group"
    assert disparity(found, "demographic_parity_ratio", "g")["undefined"] == "the selection_rate of every group is 0"
    assert group(found, g="b")["impact_ratio"]["n"] == 50


def test_a_group_without_positives_is_undefined_and_named_where_it_is_left_out() -> None:
    rows = [(1, 1, "a"), (1, 0, "a"), (0, 0, "a"), (1, 1, "b"), (0, 1, "b"), (0, 1, "c"), (0, 0, "c")]
    found = fairness(table(rows), 1)
    assert group(found, g="c")["metrics"]["true_positive_rate"] == {
        "undefined": "no row of the group is positive", "n": 0,
    }  # fmt: skip
    ours = disparity(found, "equal_opportunity_difference", "g")
    assert ours["value"] == "0.5"
    assert ours["left_out"] == [
        {"by": {"g": "c"}, "metric": "true_positive_rate", "reason": "no row of the group is positive", "n": 0}
    ]
    assert decode(found.encode()) == found


def test_the_same_seed_gives_the_same_result() -> None:
    first, again = (
        fairness(counted(("a", 90, 50), ("b", 80, 30)), 4),
        fairness(counted(("a", 90, 50), ("b", 80, 30)), 4),
    )
    assert first.result == again.result


def test_no_feature_bad_limits_and_too_many_groups_are_refused() -> None:
    plain = Predictions.from_frame({"y": [1, 0], "p": [1, 0]}, Mapping("y", "1", prediction="p"))
    with pytest.raises(UsageError, match="No sensitive feature"):
        fairness(plain, 1)
    with pytest.raises(UsageError, match="out of range"):
        fairness(counted(("a", 9, 5), ("b", 9, 5)), 1, limit=0)
    many = {
        "y": [0, 1] * 800,
        "p": [0, 1] * 800,
        "g": [str(i % 40) for i in range(1600)],
        "h": [str(i // 40) for i in range(1600)],
    }
    with pytest.raises(UsageError, match="1600 groups together"):
        fairness(Predictions.from_frame(many, Mapping("y", "1", prediction="p", sensitive=("g", "h"))), 1)
