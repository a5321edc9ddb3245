"""A route: which stage waits, and that a quorum is of people."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_app.errors import RegistryError
from registry_app.models.facts import TIERS
from registry_app.people.facts import ROLES
from registry_app.reviews.facts import Stage
from registry_app.reviews.routes import FIRST_ROUTES, approvers, decode, encode, passed, waiting

TWO = (Stage("validation", "validator", 2), Stage("risk acceptance", "risk_officer", 1))


def said(person: str, stage: str = "validation", outcome: str = "approve") -> dict[str, Any]:
    return {"person": person, "stage": stage, "outcome": outcome}


def test_every_tier_begins_with_a_route_of_reviewers_and_a_higher_tier_asks_for_no_less() -> None:
    assert list(FIRST_ROUTES) == list(TIERS)
    needed = [sum(stage.quorum for stage in FIRST_ROUTES[tier]) for tier in TIERS]
    assert needed == sorted(needed) == [1, 2, 2, 4]
    assert {stage.role for route in FIRST_ROUTES.values() for stage in route} <= set(ROLES) - {"admin", "developer"}


def test_the_same_person_twice_is_one_person() -> None:
    assert approvers(TWO[0], [said("a"), said("a"), said("a", outcome="approve_with_conditions")]) == {"a"}
    assert waiting(TWO, [said("a"), said("a")]) == TWO[0]
    assert waiting(TWO, [said("a"), said("b")]) == TWO[1]


@pytest.mark.parametrize("outcome", ["request_changes", "reject", "", "approved"])
def test_only_approvals_count(outcome: str) -> None:
    assert approvers(TWO[0], [said("a", outcome=outcome)]) == set()


def test_an_approval_counts_at_its_own_stage_and_a_later_stage_does_not_wait_alone() -> None:
    later = [said("c", "risk acceptance")]
    assert waiting(TWO, later) == TWO[0]
    assert waiting(TWO, [*later, said("a"), said("b")]) is None
    assert passed(TWO, [*later, said("a"), said("b")])
    assert not passed(TWO, [said("a"), said("b"), said("c")])


def test_a_route_without_stages_is_passed_by_nobody_who_could_be_asked() -> None:
    """No rule lets one be adopted."""
    assert passed((), [])


STAGES = st.lists(st.builds(Stage, st.text(max_size=9), st.sampled_from(ROLES), st.integers(1, 20)), max_size=10)


@given(STAGES)
def test_a_route_is_kept_in_one_form_and_reads_back(stages: list[Stage]) -> None:
    assert decode(encode(stages)) == tuple(stages)
    assert encode(decode(encode(stages))) == encode(stages)


@pytest.mark.parametrize("text", ["", "{", '[["a","b"', '[["a", "b", 1.5]]'])
def test_what_is_no_route_is_damage(text: str) -> None:
    with pytest.raises(RegistryError):
        decode(text)
