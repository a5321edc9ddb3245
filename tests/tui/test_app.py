from __future__ import annotations

import asyncio
import subprocess
import sys

from textual.widgets import Input

from registry_app.tui.screens.explain import Explain
from registry_app.tui.screens.inbox import InboxScreen
from registry_app.tui.screens.unlock import Unlock
from registry_app.tui.screens.version import VersionScreen
from tests.tui.playhouse import PHRASE, House, playing, press, same_picture, screen_text, seen, settle


def test_importing_the_app_loads_no_store_and_nothing_heavy() -> None:
    code = (
        "import registry_app.tui.app, sys; "
        "print(sorted({n.partition('.')[0] for n in sys.modules} & "
        "{'sqlmodel', 'sqlalchemy', 'alembic', 'sqlcipher3', 'cryptography', 'pydantic', 'numpy', 'pandas', 'shap'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_app_locks_after_ten_minutes_without_a_touch_and_not_before(house: House) -> None:
    now = [0.0]

    async def story() -> None:
        app = house.app(steady=lambda: now[0])
        async with playing(app) as pilot:
            now[0] = 300.0
            await press(pilot, "j")
            now[0] = 899.0
            app.lock_when_idle()
            await settle(pilot)
            assert isinstance(app.screen, InboxScreen)
            now[0] = 900.0
            app.lock_when_idle()
            await settle(pilot)
            assert isinstance(app.screen, Unlock)
            assert app.locked
            assert house.seats[0].closed
            assert "nobody was here" in screen_text(app)
            assert app.screen.query_one("#passphrase", Input).value == ""

    asyncio.run(story())


def test_a_signature_on_its_way_is_not_cut_off_by_the_lock(house: House) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            app.signing = 1
            app.action_lock()
            await app.action_quit()
            await settle(pilot)
            assert isinstance(app.screen, InboxScreen)
            assert not house.seats[0].closed

    asyncio.run(story())


def test_ctrl_l_locks_from_any_depth_and_the_passphrase_opens_again(house: House) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "enter", "5", "ctrl+l")
            assert isinstance(app.screen, Unlock)
            assert len(app.screen_stack) == 1
            await press(pilot, *(letter if letter != " " else "space" for letter in PHRASE), "enter")
            assert isinstance(app.screen, InboxScreen)
            assert len(house.seats) == 2

    asyncio.run(story())


def test_help_explains_the_screen_it_was_called_from(house: House) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "question_mark")
            assert isinstance(app.screen, Explain)
            same_picture(app, "help-of-inbox")
            await press(pilot, "escape", "f1")
            assert isinstance(app.screen, Explain)
            await press(pilot, "f1", "escape")
            assert isinstance(app.screen, InboxScreen)

    asyncio.run(story())


def test_the_palette_finds_a_version_by_its_models_name(house: House) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "ctrl+p", *"credit-risk:1")
            await seen(pilot, "by Dev Person")
            await press(pilot, "enter")
            await settle(pilot)
            assert isinstance(app.screen, VersionScreen)
            assert "credit-risk:1" in screen_text(app)

    asyncio.run(story())


def test_the_palette_offers_nothing_while_the_registry_is_locked(house: House) -> None:
    async def story() -> None:
        app = house.app(passphrase=None)
        async with playing(app) as pilot:
            await press(pilot, "ctrl+p")
            await settle(pilot)
            shown = screen_text(app)
            assert "credit-risk" not in shown
            assert "ask for the passphrase again" not in shown

    asyncio.run(story())
