"""A seat on a stage, and what a screen shows as text: for tests of screens that need no folder."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from textual.pilot import Pilot

from registry_app.errors import AuthenticationError
from registry_app.ledger.entry import Head
from registry_app.ledger.meaning import Action, View
from registry_app.receipt import Receipt
from registry_app.tui.app import RegistryApp
from registry_app.vault import chance, clock
from tests.stage import Stage

T = TypeVar("T")
PHRASE = "a passphrase of the stage"
SNAPSHOTS = Path(__file__).with_name("snapshots")
BEGAN = datetime(2026, 11, 21, 10, 17, 22, tzinfo=UTC)


class Seat:
    """One of the cast at a registry in memory; everything runs in the stage's one thread."""

    def __init__(self, house: House, handle: str) -> None:
        self.house, self.handle = house, handle
        self.notices: list[str] = []
        self.closed = False
        self.ran: list[Action] = []

    def ask(self, view: View[T], /) -> T:
        return self.house.do(lambda: self.house.stage.ask(self.handle, view))

    def run(
        self,
        action: Action,
        /,
        *,
        passphrase: str | None = None,
        seen: Head | None = None,
        statement: str | None = None,
    ) -> Receipt:
        self.ran.append(action)
        if action.REAUTHENTICATE and passphrase != PHRASE:
            raise AuthenticationError("The passphrase is wrong.", "Type it again.")
        said = self.house.do(lambda: self.house.stage.run(self.handle, action, statement))
        return Receipt(said.statement, said.at.seq, said.at.time, said.head, said.facts)

    def close(self) -> None:
        self.closed = True


class House:
    """A stage in a thread of its own, with a clock and chance that repeat."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1)
        self.stage: Stage = self.do(lambda: Stage().people())
        self.seats: list[Seat] = []

    def do(self, work: Callable[[], T]) -> T:
        return self._thread.submit(work).result()

    def run(self, who: str, *actions: Action) -> None:
        for action in actions:
            self.do(lambda action=action: self.stage.run(who, action))  # type: ignore[misc]

    def open(self, folder: Path | str, handle: str, passphrase: str) -> Seat:
        if passphrase != PHRASE or handle not in self.stage.cast:
            raise AuthenticationError("The handle or the passphrase is wrong.", "Type both again.")
        self.seats.append(Seat(self, handle))
        return self.seats[-1]

    def app(self, handle: str = "val", passphrase: str | None = PHRASE, **options: Any) -> RegistryApp:
        return RegistryApp(Path("/srv/registry"), handle, passphrase, opener=self.open, **options)

    def close(self) -> None:
        self._thread.shutdown()


@contextmanager
def repeatable() -> Iterator[None]:
    """A clock that goes a second per look, and chance that repeats."""
    ticks, drawn = iter(range(10**9)), iter(range(10**9))
    with (
        clock.use(lambda: BEGAN + timedelta(seconds=next(ticks))),
        chance.use(lambda n: next(drawn).to_bytes(8, "big").rjust(n, b"\7")[-n:]),
    ):
        yield


@asynccontextmanager
async def playing(app: RegistryApp, size: tuple[int, int] = (100, 32)) -> AsyncIterator[Pilot[None]]:
    """The app under a pilot, past its first questions."""
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        yield pilot


async def settle(pilot: Pilot[Any]) -> None:
    """Until nobody works and nothing is left to be handled."""
    for _ in range(50):
        await pilot.pause()
        busy = [worker for worker in pilot.app.workers if not worker.is_finished]
        if not busy:
            await pilot.pause()
            if all(worker.is_finished for worker in pilot.app.workers):
                return
        await pilot.app.workers.wait_for_complete(busy)
    raise AssertionError("the app does not come to rest")


async def press(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


async def seen(pilot: Pilot[Any], words: str) -> None:
    """Until these words are on the screen; the palette searches in its own time."""
    for _ in range(500):
        if words in screen_text(pilot.app):
            return
        await pilot.pause(0.02)
    raise AssertionError(f"{words!r} does not come")


def screen_text(app: Any) -> str:
    """What is on the screen, without colours."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line).rstrip() for line in strips)


def same_picture(app: Any, name: str) -> None:
    """Compare the screen with the stored one; ``UPDATE_SNAPSHOTS=1`` stores it anew."""
    shown = screen_text(app).rstrip() + "\n"
    stored = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        SNAPSHOTS.mkdir(exist_ok=True)
        stored.write_text(shown, encoding="utf-8")
    assert stored.read_text(encoding="utf-8") == shown
