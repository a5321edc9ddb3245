"""The dialog that signs a measurement and records it as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Footer, Static

from registry_app.ledger.meaning import Action
from registry_app.tui.prose import Prose
from registry_app.tui.screens.dialog import Dialog


class Record(Dialog):
    """Says what is recorded, and records it.

    Args:
        title: what is done.
        means: what it records, in a sentence or two.
        pairs: what is recorded, piece by piece.
        action: what does it.
    """

    CSS_PATH = "record.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "record", "Sign and record", show=False)]
    EXPLAINED = (
        "The result is signed with your key, kept sealed in the registry for good, and its digest stands in the ledger. "
        "Evidence that is recorded while a version is in review is part of what reviewers sign."
    )

    def __init__(self, title: str, means: str, pairs: Sequence[tuple[str, str]], action: Action) -> None:
        super().__init__()
        self._title, self._means, self._pairs, self._action = title, means, pairs, action

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box", can_focus=False):
            yield Static("", id="page", markup=False)
            with Horizontal(id="doors"):
                yield Button("Sign and record (^s)", variant="primary", id="record")
                yield Button("Cancel", id="cancel")
            yield Static("", id="said", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#record"))

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        page = Prose(self.pen, min(70, self.size.width - 8))
        page.heading(self._title)
        page.say(self._means, "muted")
        page.blank()
        for key, value in self._pairs:
            page.pair(key, value)
        self.query_one("#page", Static).update(page.content())

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "record":
            self.action_record()
        else:
            self.action_cancel()

    def action_record(self) -> None:
        self.write(self._action)
