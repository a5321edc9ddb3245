from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual.widgets import Input, TabbedContent

from registry_app.errors import StorageBusy
from registry_app.models.actions import ImportVersions, RegisterModel, RegisterVersion
from registry_app.models.lists import ModelPage
from registry_app.reviews.actions import Submit
from registry_app.tui.screens.inbox import InboxScreen
from registry_app.tui.screens.peek import Peek
from registry_app.tui.screens.version import VersionScreen
from registry_app.tui.table import VirtualTable
from tests.tui.playhouse import House, Seat, playing, press, same_picture, screen_text, seen, settle


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


def test_reviews_are_sorted_by_key_and_by_a_click_on_a_title_and_the_other_way_round(house: House) -> None:
    more_models(house)

    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            assert table(app, "reviews").row(0).version == "credit-risk:1"
            await press(pilot, "s", "s")
            tiers = ["critical", "high", "medium", "medium", "low"]
            assert [row.tier for row in rows(app, "reviews")] == tiers
            assert "tier ↑" in screen_text(app)
            await press(pilot, "S")
            assert [row.tier for row in rows(app, "reviews")] == tiers[::-1]
            assert "tier ↓" in screen_text(app)
            for first in ("[bold]pricing[/]:1", "模型-リスク:1"):
                await pilot.click(table(app, "reviews"), offset=(4, 0))
                await settle(pilot)
                assert table(app, "reviews").row(0).version == first

    asyncio.run(story())


def test_models_and_versions_are_sorted_by_every_column_that_is_shown(house: House) -> None:
    more_models(house)

    async def story() -> None:
        app = house.app()
        async with playing(app, (120, 30)) as pilot:
            await press(pilot, "2")
            orders = {}
            for title in ("tier", "team", "domain", "newest"):
                await press(pilot, "s")
                assert f"{title} ↑" in screen_text(app)
                orders[title] = [row.name[:9] for row in rows(app, "models")]
            assert orders["tier"][0] == "[bold]pri"
            assert orders["tier"][-1] == "churn"
            assert orders["newest"][-1] == "credit-ri"
            assert orders["domain"][-1] == "credit-ri"
            await press(pilot, "s", "S")
            assert "model ↓" in screen_text(app)
            assert rows(app, "models")[0].name == "模型-リスク"
            await press(pilot, "3")
            for title in ("version", "scan", "format", "author", "artifact"):
                await press(pilot, "s")
                assert f"{title} ↑" in screen_text(app)
                assert len(rows(app, "versions")) == 9
            await press(pilot, "s", "S")
            assert rows(app, "versions")[0].model == "credit-risk"

    asyncio.run(story())


def test_the_last_row_is_the_last_one_of_all_and_home_leads_back(house: House) -> None:
    house.run(
        "dev",
        *(
            RegisterModel(name=f"m{number:03}", team="credit", tier="low", tier_rationale="r", purpose="p")
            for number in range(250)
        ),
        ImportVersions(model="m000", source="s", versions=tuple((f"{n:064x}", "onnx", 1) for n in range(250))),
    )

    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            for tab, first, last in (("2", "credit-risk", "m249"), ("3", "m000", "credit-risk")):
                await press(pilot, tab, "G")
                here = table(app, "models" if tab == "2" else "versions").here
                assert (here.name if tab == "2" else here.model) == last
                await press(pilot, "pageup", "home")
                here = table(app, "models" if tab == "2" else "versions").here
                assert (here.name if tab == "2" else here.model) == first
            await press(pilot, "2", "S", "G")
            assert table(app, "models").here.name == "credit-risk"

    asyncio.run(story())


def test_more_reviews_than_come_at_once_all_come(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    more_models(house)
    monkeypatch.setattr("registry_app.tui.screens.inbox.PORTION", 2)

    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await seen(pilot, "Waiting for me (5)")
            await press(pilot, "G")
            assert table(app, "reviews").here.version == "m" * 120 + ":1"

    asyncio.run(story())


def test_whoever_comes_back_from_a_version_finds_the_row_it_was_opened_from(house: House) -> None:
    versions = tuple((f"{n:064x}", "onnx", 1) for n in range(350))
    house.run("dev", ImportVersions(model="credit-risk", source="s", versions=versions))

    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "3")
            for steps in (3, 250):
                table(app, "versions").action_move(steps)
                await settle(pilot)
                table(app, "versions").action_move(0)
                await settle(pilot)
                here = table(app, "versions").here
                await press(pilot, "enter", "escape")
                assert table(app, "versions").here == here
            house.run("dev", RegisterVersion(model="credit-risk", artifact="f" * 64))
            await press(pilot, "home", "r")
            assert table(app, "versions").row(0).artifact == "f" * 64

    asyncio.run(story())


def test_rows_that_do_not_come_are_explained_and_asked_for_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Seat.ask
    broken = [True]

    def ask(seat: Seat, view: Any) -> Any:
        if broken and isinstance(view, ModelPage):
            raise StorageBusy("The registry is busy.", "Try again soon.")
        return real(seat, view)

    monkeypatch.setattr(Seat, "ask", ask)

    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "2")
            assert "The registry is busy. Try again soon. Press r to look again." in screen_text(app)
            broken.clear()
            await press(pilot, "r")
            assert "credit-risk" in screen_text(app)
            assert "busy" not in screen_text(app)

    asyncio.run(story())


def test_a_model_opens_its_versions_and_no_other_and_space_shows_its_entry(house: House) -> None:
    more_models(house)
    house.run(
        "dev",
        RegisterModel(name="churning", team="credit", tier="low", tier_rationale="r", purpose="p"),
        RegisterVersion(model="churning", artifact="e" * 64),
        RegisterVersion(model="churning", artifact="e" * 64),
    )

    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "2", "slash", *"churn", "enter", "home", "space")
            assert isinstance(app.screen, Peek)
            assert "led by Dev Person" in screen_text(app)
            await press(pilot, "escape", "enter")
            assert app.screen.query_one(TabbedContent).active == "versions"
            assert [row.model for row in rows(app, "versions")] == ["churn", "churn"]
            await press(pilot, "slash", *"x")
            assert "Nothing here fits the filter." in screen_text(app)
            await press(pilot, "escape")
            assert table(app, "versions").count == 11

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
            for tab, what, value in (
                ("1", "review id", None),
                ("2", "model id", None),
                ("3", "artifact digest", "b" * 64),
            ):
                await press(pilot, tab, "y")
                assert (
                    app.clipboard == value or app.clipboard == table(app, "reviews" if tab == "1" else "models").here.id
                )
                assert f"Copied {what}" in screen_text(app)

    asyncio.run(story())
