from __future__ import annotations

from typing import Any

import pytest

from registry_app.errors import Refused
from registry_app.people.actions import Grant
from registry_app.reporting.actions import RecordDossier
from registry_app.reporting.facts import DossierIssued
from registry_app.reporting.views import DossiersOf, MayIssue
from tests.reporting.story import Desk, register, setting
from tests.stage import Stage


@pytest.fixture
def stage() -> Stage:
    stage = Stage().people()
    setting(stage)
    register(stage)
    return stage


def record(**more: Any) -> RecordDossier:
    given: dict[str, Any] = {
        "version": "credit-scoring:1",
        "review": "",
        "digest": "a" * 64,
        "size": 3,
        "certificate": "b" * 64,
    }
    return RecordDossier(**{**given, **more})


@pytest.mark.parametrize("who", ["audit", "val", "risk", "admin", "dev"])
def test_whoever_holds_a_role_may_issue(stage: Stage, who: str) -> None:
    Desk(stage, who).ask(MayIssue("credit-scoring:1"))
    stage.run(who, record())
    assert len(stage.ask("audit", DossiersOf("credit-scoring:1"))) == 1
    assert stage.replayed() == []


def test_a_guest_a_service_and_another_teams_developer_may_not(stage: Stage) -> None:
    stage.enrol("guest")
    with pytest.raises(Refused):
        stage.run("guest", record())
    stage.run("admin", Grant("guest", "service"))
    with pytest.raises(Refused):
        stage.run("guest", record())
    with pytest.raises(Refused):
        Desk(stage, "guest").ask(MayIssue("credit-scoring:1"))


@pytest.mark.parametrize(
    "more",
    [
        {"digest": "A" * 64},
        {"digest": "a" * 63},
        {"certificate": ""},
        {"size": 0},
        {"size": 9_999},
        {"review": "01900000-0000-7000-8000-000000000001"},
    ],
)
def test_a_record_of_something_else_is_refused(stage: Stage, more: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        stage.run("audit", record(**more))


def test_a_forged_record_is_found_by_the_replay(stage: Stage) -> None:
    stage.enrol("guest")
    forged = DossierIssued(
        dossier="01900000-0000-7000-8000-000000000001",
        version="01900000-0000-7000-8000-000000000002",
        review="",
        digest="a" * 64,
        size=1,
        certificate="b" * 64,
    )
    saying = stage.force("guest", forged)
    assert [(finding.answer, finding.seq) for finding in stage.replayed()] == [("authority", saying.at.seq)]
