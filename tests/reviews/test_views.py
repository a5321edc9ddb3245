"""What waits for whom, how a review stands, and what has changed since it was signed: now and as of a leaf."""

from __future__ import annotations

import pytest

from registry_app.evidence.actions import RecordEvidence
from registry_app.models.actions import RegisterModel, RegisterVersion, ReviseModel
from registry_app.people.actions import Disable, Revoke, ShredProfile
from registry_app.policy.actions import AdoptPack, Judge
from registry_app.reviews.actions import Comment, ConfirmRoute, Decide, ProposeRoute, Submit, Withdraw
from registry_app.reviews.facts import Stage
from registry_app.reviews.tables import CommentRow, DecisionRow, ReviewRow
from registry_app.reviews.views import Inbox, ReviewDetail, ReviewsOf, Routes
from tests.policy.test_actions import text
from tests.reviews.world import World, measured


@pytest.fixture
def world() -> World:
    return World()


def inbox(world: World, who: str, at: int | None = None, **more: object) -> list[str]:
    return [line.version for line in world.ask(who, Inbox(**more), at)]  # type: ignore[arg-type]


def shown(world: World, at: int | None = None) -> ReviewDetail:
    return world.ask("audit", ReviewsOf("m:1"), at)[0]


def submitted(world: World, many: int) -> list[str]:
    """So many further versions in review, oldest first."""
    for _ in range(many):
        world.run("dev2", RegisterVersion(model="m", artifact="c" * 64))
        world.run("dev", Submit("m"))
    return [f"m:{number}" for number in range(1, many + 2)]


def test_the_inbox_is_oldest_first_and_pages_without_gap_or_repeat(world: World) -> None:
    names = submitted(world, 6)
    assert inbox(world, "val") == names
    for limit in (1, 2, 3, 7, 50):
        found: list[str] = []
        after = -1
        while page := world.ask("val", Inbox(after=after, limit=limit)):
            assert len(page) <= limit
            found += [line.version for line in page]
            after = page[-1].seq
        assert found == names


