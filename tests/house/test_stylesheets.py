"""A screen's stylesheet has one root selector, and its colours come from the theme."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.places import PACKAGE, shown

SHEETS = sorted((PACKAGE / "tui").rglob("*.tcss"))
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_HEX = re.compile(r"#[0-9a-fA-F]{3,8}\b")
_CALL = re.compile(r"\b(?:rgb|rgba|hsl|hsla)\s*\(")
_COLOURED = re.compile(
    r"(?<![\w-])(?:[a-z-]*color|background(?:-tint)?|tint|(?:border|outline)(?:-(?:top|right|bottom|left))?|keyline)"
    r"\s*:\s*([^;}]+)"
)
_STYLES = (
    "ascii blank block dashed double heavy hidden hkey inner none outer panel round solid tab tall thick thin vkey wide"
)
_NO_COLOUR = {*_STYLES.split(), "auto", "initial", "transparent", "!important"}
_FROM_THEME = re.compile(r"\$[\w-]+|\d+%")


def literal_colours(css: str) -> list[str]:
    """What stands where a colour is meant and comes from no theme."""
    words = [word for value in _COLOURED.findall(css) for word in value.split()]
    return [word for word in words if word not in _NO_COLOUR and not _FROM_THEME.fullmatch(word)]


def bare(sheet: Path) -> str:
    """The stylesheet without its comments."""
    return _COMMENT.sub("", sheet.read_text(encoding="utf-8"))


def roots(css: str) -> list[str]:
    """The selectors that stand outside every brace."""
    found, depth, text = [], 0, ""
    for letter in css:
        if letter == "{":
            if depth == 0:
                found.append(" ".join(text.split()))
            depth += 1
        elif letter == "}":
            depth -= 1
            text = ""
        elif depth == 0:
            text += ";" if letter == ";" else letter
            if letter == ";":
                text = ""
    return found


def test_there_are_stylesheets() -> None:
    assert SHEETS


@pytest.mark.parametrize("sheet", SHEETS, ids=shown)
def test_a_stylesheet_has_one_root_selector(sheet: Path) -> None:
    found = roots(bare(sheet))
    assert len(found) == 1, found
    assert re.fullmatch(r"[A-Z]\w*", found[0]), f"{found[0]!r} is not one class of ours"


@pytest.mark.parametrize("sheet", SHEETS, ids=shown)
def test_a_stylesheet_has_no_literal_colours(sheet: Path) -> None:
    css = bare(sheet)
    assert _HEX.findall(css) + _CALL.findall(css) + literal_colours(css) == []
