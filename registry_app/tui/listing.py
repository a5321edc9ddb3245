"""A table with the line below it that narrows it to the rows one types for."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from registry_app.tui.table import VirtualTable


class Listing(Vertical):
    """A table and its filter.

    Args:
        table: what is listed.
        hint: what can be typed to narrow it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("escape", "clear", "Clear the filter", show=False),
    ]
    DEFAULT_CSS = """
    Listing {
        height: 1fr;
        & > Input { dock: bottom; display: none; }
    }
    """

    def __init__(self, table: VirtualTable, hint: str) -> None:
        super().__init__()
        self.table = table
        self._field = Input(placeholder=f"{hint}; enter keeps, esc clears", max_length=500)

    def compose(self) -> ComposeResult:
        yield self.table
        yield self._field

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "clear" or bool(self._field.display)

    def set_filter(self, words: str) -> None:
        """Narrow the table, and show to what."""
        with self.prevent(Input.Changed):
            self._field.value = words
        self._field.display = bool(words)
        self._narrow(words)

    def action_filter(self) -> None:
        self._field.display = True
        self.screen.set_focus(self._field)
        self.refresh_bindings()

    def action_clear(self) -> None:
        """Show every row again."""
        self.set_filter("")
        self.screen.set_focus(self.table)
        self.refresh_bindings()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._narrow(event.value)

    @on(Input.Submitted)
    def _kept(self, event: Input.Submitted) -> None:
        event.stop()
        self.set_filter(event.value)
        self.screen.set_focus(self.table)
        self.refresh_bindings()

    def _narrow(self, words: str) -> None:
        """In the table's own turn: Textual stops what a widget posts at the one that made it post."""
        self.table.call_later(self.table.narrow, words)
