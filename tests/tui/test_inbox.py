from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual.widgets import Input, TabbedContent

from registry_app.models.actions import RegisterModel, RegisterVersion
from registry_app.reviews.actions import Submit
from registry_app.tui.screens.inbox import InboxScreen
from registry_app.tui.screens.peek import Peek
from registry_app.tui.screens.version import VersionScreen
from registry_app.tui.table import VirtualTable
from tests.tui.playhouse import House, playing, press, same_picture, screen_text, settle


def table(app: Any, name: str) -> VirtualTable:
    found = app.screen.query_one(f"#{name}-table")
    assert isinstance(found, VirtualTable)
    return found


def rows(app: Any, name: str) -> list[Any]:
    found = table(app, name)
    return [found.row(place) for place in range(found.count)]


def more_models(house: House) -> None:
    for name, tier in (
        ("churn", "low"),
        ("[bold]pricing[/]", "critical"),
        ("模型-リスク", "high"),
        ("m" * 120, "medium"),
    ):
        house.run(
            "dev",
            RegisterModel(name=name, team="credit", tier=tier, tier_rationale="As it is.", purpose="Serve."),
            RegisterVersion(model=name, artifact="c" * 64),
            RegisterVersion(model=name, artifact="d" * 64, tags=(("gate", "pass"),)),
            Submit(f"{name}:1"),
        )


@pytest.mark.parametrize(("name", "size"), [("inbox", (100, 32)), ("inbox-narrow", (80, 24))])
def test_the_inbox_looks_like_this(house: House, name: str, size: tuple[int, int]) -> None:
    more_models(house)

    async def story() -> None:
        app = house.app()
        async with playing(app, size):
            same_picture(app, name)

    asyncio.run(story())


@pytest.mark.parametrize(("tab", "key"), [("models", "2"), ("versions", "3")])
def test_the_inventory_looks_like_this(house: House, tab: str, key: str) -> None:
    more_models(house)

    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, key)
            same_picture(app, tab)

    asyncio.run(story())


def test_who_has_nothing_to_do_is_told_so_and_what_to_press(house: House) -> None:
    async def story() -> None:
        app = house.app("risk")
        async with playing(app) as pilot:
            assert "Nothing waits for you. Press a to see every open review" in screen_text(app)
            await press(pilot, "a")
            assert "All open reviews (1)" in screen_text(app)
            assert "credit-risk:1" in screen_text(app)
            await press(pilot, "a")
            assert "Waiting for me (0)" in screen_text(app)

    asyncio.run(story())


def test_reviews_are_filtered_while_one_types_and_escape_clears_it(house: House) -> None:
    more_models(house)

    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "slash", *"chu")
            assert [row.version for row in rows(app, "reviews")] == ["churn:1"]
            await press(pilot, "enter")
            assert app.focused is table(app, "reviews")
            await press(pilot, "slash", *"rrrr")
            assert "Nothing here fits the filter." in screen_text(app)
            await press(pilot, "escape")
            assert table(app, "reviews").count == 5
            assert not app.screen.query_one("#reviews Input").display

    asyncio.run(story())


def test_versions_are_found_by_a_part_of_the_models_name_and_by_tag(house: House) -> None:
    more_models(house)

    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "3", "slash", *"chu")
            assert [table(app, "versions").row(place).number for place in range(table(app, "versions").count)] == [2, 1]
            await press(pilot, "escape", "slash", *"gate=pass")
            assert table(app, "versions").count == 5
            assert table(app, "versions").complete

    asyncio.run(story())


def test_reviews_are_sorted_by_key_and_by_a_click_on_a_title(house: House) -> None:
    more_models(house)

    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            assert table(app, "reviews").row(0).version == "credit-risk:1"
            await press(pilot, "s", "s")
            assert [table(app, "reviews").row(place).tier for place in range(5)] == [
                "critical",
                "high",
                "medium",
                "medium",
                "low",
            ]
            await pilot.click(table(app, "reviews"), offset=(4, 0))
            await settle(pilot)
            assert table(app, "reviews").row(0).version == "[bold]pricing[/]:1"

    asyncio.run(story())


def test_a_model_opens_its_versions_and_space_shows_its_entry(house: House) -> None:
    more_models(house)

    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "2", "slash", *"churn", "enter", "space")
            assert isinstance(app.screen, Peek)
            assert "led by Dev Person" in screen_text(app)
            await press(pilot, "escape", "enter")
            assert app.screen.query_one(TabbedContent).active == "versions"
            assert {table(app, "versions").row(place).model for place in range(2)} == {"churn"}

    asyncio.run(story())


def test_a_second_click_opens_a_version(house: House) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await pilot.click(table(app, "reviews"), offset=(4, 1))
            await settle(pilot)
            assert isinstance(app.screen, VersionScreen)

    asyncio.run(story())


def test_names_that_mean_harm_stand_in_every_table_as_they_are_written(house: House) -> None:
    more_models(house)

    async def story() -> None:
        app = house.app()
        async with playing(app, (80, 24)) as pilot:
            for key in ("1", "2", "3"):
                await press(pilot, key)
                shown = screen_text(app)
                assert "[bold]pri" in shown
                assert "模型" in shown

    asyncio.run(story())


def test_what_the_registry_noticed_stands_above_the_inbox(house: House) -> None:
    async def story() -> None:
        app = house.app(passphrase=None)
        opened = app.opener

        def opener(*given: Any) -> Any:
            seat = opened(*given)
            seat.notices.append("3 attempts to sign in failed since \x1b[1m yesterday; this is on record.")
            return seat

        app.opener = opener
        async with playing(app) as pilot:
            app.screen.query_one("#passphrase", Input).value = "a passphrase of the stage"
            await press(pilot, "enter")
            assert isinstance(app.screen, InboxScreen)
            assert "3 attempts to sign in failed since \\u001b[1m yesterday" in screen_text(app)

    asyncio.run(story())


def test_a_copy_says_what_was_copied(house: House) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "3", "y")
            assert app.clipboard == "b" * 64
            assert "Copied artifact digest" in screen_text(app)

    asyncio.run(story())
