"""A room opens with a card that names its files in reading order."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.places import PACKAGE

ROOMS = sorted(file.parent for file in PACKAGE.glob("*/__init__.py"))
INNER = sorted(
    file.parent
    for file in PACKAGE.glob("*/*/**/__init__.py")
    if "Files in reading order" in (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "")
)
_LINE = re.compile(r"^([a-z_0-9]+\.py)\s+\S", re.MULTILINE)


def card(room: Path) -> str:
    """The room's card: the docstring of its ``__init__.py``."""
    return ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8"))) or ""


def called(room: Path) -> str:
    """``measure/table``."""
    return str(room.relative_to(PACKAGE))


def test_every_folder_with_code_is_a_room_with_a_card() -> None:
    with_code = {file.parent for file in PACKAGE.glob("*/*.py")}
    assert with_code == set(ROOMS)
    assert ROOMS


@pytest.mark.parametrize("room", [*ROOMS, *INNER], ids=called)
def test_a_card_names_each_file_of_its_room_once_and_no_other(room: Path) -> None:
    named = _LINE.findall(card(room))
    assert len(named) == len(set(named))
    assert set(named) == {file.name for file in room.glob("*.py")} - {"__init__.py"}


@pytest.mark.parametrize("room", [*ROOMS, *INNER], ids=called)
def test_a_card_says_what_the_room_owns_and_what_it_never_does(room: Path) -> None:
    words = card(room)
    assert re.search(r"\bOwns?\b", words)
    assert re.search(r"\b[Nn]ever\b", words)


@pytest.mark.parametrize("room", INNER, ids=called)
def test_the_card_of_a_room_names_the_rooms_inside(room: Path) -> None:
    assert re.search(rf"^{room.name}/\s+\S", card(room.parent), re.MULTILINE)


def test_the_map_of_the_house_names_every_room() -> None:
    words = card(PACKAGE)
    for room in ROOMS:
        assert re.search(rf"\b{room.name}\b", words), f"the map in registry_app/__init__.py lacks {room.name}"
