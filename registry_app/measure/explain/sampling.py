"""Global importance that stops early: how many rows are enough, and how sure the numbers are.

Rows are taken in a seeded order, without replacement. The mean absolute SHAP value of each of k features has a two-sided interval
``mean ± t · s / √m`` from the m rows taken (Student's t with m - 1 degrees of freedom, in practice the normal). All k intervals
hold together at all looks with at least 95 %, by Bonferroni's inequality over features and looks: the j-th look may err by
``0.05 · 0.8 · 0.2^(j-1)``, the last one possible by all that is left, shared by the k features. How far the next look lies is
decided from the rows already taken, which the inequality allows. There is no finite-population correction: the intervals
speak of the rows that these were drawn from, and are somewhat too wide for the table alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from registry_app.measure.explain.batches import BATCH

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ERROR = 0.05
"""Probability that any interval at any look misses."""

FIRST = 0.8
"""Share of what is left of the error that one look spends."""

PILOT = 1_000
"""Rows taken before the first look, from which its place is reckoned; also enough for the normal approximation."""

MARGIN = 1.1
"""Rows taken over those that are reckoned to be enough, so that one look mostly does."""

TOP, LEAST = 10, 0.01
"""The features that must be precise: the first ten, of those that carry 1 % of the total importance or more."""

Stopped = Literal["precise", "all rows", "most rows"]


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the intervals."""

    rows: int
    """Rows taken by then."""
    error: float
    """Probability of a miss that it spent, over all features."""
    quantile: float
    """Of Student's t: half widths in standard errors."""
    widest: float
    """Largest half width among the features that must be precise, as a share of the value."""


@dataclass(frozen=True, eq=False)
class Sampled:
    """Importance, and how it was come by."""

    values: NDArray[np.float64]
    """SHAP values of the rows taken, shape (rows, features), in the order they were taken."""
    mean: NDArray[np.float64]
    """Mean absolute value of each feature."""
    half: NDArray[np.float64] | None
    """Half width of each interval; ``None`` from one row."""
    looks: tuple[Look, ...]
    """From the first to the one that ended it."""
    stopped: Stopped
    """Why no more rows were taken."""


def sampled(
    take: Callable[[int, int], NDArray[np.float64]], rows: int, precision: float | None, limited: bool = False
) -> Sampled:
    """Take rows until every feature that matters is within ``precision`` of its value, or all are taken.

    Args:
        take: gives the SHAP values of the rows from one place of the order up to another, shape (rows, features).
        rows: how many there are to take.
        precision: half width over value, such as 0.05; ``None`` takes all rows.
        limited: ``rows`` is not the whole table but the most that may be taken.
    """
    import numpy as np

    end: Stopped = "most rows" if limited else "all rows"
    taken = take(0, rows if precision is None else min(PILOT, rows))
    if len(taken) < 2:
        return Sampled(taken, np.abs(taken).mean(axis=0), None, (), end)
    looks: list[Look] = []
    while True:
        if precision is not None:
            goal = _enough(np.abs(taken), spent(len(looks), last=False), precision)
            goal = min(rows, max(goal, len(taken) + BATCH if looks else len(taken)))
            if goal > len(taken):
                taken = np.concatenate([taken, take(len(taken), goal)])
        last = len(taken) == rows
        error = spent(len(looks), last)
        mean, deviation, quantile = _moments(np.abs(taken), error)
        half = quantile * deviation / math.sqrt(len(taken))
        watched = _watched(mean)
        widest = float((half[watched] / mean[watched]).max()) if watched.any() else 0.0
        looks.append(Look(len(taken), error, quantile, widest))
        if last or (precision is not None and widest <= precision):
            precise = precision is not None and widest <= precision
            return Sampled(taken, mean, half, tuple(looks), "precise" if precise and not last else end)


def simultaneous(sizes: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Half widths of intervals that hold together, from one look at absolute values; ``None`` from one row."""
    if len(sizes) < 2:
        return None
    _, deviation, quantile = _moments(sizes, ERROR)
    return quantile * deviation / math.sqrt(len(sizes))


def spent(before: int, last: bool) -> float:
    """The probability of a miss that a look may spend after ``before`` others, over all features."""
    left = ERROR * (1 - FIRST) ** before
    return left if last else left * FIRST


def _watched(mean: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The features that must be precise."""
    import numpy as np

    order = np.argsort(-mean, kind="stable")
    watched = np.zeros(len(mean), dtype=bool)
    watched[[each for each in order[:TOP] if mean[each] > 0 and mean[each] >= LEAST * mean.sum()]] = True
    return watched


def _moments(sizes: NDArray[np.float64], error: float) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    from scipy.stats import t

    quantile = float(t.ppf(1 - error / (2 * sizes.shape[1]), len(sizes) - 1))
    return sizes.mean(axis=0), sizes.std(axis=0, ddof=1), quantile


def _enough(sizes: NDArray[np.float64], error: float, precision: float) -> int:
    """Rows that should be enough at the next look, a multiple of :data:`BATCH`."""
    mean, deviation, quantile = _moments(sizes, error)
    watched = _watched(mean)
    if not watched.any():
        return len(sizes)
    need = float(((quantile * deviation[watched]) / (precision * mean[watched])).max()) ** 2
    return math.ceil(min(need * MARGIN, 1e15) / BATCH) * BATCH
