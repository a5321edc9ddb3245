"""A measurement that was made again: equal, near, or somewhere else."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from registry_app.measure.result import Result
from registry_app.measure.sameness import chosen, sameness
from tests.golden.story import result


def changed(place: tuple[Any, ...], value: Any, **fields: Any) -> Result:
    """The golden result with another value at ``place`` in its numbers."""
    found = copy.deepcopy(result())
    at: Any = found.result
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = value
    return replace(found, **fields)


METRIC = ("metrics", "accuracy", "value")


def test_circumstances_are_no_difference() -> None:
    other = replace(result(), libraries={}, platform="elsewhere", duration_ms=5)
    assert sameness(result(), other).outcome == "matches"


@pytest.mark.parametrize(
    ("near", "outcome"),
    [(1e-10, "within tolerance"), (1e-8, "differs"), (0.0, "matches"), (-1e-10, "within tolerance")],
)
def test_a_number_is_near_by_its_size(near: float, outcome: str) -> None:
    value = float(result().result["metrics"]["accuracy"]["value"])
    assert sameness(result(), changed(METRIC, repr(value * (1 + near)))).outcome == outcome


@pytest.mark.parametrize(
    ("place", "value", "where"),
    [
        (("n",), 5, "result / n"),
        (("metrics", "accuracy"), {"undefined": "no rows", "n": 0}, "result / metrics / accuracy / value"),
        (("metrics", "accuracy", "ci"), ["0.0"], "result / metrics / accuracy / ci / 1"),
        (("more",), "x", "result / more"),
    ],
    ids=["count", "undefined", "shorter", "added"],
)
def test_everything_else_is_equal_or_differs_where_it_stands(place: tuple[Any, ...], value: Any, where: str) -> None:
    found = sameness(result(), changed(place, value))
    assert found.outcome == "differs"
    assert where in {each.place for each in found.differences if not each.close}


@pytest.mark.parametrize("fields", [{"seed": 12}, {"kind": "load"}, {"version": 9}, {"parameters": {}}])
def test_what_was_chosen_counts_too(fields: dict[str, Any]) -> None:
    assert sameness(result(), replace(result(), **fields)).outcome == "differs"


def test_the_same_model_in_another_sandbox_is_the_same_model() -> None:
    run = {
        "digest": "a" * 64,
        "format": "skops",
        "features": ["x"],
        "sandbox": {"level": 3},
        "trust": None,
        "waiver": None,
    }
    one = replace(result(), data={**result().data, "model": run})
    two = replace(result(), data={**result().data, "model": {**run, "sandbox": {"level": 2}}})
    three = replace(result(), data={**result().data, "model": {**run, "digest": "b" * 64}})
    assert sameness(one, two).outcome == "matches"
    assert [each.place for each in sameness(one, three).differences] == ["data / model / digest"]
    assert sameness(one, result()).outcome == "differs"


def test_what_differs_stands_before_what_is_near() -> None:
    near = changed(METRIC, repr(float(result().result["metrics"]["accuracy"]["value"]) * (1 + 1e-12)))
    both = replace(near, result={**near.result, "n": 99})
    assert [each.close for each in sameness(result(), both).differences] == [False, True]


def test_what_was_asked_for_is_the_same_whatever_was_found_and_wherever_it_ran() -> None:
    run = {"digest": "b" * 64, "format": "skops", "features": ["age"], "sandbox": {"level": 3}, "waiver": None}
    asked = chosen({"digest": "a" * 64, "model": run}, {"limit": "0.8", "median_score": "0.4"}, 1)
    elsewhere = {**run, "sandbox": {"level": 0}, "waiver": {"by": "x", "reason": "y"}}
    assert asked == chosen({"digest": "a" * 64, "model": elsewhere}, {"limit": "0.8", "explained_rows": 9}, 1)
    assert asked != chosen({"digest": "a" * 64, "model": {**run, "features": ["sex"]}}, {"limit": "0.8"}, 1)
    assert asked != chosen({"digest": "a" * 64, "model": run}, {"limit": "0.7"}, 1)
    assert asked != chosen({"digest": "a" * 64, "model": run}, {"limit": "0.8", "hidden_below": 10}, 1)
    assert asked != chosen({"digest": "a" * 64, "model": run}, {"limit": "0.8"}, 2)
