"""Separation of duties, quorum, the gate, and approvals that lapse: refused when acting, found when verifying."""

from __future__ import annotations

import pytest

from registry_app.errors import Refused, UsageError
from registry_app.models.actions import RegisterDataset, RegisterModel, RegisterVersion, ReviseModel
from registry_app.people.actions import AddMember, FormTeam, Grant, RemoveMember, Revoke
from registry_app.people.views import People
from registry_app.reviews import facts
from registry_app.reviews.actions import Comment, ConfirmRoute, Decide, ProposeRoute, Submit, Withdraw
from registry_app.reviews.facts import Stage as Stop
from registry_app.reviews.views import Inbox, ReviewDetail, ReviewsOf, Routes
from tests.stage import Stage

VERSION = "credit-risk:1"


@pytest.fixture
def stage() -> Stage:
    stage = Stage().people()
    stage.run("dev", RegisterDataset(name="german", digest="a" * 64, rows=1000, sensitive=("sex",)))
    stage.run("dev", RegisterModel(name="credit-risk", team="credit", tier="medium", tier_rationale="r", purpose="p"))
    stage.run("dev", RegisterVersion(model="credit-risk", artifact="b" * 64, data=(("german", "training"),)))
    stage.run("dev", Submit(VERSION))
    return stage


def review(stage: Stage) -> ReviewDetail:
    return stage.ask("audit", ReviewsOf(VERSION))[0]


def test_two_people_along_the_route_approve(stage: Stage) -> None:
    stage.run("val", Decide(VERSION, "approve"))
    assert review(stage).summary.state == "open"
    stage.run("risk", Decide(VERSION, "approve"))
    assert review(stage).standing == "approved"
    assert stage.replayed() == []


def test_the_inbox_says_why_it_waits_and_for_whom(stage: Stage) -> None:
    assert [line.why_you for line in stage.ask("val", Inbox())] == ["as validator"]
    assert stage.ask("risk", Inbox()) == ()
    stage.run("val", Decide(VERSION, "approve"))
    assert stage.ask("val", Inbox()) == ()
    assert [line.why_you for line in stage.ask("risk", Inbox())] == ["as risk officer"]


def test_the_submitter_does_not_decide(stage: Stage) -> None:
    stage.run("admin", Grant("dev", "validator"))
    with pytest.raises(Refused, match="submitted"):
        stage.run("dev", Decide(VERSION, "approve"))


def test_the_author_does_not_decide_even_when_another_submits(stage: Stage) -> None:
    stage.enrol("dev2")
    stage.run("admin", Grant("dev2", "developer"))
    stage.run("dev2", RegisterVersion(model="credit-risk", artifact="c" * 64))
    stage.run("dev", Submit("credit-risk:2"))
    stage.run("admin", Grant("dev2", "validator"))
    with pytest.raises(Refused, match="author"):
        stage.run("dev2", Decide("credit-risk:2", "approve"))


def test_nobody_on_the_owner_team_decides_not_even_through_a_team_in_a_team(stage: Stage) -> None:
    stage.run("admin", FormTeam("inner", "val"))
    stage.run("admin", FormTeam("middle", "audit"))
    stage.run("admin", AddMember("middle", "inner", "team"))
    stage.run("admin", AddMember("credit", "middle", "team"))
    with pytest.raises(Refused, match="team that owns"):
        stage.run("val", Decide(VERSION, "approve"))
    stage.run("admin", RemoveMember("credit", "middle", "team"))
    stage.run("val", Decide(VERSION, "approve"))


def test_a_role_for_another_model_is_no_role_here(stage: Stage) -> None:
    stage.enrol("guest")
    stage.run("admin", Grant("guest", "validator", "model", "some-other-model"))
    with pytest.raises(Refused, match="validator"):
        stage.run("guest", Decide(VERSION, "approve"))


def test_the_second_stage_waits_for_the_first(stage: Stage) -> None:
    with pytest.raises(Refused, match="validator"):
        stage.run("risk", Decide(VERSION, "approve"))


def test_one_person_never_fills_two_stages(stage: Stage) -> None:
    stage.run("admin", Grant("val", "risk_officer"))
    stage.run("val", Decide(VERSION, "approve"))
    with pytest.raises(Refused, match="twice"):
        stage.run("val", Decide(VERSION, "approve"))


def test_quorum_counts_people_not_signatures(stage: Stage) -> None:
    stage.run("dev", RegisterModel(name="big", team="credit", tier="critical", tier_rationale="r", purpose="p"))
    stage.run("dev", RegisterVersion(model="big", artifact="d" * 64))
    stage.run("dev", Submit("big:1"))
    stage.run("val", Decide("big:1", "approve"))
    with pytest.raises(Refused, match="twice"):
        stage.run("val", Decide("big:1", "approve"))
    assert stage.ask("audit", ReviewsOf("big:1"))[0].summary.lacking == 1


def test_a_decision_over_a_stale_screen_is_refused(stage: Stage) -> None:
    seen = review(stage).subject
    stage.run("audit", Comment(VERSION, "Look at the third feature."))
    with pytest.raises(Refused, match="changed meanwhile"):
        stage.run("val", Decide(VERSION, "approve", subject=seen))
    stage.run("val", Decide(VERSION, "approve", subject=review(stage).subject))


def test_an_approval_lapses_when_what_was_signed_changes_and_says_what(stage: Stage) -> None:
    stage.run("val", Decide(VERSION, "approve"))
    stage.run("risk", Decide(VERSION, "approve"))
    stage.run("dev", ReviseModel(model="credit-risk", purpose="something else entirely"))
    after = review(stage)
    assert after.standing == "lapsed"
    assert {line.lapsed for line in after.decisions} == {("the model's inventory entry changed",)}
    assert stage.replayed() == []


