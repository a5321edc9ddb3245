"""The way from the command line to the screen."""

from __future__ import annotations

import pytest

from registry_app.cli import screen
from registry_app.errors import UsageError


def test_what_was_handed_in_is_what_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "_handed", [])
    opened: list[tuple[str | None, str, str | None]] = []
    screen.hand_in(lambda *asked: opened.append(asked))
    screen.open_screen("registry", "val", None)
    assert opened == [("registry", "val", None)]


def test_without_a_screen_a_verb_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "_handed", [])
    with pytest.raises(UsageError, match="Name a verb"):
        screen.open_screen(None, "", None)
