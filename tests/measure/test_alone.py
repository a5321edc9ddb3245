"""Which groups of few people a document tells of by themselves, whoever wrote it."""

from __future__ import annotations

from typing import Any

import pytest

from registry_app.measure.alone import below, told_alone
from registry_app.measure.fairness.pooling import called

FEW = {"by": {"sex": "x"}, "n": 3}
MANY = {"by": {"sex": "f"}, "n": 10}


@pytest.mark.parametrize(
    "result",
    [
        {"groups": [MANY, FEW]},
        {"groups": [MANY], "within": [{"within": {"site": "a"}, "n": 90, "groups": [FEW]}]},
        {"groups": [MANY], "within": [{"within": {"site": "a"}, "n": 3, "groups": []}]},
        {"four_fifths": [{"by": ["sex"], "groups": [FEW, MANY]}]},
        {"bias_audit": [{"by": ["sex"], "rows": [{"by": {"sex": "x"}, "applicants": 3}]}]},
        {"balance": [MANY, FEW]},
        {"groups": [{"by": "sex", "groups": [{"group": "x", "n": 3}]}]},
    ],
    ids=["groups", "within a stratum", "a stratum", "four fifths", "bias audit", "label balance", "attributions"],
)
def test_a_small_group_is_seen_wherever_a_document_tells_of_groups(result: dict[str, Any]) -> None:
    assert told_alone({}, result, 10) == 3
    assert told_alone({"hidden_below": 10}, result, 0) == 3
    assert told_alone({"hidden_below": 2}, result, 10) is None
    assert told_alone({"hidden_below": 0}, result, 10) is None
    assert told_alone({}, result, 0) is None


def test_groups_put_together_are_few_only_where_all_are() -> None:
    result = {"groups": [{"by": {"sex": called(10)}, "n": 3}], "balance": [MANY]}
    assert told_alone({"hidden_below": 10}, result, 10) is None
    assert told_alone({"hidden_below": 20}, result, 10) == 3


@pytest.mark.parametrize("said", [1, -3, True, "10", None, 2.0])
def test_a_size_that_puts_nobody_together_says_nothing(said: Any) -> None:
    assert below({"hidden_below": said}) is None
    assert told_alone({"hidden_below": said}, {"groups": [FEW]}, 10) == 3


@pytest.mark.parametrize("odd", [None, 7, "x", [], [[]], [{"n": "3"}], [{"by": [], "n": None}], {"n": 3}])
def test_what_is_of_no_form_tells_of_nobody_and_breaks_nothing(odd: Any) -> None:
    parts = ("groups", "four_fifths", "bias_audit", "balance", "within")
    assert told_alone({}, dict.fromkeys(parts, odd), 10) is None
