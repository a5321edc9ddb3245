"""What stays of reviews: each state between the leaf that brought it and the leaf that ended it."""

from __future__ import annotations

from typing import Any

import pytest

from registry_app.ledger.payload import Payloads
from registry_app.models.actions import RegisterModel, RegisterVersion
from registry_app.reviews.actions import Comment, ConfirmRoute, Decide, ProposeRoute, Submit, Withdraw
from registry_app.reviews.facts import Stage
from registry_app.reviews.routes import decode
from registry_app.reviews.tables import CommentRow, DecisionRow, ReviewRow, RouteProposalRow, RouteRow
from tests.reviews.world import World

ONE = (Stage("validation", "validator", 1),)


@pytest.fixture
def world() -> World:
    return World()


def states(world: World) -> list[tuple[str, int | None]]:
    """Each state of the review, oldest first, and the leaf that ended it."""
    version = world.version
    with world.rows() as rows:
        found = sorted(rows.every(ReviewRow, version=version), key=lambda row: int(row["since"]))
    return [(row["state"], row["until"]) for row in found]


def at(world: World, seq: int, table: Any, **equal: Any) -> Any:
    with world.rows(seq) as rows:
        return rows.one(table, **equal)


def test_a_review_stays_open_until_the_leaf_that_fills_the_last_quorum(world: World) -> None:
    world.run("val", Decide("m:1", "approve"))
    last = world.run("risk", Decide("m:1", "approve")).at.seq
    assert states(world) == [("open", last), ("approved", None)]
    assert at(world, last - 1, ReviewRow)["state"] == "open"
    assert at(world, last, ReviewRow)["state"] == "approved"
    assert at(world, last, ReviewRow)["submitted"] == at(world, last - 1, ReviewRow)["since"]
    assert world.replayed() == []


@pytest.mark.parametrize("with_", ["val", "risk"])
def test_one_condition_makes_the_whole_approval_conditional_whoever_sets_it(world: World, with_: str) -> None:
    for who in ("val", "risk"):
        outcome = "approve_with_conditions" if who == with_ else "approve"
        world.run(who, Decide("m:1", outcome, conditions="monthly" if who == with_ else ""))
    assert states(world)[-1] == ("approved_with_conditions", None)


def test_a_condition_that_lapsed_before_the_end_is_no_condition_of_the_approval(world: World) -> None:
    world.run("val", Decide("m:1", "approve_with_conditions", conditions="monthly"))
    world.run("audit", Comment("m:1", "weekly would be better"))
    for who in ("val", "risk"):
        world.run(who, Decide("m:1", "approve"))
    assert states(world)[-1][0] == "approved"
    assert world.replayed() == []


@pytest.mark.parametrize(
    ("who", "action", "state"),
    [
        ("val", Decide("m:1", "reject", "no"), "rejected"),
        ("val", Decide("m:1", "request_changes", "no"), "changes_requested"),
        ("dev", Withdraw("m:1"), "withdrawn"),
    ],
)
def test_a_review_ends_with_one_word_from_one_person(world: World, who: str, action: Any, state: str) -> None:
    last = world.run(who, action).at.seq
    assert states(world) == [("open", last), (state, None)]
    assert world.replayed() == []


def test_who_approved_before_a_rejection_is_kept_and_changes_nothing(world: World) -> None:
    world.run("val", Decide("m:1", "approve"))
    world.run("risk", Decide("m:1", "reject", "too early"))
    assert states(world)[-1][0] == "rejected"
    with world.rows() as rows:
        assert [row["outcome"] for row in rows.all(DecisionRow)] == ["approve", "reject"]


def test_a_route_holds_until_the_second_person_confirms_another(world: World) -> None:
    old = world.review.stages
    proposed = world.run("admin", ProposeRoute("medium", ONE, "fewer"))
    name = proposed.facts[0].proposal  # type: ignore[attr-defined]
    confirmed = world.run("risk", ConfirmRoute(name)).at.seq
    assert decode(at(world, confirmed - 1, RouteRow, tier="medium")["stages"]) == old
    assert decode(at(world, confirmed, RouteRow, tier="medium")["stages"]) == ONE
    assert at(world, proposed.at.seq - 1, RouteProposalRow) is None
    assert at(world, confirmed - 1, RouteProposalRow)["id"] == name
    assert at(world, confirmed, RouteProposalRow) is None
    assert decode(at(world, confirmed, ReviewRow)["stages"]) == old
    assert world.replayed() == []


def test_a_new_route_is_for_reviews_submitted_from_its_leaf_on(world: World) -> None:
    proposed = world.run("admin", ProposeRoute("medium", ONE, "fewer")).facts[0].proposal  # type: ignore[attr-defined]
    world.run("risk", ConfirmRoute(proposed))
    world.run("dev2", RegisterVersion(model="m", artifact="c" * 64))
    world.run("dev", Submit("m:2"))
    world.run("val", Decide("m:2", "approve"))
    world.run("val", Decide("m:1", "approve"))
    with world.rows() as rows:
        assert {row["state"] for row in rows.all(ReviewRow)} == {"approved", "open"}


def test_the_review_keeps_the_tier_it_was_submitted_under(world: World) -> None:
    world.run("dev", RegisterModel(name="low", team="credit", tier="low", tier_rationale="r", purpose="p"))
    world.run("dev2", RegisterVersion(model="low", artifact="c" * 64))
    world.run("dev", Submit("low:1"))
    with world.rows() as rows:
        tiers = {row["tier"]: len(decode(row["stages"])) for row in rows.all(ReviewRow)}
    assert tiers == {"medium": 2, "low": 1}


def test_words_are_kept_sealed_beside_who_said_them(world: World) -> None:
    world.run("val", Comment("m:1", "größer\nals gedacht"))
    world.run("val", Decide("m:1", "approve_with_conditions", "fine", "monthly"))
    with world.rows() as rows:
        payloads = Payloads(rows, world.sealer)
        (comment,), (decision,) = rows.all(CommentRow), rows.all(DecisionRow)
        said = payloads.fields(comment["text"]), payloads.fields(decision["words"])
    assert said == ({"text": "größer\nals gedacht"}, {"comment": "fine", "conditions": "monthly"})
    assert comment["person"] == decision["person"] == world.id("val")
