from __future__ import annotations

import numpy as np

from registry_app.measure.explain.ranking import rank_ranges, ranked


def test_features_whose_intervals_overlap_are_tied_and_others_are_not() -> None:
    found = ranked(["a", "b", "c"], np.array([1.0, 3.0, 2.9]), np.array([0.1, 0.2, 0.2]))
    assert [(each.feature, each.rank, each.ranks) for each in found] == [
        ("b", 1, (1, 2)),
        ("c", 2, (1, 2)),
        ("a", 3, (3, 3)),
    ]
    assert found[0].ends == (2.8, 3.2)
    assert abs(sum(each.share for each in found) - 1) < 1e-12


def test_without_intervals_every_rank_is_possible() -> None:
    found = ranked(["a", "b"], np.array([1.0, 3.0]), None)
    assert {each.ranks for each in found} == {(1, 2)}
    assert found[0].encoded(1)["ci"] == {"undefined": "one row has no spread", "n": 1}
    assert rank_ranges([]) == ()


def test_an_interval_does_not_reach_below_zero_and_nothing_has_no_share() -> None:
    found = ranked(["a"], np.array([0.0]), np.array([0.5]))
    assert found[0].ends == (0.0, 0.5)
    assert found[0].share == 0.0
