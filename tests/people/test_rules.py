"""What nobody may say about people, whatever program says it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from registry_app.errors import Refused, UsageError
from registry_app.ledger.entry import RECOVERY
from registry_app.ledger.fact import Fact
from registry_app.models.actions import RegisterModel
from registry_app.models.tables import ModelRow
from registry_app.people.actions import AddMember, Disable, FormTeam, Grant, ReEnrol, Revoke, ShredProfile
from registry_app.people.facts import (
    DataKeyRotated,
    PayloadShredded,
    PersonDisabled,
    PersonEnrolled,
    PersonReEnrolled,
    RegistryFounded,
    RoleGranted,
    RoleRevoked,
    TeamFormed,
    TeamLeadNamed,
    TeamMemberAdded,
    TeamMemberRemoved,
)
from registry_app.people.views import People, Teams, WhoAmI
from registry_app.vault import chance, clock
from tests.stage import Actor, Stage

NOON = clock.now() + timedelta(days=300)


@pytest.fixture
def stage() -> Stage:
    return Stage().people()


def enrolment(actor: Actor, handle: str = "new", **changes: str) -> PersonEnrolled:
    said = PersonEnrolled(
        person=actor.person, sign_key=actor.public, box_digest="0" * 64, handle=handle, name="New Person", email=""
    )
    return replace(said, **changes)


def granted(person: str, **changes: str) -> RoleGranted:
    said = RoleGranted(grant=chance.uuid7(), person=person, role="validator", scope="global", scope_id="", ends="")
    return replace(said, **changes)


def founding(admin: Actor) -> tuple[RegistryFounded, PersonEnrolled, RoleGranted]:
    return (
        RegistryFounded(recovery_key=Actor().public, name="Bank"),
        enrolment(admin, "admin"),
        granted(admin.person, role="admin"),
    )


def team(stage: Stage, name: str = "credit") -> str:
    return stage.ask("admin", Teams(name))[0].id


def test_the_genesis_founds_enrols_and_makes_an_administrator_of_whoever_signs_it() -> None:
    stage = Stage(founded=False)
    stage.say("admin", *founding(stage.cast["admin"]))
    assert [grant.role for grant in stage.ask("admin", WhoAmI()).grants] == ["admin"]
    assert stage.replayed() == []


@pytest.mark.parametrize(
    "forged",
    [
        lambda f, other: (f[0], replace(f[1], person=other.person), f[2]),
        lambda f, other: (f[0], replace(f[1], sign_key=other.public), f[2]),
        lambda f, other: (replace(f[0], recovery_key=f[1].sign_key), *f[1:]),
        lambda f, other: (replace(f[0], recovery_key="no key"), *f[1:]),
        lambda f, other: (f[0], f[1], replace(f[2], person=other.person)),
        lambda f, other: (f[0], f[1], replace(f[2], role="risk_officer")),
        lambda f, other: (f[0], f[1], replace(f[2], scope="team", scope_id="t")),
        lambda f, other: (f[0], f[1], replace(f[2], ends="2099-01-01T00:00:00.000000Z")),
    ],
    ids=["another person", "another key", "recovery is me", "no key", "for another", "another role", "a team", "ends"],
)
def test_the_genesis_says_nothing_else(forged: object) -> None:
    stage = Stage(founded=False)
    facts: tuple[Fact, ...] = forged(founding(stage.cast["admin"]), Actor())  # type: ignore[operator]
    with pytest.raises(Refused):
        stage.say("admin", *facts)


def test_a_registry_is_founded_once(stage: Stage) -> None:
    with pytest.raises(Refused, match="first statement"):
        stage.say("admin", RegistryFounded(recovery_key=Actor().public, name="Again"))


@pytest.mark.parametrize("key", ["0" * 63, "0" * 65, "A" * 64, "g" * 64, "", " " + "0" * 63])
def test_what_is_no_public_key_is_not_enrolled(stage: Stage, key: str) -> None:
    with pytest.raises(Refused, match="no Ed25519 public key"):
        stage.say("admin", enrolment(Actor(), sign_key=key))


def test_a_key_names_one_person_for_ever(stage: Stage) -> None:
    old = stage.cast["val"]
    stage.cast["val"] = Actor(person=old.person)
    stage.run("admin", ReEnrol("val", stage.cast["val"].public, "0" * 64, "lost"))
    for key in (old.public, stage.cast["admin"].public):
        with pytest.raises(Refused, match="once only"):
            stage.say("admin", enrolment(Actor(), sign_key=key))
        with pytest.raises(Refused, match="once only"):
            stage.say(
                "admin", PersonReEnrolled(person=old.person, sign_key=key, box_digest="0" * 64, reason="the old one")
            )


def test_the_recovery_is_nobodys_key_and_nobodys_id() -> None:
    stage, recovery = Stage(founded=False), Actor()
    first, *rest = founding(stage.cast["admin"])
    stage.say("admin", replace(first, recovery_key=recovery.public), *rest)
    with pytest.raises(Refused, match="key can be enrolled once"):
        stage.say("admin", enrolment(recovery))
    with pytest.raises(Refused, match="id can be enrolled once"):
        stage.say("admin", enrolment(Actor(), person=RECOVERY))


def test_the_id_of_a_person_or_a_team_is_never_given_again(stage: Stage) -> None:
    """Somebody with the id of the owner team would not count as a member of it."""
    stage.run("admin", Disable("val", "left"))
    for taken in (stage.cast["dev"].person, stage.cast["val"].person, team(stage)):
        with pytest.raises(Refused, match="once only"):
            stage.say("admin", enrolment(Actor(), person=taken))
        with pytest.raises(Refused, match="once only"):
            stage.say("admin", TeamFormed(team=taken, lead=stage.cast["dev"].person, name="other"))


def test_a_handle_and_a_teams_name_are_taken_once_even_when_they_read_like_shredded_ones(stage: Stage) -> None:
    with pytest.raises(Refused, match="handle is taken"):
        stage.say("admin", enrolment(Actor(), "dev"))
    with pytest.raises(Refused, match="that name already"):
        stage.say("admin", TeamFormed(team=chance.uuid7(), lead=stage.cast["dev"].person, name="credit"))
    stage.say("admin", enrolment(Actor(), "[shredded]"))
    with pytest.raises(Refused, match="handle is taken"):
        stage.say("admin", enrolment(Actor(), "[shredded]"))
    stage.say("admin", TeamFormed(team=chance.uuid7(), lead=stage.cast["dev"].person, name="[shredded]"))
    with pytest.raises(Refused, match="that name already"):
        stage.say("admin", TeamFormed(team=chance.uuid7(), lead=stage.cast["dev"].person, name="[shredded]"))


def test_several_people_may_be_shredded_and_the_ledger_replays(stage: Stage) -> None:
    for handle in ("val", "risk", "audit"):
        stage.run("admin", Disable(handle, "left"))
        stage.run("admin", ShredProfile(handle, "GDPR Art. 17"))
    stage.say("admin", enrolment(Actor(), "val"))
    assert stage.replayed() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"role": "owner"},
        {"role": ""},
        {"scope": "planet"},
        {"scope_id": "x"},
        {"scope": "team"},
        {"scope": "model"},
        {"ends": "tomorrow"},
    ],
)
def test_a_grant_is_of_a_known_role_within_a_known_scope(stage: Stage, changes: dict[str, str]) -> None:
    with pytest.raises((Refused, UsageError)):
        stage.say("admin", granted(stage.cast["val"].person, **changes))


def test_a_grant_that_ends_this_very_instant_is_refused_and_one_an_instant_later_is_taken(stage: Stage) -> None:
    person = stage.cast["audit"].person
    with clock.use(lambda: NOON):
        with pytest.raises(Refused, match="ended already"):
            stage.say("admin", granted(person, ends=clock.text(NOON)))
        stage.say("admin", granted(person, ends=clock.text(NOON + timedelta(microseconds=1))))


def test_a_grants_id_is_used_once_even_when_it_was_revoked(stage: Stage) -> None:
    said = granted(stage.cast["audit"].person)
    stage.say("admin", said)
    stage.run("admin", Revoke(said.grant, "typo"))
    with pytest.raises(Refused, match="once only"):
        stage.say("admin", said)
    with pytest.raises(Refused, match="does not hold"):
        stage.say("admin", RoleRevoked(grant=said.grant, reason="again"))


@pytest.mark.parametrize("scope", ["team", "model"])
def test_an_administrator_of_a_part_governs_nobody(stage: Stage, scope: str) -> None:
    stage.run("admin", Grant("val", "admin", scope, team(stage)))
    grant = stage.ask("val", WhoAmI()).grants[0].id
    for said in (
        granted(stage.cast["audit"].person),
        enrolment(Actor()),
        PersonDisabled(person=stage.cast["audit"].person, reason="r"),
        RoleRevoked(grant=grant, reason="r"),
        TeamFormed(team=chance.uuid7(), lead=stage.cast["dev"].person, name="t"),
        TeamLeadNamed(team=team(stage), lead=stage.cast["dev"].person),
        DataKeyRotated(epoch=2),
    ):
        with pytest.raises(Refused, match="role admin is needed"):
            stage.say("val", said)


def test_one_of_two_administrators_grants_can_go_and_the_last_open_one_cannot(stage: Stage) -> None:
    stage.run("admin", Grant("risk", "admin"))
    stage.run("risk", Grant("admin", "admin"))
    stage.run("risk", Grant("admin", "admin", ends="2099-01-01T00:00:00.000000Z"))
    stage.run("admin", Disable("risk", "left"))
    first, second = [grant for grant in stage.ask("admin", WhoAmI()).grants if not grant.ends]
    stage.run("admin", Revoke(first.id, "one is enough"))
    with pytest.raises(Refused, match="last administrator"):
        stage.run("admin", Revoke(second.id, "none left"))


def test_a_disabled_person_is_given_nothing(stage: Stage) -> None:
    stage.run("admin", Disable("val", "left"))
    person = stage.cast["val"].person
    for said in (
        granted(person),
        PersonDisabled(person=person, reason="again"),
        TeamFormed(team=chance.uuid7(), lead=person, name="t"),
        TeamLeadNamed(team=team(stage), lead=person),
        TeamMemberAdded(team=team(stage), kind="person", member=person),
        granted(chance.uuid7()),
    ):
        with pytest.raises(Refused, match="unknown or disabled"):
            stage.say("admin", said)


def test_a_team_takes_people_and_teams_that_are_there_once(stage: Stage) -> None:
    stage.run("admin", FormTeam("retail", "dev"))
    credit, retail = team(stage), team(stage, "retail")
    stage.run("admin", AddMember("retail", "credit", "team"))
    for kind, member in (("team", credit), ("person", stage.cast["dev"].person)):
        with pytest.raises(Refused, match="already"):
            stage.say("admin", TeamMemberAdded(team=retail, kind=kind, member=member))
    stage.run("admin", FormTeam("other", "dev"))
    for kind, member in (("team", chance.uuid7()), ("group", team(stage, "other")), ("team", stage.cast["val"].person)):
        with pytest.raises(Refused, match="not there"):
            stage.say("admin", TeamMemberAdded(team=credit, kind=kind, member=member))
    with pytest.raises(Refused, match="no such team"):
        stage.say("admin", TeamMemberAdded(team=chance.uuid7(), kind="person", member=stage.cast["val"].person))
    with pytest.raises(Refused, match="lead cannot be taken out"):
        stage.say("admin", TeamMemberRemoved(team=credit, kind="person", member=stage.cast["dev"].person))


def test_a_rotation_is_recorded_once(stage: Stage) -> None:
    stage.say("admin", DataKeyRotated(epoch=2))
    with pytest.raises(Refused, match="on record already"):
        stage.say("admin", DataKeyRotated(epoch=2))
    stage.say("admin", DataKeyRotated(epoch=3))


def test_nothing_but_the_details_of_a_disabled_person_can_be_shredded(stage: Stage) -> None:
    stage.run("dev", RegisterModel(name="m", team="credit", tier="low", tier_rationale="r", purpose="p"))
    with stage.rows() as rows:
        card = rows.all(ModelRow)[0]["card"]
    for payload in (card, "0" * 64, ""):
        with pytest.raises(Refused, match="disabled person"):
            stage.say("admin", PayloadShredded(payload=payload, reason="inconvenient"))
    stage.run("admin", Grant("risk", "admin"))
    stage.run("admin", Disable("val", "left"))
    with pytest.raises(Refused, match="role admin"):
        stage.run("dev", ShredProfile("val", "asked"))
    assert "Val Person" in {person.name for person in stage.ask("admin", People())}
