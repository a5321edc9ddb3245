"""What the screens need of an open registry: a :class:`registry_app.workspace.Workspace`, or a stand-in on a stage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from registry_app.ledger.entry import Head
    from registry_app.ledger.meaning import Action, View
    from registry_app.receipt import Receipt

T = TypeVar("T")


class Seat(Protocol):
    """One person at one open registry."""

    handle: str
    """Who sits here."""
    notices: list[str]
    """What they should know since it was opened."""

    def ask(self, view: View[T], /) -> T:
        """The answer to a view, from one snapshot."""

    def run(
        self,
        action: Action,
        /,
        *,
        passphrase: str | None = None,
        seen: Head | None = None,
        statement: str | None = None,
    ) -> Receipt:
        """Do an action, durably, or not at all."""

    def close(self) -> None:
        """Let go of the registry."""


Opener = Callable[[Path | str, str, str], Seat]
"""Opens a folder or a URL for a handle with a passphrase."""


def open_workspace(folder: Path | str, handle: str, passphrase: str) -> Seat:
    """The real seat; the store's libraries load here at the latest."""
    from registry_app.workspace import Workspace

    return Workspace.open(folder, handle, passphrase)
