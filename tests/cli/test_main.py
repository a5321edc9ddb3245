"""The front door: what it lists, what it loads, where options may stand."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module

import pytest
from typer.main import get_command

from registry_app import __version__
from registry_app.cli.main import NOUNS
from tests.cli.conftest import Ask

HEAVY = (
    "sqlmodel",
    "sqlalchemy",
    "pydantic",
    "textual",
    "rich",
    "cryptography",
    "numpy",
    "sqlcipher3",
    "orjson",
    "yaml",
)


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["review", "--help"], ["review", "approve", "--help"]]
)
def test_help_loads_typer_alone_and_no_room(arguments: list[str]) -> None:
    code = (
        "import json, sys\n"
        "from registry_app.cli.main import main\n"
        f"assert main({arguments!r}) == 0\n"
        "print('\\n' + json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = json.loads(done.stdout.splitlines()[-1])
    loaded = {name.partition(".")[0] for name in modules}
    spared = {"pydantic"} if len(arguments) > 1 else set()  # typer reads a verb's values with it
    assert not loaded & set(HEAVY) - spared
    ours = {name.split(".")[1] for name in modules if name.startswith("registry_app.")}
    assert ours == {"cli", "errors", "text"}


def test_the_version_is_said(say: Ask) -> None:
    assert say("--version").out == f"registry-app {__version__}\n"


def test_every_noun_is_in_the_help_and_can_be_loaded(say: Ask) -> None:
    shown = say("--help").out
    for noun, (home, line) in NOUNS.items():
        assert f"  {noun} " in shown
        assert line.split()[0] in shown
        module, _, app = home.partition(":")
        assert get_command(getattr(import_module(f"registry_app.cli.{module}"), app)) is not None


def test_a_mistyped_noun_is_told_its_neighbour(say: Ask) -> None:
    said = say("modell", "list", code=2)
    assert said.err == "There is no command 'modell'.\nDid you mean 'model'?\n"
    assert said.out == ""


def test_a_noun_nobody_knows_points_to_the_help(say: Ask) -> None:
    assert "See 'registry-app --help'." in say("zzz", code=2).err


def test_without_a_command_and_a_terminal_the_help_is_shown(say: Ask) -> None:
    said = say(code=2)
    assert said.out == ""
    assert "Commands:" in said.err


def test_a_noun_without_a_verb_shows_its_verbs(say: Ask) -> None:
    assert "approve" in say("review", code=2).err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--json", "--as", "dev", "people", "list"],
        ["people", "--json", "--as", "dev", "list"],
        ["people", "list", "--as", "dev", "--json"],
    ],
)
def test_the_shared_options_stand_anywhere(ask: Ask, arguments: list[str]) -> None:
    assert [each["handle"] for each in ask(*arguments, who="nobody").json] == ["ada", "audit", "dev", "risk", "val"]


def test_an_option_after_the_verb_wins(ask: Ask) -> None:
    assert ask("--as", "dev", "whoami", "--as", "val", "--json").json["person"]["handle"] == "val"
