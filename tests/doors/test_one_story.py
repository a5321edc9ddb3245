"""Law 7: the same actions through SDK, command line and terminal give the same ledger root, with frozen clock and keys."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.widgets import Button, Input, TextArea

from registry_app.cli.main import main
from registry_app.custody import enrol, found
from registry_app.models.actions import RegisterModel, RegisterVersion
from registry_app.people.actions import FormTeam, Grant
from registry_app.policy.actions import WithdrawPack
from registry_app.reviews.actions import Decide, Submit
from registry_app.reviews.views import ReviewsOf
from registry_app.tui.app import RegistryApp
from registry_app.vault import chance, clock, digest
from registry_app.workspace import Workspace
from tests.tui.playhouse import playing, press, settle

PASSPHRASE = "nine slow rivers under ice 77"
VERSION = "credit-risk:1"
WORDS = "Looks sound."
BEGAN = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
STEPS = (("val", 1), ("risk", 2))


@contextmanager
def frozen(step: int) -> Iterator[None]:
    """A clock that stands and chance that repeats, told by the step of the story alone."""
    drawn: dict[int, int] = {}

    def draw(size: int) -> bytes:
        drawn[size] = drawn.get(size, 0) + 1
        return digest.sha256(f"{step} {size} {drawn[size]}".encode())[:size].ljust(size, b"\1")

    with clock.use(lambda: BEGAN.replace(minute=step)), chance.use(draw):
        yield


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A registry with a version that waits for two signatures; pictures of the folder and of the state beside it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "begun" / "state"))
    with found(tmp_path / "begun" / "registry", "Bank", "admin", "Ada Admin", PASSPHRASE).workspace as admin:
        for handle, role in (("dev", "developer"), ("val", "validator"), ("risk", "risk_officer")):
            enrol(admin, handle, handle.title(), PASSPHRASE)
            admin.run(Grant(handle, role))
        admin.run(FormTeam("credit", "dev"))
        admin.run(WithdrawPack("credit-model-risk", "this story is about signatures"))
    with Workspace.open(tmp_path / "begun" / "registry", "dev", PASSPHRASE) as dev:
        dev.run(RegisterModel(name="credit-risk", team="credit", tier="medium", tier_rationale="r", purpose="p"))
        dev.run(RegisterVersion(model="credit-risk", artifact="a" * 64))
        dev.run(Submit(VERSION))
    return tmp_path / "begun"


def through_sdk(folder: Path, handle: str) -> None:
    with Workspace.open(folder, handle, PASSPHRASE) as workspace:
        workspace.run(Decide(VERSION, "approve", WORDS), passphrase=PASSPHRASE)


def through_cli(folder: Path, handle: str) -> None:
    secret = folder.parent / "passphrase.txt"
    secret.write_text(PASSPHRASE)
    secret.chmod(0o600)
    options = ["-r", str(folder), "--as", handle, "--passphrase-file", str(secret)]
    assert main([*options, "review", "approve", VERSION, "--comment", WORDS]) == 0


def through_tui(folder: Path, handle: str) -> None:
    async def story() -> None:
        app = RegistryApp(folder, handle, PASSPHRASE)
        async with playing(app) as pilot:
            await press(pilot, "enter", "d")
            await pilot.click("#approve")
            app.screen.query_one("#comment", TextArea).text = WORDS
            app.screen.query_one("#passphrase", Input).value = PASSPHRASE
            app.screen.query_one("#sign", Button).press()
            await settle(pilot)

    asyncio.run(story())


def test_three_doors_tell_one_story(begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    doors: dict[str, Callable[[Path, str], None]] = {"sdk": through_sdk, "cli": through_cli, "tui": through_tui}
    roots = {}
    for name, door in doors.items():
        shutil.copytree(begun, tmp_path / name)
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / name / "state"))
        folder = tmp_path / name / "registry"
        for handle, step in STEPS:
            with frozen(step):
                door(folder, handle)
        with Workspace.open(folder, "dev", PASSPHRASE) as workspace:
            assert workspace.ask(ReviewsOf(VERSION))[0].standing == "approved", name
            roots[name] = (workspace.head().size, workspace.head().root.hex())
    assert len(set(roots.values())) == 1, roots
