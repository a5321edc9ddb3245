"""Text on a terminal: aligned, narrow when it must be, and never obeyed."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry_app.cli import table as tables
from registry_app.cli.table import as_json, listing, table

HOSTILE = "a\x1b[2Jb\u202ec\x9b31md\u200b\U000f0000\udc80"


def test_columns_are_aligned_also_with_wide_and_combining_letters() -> None:
    assert table(("name", "n"), [("日本", 1), ("e\u0301", 22), ("abcdef", 3)]).splitlines() == [
        "name    n",
        "日本    1",
        "e\u0301       22",
        "abcdef  3",
    ]


def test_nothing_is_said_in_words() -> None:
    assert table(("a",), [], "Nothing waits for you.") == "Nothing waits for you."


def test_no_cell_can_act_on_the_terminal() -> None:
    shown = table(("a",), [(HOSTILE + "\nnext",)]) + listing([("b", HOSTILE)])
    assert not set(shown) & set("\x1b\u202e\x9b\u200b\U000f0000\udc80")
    assert "\\u001b[2J" in shown
    assert shown.splitlines()[1].rpartition("b  ")[0].endswith("\\u000anext")
    assert not set(listing([(HOSTILE, "1")])) & set("\x1b\u202e\x9b\u200b\U000f0000\udc80")


def test_a_listing_keeps_lines_and_leaves_out_what_is_empty() -> None:
    assert listing([("note", "one\ntwo"), ("tags", ""), ("n", 0)]) == "note  one\n      two\nn     0"


def test_json_is_ascii_and_gives_back_the_same_text() -> None:
    @dataclass
    class Row:
        name: str
        root: bytes
        where: Path
        cursor: str = "x\x00y"

    shown = as_json([Row(HOSTILE, b"\x01\xff", Path("a"))])
    assert shown.isascii()
    assert not any(ord(c) < 32 and c != "\n" for c in shown)
    assert json.loads(shown) == [{"name": HOSTILE, "root": "01ff", "where": "a"}]


def test_a_narrow_terminal_gets_one_listing_per_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "get_terminal_size", lambda: os.terminal_size((20, 24)))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert table(("one", "two"), [("a" * 12, "b" * 12), ("c", "d")]) == (
        f"one  {'a' * 12}\ntwo  {'b' * 12}\n\none  c\ntwo  d"
    )


def test_a_terminal_with_some_room_wraps_the_last_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "get_terminal_size", lambda: os.terminal_size((36, 24)))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    shown = table(("answer", "because"), [("yes", "one two three four five six seven"), ("no", "short")])
    assert shown.splitlines()[1:] == ["yes     one two three four five six", "        seven", "no      short"]
