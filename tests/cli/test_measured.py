"""A result as programs read it, and as people do."""

from __future__ import annotations

import io
import sys

import pytest

from registry_app.cli.measured import numbers, result_text
from registry_app.measure.fairness.document import fairness
from registry_app.measure.result import Result
from registry_app.measure.table.mapping import Feature, Mapping
from registry_app.measure.table.memory import Memory


@pytest.fixture(scope="module")
def result() -> Result:
    columns = {"y": [n % 2 for n in range(80)], "p": [n % 3 % 2 for n in range(80)], "g": [n // 40 for n in range(80)]}
    with Memory(columns, columns) as source:
        return fairness(source, Mapping("y", positive="1", prediction="p", sensitive=(Feature("g"),)), 0)


def test_numbers_are_numbers_and_names_stay_texts_even_where_they_look_like_numbers(result: Result) -> None:
    found = numbers(result)
    first = found["groups"][0]
    assert first["by"] == {"g": "0"}
    assert first["metrics"]["count"]["value"] == 40
    assert isinstance(first["metrics"]["selection_rate"]["value"], float)
    assert (found["kind"], found["data"]["positive"]) == ("fairness", "1")


class Terminal(io.StringIO):
    """A terminal of 70 cells that takes colours."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_a_terminal_has_colour_and_its_own_width_and_a_file_has_neither(
    result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = result_text(result)
    assert "\x1b[" not in plain
    assert "█" in plain
    monkeypatch.setattr(sys, "stdout", Terminal())
    for name, value in {"TERM": "xterm-256color", "COLUMNS": "70"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    drawn = result_text(result)
    assert "\x1b[" in drawn
    monkeypatch.setenv("NO_COLOR", "1")
    assert max(len(line) for line in result_text(result).splitlines() if "\x1b" not in line) <= 70


def test_where_characters_are_few_plots_are_drawn_with_those(result: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    class Ascii(io.StringIO):
        encoding = "ascii"

    monkeypatch.setattr(sys, "stdout", Ascii())
    assert "By g" in result_text(result)
    assert result_text(result).isascii()
