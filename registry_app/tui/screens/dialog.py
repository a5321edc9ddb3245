"""A dialog that changes something: it says what it will record, runs one action in a thread, and ends with a receipt."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from registry_app.errors import RegistryError
from registry_app.ledger.entry import Head
from registry_app.ledger.meaning import Action
from registry_app.receipt import Receipt
from registry_app.tui.desk import Desk
from registry_app.vault import chance

LOOK = "look"
"""A dialog's answer that asks its screen to look again."""
LAPSES = "Whatever is said here is part of what reviewers sign: approvals signed before it will show as lapsed."
"""What recording anything about a version in review does."""
Answer = Receipt | str | None


class Dialog(Desk[Answer], ModalScreen[Answer]):
    """Dismissed with a receipt, :data:`LOOK`, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
        Binding("ctrl+r", "look", "Look again"),
        Binding("f1", "app.explain", "Help"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._writing = False
        self._statement = chance.uuid7()

    @on(events.Mount)
    def _came(self, event: events.Mount) -> None:
        self.shown = event.time

    def write(self, action: Action, *, passphrase: str | None = None, seen: Head | None = None) -> None:
        """Run the action in a thread, once; a second try after an unclear end cannot record it twice."""
        if self._writing:
            return
        self._writing = True
        self.room.signing += 1
        self._doors(disabled=True)
        self.say("Signing and writing" + self.pen.dots)
        seat, statement = self.seat, self._statement
        self.compute(
            lambda: seat.run(action, passphrase=passphrase, seen=seen, statement=statement),
            self._written,
            self._refused,
            group="write",
        )

    def say(self, words: str, *, wrong: bool = False) -> None:
        """What happens, or what went wrong, inside the dialog."""
        said = self.query_one("#said", Static)
        said.set_class(wrong, "-wrong")
        said.update(self.pen.words(words, lines=True))

    def action_cancel(self) -> None:
        """Leave; nothing was recorded."""
        if self._writing:
            self.say("It is being signed; wait for the receipt.")
        else:
            self.dismiss(None)

    def action_look(self) -> None:
        """Leave, and let the screen behind ask again."""
        if not self._writing:
            self.dismiss(LOOK)

    def _written(self, receipt: Any) -> None:
        self._done()
        self.dismiss(receipt)

    def _refused(self, error: RegistryError) -> None:
        self._done()
        self._doors(disabled=False)
        self.say(f"{error.what}\n{error.todo} (ctrl+r looks again, esc leaves; nothing was recorded.)", wrong=True)
        self.after_refusal(error)

    def after_refusal(self, error: RegistryError) -> None:
        """What else a dialog does when it was refused."""

    def _done(self) -> None:
        self._writing = False
        self.room.signed()

    def _doors(self, *, disabled: bool) -> None:
        for button in self.query(Button):
            button.disabled = disabled
