"""The questions rules ask: whose key may speak, which role reaches where and until when, who belongs to what."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from registry_app.errors import AuthenticationError, Refused, UsageError
from registry_app.ledger.entry import RECOVERY, Entry
from registry_app.models.actions import RegisterModel, RegisterVersion, StartDeployment
from registry_app.people.actions import AddMember, Disable, FormTeam, Grant, ReEnrol, RemoveMember
from registry_app.people.facts import PersonReEnrolled, RoleGranted, TeamMemberAdded
from registry_app.people.standing import (
    administrators,
    belongs,
    holds,
    person_by_handle,
    public_key,
    require_active,
    team_by_name,
    teams_above,
)
from registry_app.people.views import Teams
from registry_app.vault import chance, clock
from tests.stage import Actor, Stage

END = clock.now() + timedelta(days=300)


@pytest.fixture
def stage() -> Stage:
    return Stage().people()


def team(stage: Stage, name: str) -> str:
    return stage.ask("admin", Teams(name))[0].id


def role(
    stage: Stage, handle: str, named: str, when: datetime = END - timedelta(days=1), team: str = "", model: str = ""
) -> bool:
    with stage.rows() as rows:
        at = Entry(99, "", "", "", clock.text(when))
        return holds(rows, at, stage.cast[handle].person, [named], team=team, model=model) is not None


def test_a_role_holds_up_to_its_end_and_not_at_that_instant(stage: Stage) -> None:
    with clock.use(lambda: END - timedelta(days=9)):
        stage.run("admin", Grant("audit", "validator", ends=clock.text(END)))
    assert role(stage, "audit", "validator", END - timedelta(microseconds=1))
    assert not role(stage, "audit", "validator", END)
    assert not role(stage, "audit", "validator", END + timedelta(microseconds=1))


def test_a_teams_role_reaches_what_teams_within_it_own_and_no_further(stage: Stage) -> None:
    for name in ("bank", "retail", "other"):
        stage.run("admin", FormTeam(name, "dev"))
    stage.run("admin", AddMember("bank", "retail", "team"))
    stage.run("admin", AddMember("retail", "credit", "team"))
    stage.run("admin", Grant("audit", "validator", "team", team(stage, "retail")))
    reached = [
        name
        for name in ("bank", "retail", "credit", "other")
        if role(stage, "audit", "validator", team=team(stage, name))
    ]
    assert reached == ["retail", "credit"]
    assert not role(stage, "audit", "validator")
    stage.run("admin", RemoveMember("retail", "credit", "team"))
    assert not role(stage, "audit", "validator", team=team(stage, "credit"))


def test_a_models_role_reaches_that_model_alone(stage: Stage) -> None:
    one, other = chance.uuid7(), chance.uuid7()
    stage.run("admin", Grant("audit", "validator", "model", one))
    assert role(stage, "audit", "validator", model=one)
    assert not role(stage, "audit", "validator", model=other)
    assert not role(stage, "audit", "validator")
    assert not role(stage, "audit", "risk_officer", model=one)


def test_a_refusal_names_the_roles_that_would_do(stage: Stage) -> None:
    stage.run("dev", RegisterModel(name="m", team="credit", tier="low", tier_rationale="r", purpose="p"))
    stage.run("dev", RegisterVersion(model="m", artifact="a" * 64))
    with pytest.raises(Refused, match="The role developer, service or admin is needed to deploy this model"):
        stage.run("audit", StartDeployment("m:1", "production"))


def test_a_scope_without_a_target_reaches_nothing(stage: Stage) -> None:
    """As a forged grant could be."""
    for scope in ("model", "team", "planet"):
        stage.force(
            "admin",
            RoleGranted(
                grant=chance.uuid7(),
                person=stage.cast["audit"].person,
                role="validator",
                scope=scope,
                scope_id="",
                ends="",
            ),
        )
    assert not role(stage, "audit", "validator")
    assert not role(stage, "audit", "validator", team=team(stage, "credit"), model=chance.uuid7())


def test_teams_that_contain_each_other_are_walked_once(stage: Stage) -> None:
    """No rule lets that happen; a forged ledger may."""
    stage.run("admin", FormTeam("retail", "dev"))
    credit, retail = team(stage, "credit"), team(stage, "retail")
    for outer, inner in ((credit, retail), (retail, credit)):
        stage.force("admin", TeamMemberAdded(team=outer, kind="team", member=inner))
    with stage.rows() as rows:
        assert teams_above(rows, stage.cast["dev"].person) == {stage.cast["dev"].person, credit, retail}
        assert not belongs(rows, stage.cast["val"].person, credit)


def test_membership_is_found_along_every_path_and_never_downwards(stage: Stage) -> None:
    for name in ("left", "right", "top"):
        stage.run("admin", FormTeam(name, "risk"))
    stage.run("admin", AddMember("left", "credit", "team"))
    stage.run("admin", AddMember("right", "credit", "team"))
    stage.run("admin", AddMember("top", "left", "team"))
    credit, *above = (team(stage, name) for name in ("credit", "left", "right", "top"))
    with stage.rows() as rows:
        assert all(belongs(rows, stage.cast["dev"].person, each) for each in (credit, *above))
        assert not belongs(rows, stage.cast["risk"].person, credit)
        assert not belongs(rows, credit, credit)


def test_administrators_are_active_and_hold_the_role_everywhere_without_an_end(stage: Stage) -> None:
    stage.run("admin", Grant("val", "admin", "team", team(stage, "credit")))
    stage.run("admin", Grant("dev", "admin", ends="2099-01-01T00:00:00.000000Z"))
    stage.run("admin", Grant("risk", "admin"))
    with stage.rows() as rows:
        assert administrators(rows) == {stage.cast["admin"].person, stage.cast["risk"].person}
    stage.run("admin", Disable("risk", "left"))
    stage.force(
        "admin",
        RoleGranted(
            grant=chance.uuid7(), person=stage.cast["risk"].person, role="admin", scope="global", scope_id="", ends=""
        ),
    )
    with stage.rows() as rows:
        assert administrators(rows) == {stage.cast["admin"].person}


def test_a_registry_opens_for_active_people_with_their_present_key(stage: Stage) -> None:
    old = stage.cast["val"]
    new = Actor(person=old.person)
    stage.run("admin", ReEnrol("val", new.public, "0" * 64, "lost"))
    stage.run("admin", Disable("audit", "left"))
    with stage.rows() as rows:
        require_active(rows, new)
        for stranger in (old, stage.cast["audit"], Actor()):
            with pytest.raises(AuthenticationError, match="does not know these keys"):
                require_active(rows, stranger)
        assert public_key(rows, new.key_id) == new.public_key
        assert public_key(rows, old.key_id) is None


def test_the_recovery_key_re_enrols_and_a_key_that_only_claims_to_be_it_does_not() -> None:
    from tests.people.test_rules import founding

    stage, recovery = Stage(founded=False), Actor(person=RECOVERY)
    first, *rest = founding(stage.cast["admin"])
    stage.say("admin", type(first)(recovery_key=recovery.public, name="Bank"), *rest)
    stage.cast |= {"recovery": recovery, "thief": Actor(person=RECOVERY)}
    new = Actor(person=stage.cast["admin"].person)
    said = PersonReEnrolled(person=new.person, sign_key=new.public, box_digest="0" * 64, reason="lost")
    with pytest.raises(AuthenticationError, match="not the registry's recovery key"):
        stage.say("thief", said)
    with pytest.raises(Refused, match="only re-enrol"):
        stage.say("recovery", said, rest[1])
    stage.say("recovery", said)
    with stage.rows() as rows:
        require_active(rows, new)
    assert stage.replayed() == []


def test_nobody_unknown_speaks(stage: Stage) -> None:
    stage.cast["ghost"] = Actor()
    with pytest.raises(AuthenticationError, match="not an active person"):
        stage.run("ghost", FormTeam("ghosts", "dev"))


@pytest.mark.parametrize("name", ["nobody", "DEV", "", "x" * 500])
def test_a_name_that_is_not_there_is_said_shortly(stage: Stage, name: str) -> None:
    with stage.rows() as rows:
        with pytest.raises(UsageError, match="There is no person") as caught:
            person_by_handle(rows, name)
        assert len(caught.value.what) < 100
        with pytest.raises(UsageError, match="There is no team"):
            team_by_name(rows, name)
