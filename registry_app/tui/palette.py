"""The palette: models and versions by name. Its actions are those of the screen behind it (see ``app``)."""

from __future__ import annotations

import asyncio
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from registry_app.errors import RegistryError
from registry_app.tui.desk import Desk

MOST = 20
"""How many models or versions are offered."""


class Names(Provider):
    """Models whose name holds the words, and versions written as ``model:number``."""

    async def discover(self) -> Hits:
        for name, help_text in await self._found(""):
            yield DiscoveryHit(Content(name), partial(self._open, name), text=name, help=help_text)

    async def search(self, query: str) -> Hits:
        for name, help_text in await self._found(query.strip()):
            yield Hit(1.0, Content(name), partial(self._open, name), text=name, help=help_text)

    async def _found(self, query: str) -> list[tuple[str, str]]:
        screen = self.screen
        if not isinstance(screen, Desk) or screen.room.locked:
            return []
        seat, pen = screen.seat, screen.pen

        def work() -> list[tuple[str, str]]:
            from registry_app.models.views import ModelPage, VersionPage

            model, _, number = query.partition(":")
            found = [(f"{one.name}:{one.newest}", f"newest of {one.name}, {one.risk_tier}, team {one.team}")
                     for one in seat.ask(ModelPage(contains=model, limit=MOST)) if one.newest]  # fmt: skip
            if number and len(found) == 1:
                exact = found[0][0].rpartition(":")[0]
                lines = seat.ask(VersionPage(model=exact, limit=MOST))
                found = [(f"{one.model}:{one.number}", f"by {one.author}, {one.registered[:10]}")
                         for one in lines if str(one.number).startswith(number)]  # fmt: skip
            return [(pen.words(name), pen.words(words)) for name, words in found]

        try:
            return await asyncio.to_thread(work)
        except RegistryError:
            return []

    def _open(self, name: str) -> None:
        from registry_app.tui.screens.version import VersionScreen

        self.app.push_screen(VersionScreen(name))
