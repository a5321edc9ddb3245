"""Every error is two sentences and an exit code, through the real entry."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from registry_app import errors
from registry_app.cli.outcome import carry_out
from tests.cli.conftest import SECRET, Ask

ENTRY = "from registry_app.front import run; run()"


def enter(folder: Path, *args: str, secret: str = SECRET, who: str = "ada", before: str = "", **more: Any) -> Any:
    """The console entry in a process of its own."""
    starved = "preexec_fn" in more  # a recorder of coverage would fill the disk before the command does
    environment = {
        **{key: value for key, value in os.environ.items() if not (starved and key.startswith("COVERAGE_"))},
        "REGISTRY_APP_REGISTRY": str(folder),
        "REGISTRY_APP_USER": who,
        "REGISTRY_APP_PASSPHRASE": secret,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    command = [sys.executable, "-c", before + ENTRY, *args]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, **more)


def two_sentences(stderr: str) -> None:
    what, todo = stderr.strip().splitlines()[-2:]
    assert what.endswith("."), stderr
    assert todo.endswith("."), stderr
    assert "Traceback" not in stderr


def test_zero_when_it_is_done(folder: Path) -> None:
    done = enter(folder, "whoami")
    assert done.returncode == 0
    assert "Ada Admin" in done.stdout


def test_one_when_it_is_our_bug_and_no_traceback_is_shown(folder: Path) -> None:
    bug = "from registry_app.people import views\ndef ask(self, reader): raise ZeroDivisionError('by zero')\nviews.WhoAmI.ask = ask\n"
    done = enter(folder, "whoami", before=bug)
    assert done.returncode == 1
    assert "This is a bug of ours: ZeroDivisionError: by zero" in done.stderr
    two_sentences(done.stderr)
    assert "Traceback" in enter(folder, "whoami", "--debug", before=bug).stderr


def test_two_when_it_is_used_wrongly(folder: Path) -> None:
    for args in (
        ["people", "list", "--colour"],
        ["model", "show"],
        ["ledger", "show", "x"],
        ["model", "show", "nothing"],
    ):
        done = enter(folder, *args)
        assert done.returncode == 2
        two_sentences(done.stderr)
        assert done.stdout == ""


def test_two_when_it_is_no_registry(tmp_path: Path) -> None:
    done = enter(tmp_path, "whoami")
    assert done.returncode == 2
    two_sentences(done.stderr)


def test_three_when_a_byte_was_flipped(folder: Path) -> None:
    database = folder / "registry.db"
    content = bytearray(database.read_bytes())
    content[len(content) // 2] ^= 1
    database.write_bytes(content)
    done = enter(folder, "whoami")
    assert done.returncode == 3
    two_sentences(done.stderr)
    assert database.read_bytes() == bytes(content)


def test_four_when_the_passphrase_is_wrong_and_that_is_on_record_afterwards(folder: Path) -> None:
    for who in ("ada", "nobody"):
        done = enter(folder, "whoami", secret="another horse battery staple", who=who)
        assert done.returncode == 4
        two_sentences(done.stderr)
    assert "2 attempts to sign in failed" in enter(folder, "whoami").stderr


def test_five_when_a_rule_refuses(folder: Path) -> None:
    done = enter(folder, "role", "grant", "ada", "validator")
    assert done.returncode == 5
    assert done.stderr == "Nobody can grant themselves a role.\nAsk another administrator.\n"


def test_six_when_the_disk_is_full(folder: Path) -> None:
    size = (folder / "registry.db").stat().st_size
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))  # noqa: E731
    done = enter(folder, "people", "disable", "val", "--reason", "left", preexec_fn=limit)
    assert done.returncode == 6, done.stderr
    two_sentences(done.stderr)
    assert (folder / "registry.db").stat().st_size == size
    assert "active" in enter(folder, "people", "list").stdout.split("val ")[1].splitlines()[0]


def test_an_error_is_json_when_answers_are(folder: Path) -> None:
    done = enter(folder, "role", "grant", "ada", "validator", "--json")
    said = json.loads(done.stderr)["error"]
    refusal = {"what": "Nobody can grant themselves a role.", "todo": "Ask another administrator."}
    assert said == {**refusal, "details": [], "exit_code": 5}
    assert json.loads(enter(folder, "nonsense", "--json").stderr)["error"]["exit_code"] == 2


def test_a_reader_who_stops_reading_is_no_error(folder: Path) -> None:
    code = "import os, sys\nread, write = os.pipe()\nos.close(read)\nos.dup2(write, 1)\n"
    done = enter(folder, "people", "list", before=code)
    assert done.returncode == 141
    assert done.stderr == ""


class Failing:
    """A command that fails in one way."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def make_context(self, *_: object) -> Any:
        raise self.error


