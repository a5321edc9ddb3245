"""The front door: a verb goes to the command line, no verb to the screen. The two faces never see each other."""

from __future__ import annotations


def run() -> None:
    """The console entry."""
    from registry_app.cli.main import run as command_line
    from registry_app.cli.screen import hand_in

    hand_in(_screen)
    command_line()


def _screen(place: str | None, handle: str, passphrase: str | None) -> None:
    from registry_app.tui.app import RegistryApp

    RegistryApp(place, handle, passphrase).run()


if __name__ == "__main__":
    run()
