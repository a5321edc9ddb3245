"""The front door sends verbs one way and nothing the other."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from registry_app import front


def test_python_dash_m_is_the_same_front_door() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "registry_app", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("registry-app ")


def test_no_verb_opens_the_terminal_app(monkeypatch: pytest.MonkeyPatch) -> None:
    from registry_app.tui.app import RegistryApp

    opened: list[RegistryApp] = []

    def noted(app: RegistryApp) -> None:
        opened.append(app)
        gc.enable()

    monkeypatch.setattr(RegistryApp, "run", noted)
    front._screen(None, "val", None)
    assert len(opened) == 1


def test_collecting_is_put_off_until_the_first_screen_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    from registry_app.tui.app import RegistryApp

    collecting: list[bool] = []

    def painted(app: RegistryApp) -> None:
        collecting.append(gc.isenabled())
        app.on_ready()
        collecting.append(gc.isenabled())

    monkeypatch.setattr(RegistryApp, "run", painted)
    try:
        front._screen(None, "val", None)
    finally:
        gc.unfreeze()
    assert collecting == [False, True]
