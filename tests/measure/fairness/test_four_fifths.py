from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import fisher_exact

from registry_app.measure.cells.cells import Cells, Groups
from registry_app.measure.fairness.four_fifths import four_fifths


def cells(*groups: tuple[str, int, int]) -> Cells:
    """Groups by name, rows and how many of them are selected."""
    rows = np.array([[[0, 0], [n - hits, hits]] for _, n, hits in groups])
    weight = rows * 2.0
    return Cells(Groups(("g",), tuple((name,) for name, _, _ in groups)), ("no", "yes"), rows, weight, weight * 2)


def line(table: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in table["groups"] if each["by"] == {"g": name})


def test_the_example_of_the_guidelines_is_below_and_lacks_people() -> None:
    """29 CFR 1607.4(D) by question 12 of 44 FR 11996: 48 of 80 white, 12 of 40 black applicants hired: 30 by 60 is 50 %."""
    table = four_fifths(cells(("black", 40, 12), ("white", 80, 48)), 30)
    found = line(table, "black")
    assert table["against"] == {"g": "white"}
    assert (found["n"], found["selected"], found["impact_ratio"]["value"]) == (40, 12, "0.5")
    assert (found["below"], found["shortfall"]) == (True, 8)
    assert (12 + 8) / 40 >= 0.8 * 0.6 > (12 + 7) / 40
    assert float(found["test"]["p_value"]) == pytest.approx(fisher_exact([[12, 28], [48, 32]]).pvalue)
    assert found["statistically_significant"]
    assert found["practically_significant"]
    low, high = (float(end) for end in found["impact_ratio"]["ci"])
    assert low < 0.5 < high < 0.9


def test_one_more_person_selected_may_change_what_a_small_table_says() -> None:
    found = line(four_fifths(cells(("a", 20, 10), ("b", 10, 3)), 30), "b")
    assert (found["below"], found["shortfall"], found["one_more_changes_it"]) == (True, 1, True)
    assert not found["practically_significant"]
    assert found["warning"] == "fewer than 30 rows"


def test_exactly_four_fifths_is_not_below() -> None:
    found = line(four_fifths(cells(("a", 100, 50), ("b", 100, 40)), 30), "b")
    assert (found["below"], found["shortfall"], found["impact_ratio"]["value"]) == (False, 0, "0.8")


def test_a_small_group_is_not_what_others_are_held_to() -> None:
    table = four_fifths(cells(("a", 100, 50), ("b", 100, 45), ("c", 4, 4)), 30)
    assert table["against"] == {"g": "a"}
    assert line(table, "c")["impact_ratio"]["value"] == "2.0"


def test_nobody_selected_in_a_group_or_at_all() -> None:
    found = line(four_fifths(cells(("a", 50, 10), ("b", 50, 0)), 30), "b")
    assert (found["impact_ratio"]["value"], found["shortfall"]) == ("0.0", 8)
    assert "undefined" in found["impact_ratio"]["ci"]
    nothing = line(four_fifths(cells(("a", 50, 0), ("b", 50, 0)), 30), "b")
    assert "undefined" in nothing["impact_ratio"]
    assert not nothing["below"]