LEAVES = [
    cls
    for cls in vars(errors).values()
    if isinstance(cls, type)
    and issubclass(cls, errors.RegistryError)
    and cls is not errors.Cancelled  # has words of its own
]


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_each_leaf_of_the_tree_gives_its_code_and_its_words(leaf: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert carry_out(Failing(leaf("What \x1b[31mhappened.", "Do this.")), [], "registry-app") == leaf.exit_code
    assert capsys.readouterr().err == "What \\u001b[31mhappened.\nDo this.\n"


def test_of_many_details_the_first_are_shown_a_line_each_and_json_has_all(capsys: pytest.CaptureFixture[str]) -> None:
    error = errors.UsageError("Many are wrong.", "Mend them.", [f"row {n}\x1b[2J" for n in range(200)])
    assert carry_out(Failing(error), [], "registry-app") == 2
    shown = [f"  row {n}\\u001b[2J" for n in range(errors.SHOWN)]
    assert capsys.readouterr().err.splitlines() == ["Many are wrong.", *shown, "  and 180 more", "Mend them."]
    carry_out(Failing(error), ["--json"], "registry-app")
    assert json.loads(capsys.readouterr().err)["error"]["details"] == list(error.details)
    assert str(error).splitlines()[1:] == [f"  row {n}\x1b[2J" for n in range(20)] + ["  and 180 more", "Mend them."]


def test_as_many_details_as_can_be_shown_are_all_shown(capsys: pytest.CaptureFixture[str]) -> None:
    carry_out(Failing(errors.Refused("Two are wrong.", "Mend them.", ("a", "b"))), [], "registry-app")
    assert capsys.readouterr().err == "Two are wrong.\n  a\n  b\nMend them.\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyboardInterrupt(), 130),
        (typer.Abort(), 130),
        (EOFError(), 130),
        (typer.Exit(3), 3),
        (OSError(28, "No space left"), 6),
    ],
)
def test_other_ends_have_their_codes(error: BaseException, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert carry_out(Failing(error), [], "registry-app") == code
    assert "Traceback" not in capsys.readouterr().err


def test_two_when_the_passphrase_file_is_missing(ask: Ask, tmp_path: Path) -> None:
    assert "cannot be read" in ask("whoami", "--passphrase-file", str(tmp_path / "none"), code=2).err


@pytest.mark.parametrize(
    "words",
    [
        ["model", "show", "\udcff"],
        ["version", "show", "a:\udcff"],
        ["version", "list", "--after", "\udcff"],
        ["model", "list", "--contains", "\udcff"],
        ["dataset", "show", "\udcff"],
        ["evidence", "show", "\udcff"],
        ["policy", "show", "\udcff"],
        ["people", "list", "--as-of", "\udcff"],
        ["verify", "--against", "\udcff"],
        ["ledger", "show", "9" * 30],
        ["ledger", "log", "--after", "9" * 30],
        ["ledger", "prove", "1", "--size", "9" * 30],
        ["review", "show", "credit-risk:" + "9" * 30],
        ["model", "show", ""],
        ["model", "show", "a\x1b[2J\u202e" * 200],
        ["whoami", "--as", "\x1b]0;x\x07", "--colour"],
        ["role", "grant", "val", "\x1b[31m"],
    ],
)
def test_hostile_words_are_wrong_usage_and_reach_no_terminal(ask: Ask, words: list[str]) -> None:
    said = ask(*words, code=2)
    assert said.out == ""
    assert not any(ord(c) < 32 and c != "\n" for c in said.err)
    assert "\u202e" not in said.err
    two_sentences(said.err)
