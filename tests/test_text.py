from __future__ import annotations

import unicodedata

import pytest

from registry_app import text
from registry_app.errors import UsageError

HOSTILE = [
    *map(chr, range(32)),
    "\x7f",
    "\x9b",
    "\u202e",
    "\u2066",
    "\u200b",
    "\ufeff",
    "\u00ad",
    "\u2028",
    "\ue000",
    "\ud800",
    "\U000e0001",
]


def test_a_name_is_trimmed_and_composed() -> None:
    assert text.name("  Zoe\u0308 ", "name") == "Zo\u00eb"
    assert text.name("x" * 120, "name") == "x" * 120


@pytest.mark.parametrize("value", ["", "   ", "\n", "x" * 121])
def test_an_empty_or_long_name_is_refused(value: str) -> None:
    with pytest.raises(UsageError):
        text.name(value, "name")


@pytest.mark.parametrize("character", HOSTILE, ids=lambda c: f"{ord(c):04x}")
def test_what_acts_or_hides_is_refused_in_a_name_and_written_out_when_shown(character: str) -> None:
    if unicodedata.category(character) != "Cf" or character in HOSTILE[34:38]:
        with pytest.raises(UsageError):
            text.name(f"a{character}b", "name")
    shown = text.harmless(f"a{character}b")
    if character != "\U000e0001":
        assert character not in shown
        assert f"\\u{ord(character):04x}" in shown


def test_prose_keeps_lines_and_tabs_and_nothing_else_that_acts() -> None:
    assert text.prose(" one\r\n\ttwo ", "note") == "one\n\ttwo"
    assert text.prose("", "note") == ""
    for bad in ("a\rb", "a\x1bb", "x" * 8_001):
        with pytest.raises(UsageError):
            text.prose(bad, "note")
    assert text.harmless("a\n\tb\x1b", lines=True) == "a\n\tb\\u001b"


@pytest.mark.parametrize("handle", ["a", "ada.l-9_x", "9", "x" * 64])
def test_a_handle_of_the_right_form_is_taken(handle: str) -> None:
    assert text.handle(handle) == handle


@pytest.mark.parametrize("handle", ["", "Ada", ".a", "-a", "_a", "a b", "ä", "x" * 65, "a\n", "а"])
def test_any_other_handle_is_refused_and_shown_harmlessly(handle: str) -> None:
    with pytest.raises(UsageError) as caught:
        text.handle(handle)
    assert "\n" not in str(caught.value)


def test_what_is_harmless_stays_as_it_is() -> None:
    for value in ("plain", "Zoë 北京 🙂", "", "[bold]x[/bold]"):
        assert text.harmless(value) == value


@pytest.mark.parametrize(
    ("number", "words", "said"),
    [
        (0, ("row",), "0 rows"),
        (1, ("row",), "1 row"),
        (1_200, ("row",), "1,200 rows"),
        (1, ("leaf", "leaves"), "1 leaf"),
        (2, ("leaf", "leaves"), "2 leaves"),
    ],
)
def test_one_thing_is_counted_in_the_singular(number: int, words: tuple[str, ...], said: str) -> None:
    assert text.counted(number, *words) == said
