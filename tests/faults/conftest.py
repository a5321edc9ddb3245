"""Registries made once for all accidents, and a copy of one for each."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.ground import Ground, make


def _made(factory: pytest.TempPathFactory, versions: int, words: int, comments: int = 3) -> Ground:
    place = factory.mktemp("ground")
    before = {name: os.environ.get(name) for name in ("XDG_STATE_HOME", "REGISTRY_APP_KDF")}
    os.environ["XDG_STATE_HOME"], os.environ["REGISTRY_APP_KDF"] = str(place / "home"), "floor"
    try:
        return make(place / "registry", versions, words=words, comments=comments)
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


@pytest.fixture(scope="session")
def small_ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return _made(tmp_path_factory, 40, 200)


@pytest.fixture(scope="session")
def long_ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """A thousand statements."""
    return _made(tmp_path_factory, 990, 200)


@pytest.fixture(scope="session")
def wordy_ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Values of 7,500 characters: most pages are overflow pages."""
    return _made(tmp_path_factory, 5, 7_500, comments=30)


@pytest.fixture
def small(small_ground: Ground, tmp_path: Path) -> Ground:
    return small_ground.copy(tmp_path / "registry")


@pytest.fixture
def long(long_ground: Ground, tmp_path: Path) -> Ground:
    return long_ground.copy(tmp_path / "registry")


@pytest.fixture
def wordy(wordy_ground: Ground, tmp_path: Path) -> Ground:
    return wordy_ground.copy(tmp_path / "registry")
