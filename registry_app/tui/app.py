"""The application: themes, help, palette, and the lock. Only Textual and light things load here; the rest loads in a
thread once the first screen is painted."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.screen import Screen

from registry_app.tui.guard import IDLE, Guarded, steady
from registry_app.tui.pane import plain_scrollbars
from registry_app.tui.pen import pen_of_this_terminal
from registry_app.tui.screens.unlock import Unlock
from registry_app.tui.seat import Opener, Seat, open_workspace
from registry_app.tui.themes import THEMES


def _palette() -> type[Provider]:
    from registry_app.tui.palette import Names

    return Names


class RegistryApp(Guarded):
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
        steady: Callable[[], float] = steady,
    ) -> None:
        super().__init__(idle, steady)
        self.pen = pen_of_this_terminal()
        self.opener = opener
        self.said = ""
        self.place: Path | str | None = folder  # where the open registry lies
        self._given = folder, handle, passphrase
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        self.set_class(self.pen.ascii, "-ascii")
        plain_scrollbars(self.pen.ascii)

    def get_default_screen(self) -> Screen[None]:
        return Unlock(*self._given)

    def on_ready(self) -> None:
        gc.freeze()  # what was loaded stays to the end: it need not be looked through again and again
        gc.enable()

    def enter(self, seat: Seat) -> None:
        """Sit down: the inbox opens."""
        from registry_app.tui.screens.inbox import InboxScreen

        self.sit(seat)
        self.said = ""
        self.push_screen(InboxScreen())

    def action_explain(self) -> None:
        """Explain what is on the screen, and its keys."""
        from registry_app.tui.screens.explain import Explain

        if not isinstance(self.screen, Explain):
            self.push_screen(Explain(self.screen))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        from registry_app.tui.palette import deeds

        return deeds(self, screen)
