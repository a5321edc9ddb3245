from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from registry_app.measure.explain.associations import associations, correlation_ratio, cramers_v
from registry_app.measure.result import Undefined

DRAW = np.random.default_rng(8)
SEX = DRAW.choice(["f", "m"], 2000).tolist()


def test_what_has_nothing_to_do_with_each_other_is_near_nothing_and_what_is_the_same_is_one() -> None:
    assert cramers_v(DRAW.choice(list("abcdef"), 2000).tolist(), SEX) == pytest.approx(0, abs=0.05)
    assert cramers_v(SEX, SEX) == pytest.approx(1)
    assert correlation_ratio(DRAW.normal(size=2000), SEX) == pytest.approx(0, abs=0.06)
    found = correlation_ratio(np.array([each == "f" for each in SEX], dtype=float), SEX)
    assert found == pytest.approx(1, abs=1e-6)


def test_a_column_of_names_is_no_proxy_for_being_different_in_every_row() -> None:
    assert cramers_v([str(each) for each in range(200)], SEX[:200]) in (0.0, Undefined("there are too few rows", 200))


def test_two_by_two_is_the_phi_coefficient_freed_of_its_bias() -> None:
    first, second = ["a"] * 30 + ["b"] * 30, ["x"] * 20 + ["y"] * 10 + ["x"] * 5 + ["y"] * 25
    phi = (20 * 25 - 10 * 5) ** 2 / (30 * 30 * 25 * 35)
    freed = ((phi - 1 / 59) / (2 - 1 / 59 - 1)) ** 0.5
    assert cramers_v(first, second) == pytest.approx(freed)


def test_the_square_of_the_ratio_is_kelleys_epsilon_of_the_ranks() -> None:
    numbers, groups = np.array([1.0, 2, 3, 4, 5, 6, 7, 80]), list("aabbabbb")
    ranks = np.arange(1, 9)
    where = np.array(groups)
    between = sum((where == one).sum() * (ranks[where == one].mean() - 4.5) ** 2 for one in "ab")
    expected = 1 - 7 / 6 * (1 - between / 42)
    assert correlation_ratio(numbers, groups) == pytest.approx(expected**0.5)


def test_what_cannot_be_measured_says_why() -> None:
    assert correlation_ratio(np.ones(10), SEX[:10]) == Undefined("the feature has one value only", 10)
    assert correlation_ratio(np.arange(3.0), ["f"] * 3) == Undefined("there are not two groups with rows enough", 3)
    assert cramers_v(["a"] * 5, SEX[:5]) == Undefined("one of the two has one value only", 5)


def test_each_feature_is_measured_by_what_fits_it_and_flagged_from_the_limit_on() -> None:
    height = np.where(np.array(SEX) == "m", 178.0, 165.0) + DRAW.normal(0, 7, 2000)
    height[0] = np.nan
    title = ["Mr" if each == "m" else "Ms" for each in SEX]
    frame = pd.DataFrame(
        {"height": height, "title": title, "noise": DRAW.normal(size=2000), "yes": [True, False] * 1000}
    )
    found = {each["feature"]: each for each in associations(list(frame), frame, {"sex": SEX}, 0.3)}
    assert {name: (each["statistic"], each["proxy"]) for name, each in found.items()} == {
        "height": ("correlation_ratio", True), "title": ("cramers_v", True),
        "noise": ("correlation_ratio", False), "yes": ("cramers_v", False),
    }  # fmt: skip
    strict = associations(["height"], frame[["height"]].to_numpy(), {"sex": SEX}, 0.99)
    assert strict[0]["proxy"] is False
