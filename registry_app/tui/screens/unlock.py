"""Unlock: which registry, who, and the passphrase. While somebody types it, everything else loads behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Footer, Input, Label, Static

from registry_app.errors import RegistryError
from registry_app.text import without_password
from registry_app.tui.completion import Paths
from registry_app.tui.desk import Desk
from registry_app.tui.pane import Masthead
from registry_app.tui.seat import Seat


class Unlock(Desk[None]):
    """The first screen, and the one behind the lock."""

    SUB_TITLE = "locked"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "app.quit", "Quit")]
    EXPLAINED = (
        "A registry is a folder, encrypted as a whole, or a PostgreSQL database whose contents are sealed. Your passphrase "
        "opens your own key in it, and that key signs what you do.\n\nType the folder (the right arrow takes the suggestion) "
        "or the database's postgresql:// URL, your handle and your passphrase, then press enter. An administrator who re-enrols you is the only way back from a lost passphrase.\n\nAttempts that fail are "
        "put on record at the next unlock."
    )

    def __init__(self, folder: Path | str | None, handle: str, passphrase: str | None) -> None:
        super().__init__()
        self._place, self._handle, self._passphrase = folder, handle, passphrase
        self._opening = False

    def compose(self) -> ComposeResult:
        yield Masthead(icon="")
        with Vertical(id="door"):
            yield Static("registry-app", id="name", markup=False)
            yield Static("Models, their evidence, and who signed for them.", id="about", markup=False)
            yield Label("Registry")
            yield Input(
                without_password(str(self._place or "")),
                placeholder="folder or postgresql:// URL",
                suggester=Paths(folders=True),
                id="registry",
            )
            yield Label("Handle")
            yield Input(self._handle, placeholder="who you are, such as val", id="handle")
            yield Label("Passphrase")
            yield Input(password=True, placeholder="15 characters or more", id="passphrase")
            with Horizontal(id="doors"):
                yield Button("Open", variant="primary", id="open")
            yield Static("", id="said", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        self.set_focus(self._first_empty())
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        given, self._passphrase = self._passphrase, None
        if given:
            self.query_one("#passphrase", Input).value = given
        if given and self._place and self._handle:
            self._open()
        else:
            self.run_worker(_load, thread=True, group="load", exit_on_error=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        waiting = self._first_empty()
        if waiting.value:
            self._open()
        else:
            waiting.focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self._open()

    def let_go(self, seat: Seat, why: str) -> None:
        """Let go of the registry in a thread, then ask for the passphrase again."""
        self.say(why)
        self.compute(seat.close, lambda _: None, group="close")
        self.query_one("#passphrase", Input).value = ""
        self.set_focus(self._first_empty())

    def say(self, words: str, *, wrong: bool = False) -> None:
        """One line, or two sentences, below the fields."""
        said = self.query_one("#said", Static)
        said.set_class(wrong, "-wrong")
        said.update(self.pen.words(words, lines=True))

    def show_error(self, error: RegistryError) -> None:
        self._opening = False
        self.say(f"{error.what}\n{error.todo}", wrong=True)
        secret = self.query_one("#passphrase", Input)
        secret.value = ""
        self.set_focus(secret)

    def _open(self) -> None:
        folder, handle, secret = (self.query_one(f"#{name}", Input) for name in ("registry", "handle", "passphrase"))
        if self._opening:
            return
        missing = [one.id or "" for one in (folder, handle, secret) if not one.value]
        if missing:
            self.say(f"The {missing[0]} is missing. Type it.", wrong=True)
            self.set_focus(self.query_one(f"#{missing[0]}", Input))
            return
        self._opening = True
        self.say("Opening: the passphrase is stretched into a key" + self.pen.dots)
        path, who, phrase, opener = (
            self._named(folder.value),
            handle.value.strip(),
            secret.value,
            self.room.opener,
        )

        def work() -> Seat:
            seat = opener(path, who, phrase)
            _load()
            return seat

        self._place = self.room.place = path
        self.compute(work, self._opened, group="open")

    def _opened(self, seat: Any) -> None:
        self._opening = False
        self.query_one("#passphrase", Input).value = ""
        self.query_one("#registry", Input).value = without_password(str(self._place))
        self.say("")
        self.room.enter(seat)

    def _named(self, value: str) -> Path | str:
        """What the field names: a folder, or a URL with the password it was given with."""
        given = str(self._place or "")
        if "://" in value:
            return given if value == without_password(given) else value
        return Path(value).expanduser()

    def _first_empty(self) -> Input:
        fields = list(self.query(Input))
        return next((field for field in fields if not field.value), fields[-1])


def _load() -> None:
    """Load what the screens behind this one need: the workspace, and with it the store's libraries."""
    import registry_app.tui.screens.inbox
    import registry_app.tui.screens.version
    import registry_app.workspace  # noqa: F401
