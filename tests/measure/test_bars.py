from __future__ import annotations

import pytest

from registry_app.measure.bars import MET, NOT_MET, bar_lines, shap_lines
from registry_app.measure.figure.plot import Bar

BARS = (
    Bar("male", 1.0, note="n = 690", standing="met"),
    Bar("female", 0.5, note="n = 310", standing="not met"),
    Bar("other", None, note="n = 2, undefined: nobody is selected"),
)


def test_each_judgement_is_a_mark_a_word_and_a_colour() -> None:
    lines = bar_lines(BARS, 0.8, "four fifths")
    assert "1.000 ✓ met" in lines[0].plain
    assert "0.500 ✗ not met" in lines[1].plain
    assert lines[2].plain == "other  n = 2, undefined: nobody is selected"
    assert any(MET in str(span.style) for span in lines[0].spans)
    assert any(NOT_MET in str(span.style) for span in lines[1].spans)


def test_the_limit_stands_at_one_place_in_all_lines() -> None:
    lines = bar_lines(BARS, 0.8, "four fifths")
    places = {line.plain.index("┊") for line in lines[:2]}
    assert places == {lines[3].plain.index("└")}
    assert lines[3].plain.endswith("└ four fifths 0.80")


def test_longer_values_have_longer_bars_and_intervals_are_said() -> None:
    first, second = bar_lines([Bar("a", 0.6, 0.5, 0.7), Bar("b", 0.3, 0.2, 0.4)])
    assert first.plain.count("█") > second.plain.count("█") > 0
    assert "0.500 to 0.700" in first.plain


@pytest.mark.parametrize("width", [48, 60, 76, 120])
def test_no_line_is_wider_than_asked(width: int) -> None:
    bars = [*BARS, Bar("x" * 200, 0.7, 0.6, 0.8, "n = 1,000,000, small"), Bar("\u5b57" * 40, 0.2)]
    for ascii in (False, True):
        for line in (*bar_lines(bars, 0.8, width=width, ascii=ascii), *shap_lines(bars, width=width, ascii=ascii)):
            assert line.cell_len <= width


def test_ascii_is_ascii_whatever_the_names_are() -> None:
    bars = [Bar("M\u00fcller \u5b57", 0.7, 0.6, 0.8, "n = 3", "met"), Bar("b", -0.5)]
    for line in (*bar_lines(bars, 0.8, ascii=True), *shap_lines(bars, ascii=True)):
        assert line.plain.isascii()


def test_names_cannot_act_on_the_terminal_nor_as_markup() -> None:
    for line in bar_lines([Bar("[red]\x1b[31m\u202e", 0.5, note="\x07")], 0.8):
        assert line.plain.isprintable()
    assert "[red]" in bar_lines([Bar("[red]", 0.5)])[0].plain


def test_contributions_stand_on_both_sides_of_zero() -> None:
    up, down = shap_lines([Bar("a", 0.5), Bar("b", -0.25)])
    assert up.plain.index("│") == down.plain.index("│")
    assert "█" not in up.plain[: up.plain.index("│")]
    assert "█" not in down.plain[down.plain.index("│") :].split("-0.250")[0]
    assert up.plain.endswith("+0.500")
