from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

from registry_app.errors import UsageError
from registry_app.measure.explain import explain
from registry_app.measure.explain.reasons import Reasons, compared_with, furthest_below, usual
from registry_app.measure.result import Result, decode

NAMES = ["a", "b", "c", "d", "e", "f"]
TEXTS = {name: f"Too little {name}" for name in NAMES}
DRAW = np.random.default_rng(4)
TABLE = np.round(DRAW.normal(0, 1, (400, 6)), 2)
WEIGHTS = np.array([4.0, 2.0, 1.0, 0.5, 0.25, 0.1])
SCORE = LinearRegression().fit(TABLE, TABLE @ WEIGHTS)


def reasoned(rows: list[int], model: Any = SCORE, **given: Any) -> Result:
    asked = Reasons(**({"pass_score": 1.0, "texts": TEXTS} | given.pop("asked", {})))
    return explain(model, TABLE, TABLE, NAMES, 1, rows, reasons=asked, checks=False, **given)


def failing() -> list[int]:
    return [int(place) + 1 for place in np.flatnonzero(TABLE @ WEIGHTS < 0.9)[:20]]


def features(case: dict[str, Any]) -> list[str]:
    return [each["feature"] for each in case["decision"]["reasons"]]


def test_reasons_are_where_the_applicant_is_furthest_below_those_just_above_the_pass_score() -> None:
    found = reasoned(failing())
    scores = TABLE @ WEIGHTS
    passing = np.flatnonzero(scores >= 1.0)
    near = passing[np.argsort(scores[passing], kind="stable")][:30]
    for number, case in zip(failing(), found.result["cases"], strict=True):
        below = WEIGHTS * (TABLE[near].mean(axis=0) - TABLE[number - 1])
        expected = [NAMES[each] for each in np.argsort(-below, kind="stable")[:4] if below[each] > 0]
        assert features(case) == expected
        assert case["decision"]["passes"] is False
        for each in case["decision"]["reasons"]:
            assert float(each["below"]["value"]) == pytest.approx(below[NAMES.index(each["feature"])], abs=1e-9)
            assert each["text"] == TEXTS[each["feature"]]
    assert decode(found.encode()) == found


def test_or_where_they_are_furthest_below_the_average_of_all_applicants() -> None:
    found = reasoned(failing(), asked={"against": "all applicants"})
    for number, case in zip(failing(), found.result["cases"], strict=True):
        below = WEIGHTS * (TABLE.mean(axis=0) - TABLE[number - 1])
        assert features(case) == [NAMES[each] for each in np.argsort(-below, kind="stable")[:4] if below[each] > 0]


def test_where_less_is_better_the_reasons_are_what_raises_the_score() -> None:
    risk = LinearRegression().fit(TABLE, -(TABLE @ WEIGHTS))
    turned = reasoned(failing(), risk, asked={"pass_score": -1.0, "passes": "at most"})
    assert [features(case) for case in turned.result["cases"]] == [
        features(case) for case in reasoned(failing()).result["cases"]
    ]


def test_whoever_passes_has_no_reasons() -> None:
    best = int((TABLE @ WEIGHTS).argmax()) + 1
    decision = reasoned([best]).result["cases"][0]["decision"]
    assert decision == {"passes": True, "reasons": [], "flips_together": None}


def test_a_reason_flips_the_outcome_when_the_usual_value_would_have_passed() -> None:
    found = reasoned(failing())
    scores = TABLE @ WEIGHTS
    passing = np.flatnonzero(scores >= 1.0)
    near = TABLE[passing[np.argsort(scores[passing], kind="stable")][:30]]
    usual_values = np.sort(near, axis=0)[14]
    flips = []
    for number, case in zip(failing(), found.result["cases"], strict=True):
        together = TABLE[number - 1].copy()
        for each in case["decision"]["reasons"]:
            place = NAMES.index(each["feature"])
            changed = TABLE[number - 1].copy()
            changed[place] = together[place] = usual_values[place]
            assert float(each["reference"]) == usual_values[place]
            assert each["flips"] == bool(changed @ WEIGHTS >= 1.0)
            flips.append(each["flips"])
        assert case["decision"]["flips_together"] == bool(together @ WEIGHTS >= 1.0)
    assert {True, False} <= set(flips)


