"""A screen that asks: workers compute in threads, answers come back as messages, handlers change what is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from textual.message import Message
from textual.screen import Screen

from registry_app.errors import RegistryError, UsageError
from registry_app.tui.pen import Pen
from registry_app.tui.seat import Seat

if TYPE_CHECKING:
    from registry_app.ledger.meaning import View
    from registry_app.tui.app import RegistryApp
    from registry_app.tui.table import VirtualTable

R = TypeVar("R")
T = TypeVar("T")


class Desk(Screen[R], Generic[R]):
    """A screen with a seat at the registry."""

    shown = 0.0
    """What was typed before this instant was not meant for this screen, unless it is text for a field."""

    class Answered(Message):
        """A worker is done."""

        def __init__(self, group: str, turn: int, then: Callable[[Any], None], value: Any) -> None:
            super().__init__()
            self.group, self.turn, self.then, self.value = group, turn, then, value

    def __init__(self) -> None:
        super().__init__()
        self._turns: dict[str, int] = {}

    @property
    def room(self) -> RegistryApp:
        """The application."""
        return cast("RegistryApp", self.app)

    @property
    def pen(self) -> Pen:
        """How to write on this terminal."""
        return self.room.pen

    @property
    def seat(self) -> Seat:
        """The open registry."""
        return self.room.seat

    def ask(self, view: View[T], then: Callable[[T], None], *, group: str = "read") -> None:
        """Ask in a thread; ``then`` gets the answer unless something newer was asked in the same group."""
        seat = self.seat
        self.compute(lambda: seat.ask(view), then, group=group)

    def compute(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        failed: Callable[[RegistryError], None] | None = None,
        *,
        group: str = "read",
    ) -> None:
        """Work in a thread. Never exclusive: a signature cannot be called back by cancelling its thread."""
        turn = self._turns[group] = self._turns.get(group, 0) + 1
        otherwise = failed or self.show_error

        def thread() -> None:
            try:
                answer: Any = Desk.Answered(group, turn, then, work())
            except RegistryError as error:
                answer = Desk.Answered(group, turn, otherwise, error)
            except Exception as error:  # noqa: BLE001  a fault of ours is said in words; no traceback over a signing screen
                fault = RegistryError(
                    f"The program itself failed ({type(error).__name__}).",
                    "Nothing more was done; look again, and report it if it happens once more.",
                )
                answer = Desk.Answered(group, turn, otherwise, fault)
            self.post_message(answer)

        self.run_worker(thread, thread=True, group=group, exit_on_error=False)

    def forget(self, group: str) -> None:
        """Hear no more of what is on its way in a group."""
        self._turns[group] = self._turns.get(group, 0) + 1

    def on_desk_answered(self, message: Desk.Answered) -> None:
        message.stop()
        if message.turn == self._turns.get(message.group):
            message.then(message.value)

    def show_error(self, error: RegistryError) -> None:
        """One sentence what, one sentence what to do."""
        self.say_error(error)

    def say_error(self, error: RegistryError) -> None:
        """A notice with an error's two sentences."""
        words = f"{error.what} {error.todo}"
        self.notify(self.pen.words(words, lines=True), severity="error", timeout=15, markup=False)

    def tell(self, words: str, *, warning: bool = False) -> None:
        """A short notice."""
        self.notify(self.pen.words(words), severity="warning" if warning else "information", timeout=6, markup=False)

    def page(self, view: View[Sequence[Any]], wanted: VirtualTable.PageWanted) -> None:
        """Ask for the page a table wants; one that does not come is told in the table, a name that does not exist is none."""
        seat, table = self.seat, wanted.table

        def failed(error: RegistryError) -> None:
            if isinstance(error, UsageError):
                table.add_page(wanted.round, wanted.number, ())
            else:
                table.fail(wanted.round, f"{error.what} {error.todo} Press r to look again.")

        self.compute(
            lambda: seat.ask(view),
            lambda rows: table.add_page(wanted.round, wanted.number, rows),
            failed,
            group=f"{table.id} {wanted.number}",
        )

    def on_virtual_table_row_copied(self, copied: VirtualTable.RowCopied) -> None:
        copied.stop()
        if copied.table.copies is not None:
            self.copy(*copied.table.copies(copied.row))

    def copy(self, what: str, value: str) -> None:
        """Put ``value`` on the terminal's clipboard (OSC 52) and say so."""
        self.app.copy_to_clipboard(value)
        self.tell(f"Copied {what}: {value}")