def test_a_page_that_is_all_for_others_does_not_end_the_list(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_app.reviews.views.PAGE", 2)
    names = submitted(world, 5)
    world.run("val", Decide(names[-1], "approve"))
    assert inbox(world, "risk") == [names[-1]]
    assert inbox(world, "val", limit=4) == names[:4]
    assert inbox(world, "audit", everything=True) == names


def test_each_line_says_who_is_waited_for_and_how_many(world: World) -> None:
    world.run("dev", RegisterModel(name="c", team="credit", tier="critical", tier_rationale="r", purpose="p"))
    world.run("dev2", RegisterVersion(model="c", artifact="c" * 64))
    world.run("dev", Submit("c:1"))

    def line() -> tuple[str, str, int]:
        (found,) = [line for line in world.ask("audit", Inbox(everything=True)) if line.version == "c:1"]
        return found.stage, found.role, found.lacking

    seen = [line()]
    for who in ("val", "val2", "risk"):
        world.run(who, Decide("c:1", "approve"))
        seen.append(line())
    assert seen == [
        ("validation", "validator", 2),
        ("validation", "validator", 1),
        ("risk acceptance", "risk officer", 2),
        ("risk acceptance", "risk officer", 1),
    ]
    assert inbox(world, "risk") == []
    assert inbox(world, "risk2") == ["c:1"]


def test_who_may_not_decide_is_told_why(world: World) -> None:
    world.run("val", Decide("m:1", "request_changes", "x"))
    world.run("dev", Submit("m:1"))
    world.run("dev", RegisterModel(name="l", team="credit", tier="critical", tier_rationale="r", purpose="p"))
    world.run("dev2", RegisterVersion(model="l", artifact="c" * 64))
    world.run("dev", Submit("l:1"))
    world.run("val", Decide("l:1", "approve"))

    def why(who: str, version: str) -> str:
        (line,) = [line for line in world.ask(who, Inbox(everything=True)) if line.version == version]
        assert bool(line.why_you) != bool(line.why_not)
        return line.why_not

    assert why("val", "l:1") == "You have approved this evidence already."
    assert "is needed" in why("audit", "m:1")
    assert why("val2", "m:1") == ""


def test_the_inbox_is_that_of_then(world: World) -> None:
    approved = world.run("val", Decide("m:1", "approve")).at.seq
    gone = world.run("dev", Withdraw("m:1")).at.seq
    opened = shown(world).summary.seq
    assert [inbox(world, "val", at) for at in (opened - 1, opened, approved - 1, approved)] == [
        [],
        ["m:1"],
        ["m:1"],
        [],
    ]
    assert [inbox(world, "risk", at) for at in (approved - 1, approved, gone - 1, gone)] == [[], ["m:1"], ["m:1"], []]
    revoked = world.run("admin", Revoke(world.grant_of("val2"), "r")).at.seq
    assert [inbox(world, "val2", at) for at in (opened, revoked)] == [["m:1"], []]


def test_a_review_stands_as_of_each_leaf_as_it_stood_then(world: World) -> None:
    leaves = {"open": shown(world).summary.seq}
    for who in ("val", "risk"):
        leaves["approved"] = world.run(who, Decide("m:1", "approve")).at.seq
    leaves["lapsed"] = world.run("dev", RecordEvidence("m:1", measured())).at.seq
    assert {word: shown(world, at).standing for word, at in leaves.items()} == {word: word for word in leaves}
    assert shown(world, leaves["approved"] - 1).standing == "open"
    assert shown(world, leaves["lapsed"] - 1).standing == "approved"
    assert [line.lapsed for line in shown(world, leaves["approved"]).decisions] == [(), ()]
    assert [line.lapsed for line in shown(world).decisions] == [("evidence was added",)] * 2


def test_reviews_come_newest_first_and_comments_and_decisions_in_the_order_they_were_said(world: World) -> None:
    world.run("audit", Comment("m:1", "first"))
    world.run("val", Decide("m:1", "approve", "fine"))
    world.run("audit", Comment("m:1", "second"))
    world.run("val2", Decide("m:1", "request_changes", "not yet"))
    world.run("dev", Submit("m:1", "once more"))
    again, once = world.ask("audit", ReviewsOf("m:1"))
    assert (again.note, once.summary.state) == ("once more", "changes_requested")
    assert [(line.person, line.text) for line in once.comments] == [
        ("Audit Person", "first"),
        ("Audit Person", "second"),
    ]
    assert [(line.person, line.comment) for line in once.decisions] == [
        ("Val Person", "fine"),
        ("Val2 Person", "not yet"),
    ]
    (one, other), (yes, no) = once.comments, once.decisions
    assert one.seq < yes.seq < other.seq < no.seq
    assert (again.comments, again.decisions) == ((), ())


def test_a_decision_says_only_what_changed_after_it(world: World) -> None:
    world.run("val", Decide("m:1", "approve"))
    world.run("audit", Comment("m:1", "wait"))
    world.run("risk", AdoptPack(text(check="model.purpose != ''")))
    world.run("dev", Judge("m:1"))
    world.run("val2", Decide("m:1", "approve"))
    world.run("dev", ReviseModel(model="m", purpose="other"))
    first, second = shown(world).decisions
    assert first.lapsed == ("a comment was added", "the model's inventory entry changed", "the verdicts were added")
    assert second.lapsed == ("the model's inventory entry changed",)


def test_an_approval_stands_by_the_signatures_that_made_it_whatever_lapsed_before(world: World) -> None:
    world.run("val", Decide("m:1", "approve"))
    world.run("audit", Comment("m:1", "wait"))
    for who in ("val2", "risk"):
        world.run(who, Decide("m:1", "approve"))
    assert [bool(line.lapsed) for line in shown(world).decisions] == [True, False, False]
    assert shown(world).standing == "approved"


def test_the_gate_is_said_while_a_review_is_open_and_not_after(world: World) -> None:
    world.run("risk", AdoptPack(text()))
    world.run("dev", Judge("m:1"))
    assert "not met" in shown(world).gate
    world.run("dev", Withdraw("m:1"))
    assert shown(world).gate == ""


def test_routes_that_hold_come_before_proposals_that_wait(world: World) -> None:
    stages = (Stage("validation", "validator", 3),)
    saying = world.run("admin", ProposeRoute("high", stages, "more eyes"))
    name = saying.facts[0].proposal  # type: ignore[attr-defined]
    lines = world.ask("audit", Routes())
    assert [line.tier for line in lines] == ["critical", "high", "low", "medium", "high"]
    assert [(line.proposal, line.author, line.stages) for line in lines[4:]] == [(name, "Ada Admin", stages)]
    confirmed = world.run("risk", ConfirmRoute(name)).at.seq
    assert len(world.ask("audit", Routes())) == 4
    assert {line.stages for line in world.ask("audit", Routes()) if line.tier == "high"} == {stages}
    assert world.ask("audit", Routes(), confirmed - 1) == lines
    assert len(world.ask("audit", Routes(), saying.at.seq - 1)) == 4


def test_shredded_words_and_names_leave_the_decision_readable(world: World) -> None:
    world.run("audit", Comment("m:1", "Ann is ill"))
    world.run("val", Decide("m:1", "approve_with_conditions", "fine", "monthly"))
    world.run("admin", Disable("val", "left"))
    world.run("admin", ShredProfile("val", "GDPR Art. 17"))
    with world.rows() as rows:
        gone = [rows.all(CommentRow)[0]["text"], rows.all(DecisionRow)[0]["words"], rows.all(ReviewRow)[0]["note"]]
    for digest in gone:
        world.sql("UPDATE payload SET body = NULL WHERE digest = ?", digest)
    found = shown(world)
    (decision,) = found.decisions
    assert (decision.person, decision.comment, decision.conditions) == ("[shredded]", "[shredded]", "")
    assert (decision.outcome, decision.meaning) == ("approve_with_conditions", "approved with conditions after review")
    assert (found.note, found.comments[0].text) == ("[shredded]", "[shredded]")
