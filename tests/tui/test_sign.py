from __future__ import annotations

import asyncio

import pytest
from textual.events import Key
from textual.widgets import Button, Input, RadioSet, Static, TextArea

from registry_app.reviews.actions import Comment, Decide
from registry_app.tui.screens.inbox import InboxScreen
from registry_app.tui.screens.sign import Sign
from registry_app.tui.screens.version import VersionScreen
from tests.tui.playhouse import PHRASE, House, playing, press, same_picture, screen_text, settle


def decided(house: House) -> list[Decide]:
    return [action for seat in house.seats for action in seat.ran if isinstance(action, Decide)]


@pytest.mark.parametrize(("name", "size"), [("sign", (100, 32)), ("sign-narrow", (80, 24))])
def test_the_signing_dialog_looks_like_this(house: House, name: str, size: tuple[int, int]) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app, size) as pilot:
            await press(pilot, "enter", "3", "d")
            assert isinstance(app.screen, Sign)
            same_picture(app, name)

    asyncio.run(story())


def test_an_approval_is_signed_over_what_was_on_the_screen_and_the_row_leaves_the_queue(house: House) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "enter", "d")
            await pilot.click("#approve")
            app.screen.query_one("#comment", TextArea).text = "Looks sound."
            app.screen.query_one("#passphrase", Input).value = PHRASE
            app.screen.query_one("#sign", Button).press()
            await settle(pilot)
            assert isinstance(app.screen, VersionScreen)
            assert "Recorded: credit-risk:1 approved after review, leaf 15," in screen_text(app)
            await press(pilot, "escape")
            assert isinstance(app.screen, InboxScreen)
            assert "Waiting for me (0)" in screen_text(app)
            assert "Recorded: credit-risk:1 approved" in screen_text(app)

    asyncio.run(story())
    (action,) = decided(house)
    assert action.subject
    assert action.outcome == "approve"


@pytest.mark.parametrize("burst", ["/churn", "apw1r", "dapw1r", "dd", "denter", "d a p p r o v e"])
def test_typing_ahead_never_decides_anything(house: House, burst: str) -> None:
    async def story() -> None:
        app = house.app()
        async with app.run_test(size=(100, 32)) as pilot:
            await settle(pilot)
            for where in ((), ("enter",)):
                await press(pilot, *where)
                keys = [{"/": "slash", " ": "space"}.get(letter, letter) for letter in burst.replace("enter", "\n")]
                for key in keys:
                    app.post_message(_key("enter" if key == "\n" else key))
                await settle(pilot)
                for _ in range(3):
                    await press(pilot, "escape")

    asyncio.run(story())
    assert all(not seat.ran for seat in house.seats)


def test_enter_with_nothing_chosen_signs_nothing(house: House) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "enter", "d")
            secret = app.screen.query_one("#passphrase", Input)
            secret.value = PHRASE
            app.screen.set_focus(secret)
            await press(pilot, "enter")
            assert "Choose a decision." in screen_text(app)
            assert app.focused is app.screen.query_one(RadioSet)

    asyncio.run(story())
    assert not decided(house)


def test_a_wrong_passphrase_records_nothing_and_can_be_typed_again(house: House) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "enter", "d")
            await pilot.click("#approve")
            secret = app.screen.query_one("#passphrase", Input)
            for phrase in ("not this one at all", PHRASE):
                secret.value = phrase
                app.screen.query_one("#sign", Button).press()
                await settle(pilot)
                if phrase != PHRASE:
                    assert isinstance(app.screen, Sign)
                    assert "The passphrase is wrong." in screen_text(app)
                    assert secret.value == ""
            assert isinstance(app.screen, VersionScreen)

    asyncio.run(story())


def test_a_stale_screen_is_refused_and_looked_at_again(house: House) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "enter", "3", "d")
            house.run("risk", Comment("credit-risk:1", "Wait: the third quarter has a hole."))
            await pilot.click("#approve")
            app.screen.query_one("#passphrase", Input).value = PHRASE
            app.screen.query_one("#sign", Button).press()
            await settle(pilot)
            assert isinstance(app.screen, Sign)
            assert "What was on the screen has changed meanwhile." in screen_text(app)
            await press(pilot, "ctrl+r", "5")
            assert "the third quarter has a hole" in screen_text(app)
            assert app.screen_stack[-1]._opened == {"evidence", "review"}  # type: ignore[attr-defined]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("approve_with_conditions", "Write the conditions."),
        ("request_changes", "Write a comment."),
        ("reject", "Write a comment."),
    ],
)
def test_a_decision_that_needs_words_asks_for_them(house: House, outcome: str, said: str) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "enter", "d")
            await pilot.click(f"#{outcome}")
            app.screen.query_one("#passphrase", Input).value = PHRASE
            app.screen.query_one("#sign", Button).press()
            await settle(pilot)
            assert said in str(app.screen.query_one("#said", Static).content)

    asyncio.run(story())
    assert not decided(house)


def test_whoever_may_not_decide_is_told_why_and_no_dialog_opens(house: House) -> None:
    async def story() -> None:
        app = house.app("dev")
        async with playing(app) as pilot:
            await press(pilot, "a", "enter", "d")
            assert isinstance(app.screen, VersionScreen)
            assert "You do not decide here" in screen_text(app)

    asyncio.run(story())


def _key(key: str) -> Key:
    return Key(key, key if len(key) == 1 else {"slash": "/", "space": " "}.get(key))
