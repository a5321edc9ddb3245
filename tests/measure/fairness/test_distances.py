"""How far groups lie apart, and the interval of that."""

from __future__ import annotations

import math

import numpy as np
import pytest

from registry_app.measure.fairness.distances import Distance, far
from registry_app.measure.fairness.document import fairness
from registry_app.measure.table.mapping import Feature, Mapping
from registry_app.measure.table.memory import Memory

DRAWN = np.zeros(3)


@pytest.mark.parametrize(
    ("value", "ends", "held"),
    [
        (0.5, (0.4, 0.6), (0.4, 0.6)),
        (0.1, (0.2, 0.6), (0.1, 0.6)),
        (0.9, (0.2, 0.6), (0.2, 0.9)),
        (math.nan, (0.2, 0.6), (0.2, 0.6)),
        (0.5, 12, 12),
        (0.5, None, None),
    ],
)
def test_an_interval_holds_its_own_value(value: float, ends: object, held: object) -> None:
    assert Distance.of(value, DRAWN, ends).ends == held


def test_groups_that_are_all_alike_are_no_distance_apart_and_the_interval_says_so() -> None:
    rows = {"y": ["0", "1"] * 200, "p": ["0", "1", "1", "0"] * 100, "g": [name for name in "abcd" for _ in range(100)]}
    mapping = Mapping("y", positive="1", prediction="p", sensitive=(Feature("g"),))
    with Memory(rows, mapping.columns) as source:
        found = fairness(source, mapping, 1)
    for each in found.result["disparities"]:
        low, high = (float(end) for end in each["ci"])
        assert low <= float(each["value"]) <= high
        assert float(each["value"]) == (1.0 if each["metric"].endswith("ratio") else 0.0)


def test_distances_are_between_groups_and_to_all_rows() -> None:
    found = far(np.array([0.2, 0.4, 0.8]), np.array(0.5))
    assert found.tolist() == pytest.approx([0.6, 0.25, 0.3, 0.4])
