"""A file is named for what it is, never for the kind of drawer it is."""

from __future__ import annotations

import re

from tests.house.places import PACKAGE, ROOT, shown, sources

_DRAWER = re.compile(r"(^|_)(utils?|helpers?|common|base|managers?|misc)(_|$)")


def test_no_file_or_folder_is_named_like_a_drawer() -> None:
    named = [
        shown(file)
        for file in sources("registry_app", "tests")
        if any(_DRAWER.search(part) for part in file.relative_to(ROOT).with_suffix("").parts)
    ]
    assert not named


def test_every_test_file_mirrors_a_place_in_the_source() -> None:
    rooms = {folder.name for folder in PACKAGE.iterdir() if folder.is_dir()}
    own = {"house", "doors", "golden", "vectors", "faults", "fuzz"}
    astray = [
        shown(folder)
        for folder in (ROOT / "tests").iterdir()
        if folder.is_dir() and folder.name not in rooms | own | {"__pycache__"}
    ]
    assert not astray
