"""Keys, one at a time: each is handled and the screen has come to rest before the next one is looked at.

Textual hands a key to whatever has the focus at that instant. Keys that were typed faster than the program answers would
then reach the screen they were not typed for; here they wait, and find the screen that the keys before them brought.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque

from textual import events
from textual.app import App
from textual.widget import Widget

from registry_app.text import harmless

LONGEST = 10.0
"""Seconds after which a screen that does not come to rest gets the next key all the same."""


class OneKeyAtATime(App[None]):
    """An application that takes what is typed in order, and nothing of it too early."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Key | events.Paste] = deque()
        self._feeding = False
        self._field: Widget | None = None

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, (events.Key, events.Paste)) or event.is_forwarded:
            await super().on_event(event)
            return
        self._typed.append(event)
        if not self._feeding:
            self._feeding = True
            self.run_worker(self._feed(), group="keys")

    async def _feed(self) -> None:
        try:
            while self._typed:
                event = self._typed[0]
                if self._field is None or self._field is not self._takes(event):
                    await self._rest()
                self._typed.popleft()
                if isinstance(event, events.Paste) and not getattr(self.focused, "password", False):
                    event = events.Paste(harmless(event.text, lines=True))  # a field shows what it holds as it is
                self._field = self._takes(event)
                if self._field is not None or event.time >= getattr(self.screen, "shown", 0.0):
                    await super().on_event(event)
            await self._rest()
        finally:
            self._feeding = False

    def _takes(self, event: events.Key | events.Paste) -> Widget | None:
        """The field that takes what was typed as text."""
        field = self.focused
        if field is None or (isinstance(event, events.Key) and not field.check_consume_key(event.key, event.character)):
            return None
        return field

    async def _rest(self) -> None:
        """Until every message that is on its way has been handled, twice, and nothing new came of it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST):
                while not (await self._calm() and await self._calm()):
                    pass

    async def _calm(self) -> bool:
        """Let everything on the screen handle what it was sent; whether that led to nothing more."""
        nodes = [self, *self.screen.walk_children(with_self=True)]
        handled = asyncio.Event()
        waiting = 0

        def one_less() -> None:
            nonlocal waiting
            waiting -= 1
            if not waiting:
                handled.set()

        for node in nodes:
            waiting += node.call_later(one_less)
        if waiting:
            await handled.wait()
        now = [self, *self.screen.walk_children(with_self=True)]
        return now == nodes and not any(node.message_queue_size for node in now)
