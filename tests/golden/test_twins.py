"""The tampered twins before the real program: exit code 3, the right answer, the first bad leaf, and no byte changed."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from registry_app.vault import digest
from registry_app.verification import ANSWERS
from tests.golden.story import PASSPHRASE, play
from tests.golden.twins import TWINS, forged

MADE = {"registry.lock", "registry.db-shm", "registry.db-wal"}
"""What reading a database in WAL mode may leave beside it: the lock, the WAL's index, and a WAL of no bytes."""


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("twins")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGISTRY_APP_KDF", "floor")
        patch.setenv("XDG_STATE_HOME", str(place / "state"))
        play(place / "registry")
    (place / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    (place / "passphrase").chmod(0o600)
    return place


@pytest.fixture
def folder(founded: Path, tmp_path: Path) -> Path:
    return shutil.copytree(founded / "registry", tmp_path / "registry")


def command(founded: Path, folder: Path, *args: str) -> list[str]:
    given = ["-r", str(folder), "--as", "audit", "--passphrase-file", str(founded / "passphrase")]
    return [sys.executable, "-m", "registry_app", *given, *args]


def run(founded: Path, folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """The real program, and no file of the registry is another one afterwards."""
    before = files(folder)
    done = subprocess.run(
        command(founded, folder, *args), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    after = files(folder)
    assert {name: after.get(name) for name in before} == before
    made = {name for name in after if name not in before}
    assert made <= MADE
    assert after.get("registry.db-wal", digest.sha256_hex(b"")) == digest.sha256_hex(b"")
    return done


def files(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): digest.sha256_hex(file.read_bytes())
        for file in folder.rglob("*")
        if file.is_file()
    }


@pytest.mark.parametrize("name", TWINS)
def test_verify_says_which_answers_are_no_and_what_the_first_bad_leaf_means(
    founded: Path, folder: Path, name: str
) -> None:
    twin = TWINS[name]
    bad = forged(folder, twin)
    said = run(founded, folder, "verify", "--json")
    assert said.returncode == 3
    told, error = json.loads(said.stdout), json.loads(said.stderr)["error"]
    assert {answer["name"] for answer in told["answers"] if answer["holds"] is not True} == twin.no
    assert twin.says in next(answer["sentence"] for answer in told["answers"] if not answer["holds"])
    assert (told["ok"], told["first_bad"]["seq"]) == (False, bad)
    named = "" if bad is None else f" The first bad leaf is {bad}:"
    assert error["what"] == f"This registry is not what was signed.{named} {told['first_bad']['sentence']}"
    assert (error["exit_code"], "vault salvage" in error["todo"]) == (3, True)


@pytest.mark.parametrize("name", ["forge", "truncate"])
def test_people_are_told_the_same(founded: Path, folder: Path, name: str) -> None:
    bad = forged(folder, TWINS[name])
    said = run(founded, folder, "verify")
    assert said.returncode == 3
    rows = [line.split() for line in said.stdout.split("Findings")[0].splitlines() if line.startswith(tuple(ANSWERS))]
    assert {row[0]: row[1] for row in rows} == {
        answer: "NO" if answer in TWINS[name].no else "yes" for answer in ANSWERS
    }
    assert TWINS[name].says in said.stdout
    assert TWINS[name].says in said.stderr
    assert bad is None or f"The first bad leaf is {bad}: " in said.stderr


@pytest.mark.parametrize("name", [name for name, twin in TWINS.items() if not twin.opens])
def test_any_other_verb_is_refused_where_another_state_was_put_back(founded: Path, folder: Path, name: str) -> None:
    forged(folder, TWINS[name])
    said = run(founded, folder, "review", "list", "--json")
    assert (said.returncode, said.stdout) == (3, "")
    error = json.loads(said.stderr)["error"]
    assert error["exit_code"] == 3
    assert "seen" in error["what"]
    assert "registry-app verify" in error["todo"]


def test_a_verb_that_meets_what_was_tampered_with_is_refused(founded: Path, folder: Path) -> None:
    seq = forged(folder, TWINS["drop"])
    said = run(founded, folder, "ledger", "show", str(seq))
    assert (said.returncode, said.stdout) == (3, "")
    assert f"leaf {seq}" in said.stderr


def test_the_screen_does_not_open_what_was_put_back(founded: Path, folder: Path) -> None:
    forged(folder, TWINS["truncate"])
    before = files(folder)
    shown = screen(command(founded, folder), until="are gone")
    assert "but 51 have been seen" in shown
    after = files(folder)
    assert {name: after.get(name) for name in before} == before


def screen(words: list[str], until: str) -> str:
    """What the program paints on a terminal of its own, up to some words; it is then told to quit."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm-256color", COLUMNS="100", LINES="30")
        os.execv(words[0], words)
    shown = ""
    try:
        while until not in shown:
            shown += os.read(terminal, 65_536).decode(errors="replace")
        os.write(terminal, b"\x11")
        while os.read(terminal, 65_536):
            pass
    except OSError:  # its end
        pass
    os.close(terminal)
    os.waitpid(child, 0)
    return shown
