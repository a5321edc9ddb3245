"""The application: themes, help, palette, and the lock. Only Textual and light things load here; the rest loads in a
thread once the first screen is painted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.screen import Screen

from registry_app.tui.pane import plain_scrollbars
from registry_app.tui.pen import pen_of_this_terminal
from registry_app.tui.screens.unlock import Unlock
from registry_app.tui.seat import Opener, Seat, open_workspace
from registry_app.tui.themes import THEMES

IDLE = 600.0  # seconds without a touch after which the registry is locked
_TOUCHES = (events.Key, events.Paste, events.MouseDown, events.MouseScrollDown, events.MouseScrollUp)


def _palette() -> type[Provider]:
    from registry_app.tui.palette import Names

    return Names


class RegistryApp(App[None]):
    """The terminal face of a registry.

    Args:
        folder: the registry, a folder or a URL; asked for when it is ``None``.
        handle: who opens it; asked for when it is empty.
        passphrase: opens it at once when it is given with the other two.
        opener: opens the registry (a stand-in in tests).
        idle: seconds after which it locks.
        steady: a clock that never goes back, in seconds.
    """

    TITLE = "registry-app"
    CSS_PATH = ["app.tcss", "screens/unlock.tcss"]
    COMMANDS = App.COMMANDS | {_palette}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "explain", "Help", id="help"),
        Binding("question_mark", "explain", "Help", show=False, key_display="?", id="help-plain"),
        Binding("ctrl+l", "lock", "Lock now", show=False, id="lock"),
        Binding("q", "quit", "Quit", id="quit"),
    ]

    def __init__(
        self,
        folder: Path | str | None = None,
        handle: str = "",
        passphrase: str | None = None,
        *,
        opener: Opener = open_workspace,
        idle: float = IDLE,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.pen = pen_of_this_terminal()
        self.opener = opener
        self.signing = 0
        self.said = ""
        self._given = folder, handle, passphrase
        self._seat: Seat | None = None
        self._idle, self._steady = idle, steady
        self._touched = steady()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        self.set_class(self.pen.ascii, "-ascii")
        plain_scrollbars(self.pen.ascii)

    @property
    def seat(self) -> Seat:
        """The open registry; screens behind the unlock screen have one."""
        if self._seat is None:
            raise LookupError("the registry is locked")
        return self._seat

    @property
    def locked(self) -> bool:
        """Whether no registry is open."""
        return self._seat is None

    def get_default_screen(self) -> Screen[None]:
        return Unlock(*self._given)

    def on_mount(self) -> None:
        self.set_interval(5.0, self.lock_when_idle)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, _TOUCHES):
            self._touched = self._steady()
        await super().on_event(event)

    def enter(self, seat: Seat) -> None:
        """Sit down: the inbox opens."""
        from registry_app.tui.screens.inbox import InboxScreen

        self._seat = seat
        self.said = ""
        self._touched = self._steady()
        self.push_screen(InboxScreen())

    def lock_when_idle(self) -> None:
        """Lock when nobody touched anything for long; a signature on its way is waited for."""
        if not self.locked and not self.signing and self._steady() - self._touched >= self._idle:
            self.action_lock("Locked: nobody was here for a while.")

    def action_lock(self, why: str = "Locked.") -> None:
        """Close the registry and ask for the passphrase again."""
        seat, self._seat = self._seat, None
        if seat is None or self.signing:
            self._seat = seat
            return
        while len(self.screen_stack) > 1:
            self.pop_screen()
        if isinstance(self.screen, Unlock):
            self.screen.let_go(seat, why)

    def action_explain(self) -> None:
        """Explain what is on the screen, and its keys."""
        from registry_app.tui.screens.explain import Explain

        if not isinstance(self.screen, Explain):
            self.push_screen(Explain(self.screen))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        from registry_app.tui.palette import deeds

        return deeds(self, screen)

    async def action_quit(self) -> None:
        if self.signing:
            self.notify("A signature is on its way; wait for its receipt.", markup=False)
        else:
            self.exit()

    async def on_unmount(self) -> None:
        seat, self._seat = self._seat, None
        if seat is not None:
            seat.close()
