from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry_app.errors import UsageError
from registry_app.measure.explain.comparison import compare
from registry_app.measure.result import Result, decode

OLD = decode((Path(__file__).parent / "explanation-1.json").read_bytes())


def made(values: dict[str, float], half: float | None = 0.1, output: str = "log-odds") -> Result:
    none = {"undefined": "one row has no spread", "n": 1}
    told: list[Any] = [
        {"feature": name, "rank": rank, "value": repr(value),
         "ci": none if half is None else [repr(value - half), repr(value + half)]}
        for rank, (name, value) in enumerate(sorted(values.items(), key=lambda each: -each[1]), start=1)
    ]  # fmt: skip
    return replace(OLD, result={**OLD.result, "importance": told, "output": output})


def test_a_value_changed_only_when_the_intervals_lie_apart() -> None:
    found = compare(made({"a": 3.0, "b": 2.0, "c": 1.0}), made({"a": 3.1, "b": 2.5, "c": 0.5}))
    assert {each.feature: each.change for each in found.features} == {"a": "within intervals", "b": "more", "c": "less"}
    assert [each.feature for each in found.changed] == ["b", "c"]


def test_a_rank_changed_only_when_no_rank_is_possible_in_both() -> None:
    first = made({"a": 3.0, "b": 2.0, "c": 1.95})
    assert not any(each.reranked for each in compare(first, made({"a": 3.0, "c": 2.0, "b": 1.95})).features)
    swapped = compare(first, made({"a": 1.0, "b": 2.0, "c": 1.95}))
    assert {each.feature: each.reranked for each in swapped.features} == {"a": True, "b": False, "c": False}


def test_features_in_one_only_are_told_last_or_where_they_rank() -> None:
    found = compare(made({"a": 3.0, "old": 2.0}), made({"new": 4.0, "a": 3.0}))
    assert [(each.feature, each.change) for each in found.features] == [
        ("new", "only in the second"), ("a", "within intervals"), ("old", "only in the first"),
    ]  # fmt: skip
    assert found.features[0].first is None


def test_values_of_another_unit_or_without_intervals_are_not_compared() -> None:
    first = made({"a": 3.0, "b": 1.0})
    other = compare(first, made({"a": 0.1, "b": 0.5}, 0.01, "probability"))
    assert {each.change for each in other.features} == {"not comparable"}
    assert all(each.reranked for each in other.features)
    assert other.outputs == ("log-odds", "probability")
    bare = compare(first, made({"a": 0.1, "b": 0.5}, None))
    assert [(each.change, each.reranked) for each in bare.features] == [("not comparable", False)] * 2


def test_an_explanation_of_the_first_version_is_read_and_compared() -> None:
    assert OLD.version == 1
    assert compare(OLD, OLD).changed == ()


def test_what_is_no_explanation_is_refused() -> None:
    with pytest.raises(UsageError, match="no explanation"):
        compare(OLD, replace(OLD, kind="fairness"))
