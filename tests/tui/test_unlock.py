from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.widgets import Input

from registry_app.tui.app import RegistryApp
from registry_app.tui.completion import Paths
from registry_app.tui.screens.inbox import InboxScreen
from registry_app.tui.screens.unlock import Unlock
from registry_app.tui.seat import Seat
from tests.tui.playhouse import PHRASE, House, playing, press, same_picture, screen_text


@pytest.mark.parametrize(("name", "size"), [("unlock", (100, 32)), ("unlock-narrow", (80, 24))])
def test_the_unlock_screen_looks_like_this(house: House, name: str, size: tuple[int, int]) -> None:
    async def story() -> None:
        app = house.app(handle="val", passphrase=None)
        async with playing(app, size):
            same_picture(app, name)

    asyncio.run(story())


def test_a_wrong_passphrase_is_said_in_place_and_the_field_is_emptied(house: House) -> None:
    async def story() -> None:
        app = house.app(passphrase=None)
        async with playing(app) as pilot:
            assert app.focused is app.screen.query_one("#passphrase")
            await press(pilot, *"wrong", "enter")
            assert isinstance(app.screen, Unlock)
            assert "The handle or the passphrase is wrong." in screen_text(app)
            assert "Type both again." in screen_text(app)
            assert app.screen.query_one("#passphrase", Input).value == ""
            assert "wrong" not in [field.value for field in app.screen.query(Input)]

    asyncio.run(story())


def test_what_is_missing_is_asked_for_one_by_one(house: House) -> None:
    async def story() -> None:
        app = RegistryApp(opener=house.open)
        async with playing(app) as pilot:
            assert app.focused is app.screen.query_one("#registry")
            await press(pilot, "slash", "x", "enter")
            assert app.focused is app.screen.query_one("#handle")
            await pilot.click("#open")
            assert "The handle is missing." in screen_text(app)

    asyncio.run(story())


def test_a_registry_may_be_a_folder_or_a_database_and_the_screen_says_so(house: House) -> None:
    async def story() -> None:
        async with playing(RegistryApp(opener=house.open)) as pilot:
            assert "folder or postgresql:// URL" in screen_text(pilot.app)
            await pilot.click("#open")
            assert "The registry is missing. Type it." in screen_text(pilot.app)
            await press(pilot, "f1")
            assert "a PostgreSQL database" in screen_text(pilot.app)

    asyncio.run(story())


def test_a_password_typed_in_a_url_is_used_again_after_the_lock_and_not_shown_again(house: House) -> None:
    opened: list[str] = []

    def opener(place: Path | str, handle: str, passphrase: str) -> Seat:
        opened.append(str(place))
        return house.open(place, handle, passphrase)

    async def story() -> None:
        app = RegistryApp(opener=opener)
        async with playing(app) as pilot:
            for name, words in (
                ("registry", "postgresql://me:hush@host/db"),
                ("handle", "val"),
                ("passphrase", PHRASE),
            ):
                app.screen.query_one(f"#{name}", Input).value = words
            await press(pilot, "enter")
            await press(pilot, "ctrl+l")
            assert "postgresql://me:***@host/db" in screen_text(app)
            app.screen.query_one("#passphrase", Input).value = PHRASE
            await press(pilot, "enter")
            assert isinstance(app.screen, InboxScreen)

    asyncio.run(story())
    assert opened == ["postgresql://me:hush@host/db"] * 2


def test_the_passphrase_is_never_shown(house: House) -> None:
    async def story() -> None:
        app = house.app(passphrase=None)
        async with playing(app) as pilot:
            await press(pilot, *"secretwords")
            assert "secretwords" not in screen_text(app)

    asyncio.run(story())


def test_a_passphrase_that_was_given_opens_at_once_and_is_not_kept(house: House) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app):
            assert isinstance(app.screen, InboxScreen)
            unlock = app.screen_stack[0]
            assert isinstance(unlock, Unlock)
            assert unlock._passphrase is None
            assert unlock.query_one("#passphrase", Input).value == ""

    asyncio.run(story())


def test_a_folder_is_completed_and_a_missing_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "registry-of-models").mkdir()
    (tmp_path / "registry-file").write_text("")
    complete = Paths(folders=True).get_suggestion
    assert asyncio.run(complete(f"{tmp_path}/regi")) == f"{tmp_path}/registry-of-models"
    assert asyncio.run(complete(f"{tmp_path}/none/x")) is None
