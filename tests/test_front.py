"""The front door sends verbs one way and nothing the other."""

from __future__ import annotations

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

    monkeypatch.setattr(RegistryApp, "run", noted)
    front._screen(None, "val", None)
    assert len(opened) == 1
