"""How far a review has come, who may not decide and why, and what closes the gate: at each instant the same for all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from registry_app.errors import Refused
from registry_app.evidence.actions import RecordEvidence
from registry_app.ledger.entry import Entry
from registry_app.models.actions import RegisterVersion, ReviseModel
from registry_app.people.actions import AddMember, FormTeam, Grant, RemoveMember
from registry_app.policy.actions import AdoptPack, GrantWaiver, Judge, RevokeWaiver, WithdrawPack
from registry_app.policy.views import WaiversOf
from registry_app.reviews.actions import Comment, Decide
from registry_app.reviews.standing import Progress, progress_of, why_not
from registry_app.reviews.tables import ReviewRow
from registry_app.reviews.views import Inbox
from registry_app.vault import clock
from tests.policy.test_actions import CONTROL, START, text
from tests.reviews.world import LATER, World, measured

MET = text("2.0", "model.purpose != ''")
ADVISED = text("3.0").replace(b"severity: blocking", b"severity: advisory")


@pytest.fixture
def world() -> World:
    return World()


def progress(world: World) -> Progress:
    with world.rows() as rows:
        return progress_of(rows, rows.all(ReviewRow)[0])


def reason(world: World, handle: str, role: str = "validator") -> str:
    with world.rows() as rows:
        review = rows.all(ReviewRow)[0]
        stages = {stage.role: stage for stage in progress_of(rows, review).stages}
        now = clock.text(clock.now())
        return why_not(rows, Entry(-1, world.id(handle), "", now, now), review, world.id(handle), stages[role])


def test_a_review_waits_at_its_first_stage_that_lacks_people(world: World) -> None:
    assert [stage.name for stage in progress(world).stages] == ["validation", "risk acceptance"]
    seen = []
    for who in ("val", "risk"):
        stage = progress(world).stage
        seen.append(stage.name if stage else "")
        world.run(who, Decide("m:1", "approve"))
    assert seen == ["validation", "risk acceptance"]
    after = progress(world)
    assert (after.stage, after.approved) == (None, (world.id("val"), world.id("risk")))


def test_an_approval_counts_for_what_it_was_signed_over_and_again_when_that_comes_back(world: World) -> None:
    world.run("risk", AdoptPack(MET))
    world.run("dev", Judge("m:1"))
    world.run("val", Decide("m:1", "approve"))
    world.run("risk2", GrantWaiver("m:1", "test-pack", CONTROL, LATER, "r"))
    assert progress(world).approved == ()
    assert [row["person"] for row in progress(world).lapsed] == [world.id("val")]
    (waiver,) = world.ask("audit", WaiversOf("m:1"))
    world.run("risk2", RevokeWaiver(waiver.id, "not needed"))
    assert progress(world).approved == (world.id("val"),)
    assert progress(world).lapsed == ()
    world.run("risk", Decide("m:1", "approve"))
    assert world.review.standing == "approved"
    assert world.replayed() == []


def test_who_sends_back_approves_nothing(world: World) -> None:
    world.run("val", Decide("m:1", "request_changes", "why"))
    assert (progress(world).approved, progress(world).lapsed) == ((), ())


@pytest.mark.parametrize(
    ("arrange", "handle", "said"),
    [
        (lambda w: None, "val", ""),
        (lambda w: None, "audit", "The role validator is needed to decide at the stage 'validation'."),
        (
            lambda w: w.run("admin", Grant("dev", "validator")),
            "dev",
            "Whoever submitted a version does not decide about it.",
        ),
        (
            lambda w: w.run("admin", Grant("dev2", "validator")),
            "dev2",
            "The author of a version does not decide about it.",
        ),
        (
            lambda w: w.run("admin", AddMember("credit", "val")),
            "val",
            "Nobody on the team that owns a model decides about it.",
        ),
        (lambda w: w.run("admin", AddMember("other", "val")), "val", ""),
    ],
)
def test_why_somebody_may_not_decide_is_said_in_a_sentence(
    world: World, arrange: Callable[[World], object], handle: str, said: str
) -> None:
    arrange(world)
    assert reason(world, handle) == said


def test_whoever_leaves_the_owner_team_may_decide_again(world: World) -> None:
    world.run("admin", FormTeam("inner", "val"))
    world.run("admin", AddMember("credit", "inner", "team"))
    assert "team that owns" in reason(world, "val")
    world.run("admin", RemoveMember("credit", "inner", "team"))
    assert reason(world, "val") == ""


def test_a_role_decides_up_to_its_end_and_not_at_that_instant(world: World) -> None:
    end = START + timedelta(days=9)
    world.run("admin", Grant("audit", "validator", ends=clock.text(end)))
    with clock.use(lambda: end - timedelta(microseconds=1)):
        assert reason(world, "audit") == ""
        assert world.ask("audit", Inbox()) != ()
    with clock.use(lambda: end):
        assert "is needed" in reason(world, "audit")
        assert world.ask("audit", Inbox()) == ()
        with pytest.raises(Refused, match="is needed"):
            world.run("audit", Decide("m:1", "approve"))


def gate(world: World) -> str:
    return world.review.gate


def approves(world: World) -> bool:
    try:
        world.run("val", Decide("m:1", "approve"))
    except Refused:
        return False
    return True


def test_without_a_pack_the_gate_is_open(world: World) -> None:
    assert gate(world) == ""
    assert approves(world)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([("risk", AdoptPack(MET))], "missing"),
        ([("risk", AdoptPack(text())), ("dev", Judge("m:1"))], "T-1 of test-pack is not met"),
        ([("risk", AdoptPack(text(check="evidence.drift.x == 1"))), ("dev", Judge("m:1"))], "is insufficient evidence"),
        (
            [("risk", AdoptPack(MET)), ("dev", Judge("m:1")), ("dev", ReviseModel(model="m", domain="x"))],
            "inventory entry",
        ),
        ([("risk", AdoptPack(text())), ("dev", Judge("m:1")), ("risk", AdoptPack(MET))], "missing or older"),
    ],
    ids=["no verdicts", "not met", "insufficient", "entry revised", "another pack"],
)
def test_the_gate_is_closed_and_says_by_what(world: World, steps: list[tuple[str, object]], said: str) -> None:
    for who, action in steps:
        world.run(who, action)  # type: ignore[arg-type]
    assert said in gate(world)
    assert not approves(world)
    world.run("val", Decide("m:1", "reject", "a closed gate holds up approvals alone"))


def test_evidence_after_the_verdicts_closes_the_gate_until_they_are_given_again(world: World) -> None:
    world.run("risk", AdoptPack(MET))
    world.run("dev", Judge("m:1"))
    assert gate(world) == ""
    world.run("dev", RecordEvidence("m:1", measured()))
    assert "older than the evidence" in gate(world)
    world.run("dev", Judge("m:1"))
    assert gate(world) == ""
    world.run("dev2", RegisterVersion(model="m", artifact="c" * 64))
    world.run("dev", RecordEvidence("m:2", measured()))
    assert gate(world) == ""
    assert approves(world)


@pytest.mark.parametrize(
    "last",
    [AdoptPack(ADVISED), WithdrawPack("test-pack", "r"), GrantWaiver("m:1", "test-pack", CONTROL, LATER, "r")],
    ids=["advisory", "withdrawn", "waived"],
)
def test_the_gate_opens_where_nothing_blocks_any_more(world: World, last: object) -> None:
    world.run("risk", AdoptPack(text()))
    world.run("dev", Judge("m:1"))
    assert gate(world)
    world.run("risk2", last)  # type: ignore[arg-type]
    if isinstance(last, AdoptPack):
        world.run("dev", Judge("m:1"))
    assert gate(world) == ""
    assert approves(world)


def test_a_comment_lapses_approvals_and_leaves_the_gate(world: World) -> None:
    world.run("risk", AdoptPack(MET))
    world.run("dev", Judge("m:1"))
    world.run("val", Decide("m:1", "approve"))
    world.run("audit", Comment("m:1", "wait"))
    after = progress(world)
    assert (after.approved, after.stage, gate(world)) == ((), after.stages[0], "")
