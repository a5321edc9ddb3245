"""People, teams and roles by the command line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from registry_app.cli.options import NEW_PASSPHRASE
from tests.cli.conftest import Ask

OTHER = "seven purple lanterns over water"


@pytest.fixture
def secret(tmp_path: Path) -> str:
    path = tmp_path / "new"
    path.write_text(OTHER + "\n")
    path.chmod(0o600)
    return str(path)


def test_everybody_is_listed_with_their_roles(ask: Ask) -> None:
    lines = ask("people", "list").out.splitlines()
    assert lines[0].split() == ["handle", "name", "state", "roles"]
    assert [line.split()[0] for line in lines[1:]] == ["ada", "audit", "dev", "risk", "val"]
    assert "risk officer" in lines[4]


def test_somebody_enrolled_can_sign_in_with_their_own_passphrase(ask: Ask, secret: str) -> None:
    said = ask("people", "enrol", "eve", "--name", "Eve Extra", "--new-passphrase-file", secret)
    assert said.out == "eve\n"
    assert "Recorded and signed" in said.err
    assert ask("whoami", "--passphrase-file", secret, "--json", who="eve").json["person"]["name"] == "Eve Extra"
    ask("whoami", who="eve", code=4)


def test_a_weak_first_passphrase_enrols_nobody(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NEW_PASSPHRASE, "password")
    assert "8 characters" in ask("people", "enrol", "eve", "--name", "Eve", code=2).err
    assert "Eve" not in ask("people", "list").out


def test_only_an_administrator_enrols(ask: Ask, secret: str) -> None:
    assert ask("people", "enrol", "eve", "--name", "E", "--new-passphrase-file", secret, who="dev", code=5).out == ""


def test_what_can_be_refused_is_refused_before_a_new_passphrase_is_asked_for(ask: Ask) -> None:
    assert "is taken" in ask("people", "enrol", "val", "--name", "E", code=2).err
    assert "is no handle" in ask("people", "enrol", "Eve", "--name", "E", code=2).err
    assert "role admin" in ask("people", "enrol", "eve", "--name", "E", who="dev", code=5).err
    assert "no person 'eve'" in ask("people", "re-enrol", "eve", "--reason", "lost", code=2).err
    assert "role admin" in ask("people", "re-enrol", "val", "--reason", "lost", who="dev", code=5).err
    assert "no terminal to ask at" in ask("people", "enrol", "eve", "--name", "E", code=2).err


def test_a_lost_passphrase_is_replaced(ask: Ask, secret: str) -> None:
    ask("people", "re-enrol", "val", "--reason", "forgot", "--new-passphrase-file", secret)
    ask("whoami", who="val", code=4)
    ask("whoami", "--passphrase-file", secret, who="val")


def test_a_disabled_person_stays_outside_and_can_be_shredded(ask: Ask) -> None:
    ask("people", "disable", "val", "--reason", "left")
    ask("whoami", who="val", code=4)
    ask("people", "shred", "val", "--reason", "asked to")
    assert "Val Validator" not in ask("people", "list").out
    ask("verify")


def test_the_last_administrator_cannot_be_disabled(ask: Ask) -> None:
    ask("people", "disable", "ada", "--reason", "x", code=5)


def test_a_team_is_formed_led_joined_and_left(ask: Ask) -> None:
    ask("team", "form", "pricing", "--lead", "val")
    ask("team", "add", "pricing", "risk")
    ask("team", "add", "pricing", "credit", "--team-member")
    ask("team", "lead", "pricing", "risk")
    found = ask("team", "show", "pricing", "--json").json
    assert found["lead"] == {"kind": "person", "handle": "risk", "name": "Rita Risk"}
    assert [(each["kind"], each["handle"]) for each in found["members"]] == [
        ("person", "risk"), ("person", "val"), ("team", "credit"),
    ]  # fmt: skip
    shown = ask("team", "show", "pricing").out
    assert "risk (Rita Risk)  risk (Rita Risk), val (Val Validator), team credit" in shown
    ask("team", "remove", "pricing", "val")
    assert "Val Validator" not in ask("team", "list").out


def test_a_role_is_granted_for_a_model_until_a_day_and_revoked(ask: Ask) -> None:
    said = ask("role", "grant", "dev", "validator", "--model", "credit-risk", "--ends", "2099-03-31")
    (line,) = [each for each in ask("role", "list", "--json").json if each["grant"] == said.out.strip()]
    assert (line["scope"], line["ends"]) == ("model", "2099-03-31T23:59:59.999999Z")
    ask("role", "revoke", line["grant"], "--reason", "over")
    assert line["grant"] not in ask("role", "list").out
    assert "See 'registry-app role list'." in ask("role", "revoke", "1234", code=2).err


def test_a_role_is_granted_for_a_team(ask: Ask) -> None:
    ask("role", "grant", "audit", "risk-officer", "--team", "credit")
    assert "risk officer (of a team)" in ask("people", "list").out


def test_a_grant_is_for_one_thing(ask: Ask) -> None:
    ask("role", "grant", "dev", "validator", "--model", "m", "--team", "t", code=2)
    ask("role", "grant", "dev", "emperor", code=2)


def test_the_past_can_be_asked(ask: Ask) -> None:
    assert "no registry yet" in ask("people", "list", "--as-of", "2020-01-01", code=2).err


def test_hostile_names_are_refused_and_hostile_handles_shown_harmlessly(ask: Ask, secret: str) -> None:
    args = ("--new-passphrase-file", secret)
    assert "U+001B" in ask("people", "enrol", "eve", "--name", "E\x1b[2Jve", *args, code=2).err
    assert "U+202E" in ask("people", "enrol", "eve", "--name", "E\u202eve", *args, code=2).err
    assert "4000 characters" in ask("people", "enrol", "eve", "--name", "x" * 4000, *args, code=2).err
    said = ask("people", "enrol", "\x1b]0;title\x07", "--name", "E", *args, code=2)
    assert "\x1b" not in said.err + said.out


def test_a_passphrase_file_that_others_may_read_is_warned_about(ask: Ask, secret: str) -> None:
    os.chmod(secret, 0o644)
    said = ask("people", "re-enrol", "val", "--reason", "forgot", "--new-passphrase-file", secret)
    assert "Warning: others may read" in said.err
