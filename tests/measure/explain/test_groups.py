from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from registry_app.errors import UsageError
from registry_app.measure.explain.groups import UNKNOWN, by_group, named

DRAW = np.random.default_rng(5)
VALUES = DRAW.normal(0, 1, (300, 3)) * [1, 2, 0.1]
OUTPUTS = 0.4 + VALUES.sum(axis=1) + DRAW.normal(0, 1e-3, 300)
SEX = ["f"] * 120 + ["m"] * 170 + [UNKNOWN] * 10


def test_the_differences_and_what_is_left_sum_to_the_difference_in_mean_output() -> None:
    found = by_group(["a", "b", "c"], VALUES, OUTPUTS, {"sex": SEX})[0]
    assert [each["group"] for each in found["differences"]] == [UNKNOWN, "f"]
    for each in found["differences"]:
        ours, theirs = (OUTPUTS[[one == name for one in SEX]].mean() for name in (each["group"], each["against"]))
        total = sum(float(part["value"]) for part in each["contributions"]) + float(each["residual"]["value"])
        assert float(each["output"]["value"]) == pytest.approx(ours - theirs, abs=1e-12)
        assert total == pytest.approx(ours - theirs, abs=1e-9)
        assert abs(float(each["residual"]["value"])) < 1e-3


def test_each_feature_has_its_own_gap_with_an_interval_the_widest_gap_first() -> None:
    values = VALUES.copy()
    values[:120, 1] += 1.0
    found = by_group(["a", "b", "c"], values, OUTPUTS, {"sex": SEX})[0]["differences"][1]
    first = found["contributions"][0]
    assert first["feature"] == "b"
    assert float(first["value"]) == pytest.approx(values[:120, 1].mean() - values[120:290, 1].mean())
    assert float(first["ci"][0]) < float(first["value"]) < float(first["ci"][1])


def test_groups_are_told_with_their_size_and_small_ones_are_marked() -> None:
    groups = {each["group"]: each for each in by_group(["a", "b", "c"], VALUES, OUTPUTS, {"sex": SEX})[0]["groups"]}
    assert {name: (each["n"], each["small"]) for name, each in groups.items()} == {
        "f": (120, False), "m": (170, False), UNKNOWN: (10, True),
    }  # fmt: skip
    assert float(groups["m"]["mean"][0]["value"]) == pytest.approx(VALUES[120:290, 0].mean())


def test_a_group_of_one_row_has_no_interval() -> None:
    found = by_group(["a", "b", "c"], VALUES[:4], OUTPUTS[:4], {"sex": ["f", "m", "m", "m"]})[0]
    assert found["differences"][0]["contributions"][0]["ci"]["undefined"] == "a group of one row has no spread"


def test_what_has_no_value_is_a_group_of_its_own() -> None:
    assert named(pd.Series(["f", None, float("nan"), " ", pd.NA]), 5, "sex") == ["f", *[UNKNOWN] * 4]
    assert named([1, 2], 2, "age") == ["1", "2"]


def test_what_does_not_fit_the_rows_is_refused() -> None:
    with pytest.raises(UsageError, match="has 1 values for 2 rows"):
        named(["f"], 2, "sex")
    with pytest.raises(UsageError, match="has 51 groups"):
        named(range(51), 51, "sex")
