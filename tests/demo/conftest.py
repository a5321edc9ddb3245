"""The story, played once for all tests that look at what it left."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from registry_app.demo import story
from registry_app.workspace import Workspace


@dataclass(frozen=True)
class Stage:
    """What was played, and what was told meanwhile."""

    folder: Path
    played: story.Played
    told: tuple[tuple[str, int, int], ...]

    @property
    def secret(self) -> str:
        """Everybody's passphrase."""
        return self.played.passphrase.read_text(encoding="utf-8").strip()

    def open(self, handle: str) -> Workspace:
        """The registry as one of the five sees it."""
        return Workspace.open(self.played.registry, handle, self.secret)


@pytest.fixture(scope="package")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    told: list[tuple[str, int, int]] = []
    place = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGISTRY_APP_KDF", "floor")
        patch.setenv("XDG_STATE_HOME", str(place / "state"))
        folder = place / "played"
        played = story.play(folder, lambda what, done, total: told.append((what, done, total)))
    return Stage(folder, played, tuple(told))
