"""The way to the screen, handed in by the front door: the command line does not know the terminal app."""

from __future__ import annotations

from collections.abc import Callable

from registry_app.errors import UsageError

Screen = Callable[[str | None, str, str | None], None]
"""Opens a registry on the screen: its folder or URL, a handle, and the passphrase when it was given."""

_handed: list[Screen] = []


def hand_in(screen: Screen) -> None:
    """Let ``screen`` be what opens when no verb is named."""
    _handed[:] = [screen]


def open_screen(place: str | None, handle: str, passphrase: str | None) -> None:
    """Open the screen.

    Raises:
        UsageError: none was handed in.
    """
    if not _handed:
        raise UsageError("There is no screen here.", "Name a verb; see 'registry-app --help'.")
    _handed[0](place, handle, passphrase)
