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
class Selected:
    """How many of a group are selected."""

    name: str
    """Of the group, for words: ``sex female``."""
    hits: float
    """Rows selected; under weights, the effective ones."""
    n: float
    """Rows, above 0; under weights, the effective ones."""
    rows: int
    """Rows there are, for the minimum group size."""

    @property
    def rate(self) -> float:
        """The selection rate."""
        return self.hits / self.n

    @property
    def whole(self) -> bool:
        """Whether hits and n are counts."""
        return self.n == self.rows


@dataclass(frozen=True)
class Comparison:
    """One test that two groups are selected at one rate."""

    method: str
    """``fisher`` or ``score``."""
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


def compared(one: Selected, other: Selected) -> Comparison:
    """The test that fits the rows there are."""
    if one.whole and other.whole and one.rows + other.rows <= EXACT_ROWS:
        return Comparison("fisher", fisher(one, other))
    return Comparison("score", score(one, other))


def fisher(one: Selected, other: Selected) -> float:
    """Two-sided p-value of Fisher's exact test (scipy)."""
    from scipy.stats import fisher_exact

    table = [[round(each.hits), round(each.n) - round(each.hits)] for each in (one, other)]
    return min(1.0, float(fisher_exact(table).pvalue))


def score(one: Selected, other: Selected) -> float:
    """Two-sided p-value of the score test, the chi-square test with one degree of freedom, without a correction."""
    pooled = (one.hits + other.hits) / (one.n + other.n)
    variance = pooled * (1 - pooled) * (1 / one.n + 1 / other.n)
    if variance <= 0:
        return 1.0
    return math.erfc(abs(one.rate - other.rate) / math.sqrt(2 * variance))


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down correction, in the order given: at most 1, and never less than a smaller one's."""
    found, reached = [1.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda each: p_values[each])):
        reached = max(reached, min(1.0, (len(p_values) - rank) * p_values[place]))
        found[place] = reached
    return found


def power(rate: float, n: float, other_rate: float, other_n: float, tests: int) -> float:
    """The chance that two groups of these rates and rows show their gap, at :data:`SIGNIFICANCE` by ``tests`` (normal)."""
    spread = math.sqrt(rate * (1 - rate) / n + other_rate * (1 - other_rate) / other_n)
    critical = NormalDist().inv_cdf(1 - SIGNIFICANCE / (2 * tests))
    gap = abs(rate - other_rate)
    if spread == 0:
        return 1.0 if gap > 0 else 0.0
    return NormalDist().cdf(gap / spread - critical)


def rows_needed(group: Selected, against: Selected, rate: float, tests: int) -> tuple[Selected, int]:
    """Which group lacks rows and about how many, for :data:`POWER` to show ``rate`` against the other's rate.

    The rows of ``against`` are taken as they are where that can be enough; else both groups are made equally large.
    """
    factor = (NormalDist().inv_cdf(1 - SIGNIFICANCE / (2 * tests)) + NormalDist().inv_cdf(POWER)) ** 2
    own, other = max(rate * (1 - rate), 1e-9), max(against.rate * (1 - against.rate), 1e-9)
    allowed = (rate - against.rate) ** 2 / factor
    left = allowed - other / against.n
    if left > 0 and own / left <= 100 * max(group.n, against.n):
        return group, _more(group, own / left)
    both = (own + other) / allowed
    lacking = max((group, against), key=lambda each: both - each.n)
    return lacking, _more(lacking, both)


def _more(group: Selected, n: float) -> int:
    """Rows to add, so that the effective ones become ``n``."""
    return max(1, math.ceil((n - group.n) * group.rows / group.n))


def reference(groups: Sequence[Selected], small: int) -> int:
    """The place of the group with the highest selection rate among those that are not small (among all when all are)."""
    large = [place for place, group in enumerate(groups) if group.rows >= small]
    return max(large or range(len(groups)), key=lambda place: groups[place].rate)


def corrected(groups: Sequence[Selected], against: int) -> list[tuple[Comparison, float] | None]:
    """Per group its test against the group at ``against`` and Holm's p-value; None for that group itself."""
    tests = [None if place == against else compared(group, groups[against]) for place, group in enumerate(groups)]
    adjusted = iter(holm([test.p_value for test in tests if test is not None]))
    return [None if test is None else (test, next(adjusted)) for test in tests]


def outcome(groups: Sequence[Selected], limit: float, small: int) -> Outcome:
    """What the selection rates say about ``limit``, the lowest ratio to the most selected group.

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
    else:
        against = replace(against, hits=0.5)
    group = min((group for group in others if group.rows >= small), key=lambda each: each.n)
    seen = limit * against.rate
    if seen < against.rate and power(seen, group.n, against.rate, against.n, len(others)) < SEEN:
        lacking, more = rows_needed(group, against, seen, len(others))
        return Outcome(_cannot(lacking, more), group.name, names)
    return Outcome(NONE_BEYOND, "", names)


def _cannot(group: Selected, more: int) -> str:
    return f"{CANNOT_TELL}: needs about {more:,} more rows in group {group.name}"
