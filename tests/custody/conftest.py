"""One small registry for all tests of this room, and a copy of it for each."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.ground import Ground, make


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    place = tmp_path_factory.mktemp("ground")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "XDG_STATE_HOME", str(place / "home"))
        patch.setitem(os.environ, "REGISTRY_APP_KDF", "floor")
        return make(place / "registry", 3)


@pytest.fixture
def ground(first: Ground, tmp_path: Path) -> Ground:
    return first.copy(tmp_path / "registry")
