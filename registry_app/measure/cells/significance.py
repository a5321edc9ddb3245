"""Whether a gap between groups is more than chance: a test, a correction for many groups, and the outcome in words.

A small table has Fisher's exact test, a large one (or one with weights, by its effective rows) the score test. The p-values of
the groups of one set are corrected by Holm (1979). Three things make an outcome: the limit (is the gap large enough to
matter?), the test (is it more than chance?) and the rows (could a gap have been seen at all?).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

SIGNIFICANCE = 0.05
"""A corrected p-value below this is not put down to chance."""

POWER = 0.8
"""The chance of seeing the gap, with the rows that are asked for (Cohen 1988)."""

SEEN = 0.5
"""With less power than this against a gap at the limit, that none was seen says nothing."""

EXACT_ROWS = 10_000
"""Tables of up to so many rows have Fisher's exact test."""

SHOWN, NONE_BEYOND, CANNOT_TELL = "disparity shown", "no disparity beyond the limit", "cannot tell"


@dataclass(frozen=True)
class Group:
    """How a group fares: the share of its rows that are selected (or right), or the mean of what is measured of each row."""

    name: str
    """Of the group, for words: ``sex female``."""
    hits: float
    """Rows selected, or the sum of what is measured; under weights, of the effective ones."""
    n: float
    """Rows, above 0; under weights, the effective ones."""
    rows: int
    """Rows there are, for the minimum group size."""
    variance: float | None = None
    """Of what is measured of one row; None for a share, whose rate gives it."""

    @property
    def rate(self) -> float:
        """The share or the mean."""
        return self.hits / self.n

    def varies(self, rate: float) -> float:
        """The variance of one row, were the share ``rate``."""
        return rate * (1 - rate) if self.variance is None else self.variance

    @property
    def whole(self) -> bool:
        """Whether hits and n are counts."""
        return self.n == self.rows


@dataclass(frozen=True)
class Comparison:
    """One test that two groups fare alike."""

    method: str
    """``fisher``, ``score`` or, for means, ``wald``."""
    p_value: float
    """Two-sided, 0 to 1."""


@dataclass(frozen=True)
class Outcome:
    """What is to be concluded about a set of groups."""

    words: str
    """One of the three outcomes."""
    deciding: str
    """Name of the group that decided it; empty where none did."""
    left_out: tuple[str, ...]
    """Names of the groups too small to decide."""


def compared(one: Group, other: Group) -> Comparison:
    """The test that fits what is compared and the rows there are."""
    if one.variance is not None:
        return Comparison("wald", wald(one, other))
    if one.whole and other.whole and one.rows + other.rows <= EXACT_ROWS:
        return Comparison("fisher", fisher(one, other))
    return Comparison("score", score(one, other))


def fisher(one: Group, other: Group) -> float:
    """Two-sided p-value of Fisher's exact test (scipy)."""
    from scipy.stats import fisher_exact

    table = [[round(each.hits), round(each.n) - round(each.hits)] for each in (one, other)]
    return min(1.0, float(fisher_exact(table).pvalue))


def score(one: Group, other: Group) -> float:
    """Two-sided p-value of the score test, the chi-square test with one degree of freedom, without a correction."""
    pooled = (one.hits + other.hits) / (one.n + other.n)
    variance = pooled * (1 - pooled) * (1 / one.n + 1 / other.n)
    if variance <= 0:
        return 1.0
    return math.erfc(abs(one.rate - other.rate) / math.sqrt(2 * variance))


def wald(one: Group, other: Group) -> float:
    """Two-sided p-value that two means are equal, by their own variances (normal)."""
    variance = one.varies(one.rate) / one.n + other.varies(other.rate) / other.n
    if variance <= 0:
        return 1.0 if one.rate == other.rate else 0.0
    return math.erfc(abs(one.rate - other.rate) / math.sqrt(2 * variance))


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down correction, in the order given: at most 1, and never less than a smaller one's."""
    found, reached = [1.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda each: p_values[each])):
        reached = max(reached, min(1.0, (len(p_values) - rank) * p_values[place]))
        found[place] = reached
    return found


