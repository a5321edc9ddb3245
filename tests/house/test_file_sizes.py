"""A file is one noun or verb; a front door stays small."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.places import PACKAGE, shown, sources

LIMIT = 400
FRONT_DOORS = (PACKAGE / "tui" / "app.py", PACKAGE / "cli" / "main.py", PACKAGE / "workspace.py")
FRONT_DOOR_LIMIT = 150


def lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    kept_as_released = PACKAGE / "vault" / "migrations" / "versions"
    long = {
        shown(file): lines(file)
        for file in sources("registry_app", "tests")
        if lines(file) > LIMIT and file.parent != kept_as_released
    }
    assert not long


@pytest.mark.parametrize("door", FRONT_DOORS, ids=shown)
def test_a_front_door_is_small(door: Path) -> None:
    assert 0 < lines(door) <= FRONT_DOOR_LIMIT
