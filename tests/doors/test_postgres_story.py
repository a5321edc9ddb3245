"""Law 7 where the registry is a database: one story through SDK, command line and terminal, one root."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Button, Input, TextArea

from registry_app.cli.main import main
from registry_app.policy.actions import WithdrawPack
from registry_app.reviews.actions import Decide
from registry_app.reviews.views import ReviewsOf
from registry_app.tui.app import RegistryApp
from registry_app.workspace import Workspace
from tests.doors.test_one_story import STEPS, WORDS, frozen
from tests.ground import phrase
from tests.postgres import PASSWORD, Bank, Server
from tests.tui.playhouse import playing, press, settle

VERSION = "m:1"


def options(url: str, handle: str, folder: Path) -> list[str]:
    """The shared options of the command line."""
    secret = folder / f"{handle}.txt"
    secret.touch(mode=0o600)
    secret.write_text(phrase(handle))
    return ["-r", url, "--as", handle, "--passphrase-file", str(secret)]


def through_sdk(url: str, handle: str, folder: Path) -> None:
    with Workspace.open(url, handle, phrase(handle)) as workspace:
        workspace.run(Decide(VERSION, "approve", WORDS), passphrase=phrase(handle))


def through_cli(url: str, handle: str, folder: Path) -> None:
    assert main([*options(url, handle, folder), "review", "approve", VERSION, "--comment", WORDS]) == 0


def through_tui(url: str, handle: str, folder: Path) -> None:
    async def story() -> None:
        app = RegistryApp(url, handle, phrase(handle))
        async with playing(app) as pilot:
            await press(pilot, "enter", "d")
            await pilot.click("#approve")
            app.screen.query_one("#comment", TextArea).text = WORDS
            app.screen.query_one("#passphrase", Input).value = phrase(handle)
            app.screen.query_one("#sign", Button).press()
            await settle(pilot)

    asyncio.run(story())


def test_three_doors_tell_one_story_over_a_database(
    bank: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bank.open("admin") as admin:
        admin.run(WithdrawPack("credit-model-risk", "this story is about signatures"))
    doors: dict[str, Callable[[str, str, Path], None]] = {"sdk": through_sdk, "cli": through_cli, "tui": through_tui}
    roots = {}
    for name, door in doors.items():
        url = bank.server.url(bank.server.database(template=bank.database), "owner")
        shutil.copytree(bank.state, tmp_path / name / "registry-app")
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / name))
        for handle, step in STEPS:
            with frozen(step):
                door(url, handle, tmp_path)
        with Workspace.open(url, "dev", phrase("dev")) as workspace:
            assert workspace.ask(ReviewsOf(VERSION))[0].standing == "approved", name
            roots[name] = (workspace.head().size, workspace.head().root.hex())
    assert len(set(roots.values())) == 1, roots


def test_the_command_line_founds_looks_and_goes_on_in_a_database(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = server.url(server.database(), "owner")
    given = options(url, "ada", tmp_path)
    named = ["--name", "Bank", "--handle", "ada", "--full-name", "Ada Admin"]
    key = tmp_path / "recovery.txt"
    assert main([*given[4:], "init", url, *named, "--recovery-file", str(key)]) == 0
    assert main([*given, "verify"]) == 0
    assert main([*given, "vault", "rotate"]) == 0
    capsys.readouterr()
    assert main([*given, "--json", "vault", "status"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["data_key_epoch"], said["size"]) == (2, 4)
    assert said["bytes"] > 0
    assert main([*given, "vault", "salvage", "-o", str(tmp_path / "out")]) == 2
    assert main([*given, "vault", "restore-keyring"]) == 2
    assert main([*given, "vault", "recover", "--reason", "lost", "--recovery-file", str(key),
                 "--new-passphrase-file", given[-1]]) == 0  # fmt: skip
    (tmp_path / "wrong.txt").write_text("wrong, quite wrong, and long")
    assert main([*given[:-1], str(tmp_path / "wrong.txt"), "whoami"]) == 4
    assert main([*given, "whoami"]) == 0
    everything = capsys.readouterr()
    assert "1 attempt to sign in failed" in everything.err
    assert PASSWORD not in everything.out + everything.err


def test_the_unlock_screen_does_not_show_the_password_of_the_server(bank: Bank) -> None:
    async def story() -> str:
        app = RegistryApp(bank.url(), "dev")
        async with playing(app) as pilot:
            shown = app.screen.query_one("#registry", Input).value
            app.screen.query_one("#passphrase", Input).value = phrase("dev")
            await press(pilot, "enter")
            await settle(pilot)
            assert not app.locked
        return shown

    shown = asyncio.run(story())
    assert shown.startswith("postgresql://owner:***@")
    assert PASSWORD not in shown
