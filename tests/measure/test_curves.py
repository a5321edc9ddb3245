from __future__ import annotations

import pytest

from registry_app.measure.bars import PLAIN
from registry_app.measure.curves import ROWS, calibration_lines, curve_lines

PERFECT = ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0))
CHANCE = ((0.0, 0.0), (1.0, 1.0))
BINS = ((0.05, 0.02, 0.0, 0.1), (0.5, 0.5, 0.3, 0.7), (1.0, 1.0, 0.9, 1.0))


def square(lines: list[str]) -> list[str]:
    """What stands between the axes, from the top."""
    return [line[5:] for line in lines[1 : ROWS + 1]]


@pytest.mark.parametrize("ascii", [False, True])
def test_a_perfect_curve_keeps_to_the_left_and_the_upper_edge(ascii: bool) -> None:
    drawn = square([line.plain for line in curve_lines(PERFECT, "x", "y", diagonal="chance", ascii=ascii)])
    signs = set("".join(drawn)) - {" ", "." if ascii else "·"}
    assert signs == {"*"} if ascii else all("\u2801" <= sign <= "\u28ff" for sign in signs)
    assert all(row[0] in signs for row in drawn)
    assert all(sign in signs for sign in drawn[0])
    assert all(not signs & set(row[2:]) for row in drawn[1:])


def test_a_curve_of_chance_covers_the_diagonal() -> None:
    drawn = square([line.plain for line in curve_lines(CHANCE, "x", "y", diagonal="chance", ascii=True)])
    assert "." not in "".join(drawn)
    places = [row.index("*") for row in drawn]
    assert places == sorted(places, reverse=True)
    assert (drawn[0][-1], drawn[-1][0]) == ("*", "*")


def test_the_area_is_said_beside_the_sign_of_the_curve() -> None:
    lines = [line.plain for line in curve_lines(CHANCE, "x", "y", "AUC 0.500 (0.450 to 0.550)", "chance")]
    assert lines[0] == "y over x"
    assert lines[-2].strip() == "⠶ this version, AUC 0.500 (0.450 to 0.550)"
    assert lines[-1].strip() == "· chance"


def test_bins_stand_where_their_scores_and_shares_are_with_their_intervals() -> None:
    drawn = square([line.plain for line in calibration_lines(BINS)])
    assert sum(row.count("●") for row in drawn) == len(BINS)
    assert drawn[0][-1] == "●"
    column = [row[20] for row in drawn]
    assert column.count("●") == 1
    assert 3 <= column.count("│") <= 6
    lines = calibration_lines(BINS)
    assert any(PLAIN in str(span.style) for line in lines for span in line.spans)


def test_what_lies_outside_the_square_is_drawn_at_its_edge() -> None:
    drawn = square([line.plain for line in calibration_lines([(-1.0, 2.0, -3.0, 4.0)])])
    assert drawn[0][0] == "●"
    assert all(row[0] in "●│" for row in drawn)


@pytest.mark.parametrize("width", [30, 44, 76, 200])
@pytest.mark.parametrize("ascii", [False, True])
def test_no_line_is_wider_than_asked_and_ascii_is_ascii(width: int, ascii: bool) -> None:
    note = "AUC 0.883 (0.877 to 0.888)"
    for line in (*curve_lines(CHANCE, "x", "y", note, "chance", width, ascii), *calibration_lines(BINS, width, ascii)):
        assert line.cell_len <= width
        assert line.plain.isascii() or not ascii
    assert {
        len(row) for row in square([line.plain for line in curve_lines(CHANCE, "x", "y", note, "chance", width, ascii)])
    } == {min(3 * ROWS, width - 5)}