def power(group: Group, rate: float, against: Group, tests: int) -> float:
    """The chance that a group, were its rate ``rate``, shows its gap at :data:`SIGNIFICANCE` by ``tests`` (normal)."""
    spread = math.sqrt(group.varies(rate) / group.n + against.varies(against.rate) / against.n)
    critical = NormalDist().inv_cdf(1 - SIGNIFICANCE / (2 * tests))
    gap = abs(rate - against.rate)
    if spread == 0:
        return 1.0 if gap > 0 else 0.0
    return NormalDist().cdf(gap / spread - critical)


def rows_needed(group: Group, against: Group, rate: float, tests: int) -> tuple[Group, int]:
    """Which group lacks rows and about how many, for :data:`POWER` to show ``rate`` against the other's rate.

    The rows of ``against`` are taken as they are where that can be enough; else both groups are made equally large.
    """
    factor = (NormalDist().inv_cdf(1 - SIGNIFICANCE / (2 * tests)) + NormalDist().inv_cdf(POWER)) ** 2
    own, other = max(group.varies(rate), 1e-9), max(against.varies(against.rate), 1e-9)
    allowed = (rate - against.rate) ** 2 / factor
    left = allowed - other / against.n
    if left > 0 and own / left <= 100 * max(group.n, against.n):
        return group, _more(group, own / left)
    both = (own + other) / allowed
    lacking = max((group, against), key=lambda each: both - each.n)
    return lacking, _more(lacking, both)


def _more(group: Group, n: float) -> int:
    """Rows to add, so that the effective ones become ``n``."""
    return max(1, math.ceil((n - group.n) * group.rows / group.n))


def reference(groups: Sequence[Group], small: int) -> int:
    """The place of the group with the highest selection rate among those that are not small (among all when all are)."""
    large = [place for place, group in enumerate(groups) if group.rows >= small]
    return max(large or range(len(groups)), key=lambda place: groups[place].rate)


def corrected(groups: Sequence[Group], against: int) -> list[tuple[Comparison, float] | None]:
    """Per group its test against the group at ``against`` and Holm's p-value; None for that group itself."""
    tests = [None if place == against else compared(group, groups[against]) for place, group in enumerate(groups)]
    adjusted = iter(holm([test.p_value for test in tests if test is not None]))
    return [None if test is None else (test, next(adjusted)) for test in tests]


def outcome(groups: Sequence[Group], limit: float, small: int) -> Outcome:
    """What the rates say about ``limit``, the lowest ratio to the highest rate of a group that is not small.

    A group of ``small`` rows or more below the limit whose gap is more than chance shows a disparity. Where a group is below
    the limit and too small, or its gap could be chance, or a gap at the limit would not have been seen, it cannot be told. Where nobody
    is selected in any group, half a row stands in for the rate that has not been seen yet.
    """
    names = tuple(group.name for group in groups if group.rows < small)
    at = reference(groups, small)
    against = groups[at]
    others = [group for place, group in enumerate(groups) if place != at]
    if not others or len(groups) - len(names) < 2:
        lacking = max((group for group in groups if group.rows < small), key=lambda each: each.rows, default=against)
        return Outcome(_cannot(lacking, max(1, small - lacking.rows)), lacking.name, names)
    tests = corrected(groups, at)
    if against.hits > 0:
        below = [place for place, group in enumerate(groups) if place != at and group.rate / against.rate < limit]
        below.sort(key=lambda place: (groups[place].rows < small, groups[place].rate))
        for place in below:
            test = tests[place]
            if groups[place].rows >= small and test is not None and test[1] < SIGNIFICANCE:
                return Outcome(SHOWN, groups[place].name, names)
        if below:
            group = groups[below[0]]
            lacking, more = rows_needed(group, against, group.rate, len(others))
            more = max(more, small - group.rows) if lacking is group else more
            return Outcome(_cannot(lacking, more), group.name, names)
    elif against.variance is None:
        against = replace(against, hits=0.5)
    group = min((group for group in others if group.rows >= small), key=lambda each: each.n)
    seen = limit * against.rate
    if seen < against.rate and power(group, seen, against, len(others)) < SEEN:
        lacking, more = rows_needed(group, against, seen, len(others))
        return Outcome(_cannot(lacking, more), group.name, names)
    return Outcome(NONE_BEYOND, "", names)


def _cannot(group: Group, more: int) -> str:
    return f"{CANNOT_TELL}: needs about {more:,} more rows in group {group.name}"
