"""The key figures of a dossier: what they count is what is signed, met and measured, and nothing is rounded to a pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry_app.measure.result import Result
from registry_app.policy.views import VerdictLine
from registry_app.reporting.cards import Card, cards_of
from registry_app.reporting.content import DossierContent
from registry_app.reporting.figures import figures_of
from registry_app.reviews.facts import Stage
from tests.measure import six
from tests.reporting.conftest import Handed
from tests.reporting.test_standing import decided, review


@pytest.fixture
def content(handed: Handed) -> DossierContent:
    return handed.content


def card(content: DossierContent, place: int) -> Card:
    return cards_of(content, figures_of(content))[place]


def ranking(content: DossierContent) -> Card:
    return card(content, 0)


def ratio(content: DossierContent) -> Card:
    return card(content, 1)


def controls(content: DossierContent) -> Card:
    return card(content, 2)


def signed(content: DossierContent) -> Card:
    return card(content, 3)


def only(content: DossierContent, *kinds: str) -> DossierContent:
    return replace(content, evidence=tuple(item for item in content.evidence if item.summary.kind in kinds))


def measured(content: DossierContent, kind: str, **changes: Any) -> DossierContent:
    """The same dossier with the one measurement of that kind changed."""
    evidence = tuple(
        replace(item, result=replace(item.result, **changes)) if item.summary.kind == kind and item.result else item
        for item in content.evidence
    )
    return replace(content, evidence=evidence)


def result_of(content: DossierContent, kind: str) -> Result:
    (found,) = [item.result for item in content.evidence if item.summary.kind == kind]
    assert found is not None
    return found


TWO = (Stage("validation", "validator", 2), Stage("risk acceptance", "risk_officer", 1))


def test_people_are_counted_and_not_names(content: DossierContent) -> None:
    """Two reviewers may be called alike; nobody signs the same thing twice."""
    same = [decided("Ann Lee", 7), decided("Ann Lee", 8)]
    found = signed(replace(content, reviews=(review("open", *same, stages=TWO),)))
    assert (found.value, found.tone, found.note) == ("2 of 3", "warn", "validation, risk acceptance")
    whole = [*same, decided("Risk", 9, stage="risk acceptance")]
    assert signed(replace(content, reviews=(review("approved", *whole, stages=TWO),))).value == "3 of 3"


def test_a_lapsed_signature_and_a_refusal_are_no_approvals(content: DossierContent) -> None:
    lines = [
        decided("Val", 6, lapsed=("evidence was added",)),
        decided("Ann", 7, outcome="request_changes"),
        decided("Bob", 8, outcome="approve_with_conditions"),
    ]
    assert signed(replace(content, reviews=(review("open", *lines, stages=TWO),))).value == "1 of 3"
    assert signed(replace(content, reviews=())).value == "none"


def verdicts(*outcomes: str, severity: str = "blocking") -> tuple[VerdictLine, ...]:
    return tuple(
        VerdictLine("p", "1", f"C-{n}", "t", outcome, severity, "", "", "because.", (), 1)
        for n, outcome in enumerate(outcomes)
    )


@pytest.mark.parametrize(
    ("outcomes", "value", "note", "tone"),
    [
        ((), "none", "no policy pack was applied", "bad"),
        (("not_applicable",), "none", "no policy pack was applied", "bad"),
        (("met", "not_applicable"), "1 of 1", "none open", "good"),
        (("met", "not_met"), "1 of 2", "1 not met", "bad"),
        (("met", "insufficient_evidence", "insufficient_evidence"), "1 of 3", "2 insufficient evidence", "bad"),
        (("met", "waived"), "1 of 2", "1 waived", "warn"),
    ],
)
def test_controls_are_counted_by_what_they_came_to(
    content: DossierContent, outcomes: tuple[str, ...], value: str, note: str, tone: str
) -> None:
    found = controls(replace(content, verdicts=verdicts(*outcomes)))
    assert (found.value, found.note, found.tone) == (value, note, tone)


def test_an_advisory_control_warns_and_does_not_condemn(content: DossierContent) -> None:
    assert controls(replace(content, verdicts=verdicts("met", "not_met", severity="advisory"))).tone == "warn"


def test_evidence_that_is_absent_is_said_to_be_absent(content: DossierContent) -> None:
    none = only(content)
    assert (ranking(none).value, ranking(none).tone) == ("none", "bad")
    assert (ratio(none).value, ratio(none).tone) == ("none", "bad")
    assert figures_of(none) == ()


def with_ratios(content: DossierContent, *values: tuple[object, bool], limit: str = "0.8") -> DossierContent:
    """Fairness evidence whose groups have those impact ratios; a second entry says whether the group is small."""
    result = result_of(content, "fairness")
    group = result.result["groups"][0]
    groups = [
        {
            **group,
            "by": {"sex": f"g{n}"},
            "small": small,
            "impact_ratio": {"value": value} if value else {"undefined": "x", "n": 0},
        }
        for n, (value, small) in enumerate(values)
    ]
    return measured(
        content,
        "fairness",
        result={**result.result, "groups": groups},
        parameters={**result.parameters, "limit": limit},
    )


@pytest.mark.parametrize(
    ("values", "value", "tone"),
    [
        ((("1.0", False), ("0.8", False)), "0.800", "good"),
        ((("1.0", False), ("0.79999", False)), "0.800", "bad"),
        ((("0.5", True), ("0.9", False)), "0.900", "good"),
        (((None, False), ("0.9", False)), "0.900", "good"),
        ((("0.5", True), (None, False)), "undefined", "warn"),
        ((), "undefined", "warn"),
    ],
    ids=["at the limit", "a hair below", "small group", "undefined group", "nothing to go by", "no groups"],
)
def test_the_lowest_ratio_is_that_of_the_worst_group_that_is_large_enough(
    content: DossierContent, values: tuple[tuple[object, bool], ...], value: str, tone: str
) -> None:
    found = ratio(with_ratios(content, *values))
    assert (found.value, found.tone) == (value, tone)


def test_the_group_is_named_and_four_fifths_only_where_the_limit_is(content: DossierContent) -> None:
    assert ratio(with_ratios(content, ("0.7", False))).note == "sex g0; four fifths is 0.80"
    other = with_ratios(content, ("0.7", False), limit="0.9")
    assert ratio(other).note == "sex g0; the limit is 0.90"


def test_shredded_evidence_is_no_key_figure(content: DossierContent) -> None:
    hollow = replace(content, evidence=tuple(replace(item, result=None) for item in content.evidence))
    assert (ranking(hollow).value, ratio(hollow).value) == ("none", "none")


def test_a_number_that_does_not_exist_is_undefined_with_its_reason(content: DossierContent) -> None:
    result = result_of(content, "performance")
    metrics = {**result.result["metrics"], "roc_auc": {"undefined": "one class only", "n": 12}}
    found = ranking(measured(content, "performance", result={**result.result, "metrics": metrics}))
    assert (found.value, found.note) == ("undefined", "one class only")


@pytest.mark.parametrize(("found", "label"), [(six.classes(3), "Accuracy"), (six.numbers(), "Mean absolute error")])
def test_each_task_has_a_key_figure_of_its_own(content: DossierContent, found: Result, label: str) -> None:
    assert ranking(measured(content, "performance", result=found.result)).label == label
