from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from registry_app.measure.explain.sampling import ERROR, PILOT, Sampled, sampled, simultaneous, spent

POPULATION = np.random.default_rng(3).gamma(0.7, 1.0, (20_000, 12)) * np.array(
    [9, 8, 7, 6, 5, 4, 3, 2, 1.5, 1.2, 1, 0.01]
)


def taken(values: np.ndarray[Any, Any], asked: list[tuple[int, int]] | None = None) -> Callable[[int, int], Any]:
    def take(start: int, stop: int) -> Any:
        if asked is not None:
            asked.append((start, stop))
        return values[start:stop]

    return take


def drawn(seed: int, precision: float | None = 0.05) -> Sampled:
    order = np.random.default_rng(seed).permutation(len(POPULATION))
    return sampled(taken(POPULATION[order]), len(order), precision)


def test_all_intervals_hold_together_in_at_least_95_of_100_orders() -> None:
    truth = POPULATION.mean(axis=0)
    held = 0
    for seed in range(200):
        found = drawn(seed)
        assert found.half is not None
        held += bool((abs(found.mean - truth) <= found.half).all())
    assert held >= 190


def test_it_stops_as_soon_as_the_first_ten_are_within_five_percent() -> None:
    found = drawn(1)
    assert found.half is not None
    assert found.stopped == "precise"
    assert PILOT < len(found.values) < len(POPULATION) / 2
    first = np.argsort(-found.mean)[:10]
    assert (found.half[first] <= 0.05 * found.mean[first]).all()
    assert found.looks[-1].widest == pytest.approx((found.half[first] / found.mean[first]).max())


def test_a_feature_that_carries_next_to_nothing_keeps_nobody_waiting() -> None:
    values = POPULATION[:, :3].copy()
    values[:, 2] = 0.0
    values[::500, 2] = 0.1
    found = sampled(taken(values), len(values), 0.05)
    assert found.stopped == "precise"
    assert found.half is not None
    assert found.half[2] > 0.05 * found.mean[2]


def test_rows_are_taken_once_in_order_and_in_whole_batches() -> None:
    asked: list[tuple[int, int]] = []
    found = sampled(taken(POPULATION, asked), len(POPULATION), 0.03)
    assert asked[0] == (0, PILOT)
    assert all(stop == start for (_, stop), (start, _) in pairwise(asked))
    assert all(stop % 100 == 0 for _, stop in asked)
    assert asked[-1][1] == len(found.values)


def test_the_looks_together_spend_no_more_than_the_error() -> None:
    assert sum(spent(each, last=False) for each in range(50)) <= ERROR
    assert sum(spent(each, last=False) for each in range(3)) + spent(3, last=True) == pytest.approx(ERROR)
    many = drawn(4, precision=0.012)
    assert sum(each.error for each in many.looks) <= ERROR + 1e-12


def test_too_few_rows_are_all_taken_and_the_last_look_spends_all_that_is_left() -> None:
    found = sampled(taken(POPULATION[:900]), 900, 0.05)
    assert (found.stopped, len(found.values), found.looks[-1].rows) == ("all rows", 900, 900)
    assert found.looks[-1].error == pytest.approx(ERROR - sum(each.error for each in found.looks[:-1]))
    assert sampled(taken(POPULATION[:900]), 900, 0.05, limited=True).stopped == "most rows"


def test_without_a_precision_all_rows_are_taken_with_one_look() -> None:
    found = sampled(taken(POPULATION), len(POPULATION), None)
    assert (found.stopped, len(found.values), len(found.looks)) == ("all rows", len(POPULATION), 1)
    assert found.half is not None
    half = simultaneous(POPULATION)
    assert half is not None
    assert found.half == pytest.approx(half)


def test_one_row_has_no_interval_and_a_constant_model_needs_no_more_than_the_pilot() -> None:
    assert sampled(taken(POPULATION[:1]), 1, 0.05).half is None
    assert simultaneous(POPULATION[:1]) is None
    flat = sampled(taken(np.zeros((5000, 3))), 5000, 0.05)
    assert (len(flat.values), flat.stopped) == (PILOT, "precise")
