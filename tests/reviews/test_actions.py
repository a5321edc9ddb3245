"""What people say in reviews is taken over what was on their screen, with the words that it needs, or refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry_app.errors import Refused, UsageError
from registry_app.models.actions import RegisterVersion, SetAlias
from registry_app.policy.actions import AdoptPack, WithdrawPack
from registry_app.policy.views import VerdictsOf
from registry_app.reviews.actions import (
    AdoptFirstRoutes,
    Comment,
    ConfirmRoute,
    Decide,
    ProposeRoute,
    Submit,
    Withdraw,
)
from registry_app.reviews.facts import OUTCOMES, Stage
from registry_app.reviews.views import ReviewsOf
from tests.policy.test_actions import text
from tests.reviews.world import World

ONE = (Stage("validation", "validator", 1),)


@pytest.fixture
def world() -> World:
    return World()


def newest(world: World, version: str = "m:1") -> Any:
    return world.ask("audit", ReviewsOf(version))[0]


@pytest.mark.parametrize("outcome", ["", "Approve", "approved", "abstain", "approve "])
def test_a_decision_is_one_of_four(world: World, outcome: str) -> None:
    with pytest.raises(UsageError, match="is no decision"):
        world.run("val", Decide("m:1", outcome, "c", "d"))


@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\u2003"])
def test_a_condition_is_named_and_a_refusal_explained(world: World, blank: str) -> None:
    with pytest.raises(UsageError, match="names them"):
        world.run("val", Decide("m:1", "approve_with_conditions", "c", blank))
    for outcome in ("request_changes", "reject"):
        with pytest.raises(UsageError, match="needs a reason"):
            world.run("val", Decide("m:1", outcome, blank))
    with pytest.raises(UsageError, match="comment is empty"):
        world.run("val", Comment("m:1", blank))
    world.run("val", Decide("m:1", "approve", blank))


@pytest.mark.parametrize("odd", ["\x1b[2J", "a\u202eb", "a\u200bb", "x" * 8001])
def test_words_that_act_hide_or_never_end_are_refused(world: World, odd: str) -> None:
    for action in (Comment("m:1", odd), Decide("m:1", "reject", odd), Decide("m:1", "approve", "", odd)):
        with pytest.raises(UsageError):
            world.run("val", action)
    with pytest.raises(UsageError):
        world.run("dev", Withdraw("m:1", odd))


def test_a_decision_is_over_what_was_on_the_screen_and_over_nothing_newer(world: World) -> None:
    shown = world.review.subject
    world.run("audit", Comment("m:1", "look at the second table"))
    with pytest.raises(Refused, match="changed meanwhile"):
        world.run("val", Decide("m:1", "approve", subject=shown))
    world.run("val", Decide("m:1", "approve", subject=world.review.subject))


def test_the_passphrase_is_asked_for_a_decision_and_for_nothing_else() -> None:
    asking = {
        action: action.REAUTHENTICATE for action in (Submit, Decide, Comment, Withdraw, ProposeRoute, ConfirmRoute)
    }
    assert [action for action, asks in asking.items() if asks] == [Decide]


def test_a_review_goes_by_its_id_or_by_its_version_under_any_of_its_names(world: World) -> None:
    world.run("dev", SetAlias("m:1", "champion"))
    for name in (world.review.summary.id, "m:1", "m:champion", "m", world.version):
        world.run("val", Comment(name, f"said of {name}"))
    assert len(world.review.comments) == 5


def test_what_is_closed_or_was_never_opened_takes_no_word(world: World) -> None:
    world.run("dev2", RegisterVersion(model="m", artifact="c" * 64))
    review = world.review.summary.id
    world.run("dev", Withdraw("m:1"))
    for name in ("m:1", "m:2", review):
        for action in (Comment(name, "late"), Decide(name, "approve"), Withdraw(name)):
            with pytest.raises(UsageError, match="no open review"):
                world.run("dev", action)
    with pytest.raises(UsageError, match="no version"):
        world.run("dev", Comment("m:3", "x"))


def test_a_version_taken_back_or_sent_back_is_submitted_again_and_a_rejected_one_is_not(world: World) -> None:
    world.run("dev", Withdraw("m:1", "too early"))
    world.run("dev", Submit("m:1", "again"))
    assert newest(world).note == "again"
    world.run("val", Decide("m:1", "request_changes", "tables are missing"))
    world.run("dev", Submit("m:1"))
    world.run("val", Decide("m:1", "reject", "no"))
    with pytest.raises(Refused, match="rejected"):
        world.run("dev", Submit("m:1"))
    assert [review.summary.state for review in world.ask("audit", ReviewsOf("m:1"))] == [
        "rejected",
        "changes_requested",
        "withdrawn",
    ]
    assert world.replayed() == []


def test_verdicts_go_with_the_submission_under_every_adopted_pack(world: World) -> None:
    world.run("dev", Withdraw("m:1"))
    world.run("risk", AdoptPack(text()))
    saying = world.run("dev", Submit("m:1"))
    assert [fact.KIND for fact in saying.facts] == ["verdicts-recorded", "review-submitted"]
    assert [line.seq for line in world.ask("audit", VerdictsOf("m:1"))] == [saying.at.seq]
    world.run("dev", Withdraw("m:1"))
    world.run("risk", WithdrawPack("test-pack", "r"))
    assert [fact.KIND for fact in world.run("dev", Submit("m:1")).facts] == ["review-submitted"]


def test_an_approved_version_may_be_submitted_again(world: World) -> None:
    for who in ("val", "risk"):
        world.run(who, Decide("m:1", "approve"))
    world.run("dev", Submit("m:1", "for the yearly review"))
    assert newest(world).summary.state == "open"


def test_the_first_routes_are_adopted_once(world: World) -> None:
    with pytest.raises(Refused, match="proposed and confirmed"):
        world.run("admin", AdoptFirstRoutes())


@pytest.mark.parametrize(
    "stages",
    [
        (),
        ONE * 2,
        tuple(Stage(f"s{n}", "validator", 1) for n in range(11)),
        (Stage("validation", "validator", 0),),
        (Stage("validation", "validator", 21),),
        (Stage("validation", "wizard", 1),),
        (Stage("", "validator", 1),),
        (Stage("a\x1bb", "validator", 1),),
        (Stage("x" * 61, "validator", 1),),
    ],
)
def test_a_route_of_no_form_is_not_proposed(world: World, stages: tuple[Stage, ...]) -> None:
    with pytest.raises((Refused, UsageError)):
        world.run("admin", ProposeRoute("medium", stages, "r"))
    with pytest.raises(Refused, match="no risk tier"):
        world.run("admin", ProposeRoute("extreme", ONE, "r"))
    longest = tuple(Stage(f"s{n}", "validator", 20) for n in range(10))
    world.run("admin", ProposeRoute("medium", longest, "r"))


def test_a_proposal_is_confirmed_once_by_somebody_else(world: World) -> None:
    name = world.run("admin", ProposeRoute("medium", ONE, "r")).facts[0].proposal  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="somebody else"):
        world.run("admin", ConfirmRoute(name))
    for who in ("dev", "val", "audit"):
        with pytest.raises(Refused, match="is needed to confirm"):
            world.run(who, ConfirmRoute(name))
    world.run("risk", ConfirmRoute(name))
    with pytest.raises(UsageError, match="No such proposal"):
        world.run("risk2", ConfirmRoute(name))


def test_each_outcome_is_signed_with_its_own_meaning(world: World) -> None:
    for outcome in OUTCOMES:
        said = world.decision(outcome=outcome, comment="c", conditions="d")
        with pytest.raises(Refused, match="means something else"):
            world.say("val", replace(said, meaning="seen"))
