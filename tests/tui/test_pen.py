from __future__ import annotations

import pytest
from rich.cells import cell_len

from registry_app.policy.judge import OUTCOMES as VERDICTS
from registry_app.reviews.facts import OUTCOMES
from registry_app.tui.pen import _MARKS, STYLES, Pen, moment


@pytest.mark.parametrize("words", ["short", "x" * 500, "模型模型模型模型", "e\u0301" * 50, "\x1b[31m", ""])
@pytest.mark.parametrize("cells", [0, 1, 2, 7, 20])
def test_fitted_text_has_exactly_the_cells_it_was_given(words: str, cells: int) -> None:
    for pen in (Pen(), Pen(ascii=True)):
        assert cell_len(pen.fit(words, cells)) == cells


def test_a_versions_number_is_never_cut_off() -> None:
    assert Pen().fit("m" * 40 + ":12", 10, number=True) == "mmmmmm…:12"
    assert Pen().fit("模型模型模型:3", 9, number=True) == "模型模…:3"
    assert Pen().fit("risk:1", 9, number=True) == "risk:1   "
    assert len(Pen().fit("m:" + "9" * 400, 9, number=True)) == 9


def test_every_mark_has_one_cell_a_word_and_a_role_in_both_alphabets() -> None:
    for state in _MARKS:
        for pen in (Pen(), Pen(ascii=True)):
            mark = pen.mark(state)
            assert cell_len(mark.shape) == 1
            assert mark.word == state.replace("_", " ")
            assert mark.role in STYLES
        assert str(Pen(ascii=True).mark(state)).isascii()


def test_outcomes_differ_by_shape_and_not_by_colour_alone() -> None:
    for states in (VERDICTS, OUTCOMES):
        for pen in (Pen(), Pen(ascii=True)):
            assert len({pen.mark(state).shape for state in states}) == len(states)


def test_a_state_that_is_not_known_is_shown_as_its_word() -> None:
    assert str(Pen().mark("half_\x1bbaked")) == "· half \\u001bbaked"


def test_a_time_is_shown_to_the_minute_and_what_is_no_time_as_it_is() -> None:
    assert moment("2026-11-21T10:17:22.123456Z") == "2026-11-21 10:17"
    assert moment("soon") == "soon"
