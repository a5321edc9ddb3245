"""The README speaks of commands that exist, and the CI runs the line it gives."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.house.places import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    command
    for cell in re.findall(r"^\| (`registry-app [^|]+?) \|", README, re.MULTILINE)
    for command in re.findall(r"`(?:registry-app )?([a-z-]+)`", cell)
]


def section(title: str) -> str:
    """The README's section of that title, without its heading."""
    found = re.search(rf"^## {re.escape(title)}$\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def first_command(title: str) -> str:
    """The first fenced command of a section: one line."""
    found = re.search(r"^```sh\n(.*?)^```$", section(title), re.MULTILINE | re.DOTALL)
    assert found, title
    (line,) = found[1].splitlines()
    return line


def help_text(*arguments: str) -> str:
    """What ``registry-app ARGUMENTS --help`` prints on a wide screen."""
    done = subprocess.run(
        [sys.executable, "-c", "from registry_app.front import run; run()", *arguments, "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return done.stdout


@pytest.fixture(autouse=True)
def wide_and_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")


def test_every_command_of_the_readme_is_in_the_help() -> None:
    words = set(re.findall(r"[a-z][a-z-]+", help_text()))
    assert COMMANDS
    assert set(COMMANDS) <= words


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_explains_itself(command: str) -> None:
    assert "Usage:" in help_text(command)


def test_every_option_of_the_readme_is_one_of_its_command() -> None:
    pages = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8").split("\n## registry-app ")
    own = {page.partition("\n")[0].strip(): page for page in pages}
    given = [line.split() for line in re.findall(r"registry-app (?:demo|verify|[a-z]+ [a-z]+)\b[^`\n]*", whole(README))]
    assert len(given) > 5
    for _, first, second, *rest in (line if len(line) > 2 else [*line, ""] for line in given):
        page = own.get(f"{first} {second}") or own[first]
        for option in (word for word in rest if word.startswith("--")):
            assert option in page, (first, second, option)


def whole(text: str) -> str:
    """``text`` with each command that goes on beyond its line on one line."""
    return re.sub(r"\\\n\s*", "", text)


def test_the_ci_runs_the_readme_s_test_command_and_nothing_else_for_tests() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    program = re.search(r"command=\$\((sed -n '[^']+') README\.md\)", ci)
    assert program
    done = subprocess.run(
        ["bash", "-c", f"{program[1]} README.md"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == first_command("Run the tests") + "\n"
    assert "-m pytest" in done.stdout
    assert "pytest -" not in ci.replace("-m pytest", "")


def test_both_commands_for_a_fresh_machine_set_up_first() -> None:
    assert first_command("Try it") == "sh setup.sh && .venv/bin/registry-app demo demo"
    assert first_command("Run the tests").startswith("sh setup.sh test && .venv/bin/python -m pytest ")


def test_the_ci_and_the_setup_can_be_executed() -> None:
    for script in (".ci/run", "setup.sh"):
        assert (ROOT / script).stat().st_mode & 0o111


def test_links_of_the_readme_and_the_docs_lead_somewhere() -> None:
    astray = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not astray


def test_the_pins_name_no_index() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert not [
        line for line in lines if "://" in line or (line.lstrip().startswith("--") and "--hash=sha256:" not in line)
    ]
    pins = [line for line in lines if re.match(r"[a-z0-9]", line)]
    assert len(pins) > 50
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+( ; .+?)? \\", line) for line in pins)
