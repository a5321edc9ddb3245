"""Peek: a row's cells in full, or a model's entry, over the table it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from registry_app.tui.desk import Desk
from registry_app.tui.pane import Page
from registry_app.tui.prose import Prose


class Peek(Desk[None], ModalScreen[None]):
    """Pairs in a box; any of escape, space or enter closes it.

    Args:
        title: what it is.
        pairs: keys and values.
    """

    CSS_PATH = "peek.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,space,enter,q", "dismiss", "Close"),
    ]

    def __init__(self, title: str, pairs: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._title, self._pairs = title, pairs

    def compose(self) -> ComposeResult:
        with Page(id="box"):
            yield Static("", markup=False, id="page")

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        page = Prose(self.pen, min(90, self.size.width - 10))
        page.heading(self._title)
        for key, value in self._pairs:
            page.pair(key, value)
        page.blank()
        page.say("esc closes", "muted")
        self.query_one("#page", Static).update(page.content())
