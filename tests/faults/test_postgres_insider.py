"""T2 over PostgreSQL: what the server's administrator can read, what a role can write, and what verify says of the rest."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from registry_app.custody import change_passphrase, disable, enrol, re_enrol, recover, rotate, rotation
from registry_app.errors import AuthenticationError, RegistryError, StorageError
from registry_app.evidence.actions import RecordEvidence
from registry_app.models.actions import RegisterModel, RegisterVersion
from registry_app.people.actions import Grant
from registry_app.reviews.actions import Comment, Submit
from registry_app.vault.place import place_of, state_folder
from registry_app.verification import verify
from registry_app.workspace import Workspace
from tests.faults.canaries import measured
from tests.ground import phrase
from tests.postgres import PASSWORD, Bank

DOCS = Path(__file__).parents[2] / "docs" / "postgres.md"


def roles(bank: Bank) -> None:
    """Grant what docs/postgres.md says, as it stands there."""
    found_there = re.findall(r"```sql\n(.*?)```", DOCS.read_text("utf-8"), flags=re.DOTALL)
    (grants,) = (each for each in found_there if "GRANT SELECT" in each)
    bank.superuser(*[each.replace("registry_writer", "writer") for each in grants.split(";") if each.strip()])


def test_the_writer_role_of_the_docs_can_work_and_can_change_no_leaf(bank: Bank) -> None:
    import psycopg

    roles(bank)
    with Workspace.open(bank.url("writer"), "admin", phrase("admin")) as admin:
        enrol(admin, "late", "Late Person", phrase("late"), "late@example.org")
        admin.run(Grant("late", "auditor"))
        re_enrol(admin, "late", phrase("later"), "lost")
        disable(admin, "late", "has left")
        change_passphrase(admin, phrase("admin"), phrase("admin") + " new")
        rotate(admin, phrase("admin") + " new")
        assert verify(admin).ok
    with Workspace.open(bank.url("writer"), "dev", phrase("dev")) as dev:
        dev.run(RegisterVersion(model="m", artifact="d" * 64))
    for table in ("leaf", "node"):
        for statement in (f"UPDATE {table} SET hash = ''", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            for user, words in (("writer", "permission denied"), ("owner", "append-only")):
                with psycopg.connect(bank.url(user)) as connection, pytest.raises(psycopg.Error, match=words):
                    connection.execute(statement.encode())
    with bank.open("audit") as audit:
        assert verify(audit).ok


def test_a_role_that_may_only_read_opens_for_reading(bank: Bank) -> None:
    roles(bank)
    bank.superuser("REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public FROM writer")
    with Workspace.open(bank.url("writer"), "audit", phrase("audit"), read_only=True) as audit:
        assert verify(audit).ok
    with Workspace.open(bank.url("writer"), "dev", phrase("dev")) as dev, pytest.raises(StorageError) as caught:
        dev.run(RegisterVersion(model="m", artifact="d" * 64))
    assert "may not write" in caught.value.what


@pytest.mark.parametrize(
    ("answer", "edit"),
    [
        ("projection", "UPDATE model SET risk_tier = 'low' WHERE name = 'm'"),
        ("projection", "INSERT INTO alias VALUES ('m', 'champion', 3, NULL, 'x')"),
        ("integrity", "UPDATE leaf SET envelope = envelope || 'x'::bytea WHERE seq = 7"),
        ("integrity", "DELETE FROM leaf WHERE seq = 7"),
        ("integrity", "UPDATE node SET hash = decode(repeat('00', 32), 'hex') WHERE level = 1 AND place = 1"),
        ("projection", "UPDATE leaf SET person = 'x' WHERE seq = 7"),
        ("evidence", "UPDATE payload SET body = NULL WHERE digest = (SELECT min(digest) FROM payload)"),
        ("projection", "DROP TRIGGER leaf_kept ON leaf"),
        ("projection", "ALTER TABLE node DISABLE TRIGGER node_kept"),
    ],
)
def test_what_an_administrator_of_the_server_edits_is_found(bank: Bank, answer: str, edit: str) -> None:
    with bank.open("audit") as audit:
        assert verify(audit).ok
        bank.superuser("SET session_replication_role = replica", edit)
        verification = verify(audit)
        said = {each.name: each.holds for each in verification.answers}
        assert said[answer] is False, said


def test_a_database_put_back_is_found_by_the_head_of_the_user(bank: Bank) -> None:
    older = bank.server.database(template=bank.database)
    with bank.open() as dev:
        dev.run(RegisterVersion(model="m", artifact="d" * 64))
    with pytest.raises(RegistryError) as caught:
        Workspace.open(bank.server.url(older, "owner"), "dev", phrase("dev"))
    assert caught.value.exit_code == 3
    assert "have been seen" in caught.value.what


CONTENT = [f"zqcanary{number:02d}xk" for number in range(9)]


def test_an_administrator_of_the_server_reads_names_and_no_content(bank: Bank) -> None:
    with bank.open("admin") as admin:
        enrol(admin, "late", "Late Person", phrase("late"), f"{CONTENT[0]}{CONTENT[1]}@example.org")
        disable(admin, "late", CONTENT[2])
    with bank.open() as dev:
        dev.run(
            RegisterModel(name="zqvisiblexk", team="credit", tier="low", tier_rationale=CONTENT[3], purpose=CONTENT[4])
        )
        dev.run(RegisterVersion(model="m", artifact="d" * 64, note=CONTENT[5]))
        dev.run(Submit("m:2", CONTENT[6]))
        dev.run(RecordEvidence("m:1", measured(CONTENT[7], "p", "a", "x", "1")))
    with bank.open("val") as val:
        val.run(Comment("m:2", CONTENT[8]))
    dump = bank.server.tool("pg_dump", "--inserts", bank.url("postgres"))
    rows = bank.superuser("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
    text = "\n".join(str(bank.superuser(f'SELECT t::text FROM "{name}" t')) for (name,) in rows)
    for everything in (dump, text):
        assert seen("zqvisiblexk", everything)
        assert [word for word in CONTENT if seen(word, everything)] == []
        assert not any(phrase(who) in everything for who in ("admin", "dev", "val", "late"))
        assert PASSWORD not in everything
    state = b"".join(file.read_bytes() for file in state_folder().rglob("*") if file.is_file())
    assert PASSWORD.encode() not in state


def seen(word: str, everything: str) -> bool:
    """Whether a word stands there in clear, in hexadecimal, or in base64 at any of its three places."""
    raw = word.encode()
    forms = {word, raw.hex(), raw.hex().upper()}
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw).decode()
        forms.add(coded[4 if shift else 0 : len(coded) // 4 * 4 - 4])
        forms.add(base64.b64encode(b"\0" * shift + raw).hex()[8 if shift else 0 : -8])
    return any(form in everything for form in forms)


@pytest.mark.parametrize("step", ["_seal_again", "_rekey"])
def test_a_rotation_cut_off_is_finished_by_the_next(bank: Bank, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def fails(*_: object) -> None:
        raise StorageError("cut off", "")

    with bank.open("admin") as admin:
        with monkeypatch.context() as patch:
            patch.setattr(rotation, step, fails)
            with pytest.raises(StorageError, match="cut off"):
                rotate(admin, phrase("admin"))
        assert verify(admin).ok
    with bank.open("dev") as dev:
        dev.run(RegisterVersion(model="m", artifact="d" * 64, note="sealed while a rotation is under way"))
        assert verify(dev).ok
    with bank.open("admin") as admin:
        rotate(admin, phrase("admin"))
        assert set(admin.store.keys.keys) == {2}
        assert verify(admin).ok
    with bank.open("dev") as dev:
        assert verify(dev).ok
    assert bank.superuser("SELECT count(*) FROM keyring") == [(1,)]
    assert bank.superuser("SELECT count(*) FROM payload WHERE get_byte(body, 2) <> 2") == [(0,)]


def test_the_recovery_key_opens_a_registry_in_a_database(bank: Bank) -> None:
    with recover(bank.url(), bank.recovery_key, "val", phrase("again"), "lost") as val:
        assert verify(val).ok
    with pytest.raises(AuthenticationError):
        bank.open("val")
    assert (place_of(bank.url()).notes(val.store.registry) / "attempts.log").exists()
    with bank.open("admin") as admin:
        disable(admin, "val", "has left")
        assert any("on record" in notice for notice in admin.notices)
    with pytest.raises(AuthenticationError):
        Workspace.open(bank.url(), "val", phrase("again"))