def test_a_half_way_approval_that_lapsed_does_not_count(stage: Stage) -> None:
    stage.run("val", Decide(VERSION, "approve"))
    stage.run("dev", ReviseModel(model="credit-risk", purpose="other"))
    with pytest.raises(Refused, match="validator"):
        stage.run("risk", Decide(VERSION, "approve"))
    stage.run("val", Decide(VERSION, "approve"))
    stage.run("risk", Decide(VERSION, "approve"))
    assert review(stage).standing == "approved"


def test_sending_back_needs_a_reason_and_closes_the_review(stage: Stage) -> None:
    with pytest.raises(UsageError, match="reason"):
        stage.run("val", Decide(VERSION, "request_changes"))
    stage.run("val", Decide(VERSION, "request_changes", "calibrate it"))
    assert review(stage).standing == "changes_requested"
    stage.run("dev", Submit(VERSION))
    assert review(stage).summary.state == "open"


def test_a_rejected_version_is_never_submitted_again(stage: Stage) -> None:
    stage.run("val", Decide(VERSION, "reject", "no"))
    with pytest.raises(Refused, match="rejected"):
        stage.run("dev", Submit(VERSION))


def test_conditions_are_named_and_shown(stage: Stage) -> None:
    with pytest.raises(UsageError, match="conditions"):
        stage.run("val", Decide(VERSION, "approve_with_conditions"))
    stage.run("val", Decide(VERSION, "approve_with_conditions", conditions="monitor monthly"))
    stage.run("risk", Decide(VERSION, "approve"))
    assert review(stage).standing == "approved_with_conditions"


def test_only_the_submitter_or_the_lead_withdraws(stage: Stage) -> None:
    with pytest.raises(Refused):
        stage.run("val", Withdraw(VERSION))
    stage.run("dev", Withdraw(VERSION))
    assert review(stage).standing == "withdrawn"


def test_a_version_is_in_one_review_at_a_time(stage: Stage) -> None:
    with pytest.raises(Refused, match="already"):
        stage.run("dev", Submit(VERSION))


def test_a_route_is_changed_by_two_people_and_holds_for_later_reviews_only(stage: Stage) -> None:
    stops = (Stop("validation", "validator", 1),)
    stage.run("admin", ProposeRoute("medium", stops, "fewer people"))
    proposal = next(line.proposal for line in stage.ask("admin", Routes()) if line.proposal)
    with pytest.raises(Refused, match="somebody else"):
        stage.run("admin", ConfirmRoute(proposal))
    stage.run("val", Decide(VERSION, "approve"))
    stage.run("risk", ConfirmRoute(proposal))
    assert review(stage).summary.state == "open", "the running review keeps the route it was submitted under"
    assert stage.replayed() == []


def test_a_revoked_role_decides_no_longer_and_its_past_stands(stage: Stage) -> None:
    stage.run("val", Decide(VERSION, "approve"))
    grant = next(p for p in stage.ask("admin", People()) if p.handle == "val").grants[0].id
    stage.run("admin", Revoke(grant, "moved"))
    stage.run("risk", Decide(VERSION, "approve"))
    assert review(stage).standing == "approved"
    assert stage.replayed() == []


@pytest.mark.parametrize("who", ["dev", "admin", "audit", "risk"])
def test_a_forged_approval_is_found_by_replay(stage: Stage, who: str) -> None:
    shown = review(stage)
    stage.force(
        who,
        facts.DecisionMade(
            decision="00000000-0000-7000-8000-000000000001",
            review=shown.summary.id,
            stage="validation",
            outcome="approve",
            meaning="approved after review",
            subject=shown.subject,
            parts=shown.parts,
            comment="",
            conditions="",
        ),
    )
    found = stage.replayed()
    assert [finding.answer for finding in found] == ["authority"]
    assert "not allowed" in found[0].sentence


def test_a_decision_signed_over_another_subject_is_found_by_replay(stage: Stage) -> None:
    shown = review(stage)
    stage.force(
        "val",
        facts.DecisionMade(
            decision="00000000-0000-7000-8000-000000000001",
            review=shown.summary.id,
            stage="validation",
            outcome="approve",
            meaning="approved after review",
            subject="f" * 64,
            parts=shown.parts,
            comment="",
            conditions="",
        ),
    )
    assert any("something else" in finding.sentence for finding in stage.replayed())


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE review SET state = 'approved' WHERE until IS NULL",
        "UPDATE version SET artifact = 'cccc' WHERE 1",
        "UPDATE role_grant SET role = 'validator' WHERE role = 'developer'",
        "DELETE FROM member WHERE 1",
        "UPDATE model SET risk_tier = 'low' WHERE 1",
        "UPDATE person SET name = 'Somebody Else' WHERE handle = 'val'",
        "INSERT INTO alias (model, alias, since, until, version) VALUES ('m', 'champion', 3, NULL, 'v')",
        "UPDATE leaf SET person = 'nobody' WHERE seq = 5",
        "UPDATE payload SET body = NULL WHERE digest = (SELECT max(digest) FROM payload)",
        "DELETE FROM payload WHERE digest = (SELECT min(digest) FROM payload)",
    ],
)
def test_an_edited_row_is_found_by_replay(stage: Stage, edit: str) -> None:
    assert stage.replayed() == []
    stage.sql(edit)
    assert stage.replayed() != []