def test_stability_is_the_share_of_reruns_that_give_the_reason_again() -> None:
    found = reasoned(failing(), asked={"reruns": 3})
    shares = [
        float(each["stability"]["value"]) for case in found.result["cases"] for each in case["decision"]["reasons"]
    ]
    assert set(shares) <= {0.0, 1 / 3, 2 / 3, 1.0}
    assert sum(shares) / len(shares) > 0.8
    bare = reasoned(failing(), asked={"reruns": 0})
    assert bare.result["cases"][0]["decision"]["reasons"][0]["stability"] == {
        "undefined": "it was not done again", "n": 0,
    }  # fmt: skip


def test_forbidden_features_and_proxies_are_flagged_wherever_they_are_a_reason() -> None:
    sex = np.where(TABLE[:, 0] > 0, "m", "f")
    found = reasoned(failing(), sensitive={"sex": sex}, forbidden=["b"])
    flags = {each["feature"]: each["flags"] for case in found.result["cases"] for each in case["decision"]["reasons"]}
    assert flags["a"] == ["proxy for sex"]
    assert flags["b"] == ["forbidden"]
    assert flags["c"] == []
    assert found.result["forbidden"] == ["b"]


def test_a_category_is_set_as_a_whole_and_named_as_the_table_names_it() -> None:
    frame = pd.DataFrame(
        {"home": DRAW.choice(["own", "rent", "free"], 300, p=[0.6, 0.3, 0.1]), "pay": DRAW.normal(0, 1, 300)}
    )
    labels = (frame["home"] == "own") * 2 + frame["pay"] > 1
    prepare = ColumnTransformer([("w", OneHotEncoder(), ["home"]), ("n", "passthrough", ["pay"])])
    model = Pipeline([("p", prepare), ("c", LogisticRegression())]).fit(frame, labels)
    asked = Reasons(0.5, {"home": "Does not own a home", "pay": "Earns too little"}, against="all applicants", reruns=0)
    rows = [int(place) + 1 for place in np.flatnonzero((frame["home"] == "rent") & ~labels)[:10]]
    found = explain(model, frame, frame, list(frame), 1, rows, reasons=asked, checks=False)
    home = [each for case in found.result["cases"] for each in case["decision"]["reasons"] if each["feature"] == "home"]
    assert home
    assert {each["reference"] for each in home} == {"own"}
    groups = {"dwelling": ["w__home_free", "w__home_own", "w__home_rent"], "money": ["n__pay"]}
    other = Reasons(0.5, {"dwelling": "Does not own a home", "money": "Earns too little"}, reruns=0)
    grouped = explain(model, frame, frame, list(frame), 1, rows, groups, reasons=other, checks=False)
    assert grouped.result["cases"][0]["decision"]["reasons"][0]["reference"] == ""


def test_there_are_never_more_than_four_and_only_what_lies_below() -> None:
    asked = Reasons(0.0, {})
    found = furthest_below(asked, np.array([-1.0, -3, -2, 0, -4, -5]), np.zeros(6))
    assert [place for place, _ in found] == [5, 4, 1, 2]
    assert furthest_below(asked, np.array([1.0, 2]), np.zeros(2)) == []


def test_just_above_are_the_nearest_tenth_and_at_least_thirty_of_those_who_pass() -> None:
    scores = np.arange(1000) / 1000
    assert compared_with(Reasons(0.5, {}), scores) == list(range(500, 550))
    assert compared_with(Reasons(0.99, {}), scores) == list(range(990, 1000))
    assert compared_with(Reasons(0.5, {}, "at most"), scores) == list(range(500, 450, -1))


def test_the_usual_value_is_one_that_a_row_has() -> None:
    table = np.array([[1.0, 1, 0], [2, 1, 0], [9, 0, 1], [5, 1, 0]])
    reference, holders = usual(table, [0, 1, 1], 3)
    assert reference.tolist() == [2.0, 1.0, 0.0]
    assert table[holders[0], 0] == 2.0


def test_what_cannot_be_reasoned_about_is_refused() -> None:
    with pytest.raises(UsageError, match="No row is at or above"):
        reasoned(failing(), asked={"pass_score": 1e9})
    with pytest.raises(UsageError, match="1 features have no reason text"):
        reasoned(failing(), asked={"texts": dict.fromkeys(NAMES[1:], "x")})
    with pytest.raises(UsageError, match="reruns cannot be made"):
        Reasons(0.5, {}, reruns=21)
    with pytest.raises(UsageError, match="way to find reasons"):
        Reasons(0.5, {}, against="nobody")  # type: ignore[arg-type]
