"""A new registry, at a terminal and without one; who one is; one's passphrase."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import stat
import sys
from pathlib import Path

import pytest

from registry_app.cli.options import NEW_PASSPHRASE, PASSPHRASE, REGISTRY
from tests.cli.conftest import SECRET, Ask

INIT = ("--name", "Retail credit", "--handle", "ada", "--full-name", "Ada Admin")


class Terminal:
    """The real command at a pseudo-terminal, typed at by a test."""

    def __init__(self, *args: str) -> None:
        code = "from registry_app.front import run; run()"
        self.seen = ""
        self.child, self.screen = pty.fork()
        if self.child == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a runner in the background has it ignored
            os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
            os.execv(sys.executable, [sys.executable, "-c", code, *args])

    def until(self, words: str) -> str:
        """What was shown since the last time, up to ``words``."""
        start = len(self.seen)
        while words not in self.seen[start:]:
            ready, _, _ = select.select([self.screen], [], [], 60)
            assert ready, f"waited for {words!r} after {self.seen!r}"
            try:
                self.seen += os.read(self.screen, 4096).decode(errors="replace")
            except OSError:
                raise AssertionError(f"ended before {words!r}: {self.seen!r}") from None
        return self.seen[start:]

    def type(self, line: str) -> None:
        os.write(self.screen, line.encode() + b"\n")

    def end(self) -> int:
        while True:
            try:
                piece = os.read(self.screen, 4096)
            except OSError:
                piece = b""
            if not piece:
                break
            self.seen += piece.decode(errors="replace")
        os.close(self.screen)
        return os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1])


def test_a_newcomer_is_led_through_at_a_terminal(tmp_path: Path) -> None:
    terminal = Terminal("init", str(tmp_path / "r"), *INIT)
    terminal.until("New passphrase for ada")
    terminal.type(SECRET)
    terminal.until("The same again")
    terminal.type(SECRET)
    shown = terminal.until("to show that you have it: ")
    key = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){6}", shown)
    assert key is not None
    terminal.type("no")
    terminal.until("That is not it.")
    terminal.type(key[0][-4:].lower())
    terminal.until("Go on with")
    assert terminal.end() == 0
    assert SECRET not in terminal.seen
    again = Terminal("-r", str(tmp_path / "r"), "whoami")
    again.until("Your handle: ")
    again.type("ada")
    again.until("Passphrase: ")
    again.type(SECRET)
    again.until("Ada Admin")
    assert again.end() == 0
    assert SECRET not in again.seen


def test_two_different_passphrases_make_no_registry(tmp_path: Path) -> None:
    terminal = Terminal("init", str(tmp_path / "r"), *INIT)
    terminal.until("New passphrase")
    terminal.type(SECRET)
    terminal.until("The same again")
    terminal.type(SECRET + "!")
    terminal.until("The two passphrases differ.")
    assert terminal.end() == 2
    assert not (tmp_path / "r").exists()


def test_the_passphrase_is_asked_again_to_sign_at_a_terminal(ask: Ask, folder: Path) -> None:
    ask("policy", "withdraw", "credit-model-risk", "--reason", "x")
    ask("review", "submit", "credit-risk:2", who="dev")
    os.environ.pop(PASSPHRASE)
    terminal = Terminal("-r", str(folder), "--as", "val", "review", "approve", "credit-risk:2")
    terminal.until("Passphrase: ")
    terminal.type(SECRET)
    assert "You sign 'approved after review'" in terminal.until("to sign 'approved after review': ")
    terminal.type("something else altogether")
    terminal.until("wrong")
    assert terminal.end() == 4


def test_interrupting_is_no_bug(folder: Path) -> None:
    terminal = Terminal("-r", str(folder), "--as", "ada", "whoami")
    terminal.until("Passphrase: ")
    os.write(terminal.screen, b"\x03")
    assert terminal.end() == 130
    assert "Traceback" not in terminal.seen


def test_without_a_terminal_the_recovery_key_goes_to_a_private_file(
    say: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSPHRASE, SECRET)
    folder, file = tmp_path / "r", tmp_path / "recovery"
    assert "Give --recovery-file" in say("init", str(folder), *INIT, code=2).err
    assert not folder.exists()
    said = say("init", str(folder), *INIT, "--recovery-file", str(file), "--json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = file.read_text().strip()
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){6}", key)
    assert key not in said.out + said.err
    assert said.json["handle"] == "ada"
    monkeypatch.setenv(REGISTRY, str(folder))
    assert "credit-model-risk" in say("policy", "list", who="ada").out
    assert len(say("route", "list", "--json", who="ada").json) == 4


def test_a_refused_registry_leaves_nothing(say: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "recovery"
    monkeypatch.setenv(PASSPHRASE, "too short")
    say("init", str(tmp_path / "r"), *INIT, "--recovery-file", str(file), code=2)
    assert not file.exists()
    monkeypatch.setenv(PASSPHRASE, SECRET)
    file.write_text("mine")
    say("init", str(tmp_path / "r"), *INIT, "--recovery-file", str(file), code=2)
    assert file.read_text() == "mine"
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "x").touch()
    say("init", str(tmp_path / "r"), *INIT, "--recovery-file", str(tmp_path / "other"), code=2)
    assert not (tmp_path / "other").exists()


def test_what_can_be_refused_is_refused_before_a_passphrase_is_asked_for(say: Ask, tmp_path: Path) -> None:
    place, file = tmp_path / "r", tmp_path / "recovery"
    bad = ("--name", "Retail credit", "--handle", "Ada Admin", "--full-name", "Ada Admin")
    assert "is no handle" in say("init", str(place), *bad, "--recovery-file", str(file), code=2).err
    (tmp_path / "thesis.txt").touch()
    assert "not empty" in say("init", str(tmp_path), *INIT, "--recovery-file", str(file), code=2).err
    file.touch()
    assert "cannot be made" in say("init", str(place), *INIT, "--recovery-file", str(file), code=2).err
    file.unlink()
    asked = say("init", str(place), *INIT, "--recovery-file", str(file), code=2).err
    assert "Give --passphrase-file or set REGISTRY_APP_PASSPHRASE." in asked
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["thesis.txt"]
    assert not place.exists()


def test_one_is_told_who_one_is(ask: Ask) -> None:
    shown = ask("whoami", who="risk").out
    assert "Rita Risk" in shown
    assert "risk officer" in shown
    assert ask("whoami", "--json").json["registry"]["name"] == "Retail credit"


def test_the_passphrase_is_changed(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NEW_PASSPHRASE, "seven purple lanterns over water")
    ask("passphrase", who="val")
    ask("whoami", who="val", code=4)


def test_nobody_to_ask_is_said(say: Ask, folder: Path) -> None:
    assert "It is not said who you are" in say("-r", str(folder), "whoami", code=2).err
    assert "there is no terminal to ask at" in say("-r", str(folder), "whoami", who="ada", code=2).err
    assert "No registry is named." in say("whoami", code=2).err


def test_the_demonstration_says_what_it_did(say: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from registry_app.demo import story

    played: list[Path] = []

    def play(folder: Path, progress: object) -> str:
        assert progress is None
        played.append(folder)
        return "done\x1b[2J\nGo on with: x"

    monkeypatch.setattr(story, "play", play)
    assert say("demo", str(tmp_path / "d"), "--no-tui").out == "done\\u001b[2J\nGo on with: x\n"
    assert played == [tmp_path / "d"]


def test_the_screen_opens_at_a_terminal(folder: Path) -> None:
    terminal = Terminal("-r", str(folder), "--as", "ada")
    terminal.until("Passphrase")
    os.write(terminal.screen, b"\x11")
    assert terminal.end() == 0
