"""The front door: a verb goes to the command line, no verb to the screen. The two faces never see each other."""

from __future__ import annotations

import gc


def run() -> None:
    """The console entry."""
    gc.disable()  # nothing that is loaded at the start is ever let go
    from registry_app.cli.main import run as command_line
    from registry_app.cli.screen import hand_in

    gc.enable()
    hand_in(_screen)
    command_line()


def _screen(place: str | None, handle: str, passphrase: str | None) -> None:
    gc.disable()  # until the first screen is painted: collecting takes a fifth of the time till then
    from registry_app.tui.app import RegistryApp

    app = RegistryApp(place, handle, passphrase)
    app.run()
    if app.failure is not None:
        raise app.failure
    if app.return_code:
        raise SystemExit(app.return_code)


if __name__ == "__main__":
    run()
