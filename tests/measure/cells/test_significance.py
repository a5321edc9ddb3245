from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, fisher_exact, norm

from registry_app.measure.cells import significance
from registry_app.measure.cells.significance import Group, compared, corrected, holm, outcome, power, rows_needed


def group(name: str, n: int, hits: float) -> Group:
    return Group(name, hits, n, n)


def said(*groups: tuple[str, int, float], limit: float = 0.8, small: int = 30) -> str:
    return outcome([group(*each) for each in groups], limit, small).words


def more(words: str) -> tuple[int, str]:
    found = re.fullmatch(r"cannot tell: needs about ([0-9,]+) more rows in group (.+)", words)
    assert found, words
    return int(found[1].replace(",", "")), found[2]


@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_a_small_table_has_fishers_test_and_a_large_one_the_chi_square_test(
    a: int, b: int, data: st.DataObject
) -> None:
    x, y = data.draw(st.integers(0, a)), data.draw(st.integers(0, b))
    table = [[x, a - x], [y, b - y]]
    exact = compared(group("a", a, x), group("b", b, y))
    assert exact.method == "fisher"
    assert exact.p_value == pytest.approx(min(1.0, fisher_exact(table).pvalue))
    if 0 < x + y < a + b:
        large = compared(group("a", a * 1000, x * 1000), group("b", b * 1000, y * 1000))
        if (a + b) * 1000 > significance.EXACT_ROWS:
            theirs = chi2_contingency(np.array(table) * 1000, correction=False).pvalue
            assert large.method == "score"
            assert large.p_value == pytest.approx(theirs, rel=1e-6, abs=1e-300)


def test_a_group_whose_rows_weigh_differently_has_the_score_test() -> None:
    assert compared(Group("a", 20.5, 40.2, 60), group("b", 50, 20)).method == "score"


def test_when_all_or_none_are_selected_nothing_differs() -> None:
    assert significance.score(group("a", 9, 0), group("b", 9, 0)) == 1.0
    assert significance.score(group("a", 9, 9), group("b", 9, 9)) == 1.0


def test_holm_corrects_as_in_his_paper() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_the_correction_counts_every_group_but_the_reference() -> None:
    groups = [group("a", 100, 90), group("b", 100, 70), group("c", 100, 71)]
    found = corrected(groups, 0)
    assert found[0] is None
    plain = [compared(each, groups[0]).p_value for each in groups[1:]]
    assert [each[1] for each in found[1:] if each] == pytest.approx(holm(plain))


def test_the_rows_asked_for_give_the_power_that_is_stated() -> None:
    few, many = group("few", 40, 16), group("many", 4000, 2400)
    lacking, rows = rows_needed(few, many, few.rate, 3)
    assert lacking is few
    more_rows = group("few", 40 + rows, 0.4 * (40 + rows))
    assert power(more_rows, 0.4, many, 3) == pytest.approx(0.8, abs=0.005)
    assert power(group("few", 40 + rows // 2, 0), 0.4, many, 3) < 0.75


def test_where_the_reference_is_too_small_it_is_the_one_that_lacks_rows() -> None:
    lacking, rows = rows_needed(group("b", 5000, 2000), group("a", 40, 18), 0.4, 1)
    assert lacking.name == "a"
    enough = group("b", 40 + rows, 0.4 * (40 + rows)), group("a", 40 + rows, 0.45 * (40 + rows))
    assert power(enough[0], 0.4, enough[1], 1) == pytest.approx(0.8, abs=0.005)


def test_a_gap_beyond_the_limit_that_chance_does_not_explain_is_shown() -> None:
    assert said(("a", 100, 90), ("b", 100, 45)) == "disparity shown"
    assert outcome([group("a", 100, 90), group("b", 100, 45)], 0.8, 30).deciding == "b"


def test_a_gap_within_the_limit_is_none_beyond_it() -> None:
    assert said(("a", 690, 499), ("b", 310, 201)) == "no disparity beyond the limit"
    assert said(("a", 690, 499), ("b", 310, 201), limit=0.95) == "disparity shown"


def test_a_gap_that_could_be_chance_cannot_be_told() -> None:
    rows, name = more(said(("a", 40, 20), ("b", 40, 15)))
    assert (name, 200 < rows < 300) == ("b", True)


def test_two_groups_that_are_too_few_to_see_a_gap_cannot_be_told() -> None:
    rows, _ = more(said(("a", 31, 16), ("b", 31, 16)))
    assert (
        said(("a", 31 + rows, (31 + rows) // 2), ("b", 31 + rows, (31 + rows) // 2)) == "no disparity beyond the limit"
    )


def test_a_small_group_below_the_limit_cannot_be_told_and_is_named() -> None:
    found = outcome([group("a", 100, 90), group("b", 100, 88), group("c", 20, 3)], 0.8, 30)
    assert found.left_out == ("c",)
    assert more(found.words) == (10, "c")


def test_a_small_group_is_no_reference_and_within_the_limit_decides_nothing() -> None:
    groups = [group("a", 200, 160), group("b", 200, 156), group("c", 5, 5)]
    assert significance.reference(groups, 30) == 0
    found = outcome(groups, 0.8, 30)
    assert (found.words, found.left_out) == ("no disparity beyond the limit", ("c",))


def test_with_one_large_group_the_largest_small_one_lacks_rows() -> None:
    assert more(said(("a", 100, 80), ("b", 10, 1), ("c", 12, 3))) == (18, "c")
    assert more(said(("a", 10, 8))) == (20, "a")


def test_where_nobody_is_selected_nothing_is_claimed() -> None:
    rows, _ = more(said(("a", 50, 0), ("b", 50, 0)))
    assert rows > 1000


def test_a_limit_of_one_is_kept_by_equal_groups_alone() -> None:
    assert said(("a", 400, 200), ("b", 400, 200), limit=1.0) == "no disparity beyond the limit"
    assert more(said(("a", 400, 200), ("b", 400, 199), limit=1.0))[0] > 1000


def test_of_several_groups_the_correction_keeps_chance_from_being_shown() -> None:
    pair = [("a", 100, 50), ("b", 100, 35)]
    assert said(*pair) == "disparity shown"
    others = [(f"g{each}", 100, 50) for each in range(12)]
    assert said(*pair, *others).startswith("cannot tell: needs about")


def test_means_are_compared_by_their_own_variances() -> None:
    one, other = Group("a", 100 * 2.0, 100, 100, 4.0), Group("b", 100 * 1.0, 100, 100, 9.0)
    found = compared(one, other)
    assert found.method == "wald"
    assert found.p_value == pytest.approx(2 * norm.sf(1 / np.sqrt(0.04 + 0.09)))
    assert outcome([one, other], 0.8, 30).words == "disparity shown"
    assert outcome([Group("a", 0, 50, 50, 0.0), Group("b", 0, 50, 50, 0.0)], 0.8, 30).words == significance.NONE_BEYOND
