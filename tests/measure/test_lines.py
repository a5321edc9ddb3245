"""Figures for the terminal: tables that fit, curves with letters, and a word beside every colour."""

from __future__ import annotations

from registry_app.measure.curves import curves_lines
from registry_app.measure.figure.part import Part, table
from registry_app.measure.figure.plot import Bar, Course, Curves, Matrix, Sides
from registry_app.measure.lines import CLASSES, WINDOWS, part_lines, plot_lines, table_lines


def plain(lines: list[object]) -> list[str]:
    return [getattr(line, "plain", "") for line in lines]


def test_a_table_fits_its_width_and_says_how_many_rows_are_left_out() -> None:
    made = table([("Name", 70, False), ("Rows", 30, True)], [("n" * 90, "1,000"), ("m", "2")] * 40, note="A note.")
    lines = plain([*table_lines(made, 48)])
    assert all(len(line) <= 48 for line in lines)
    assert lines[1].endswith("1,000")
    assert lines[2].endswith("    2")
    assert lines[-2:] == ["and 20 more", "A note."]


def test_an_outcome_has_a_mark_and_is_never_colour_alone() -> None:
    for tone, mark in (("good", "+"), ("bad", "x"), ("warn", "!"), ("plain", "-")):
        lines = plain([*part_lines(Part("T", "so it is", tone), ascii=True)])  # type: ignore[arg-type]
        assert lines == ["T", f"{mark} so it is"]


def test_each_curve_has_a_letter_and_its_name_stands_below() -> None:
    curves = [("women", [(0.0, 0.9), (1.0, 0.1)]), ("men", [(0.0, 0.5), (1.0, 0.5)])]
    lines = plain([*curves_lines(curves, "threshold", "rate", mark=0.5, limit=0.8, ascii=True)])
    assert [line.strip() for line in lines[-2:]] == ["a women", "b men"]
    drawing = "".join(lines[1:-6])
    assert drawing.count("a") > 10
    assert drawing.count("b") > 10
    assert [line.strip() for line in lines[-4:-2]] == ["| in use: 0.5", "- limit 0.8"]


def test_curves_with_a_threshold_are_drawn_with_it() -> None:
    plot = Curves("t", "x", "y", (("one", ((0.0, 0.0), (1.0, 1.0))),), mark=0.5)
    assert any("in use: 0.5" in line for line in plain([*plot_lines(plot)]))


def test_before_and_now_stand_one_above_the_other() -> None:
    lines = plain([*plot_lines(Sides("t", ("reference", "window"), (("low", 0.25, 0.5),)), ascii=True)])
    assert lines[1].startswith("low -")
    assert lines[1].endswith("25.0%")
    assert lines[2].strip().endswith("50.0%")
    assert lines[2].count("#") == 2 * lines[1].count("-")


def test_of_many_windows_the_last_are_shown() -> None:
    points = tuple(Bar(f"w{place}", 0.5) for place in range(WINDOWS + 6))
    lines = plain([*plot_lines(Course("t", "accuracy", points))])
    assert lines[0] == f"the last {WINDOWS} of {WINDOWS + 6}"
    assert lines[1].startswith("w6")


def test_a_matrix_shows_its_counts_and_a_large_one_says_that_it_does_not_fit() -> None:
    lines = plain([*plot_lines(Matrix("t", ("cat", "dog"), ((50, 2), (3, 45))))])
    assert lines[2].split() == ["cat", "50", "2"]
    many = tuple(f"c{place}" for place in range(CLASSES + 1))
    lines = plain([*plot_lines(Matrix("t", many, tuple((1,) * len(many) for _ in many)))])
    assert lines == [f"{CLASSES + 1} classes: too wide for a grid"]
