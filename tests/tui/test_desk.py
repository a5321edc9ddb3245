from __future__ import annotations

import asyncio
import threading

from registry_app.errors import Damaged, RegistryError
from registry_app.tui.desk import Desk
from tests.tui.playhouse import House, playing, screen_text, settle


def test_an_answer_to_an_older_question_is_dropped(house: House) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            desk = app.screen
            assert isinstance(desk, Desk)
            told: list[str] = []
            first = threading.Event()

            def slow() -> str:
                first.wait(10)
                return "old"

            desk.compute(slow, told.append)
            desk.compute(lambda: "new", told.append)
            first.set()
            await settle(pilot)
            assert told == ["new"]

    asyncio.run(story())


def test_an_error_is_two_sentences_and_never_a_traceback(house: House) -> None:
    def fails(error: Exception) -> None:
        raise error

    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            desk = app.screen
            assert isinstance(desk, Desk)
            desk.compute(lambda: fails(Damaged("A page is \x1b[1m damaged.", "Restore a backup.")), print)
            await settle(pilot)
            assert "A page is \\u001b[1m damaged. Restore a backup." in " ".join(screen_text(app).split())
            caught: list[RegistryError] = []
            desk.compute(lambda: fails(ZeroDivisionError("secret words")), print, caught.append)
            await settle(pilot)
            assert caught[0].what == "The program itself failed (ZeroDivisionError)."
            assert app.is_running

    asyncio.run(story())
