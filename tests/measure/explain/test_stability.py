from __future__ import annotations

from typing import Any

import numpy as np

from registry_app.measure.explain.ranking import Ranked, ranked
from registry_app.measure.explain.stability import bootstrap, stability

NAMES = list("abcdefg")


def ranking(values: list[float], half: float) -> tuple[Ranked, ...]:
    return ranked(NAMES[: len(values)], np.array(values), np.full(len(values), half))


def told(first: list[float], again: list[float], half: float = 0.01) -> dict[str, Any]:
    return stability(ranking(first, half), ranking(again, half), 50, "linear")


def test_the_same_ranking_agrees_wholly_and_its_reverse_not_at_all() -> None:
    values = [7.0, 6, 5, 4, 3, 2, 1]
    same, turned = told(values, [2 * each for each in values]), told(values, values[::-1])
    assert [float(same[name]["value"]) for name in ("spearman", "kendall", "top_overlap")] == [1, 1, 1]
    assert [float(turned[name]["value"]) for name in ("spearman", "kendall", "top_overlap")] == [-1, -1, 0.6]
    assert (same["rows"], same["explainer"]) == (50, "linear")


def test_a_feature_that_may_be_among_the_first_five_within_its_interval_counts() -> None:
    first, again = [7.0, 6, 5, 4, 3, 2, 1], [7.0, 6, 5, 4, 2.95, 3.0, 1]
    assert float(told(first, again)["top_overlap"]["value"]) == 0.8
    assert float(told(first, again, half=0.1)["top_overlap"]["value"]) == 1.0


def test_where_all_are_equal_there_is_no_correlation() -> None:
    assert told([1.0, 1.0], [1.0, 2.0])["spearman"] == {"undefined": "all features are equally important", "n": 2}
    assert "undefined" in told([1.0], [2.0])["kendall"]


def test_rows_are_drawn_with_replacement_so_that_a_small_table_gives_others() -> None:
    places = bootstrap(50, 100, np.random.default_rng(1))
    assert len(places) == 50
    assert 20 < len(set(places)) < 50
