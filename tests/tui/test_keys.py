"""Keys that were typed faster than the screen answers find the screen they were typed for, or nothing."""

from __future__ import annotations

import asyncio

import pytest
from textual.events import Event, Key, Paste
from textual.widgets import Input, TextArea

from registry_app.tui.screens.inbox import InboxScreen
from registry_app.tui.screens.say import Say
from registry_app.tui.screens.version import VersionScreen
from registry_app.tui.table import VirtualTable
from tests.tui.playhouse import House, playing, press, screen_text, settle

NAMED = {"/": "slash", " ": "space", "\n": "enter", "\t": "tab", "\x13": "ctrl+s", "?": "question_mark"}


def typed(letters: str) -> list[Event]:
    """Key events, all made at this instant."""
    return [Key(NAMED.get(letter, letter), letter) for letter in letters]


def test_a_filter_gets_every_letter_of_a_burst_and_no_letter_acts(house: House) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            for event in typed("2/aq1credit"):
                app.post_message(event)
            await settle(pilot)
            assert isinstance(app.screen, InboxScreen)
            assert "Models" in screen_text(app)
            assert app.screen.query_one("#models Input", Input).value == "aq1credit"
            assert app.screen.query_one("#models-table", VirtualTable).words == "aq1credit"
            assert "Waiting for me" in screen_text(app)

    asyncio.run(story())


def test_enter_after_a_burst_opens_nothing_that_the_filter_has_not_let_through(house: House) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            for event in typed("3/nothing\n\n"):
                app.post_message(event)
            await settle(pilot)
            assert isinstance(app.screen, InboxScreen)
            assert "Nothing here fits the filter." in screen_text(app)

    asyncio.run(story())


def test_what_is_pasted_stands_where_it_was_pasted(house: House) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            for event in (*typed("/a"), Paste("bc"), *typed("d")):
                app.post_message(event)
            await settle(pilot)
            assert app.screen.query_one("#reviews Input", Input).value == "abcd"

    asyncio.run(story())


def test_what_is_pasted_into_a_field_cannot_act_and_a_passphrase_is_taken_as_it_is(house: House) -> None:
    async def story() -> None:
        app = house.app(passphrase=None)
        async with playing(app) as pilot:
            app.post_message(Paste("a\u202eb"))
            await settle(pilot)
            assert app.screen.query_one("#passphrase", Input).value == "a\u202eb"
            app.screen.query_one("#handle", Input).focus()
            app.post_message(Paste("a\u202eb\x9b1m"))
            await settle(pilot)
            assert app.screen.query_one("#handle", Input).value == "a\\u202eb\\u009b1m"

    asyncio.run(story())


@pytest.mark.parametrize(("opens", "field"), [("c", "Which quarter?"), ("w", "A column was wrong.")])
def test_a_dialog_takes_words_typed_ahead_but_records_nothing_before_it_was_seen(
    house: House, opens: str, field: str
) -> None:
    async def story() -> None:
        app = house.app("dev")
        async with playing(app) as pilot:
            await press(pilot, "a", "enter")
            for event in typed(f"{opens}{field}\x13\t\n"):
                app.post_message(event)
            await settle(pilot)
            assert isinstance(app.screen, Say)
            assert app.screen.query_one(TextArea).text == field
            assert not house.seats[0].ran
            await press(pilot, "ctrl+s")
            assert isinstance(app.screen, VersionScreen)
            assert len(house.seats[0].ran) == 1

    asyncio.run(story())


def test_keys_of_a_burst_act_one_after_another_on_the_screens_they_bring(house: House) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            for event in typed("\n"):
                app.post_message(event)
            await settle(pilot)
            for event in typed("362?"):
                app.post_message(event)
            await settle(pilot)
            assert "What you see" in screen_text(app)
            await press(pilot, "escape")
            assert isinstance(app.screen, VersionScreen)
            assert app.screen._opened == {"overview", "evidence", "history", "lineage"}

    asyncio.run(story())
