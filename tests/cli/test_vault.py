"""Keys and the encrypted store by the command line."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from registry_app.cli.options import NEW_PASSPHRASE
from tests.cli.conftest import Ask

OTHER = "seven purple lanterns over water"


def test_the_status_says_what_a_guess_costs(ask: Ask) -> None:
    found = ask("vault", "status", "--json").json
    assert found["people"][0]["kdf"] == "argon2id-floor-2026-11"
    assert found["data_key_epoch"] == 1
    assert found["anchored"] is True
    shown = ask("vault", "status").out
    assert "2 x 19 MiB, 1 lane\n" in shown


def test_the_data_key_is_rotated_by_an_administrator(ask: Ask) -> None:
    ask("vault", "rotate", who="dev", code=5)
    ask("vault", "rotate")
    assert ask("vault", "status", "--json", who="val").json["data_key_epoch"] == 2
    ask("verify", who="audit")


def test_a_lost_passphrase_is_recovered_with_the_paper(
    ask: Ask, recovery_key: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(NEW_PASSPHRASE, OTHER)
    ask("vault", "recover", "--reason", "lost", "--recovery-file", str(recovery_key))
    ask("whoami", code=4)
    secret = tmp_path / "new"
    secret.write_text(OTHER)
    secret.chmod(0o600)
    ask("verify", "--passphrase-file", str(secret))
    mistyped = tmp_path / "typo"
    mistyped.write_text(recovery_key.read_text().replace("-", "")[:-1])
    ask("vault", "recover", "--reason", "x", "--recovery-file", str(mistyped), code=2)


def test_what_can_be_refused_of_a_recovery_is_refused_before_a_passphrase_is_asked_for(
    say: Ask, folder: Path, recovery_key: Path, tmp_path: Path
) -> None:
    words = ("vault", "recover", "--reason", "lost", "--recovery-file", str(recovery_key))
    assert "There is no person 'nobody'" in say("-r", str(folder), *words, who="nobody", code=2).err
    assert "is no registry" in say("-r", str(tmp_path), *words, who="ada", code=2).err
    asked = say("-r", str(folder), *words, who="ada", code=2).err
    assert "Give --new-passphrase-file or set REGISTRY_APP_NEW_PASSPHRASE." in asked
    asked = say("-r", str(folder), *words[:-2], who="ada", code=2).err
    assert asked == "The recovery key is needed, and there is no terminal to ask at.\nGive --recovery-file FILE.\n"
    asked = say("-r", str(folder), *words[:-1], "/nowhere/key", who="ada", code=2).err
    assert "The recovery key file '/nowhere/key' cannot be read" in asked


def test_what_is_intact_can_be_taken_out_of_a_damaged_registry(ask: Ask, folder: Path, tmp_path: Path) -> None:
    database = folder / "registry.db"
    content = bytearray(database.read_bytes())
    content[-5000] ^= 1
    database.write_bytes(content)
    ask("whoami", code=3)
    out = tmp_path / "intact.jsonl"
    found = ask("vault", "salvage", "-o", str(out), "--json").json
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert found["leaves"] == sum(line["kind"] == "leaf" for line in lines) > 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert database.read_bytes() == bytes(content)


def test_a_damaged_keyring_is_restored_from_the_one_before(ask: Ask, folder: Path) -> None:
    ask("vault", "restore-keyring", code=2)
    (folder / "keyring.json").write_text("{")
    assert "restore-keyring" in ask("whoami", code=3).err
    restored = ask("vault", "restore-keyring")
    assert "ada" in restored.out
    assert "re-enrol" in restored.err
    ask("whoami")


def test_a_copy_without_a_head_is_said_and_accepted(ask: Ask, folder: Path) -> None:
    (folder / "head").unlink()
    assert "nothing says that it is the newest copy" in ask("whoami").err
    assert "cannot tell" in ask("verify").out
    ask("vault", "accept-unanchored")
    assert ask("ledger", "log", "--last", "--limit", "1", "--json").json[0]["kinds"] == ["unanchored-opened"]


def test_where_heads_are_kept_there_is_nothing_to_accept(ask: Ask) -> None:
    size = ask("whoami", "--json").json["registry"]["size"]
    assert "There is nothing to accept" in ask("vault", "accept-unanchored").out
    assert ask("vault", "accept-unanchored", "--json").json == {"anchored": True, "recorded": False}
    assert ask("whoami", "--json").json["registry"]["size"] == size
