"""What stays of what was said about people: each row between the leaf that began it and the leaf that ended it."""

from __future__ import annotations

from typing import Any

import pytest

from registry_app.people.actions import (
    AddMember,
    Disable,
    FormTeam,
    Grant,
    NameLead,
    RecordRotation,
    ReEnrol,
    RemoveMember,
    ReportUnlockFailures,
    Revoke,
    ShredProfile,
)
from registry_app.people.tables import GrantRow, KeyRow, MemberRow, PersonRow, RotationRow, TeamRow, key_id
from registry_app.people.views import WhoAmI
from registry_app.vault.rows import Table
from tests.stage import Actor, Stage


@pytest.fixture
def stage() -> Stage:
    return Stage().people()


def held(stage: Stage, table: Table, **equal: Any) -> list[tuple[int, int | None]]:
    """Between which leaves the rows held, oldest first."""
    with stage.rows() as rows:
        return sorted((row["since"], row["until"]) for row in rows.every(table, **equal))


def at(stage: Stage, seq: int, table: Table, **equal: Any) -> Any:
    with stage.rows(seq) as rows:
        return rows.one(table, **equal)


def test_a_person_is_what_the_newest_leaf_up_to_then_says(stage: Stage) -> None:
    person = stage.cast["val"].person
    new = Actor(person=person)
    renewed = stage.run("admin", ReEnrol("val", new.public, "0" * 64, "lost")).at.seq
    left = stage.run("admin", Disable("val", "left")).at.seq
    assert at(stage, renewed - 1, PersonRow, id=person)["key"] == stage.cast["val"].key_id
    assert at(stage, renewed, PersonRow, id=person)["key"] == new.key_id
    assert at(stage, left - 1, PersonRow, id=person)["state"] == "active"
    assert at(stage, left, PersonRow, id=person)["state"] == "disabled"
    assert held(stage, KeyRow, id=stage.cast["val"].key_id)[0][1] == renewed
    assert held(stage, KeyRow, id=new.key_id) == [(renewed, left)]


def test_a_grant_holds_from_its_leaf_to_the_leaf_that_ends_it(stage: Stage) -> None:
    person = stage.cast["val"].person
    one = stage.run("admin", Grant("val", "auditor"))
    gone = stage.run("admin", Revoke(one.facts[0].grant, "typo")).at.seq  # type: ignore[attr-defined]
    assert at(stage, one.at.seq - 1, GrantRow, person=person, role="auditor") is None
    assert at(stage, one.at.seq, GrantRow, person=person, role="auditor") is not None
    assert at(stage, gone - 1, GrantRow, person=person, role="auditor") is not None
    assert at(stage, gone, GrantRow, person=person, role="auditor") is None


def test_whoever_comes_back_holds_nothing_of_what_they_held(stage: Stage) -> None:
    left = stage.run("admin", Disable("val", "left")).at.seq
    new = Actor(person=stage.cast["val"].person)
    stage.run("admin", ReEnrol("val", new.public, "0" * 64, "came back"))
    stage.cast["val"] = new
    assert stage.ask("val", WhoAmI()).grants == ()
    assert stage.ask("val", WhoAmI()).state == "active"
    assert held(stage, GrantRow, person=new.person)[0][1] == left
    assert stage.replayed() == []


def test_members_come_and_go_and_come_back(stage: Stage) -> None:
    person = stage.cast["audit"].person
    leaves = [
        stage.run("admin", each).at.seq
        for each in (AddMember("credit", "audit"), RemoveMember("credit", "audit"), AddMember("credit", "audit"))
    ]
    assert held(stage, MemberRow, member=person) == [(leaves[0], leaves[1]), (leaves[2], None)]
    assert at(stage, leaves[1], MemberRow, member=person) is None
    assert at(stage, leaves[1], MemberRow, member=stage.cast["dev"].person) is not None
    assert stage.replayed() == []


def test_a_team_is_formed_with_its_lead_in_it_and_keeps_who_led_it_when(stage: Stage) -> None:
    formed = stage.run("admin", FormTeam("retail", "risk"))
    name = formed.facts[0].team  # type: ignore[attr-defined]
    assert at(stage, formed.at.seq, MemberRow, team=name)["member"] == stage.cast["risk"].person
    stage.run("admin", AddMember("retail", "val"))
    led = stage.run("admin", NameLead("retail", "val")).at.seq
    assert at(stage, led - 1, TeamRow, id=name)["lead"] == stage.cast["risk"].person
    assert at(stage, led, TeamRow, id=name)["lead"] == stage.cast["val"].person
    assert at(stage, led, MemberRow, team=name, member=stage.cast["risk"].person) is not None


def test_a_shredded_name_is_gone_from_the_past_too(stage: Stage) -> None:
    person = stage.cast["val"].person
    before = stage.run("admin", Disable("val", "left")).at.seq
    stage.run("admin", ShredProfile("val", "GDPR Art. 17"))
    with stage.rows() as rows:
        shown = {(row["handle"], row["name"]) for row in rows.every(PersonRow, id=person)}
        others = {row["name"] for row in rows.all(PersonRow)}
    assert len(shown) == 1
    assert not {"val", "Val Person"} & set(*shown)
    assert {"Ada Admin", "Dev Person", "Risk Person"} <= others
    assert at(stage, before - 1, PersonRow, id=person)["name"] == "[shredded]"
    assert at(stage, before - 1, PersonRow, id=person)["state"] == "active"


def test_a_rotation_and_reported_failures_are_kept_where_they_were_said(stage: Stage) -> None:
    seq = stage.run("admin", RecordRotation(2)).at.seq
    assert at(stage, seq - 1, RotationRow, epoch=2) is None
    assert at(stage, seq, RotationRow, epoch=2)["since"] == seq
    stage.run("dev", ReportUnlockFailures(3, "2026-01-01T00:00:00.000000Z", "2026-01-02T00:00:00.000000Z", ("dev",)))
    assert stage.replayed() == []


def test_a_key_is_named_by_the_hash_of_its_raw_bytes() -> None:
    assert key_id("00" * 32) == "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"
