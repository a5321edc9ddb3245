"""The signed history by the command line, and verifying it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from registry_app.ledger.checkpoint import parse
from registry_app.ledger.merkle import leaf_hash
from registry_app.ledger.proof import verify_consistency, verify_inclusion
from registry_app.vault import keyfile
from registry_app.vault.engine import open_sqlcipher, writing
from registry_app.vault.place import database_key
from tests.cli.conftest import SECRET, Ask


def tamper(folder: Path, statement: str) -> None:
    """What an insider with the data key could do."""
    keys = keyfile.load(folder).unlock("dev", SECRET).data_keys
    engine = open_sqlcipher(folder / "registry.db", database_key(keys.keys[keys.current_epoch]))
    with writing(engine) as connection:
        kept = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
        for name, _ in kept:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql(statement)
        for _, sql in kept:
            connection.exec_driver_sql(sql)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def test_the_log_says_who_said_what_and_goes_on(ask: Ask) -> None:
    first = ask("ledger", "log", "--limit", "2")
    assert "registry-founded" in first.out
    assert "--after 1" in first.err
    assert [each["seq"] for each in ask("ledger", "log", "--after", "1", "--limit", "2", "--json").json] == [2, 3]
    last = ask("ledger", "log", "--last", "--limit", "1", "--json").json
    assert last[0]["kinds"] == ["alias-set"]
    assert last[0]["author"] == "Dana Dev"


def test_a_leaf_is_shown_as_it_was_signed(ask: Ask) -> None:
    found = ask("ledger", "show", "0", "--json").json
    assert (
        leaf_hash(found["envelope"].encode()).hex()
        == found["hash"]
        == ask("whoami", "--json").json["registry"]["registry"]
    )
    assert "Ada Admin" not in found["envelope"]
    assert "person-enrolled" in ask("ledger", "show", "0").out
    assert "has no leaf 999" in ask("ledger", "show", "999", code=2).err


def test_a_stranger_can_check_that_a_leaf_is_in(ask: Ask) -> None:
    for more in ((), ("--size", "9")):
        proof = ask("ledger", "prove", "4", *more).json
        path = [bytes.fromhex(each) for each in proof["path"]]
        root = bytes.fromhex(proof["root"])
        assert verify_inclusion(4, proof["size"], leaf_hash(proof["envelope"].encode()), path, root)
        signed = parse(proof["checkpoint"]).checkpoint
        assert (signed.origin, signed.size, signed.root) == (f"registry-app/{proof['registry']}", proof["size"], root)


def test_a_stranger_can_check_that_it_only_grew(ask: Ask) -> None:
    proof = ask("ledger", "prove", "--from", "5").json
    path = [bytes.fromhex(each) for each in proof["path"]]
    roots = bytes.fromhex(proof["from_root"]), bytes.fromhex(proof["root"])
    assert verify_consistency(5, proof["size"], *roots, path)


@pytest.mark.parametrize(
    "args", [(), ("3", "--from", "4"), ("3", "--size", "999"), ("--from", "999"), ("9", "--size", "4")]
)
def test_what_cannot_be_proved_is_refused(ask: Ask, args: tuple[str, ...]) -> None:
    ask("ledger", "prove", *args, code=2)


def test_a_size_the_ledger_never_had_is_said_in_one_way(ask: Ask) -> None:
    for args in (("--from", "999"), ("3", "--size", "999")):
        assert "statements, not 999." in ask("ledger", "prove", *args, code=2).err


def test_a_checkpoint_is_kept_elsewhere_and_compared(ask: Ask, tmp_path: Path, folder: Path) -> None:
    note = tmp_path / "checkpoint.txt"
    ask("ledger", "checkpoint", "-o", str(note))
    assert parse(note.read_text()).checkpoint.size == ask("ledger", "checkpoint", "--json").json["size"]
    assert ask("ledger", "checkpoint").out.startswith("registry-app/")
    ask("ledger", "checkpoint", "-o", str(note), code=2)
    ask("version", "tag", "credit-risk:1", "a=b", who="dev")
    ask("verify", "--against", str(note))
    note.write_text(note.read_text().replace("registry-app/", "registry-app/f"))
    assert ask("verify", "--against", str(note), code=3).out.splitlines()[-1].startswith("completeness")
    assert folder.exists()


def test_six_answers_are_given_and_each_holds(ask: Ask) -> None:
    found = ask("verify", "--json").json
    assert found["ok"] is True
    names = ["integrity", "authenticity", "authority", "projection", "evidence", "completeness"]
    assert [answer["name"] for answer in found["answers"]] == names
    assert ask("verify").out.count("yes") == 6


def test_an_edited_row_is_found_and_named(ask: Ask, folder: Path) -> None:
    tamper(folder, "UPDATE leaf SET time = '2020-01-01T00:00:00.000000Z' WHERE seq = 7")
    before = (folder / "registry.db").read_bytes()
    said = ask("verify", code=3)
    assert "The first bad leaf is 7" in said.err
    assert "vault salvage" in said.err
    assert "NO" in said.out
    found = ask("verify", "--json", code=3)
    assert json.loads(found.out)["first_bad"]["seq"] == 7
    assert json.loads(found.err)["error"]["exit_code"] == 3
    assert (folder / "registry.db").read_bytes() == before


def test_a_lost_tail_is_found_by_the_head_outside(ask: Ask, folder: Path) -> None:
    older = (folder / "registry.db").read_bytes()
    ask("version", "tag", "credit-risk:1", "a=b", who="dev")
    (folder / "registry.db").write_bytes(older)
    assert "have been seen" in ask("whoami", code=3).err


def test_a_missing_checkpoint_file_is_wrong_usage(ask: Ask) -> None:
    assert "cannot be read" in ask("verify", "--against", "/nowhere/x", code=2).err


def test_a_file_that_is_no_checkpoint_is_wrong_usage_and_a_damaged_one_is_not(ask: Ask, tmp_path: Path) -> None:
    note = tmp_path / "note"
    note.write_text("Buy milk.\n")
    assert "is no checkpoint" in ask("verify", "--against", str(note), code=2).err
    lines = ask("ledger", "checkpoint").out.splitlines(keepends=True)
    for damaged in (lines[:1], lines[1:], lines[:-1]):
        note.write_text("".join(damaged))
        ask("verify", "--against", str(note), code=3)


def test_verifying_what_is_no_dossier_is_wrong_usage_and_a_damaged_one_is_not(say: Ask, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,age\n")
    assert say("verify", str(tmp_path / "a.csv"), code=2).err.endswith("is no PDF.\nName the dossier's PDF file.\n")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")
    assert "not what was issued" in say("verify", str(tmp_path / "a.pdf"), code=3).err
