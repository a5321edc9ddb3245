"""Who is here, in which teams, with which roles: now, and as of a place in the ledger."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry_app.errors import UsageError
from registry_app.people.actions import (
    AddMember,
    Disable,
    FormTeam,
    Grant,
    NameLead,
    ReportUnlockFailures,
    Revoke,
    ShredProfile,
)
from registry_app.people.facts import TeamMemberAdded
from registry_app.people.views import AboutRegistry, People, Teams, WhoAmI
from registry_app.vault import chance, clock
from tests.stage import Stage

END = clock.now() + timedelta(days=300)


@pytest.fixture
def stage() -> Stage:
    return Stage().people()


def roles(stage: Stage, handle: str, at: int | None = None) -> list[str]:
    (found,) = [person for person in stage.ask("admin", People(), at) if person.handle == handle]
    return [grant.role for grant in found.grants]


def test_people_come_in_the_order_of_their_handles(stage: Stage) -> None:
    for handle in ("zoe", "0ps", "a.b", "x"):
        stage.enrol(handle)
    handles = [person.handle for person in stage.ask("audit", People())]
    assert handles == ["0ps", "a.b", "admin", "audit", "dev", "risk", "val", "x", "zoe"]


def test_a_grant_is_listed_up_to_its_end_and_not_at_that_instant(stage: Stage) -> None:
    stage.run("admin", Grant("audit", "validator", ends=clock.text(END)))
    with clock.use(lambda: END - timedelta(microseconds=1)):
        assert roles(stage, "audit") == ["auditor", "validator"]
    with clock.use(lambda: END):
        assert roles(stage, "audit") == ["auditor"]


def test_a_grant_that_has_ended_since_is_listed_as_of_when_it_held(stage: Stage) -> None:
    given = stage.run("admin", Grant("audit", "validator", ends=clock.text(END))).at.seq
    with clock.use(lambda: END):
        last = stage.run("admin", FormTeam("later", "dev")).at.seq
    assert roles(stage, "audit", given - 1) == ["auditor"]
    assert roles(stage, "audit", given) == ["auditor", "validator"]
    assert roles(stage, "audit", last - 1) == ["auditor", "validator"]
    assert roles(stage, "audit", last) == ["auditor"]
    assert roles(stage, "audit") == ["auditor"]


def test_roles_are_answered_as_of_the_very_leaf_that_took_them(stage: Stage) -> None:
    grant = stage.ask("val", WhoAmI()).grants[0].id
    gone = stage.run("admin", Revoke(grant, "no longer")).at.seq
    left = stage.run("admin", Disable("dev", "left")).at.seq
    assert roles(stage, "val", gone - 1) == ["validator"]
    assert roles(stage, "val", gone) == []
    assert roles(stage, "dev", left - 1) == ["developer"]
    assert roles(stage, "dev", left) == []


def test_nobody_is_told_who_they_were_before_they_came(stage: Stage) -> None:
    seq = stage.run("admin", FormTeam("t", "dev")).at.seq
    stage.enrol("late")
    assert stage.ask("late", WhoAmI()).handle == "late"
    with pytest.raises(UsageError, match="not enrolled yet"):
        stage.ask("late", WhoAmI(), seq)


def members(stage: Stage, team: str, at: int | None = None) -> list[str]:
    return [member.handle for member in stage.ask("audit", Teams(team), at)[0].members]


def test_teams_come_by_name_and_their_people_before_their_teams_by_handle(stage: Stage) -> None:
    stage.run("admin", FormTeam("bank", "risk"))
    stage.run("admin", AddMember("bank", "credit", "team"))
    stage.run("admin", AddMember("bank", "val"))
    stage.run("admin", AddMember("bank", "audit"))
    bank, credit = stage.ask("audit", Teams())
    assert (bank.name, bank.lead.handle) == ("bank", "risk")
    assert [(member.kind, member.handle) for member in bank.members] == [
        ("person", "audit"),
        ("person", "risk"),
        ("person", "val"),
        ("team", "credit"),
    ]
    assert (credit.name, [member.name for member in credit.members]) == ("credit", ["Dev Person"])
    assert stage.ask("audit", Teams("credit")) == (credit,)
    with pytest.raises(UsageError, match="no team 'Credit'"):
        stage.ask("audit", Teams("Credit"))


def test_a_team_is_answered_as_of_the_very_leaf_that_changed_it(stage: Stage) -> None:
    joined = stage.run("admin", AddMember("credit", "val")).at.seq
    led = stage.run("admin", NameLead("credit", "val")).at.seq
    assert members(stage, "credit", joined - 1) == ["dev"]
    assert members(stage, "credit", joined) == ["dev", "val"]
    assert [stage.ask("audit", Teams("credit"), at)[0].lead.handle for at in (led - 1, led)] == ["dev", "val"]
    formed = next(at for at in range(joined) if stage.ask("audit", Teams(), at))
    with pytest.raises(UsageError, match="no team"):
        stage.ask("audit", Teams("credit"), formed - 1)


def test_a_member_nobody_knows_is_shown_by_id(stage: Stage) -> None:
    """As a forged ledger may have one."""
    ghost = chance.uuid7()
    credit = stage.ask("admin", Teams("credit"))[0].id
    stage.force("admin", TeamMemberAdded(team=credit, kind="person", member=ghost))
    assert members(stage, "credit") == [ghost, "dev"]


def test_a_shredded_person_is_still_counted_as_a_signer_of_what_they_signed(stage: Stage) -> None:
    stage.run("admin", Disable("val", "left"))
    stage.run("admin", ShredProfile("val", "GDPR Art. 17"))
    (shown,) = [person for person in stage.ask("audit", People()) if person.id == stage.cast["val"].person]
    assert (shown.name, shown.state, shown.key) == ("[shredded]", "disabled", stage.cast["val"].key_id)


def test_the_registry_is_described_as_of_a_leaf_as_it_was_described_then(stage: Stage) -> None:
    told = ReportUnlockFailures(3, "2026-01-01T00:00:00.000000Z", "2026-01-02T00:00:00.000000Z", ("dev", "unknown"))
    then = stage.ask("audit", AboutRegistry())
    reported = stage.run("dev", told).at.seq
    stage.run("admin", Disable("val", "left"))
    now = stage.ask("audit", AboutRegistry())
    assert (then.size, then.people, then.failures) == (reported, 5, ())
    assert (now.size, now.people, now.failures) == (reported + 2, 4, ((3, told.first, told.last),))
    assert now.root != then.root
    assert stage.ask("audit", AboutRegistry(), reported - 1) == then
    assert stage.ask("audit", AboutRegistry(), reported).failures == now.failures
    assert stage.ask("audit", AboutRegistry(), reported + 1) == now
