"""The palette: models and versions by name, and what can be done on the screen behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.screen import Screen

from registry_app.errors import RegistryError
from registry_app.tui.desk import Desk
from registry_app.tui.listing import Listing
from registry_app.tui.screens.explain import EVERYWHERE
from registry_app.tui.table import VirtualTable

if TYPE_CHECKING:
    from registry_app.tui.app import RegistryApp

_KEYS_ONLY = {*EVERYWHERE, "", "Up", "Down", "Page up", "Page down", "First", "Last"}
"""What nobody looks for by name."""
MOST = 20
"""How many models or versions are offered."""


def deeds(app: RegistryApp, screen: Screen[object]) -> Iterable[SystemCommand]:
    """What the application does, and what the keys of ``screen`` do."""
    yield SystemCommand("Theme", "Change the colours; registry-high-contrast is one", app.action_change_theme)
    yield SystemCommand("Help", "What this screen shows, and its keys", app.action_explain)
    yield SystemCommand("Quit", "Close the registry and leave", app.action_quit)
    if app.locked:
        return
    yield SystemCommand("Lock", "Close the registry and ask for the passphrase again", app.action_lock)
    for found in screen.active_bindings.values():
        binding = found.binding
        if (
            found.enabled
            and isinstance(found.node, (Desk, Listing, VirtualTable))
            and binding.description not in _KEYS_ONLY
        ):
            act = partial(app.run_action, binding.action, found.node)
            yield SystemCommand(binding.description, f"Key {app.get_key_display(binding)}", act)


class Names(Provider):
    """Models whose name holds the words, and versions written as ``model:number``."""

    async def discover(self) -> Hits:
        for name, shown, words in await self._found(""):
            yield DiscoveryHit(Content(shown), partial(self._open, name), text=shown, help=words.replace("[", r"\["))

    async def search(self, query: str) -> Hits:
        for name, shown, words in await self._found(query.strip()):
            yield Hit(1.0, Content(shown), partial(self._open, name), text=shown, help=words.replace("[", r"\["))

    async def _found(self, query: str) -> list[tuple[str, str, str]]:
        screen = self.screen
        if not isinstance(screen, Desk) or screen.room.locked:
            return []
        seat, pen = screen.seat, screen.pen

        def work() -> list[tuple[str, str, str]]:
            from registry_app.models.lists import ModelPage, VersionPage

            model, _, number = query.partition(":")
            found = [(f"{one.name}:{one.newest}", f"newest of {one.name}, {one.risk_tier}, team {one.team}")
                     for one in seat.ask(ModelPage(contains=model, limit=MOST)) if one.newest]  # fmt: skip
            if number and len(found) == 1:
                exact = found[0][0].rpartition(":")[0]
                lines = seat.ask(VersionPage(model=exact, limit=MOST))
                found = [(f"{one.model}:{one.number}", f"by {one.author}, {one.registered[:10]}")
                         for one in lines if str(one.number).startswith(number)]  # fmt: skip
            return [(name, pen.fit(name, 60).rstrip(), pen.fit(words, 80).rstrip()) for name, words in found]

        try:
            return await asyncio.to_thread(work)
        except RegistryError:
            return []

    def _open(self, name: str) -> None:
        from registry_app.tui.screens.version import VersionScreen

        self.app.push_screen(VersionScreen(name))
