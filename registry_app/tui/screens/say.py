"""Saying something that is recorded: a comment, a submission with its note, a withdrawal with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Footer, Label, Static, TextArea

from registry_app.ledger.meaning import Action
from registry_app.tui.screens.dialog import Dialog


class Say(Dialog):
    """A dialog with one field of words.

    Args:
        title: what is done.
        means: what it records, in a sentence or two.
        label: what the words are.
        door: what the button says.
        action: from the words to the action.
    """

    CSS_PATH = "say.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "record", "Record", show=False)]
    EXPLAINED = (
        "What you write is signed with your key, kept sealed in the registry, and its digest stands in the ledger."
    )

    def __init__(self, title: str, means: str, label: str, door: str, action: Callable[[str], Action]) -> None:
        super().__init__()
        self._title, self._means, self._label, self._door, self._action = title, means, label, door, action

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box", can_focus=False):
            yield Static(self.pen.words(self._title), id="title", markup=False)
            yield Static(self.pen.words(self._means, lines=True), id="means", markup=False)
            yield Label(self._label)
            yield TextArea(id="words", tab_behavior="focus", soft_wrap=True, show_line_numbers=False)
            with Horizontal(id="doors"):
                yield Button(f"{self._door} (^s)", variant="primary", id="record")
                yield Button("Cancel", id="cancel")
            yield Static("", id="said", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        self.set_focus(self.query_one(TextArea))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "record":
            self.action_record()
        else:
            self.action_cancel()

    def action_record(self) -> None:
        self.write(self._action(self.query_one(TextArea).text))
