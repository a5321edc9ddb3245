"""Who may say what about people."""

from __future__ import annotations

import pytest

from registry_app.errors import AuthenticationError, Refused, UsageError
from registry_app.people.actions import (
    AddMember,
    Disable,
    Enrol,
    FormTeam,
    Grant,
    NameLead,
    ReEnrol,
    RemoveMember,
    Revoke,
    ShredProfile,
)
from registry_app.people.views import AboutRegistry, People, Teams, WhoAmI
from registry_app.vault import clock
from tests.stage import Actor, Stage


@pytest.fixture
def stage() -> Stage:
    return Stage().people()


def test_only_an_administrator_enrols(stage: Stage) -> None:
    new = Actor()
    with pytest.raises(Refused, match="admin"):
        stage.run("dev", Enrol(new.person, new.public, "0" * 64, "mallory", "Mallory"))


def test_a_handle_is_taken_once(stage: Stage) -> None:
    new = Actor()
    with pytest.raises(UsageError, match="taken"):
        stage.run("admin", Enrol(new.person, new.public, "0" * 64, "dev", "Another Dev"))


def test_a_key_is_enrolled_once_even_for_another_person(stage: Stage) -> None:
    with pytest.raises(Refused, match="once only"):
        stage.run("admin", Enrol(Actor().person, stage.cast["dev"].public, "0" * 64, "twin", "Twin"))


@pytest.mark.parametrize("name", ["\x1b[2Jgone", "a\u202eb", "", "x" * 4000, "tab\tname", "\ud800"])
def test_names_that_act_or_hide_are_refused(stage: Stage, name: str) -> None:
    new = Actor()
    with pytest.raises(UsageError):
        stage.run("admin", Enrol(new.person, new.public, "0" * 64, "eve", name))
    assert [person.handle for person in stage.ask("admin", People())] == ["admin", "audit", "dev", "risk", "val"]


def test_nobody_grants_themselves_a_role(stage: Stage) -> None:
    with pytest.raises(Refused, match="themselves"):
        stage.run("admin", Grant("admin", "validator"))


def test_only_an_administrator_grants(stage: Stage) -> None:
    with pytest.raises(Refused, match="role admin"):
        stage.run("dev", Grant("val", "risk_officer"))


def test_the_last_administrator_cannot_be_disabled_or_revoked(stage: Stage) -> None:
    with pytest.raises(Refused, match="last administrator"):
        stage.run("admin", Disable("admin", "tired"))
    grant = stage.ask("admin", WhoAmI()).grants[0].id
    with pytest.raises(Refused, match="last administrator"):
        stage.run("admin", Revoke(grant, "tired"))


def test_a_grant_that_does_not_hold_cannot_be_taken_back(stage: Stage) -> None:
    grant = next(person for person in stage.ask("admin", People()) if person.handle == "val").grants[0].id
    stage.run("admin", Revoke(grant, "over"))
    for gone in (grant, "1234"):
        with pytest.raises(UsageError, match=f"no grant '{gone}' that holds"):
            stage.run("admin", Revoke(gone, "over"))


def test_a_second_administrator_may_remove_the_first(stage: Stage) -> None:
    stage.run("admin", Grant("risk", "admin"))
    stage.run("risk", Disable("admin", "left the bank"))
    with pytest.raises(AuthenticationError):
        stage.run("admin", Grant("dev", "validator"))


def test_an_administrator_with_an_end_does_not_count_as_the_last(stage: Stage) -> None:
    stage.run("admin", Grant("risk", "admin", ends="2099-01-01T00:00:00.000000Z"))
    with pytest.raises(Refused, match="last administrator"):
        stage.run("risk", Disable("admin", "coup"))


def test_a_grant_ends_by_the_ledgers_time(stage: Stage) -> None:
    start = clock.now()
    end = clock.text(start.replace(year=start.year + 1))
    stage.run("admin", Grant("val", "developer", ends=end))
    with clock.use(lambda: start.replace(year=start.year + 2)):
        stage.run("admin", Grant("audit", "validator"))  # moves the ledger's time past the end
    from registry_app.models.actions import RegisterModel

    model = RegisterModel(name="m", team="credit", tier="low", tier_rationale="r", purpose="p")
    with pytest.raises(Refused):
        stage.run("val", model)  # although the clock stands before the end again


def test_a_disabled_person_says_nothing_and_loses_every_grant(stage: Stage) -> None:
    stage.run("admin", Disable("val", "left"))
    with pytest.raises(AuthenticationError):
        stage.run("val", FormTeam("ghosts", "dev"))
    val = next(person for person in stage.ask("admin", People()) if person.handle == "val")
    assert (val.state, val.grants) == ("disabled", ())


def test_re_enrolment_ends_the_old_key_and_keeps_the_person(stage: Stage) -> None:
    old = stage.cast["val"]
    new = Actor(person=old.person)
    stage.run("admin", ReEnrol("val", new.public, "0" * 64, "forgot it"))
    with pytest.raises(AuthenticationError, match="no longer"):
        stage.run("val", FormTeam("x", "dev"))
    stage.cast["val"] = new
    assert stage.ask("val", WhoAmI()).grants[0].role == "validator"
    assert stage.replayed() == []


def test_a_team_never_contains_itself_through_others(stage: Stage) -> None:
    stage.run("admin", FormTeam("retail", "dev"))
    stage.run("admin", AddMember("retail", "credit", "team"))
    with pytest.raises(Refused, match="cannot contain itself"):
        stage.run("admin", AddMember("credit", "retail", "team"))
    with pytest.raises(Refused, match="cannot contain itself"):
        stage.run("admin", AddMember("credit", "credit", "team"))


def test_a_lead_changes_their_own_team_and_no_other(stage: Stage) -> None:
    stage.run("dev", AddMember("credit", "audit"))
    assert [each.handle for each in stage.ask("dev", Teams("credit"))[0].members] == ["audit", "dev"]
    with pytest.raises(Refused):
        stage.run("audit", AddMember("credit", "val"))
    stage.run("dev", RemoveMember("credit", "audit"))
    with pytest.raises(Refused, match="lead"):
        stage.run("dev", RemoveMember("credit", "dev"))


def test_a_lead_belongs_to_the_team(stage: Stage) -> None:
    with pytest.raises(Refused, match="belongs"):
        stage.run("admin", NameLead("credit", "val"))
    stage.run("admin", AddMember("credit", "val"))
    stage.run("admin", NameLead("credit", "val"))
    assert stage.ask("dev", Teams("credit"))[0].lead.name == "Val Person"


def test_shredding_takes_the_name_away_and_the_ledger_still_verifies(stage: Stage) -> None:
    with pytest.raises(Refused, match="disabled"):
        stage.run("admin", ShredProfile("val", "asked for it"))
    stage.run("admin", Disable("val", "left"))
    stage.run("admin", ShredProfile("val", "GDPR Art. 17"))
    assert "Val Person" not in {person.name for person in stage.ask("admin", People())}
    assert stage.replayed() == []


def test_the_registry_is_founded_once(stage: Stage) -> None:
    from registry_app.people.actions import Found

    new = Actor()
    with pytest.raises(UsageError, match="founded already"):
        stage.run("admin", Found("again", new.public, new.person, new.public, "0" * 64, "x", "X"))
    assert stage.ask("admin", AboutRegistry()).name == "Test"
