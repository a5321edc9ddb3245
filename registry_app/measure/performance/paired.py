"""Tests of two models on the same rows: of what they say of one row, the difference is what counts.

Differences are the challenger's less the champion's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal

from registry_app.measure.cells.count import Count, bounds, decision, flushed
from registry_app.measure.cells.interval import Ends
from registry_app.measure.performance.number import ALIKE, ONE_ROW, bounded, effective
from registry_app.measure.performance.ranking import NO_SPREAD, shift
from registry_app.measure.performance.scored import NO_CLASS, Scored
from registry_app.measure.result import Z95
from registry_app.measure.table.column import text
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.source import Source

EXACT = 1_000
"""Up to so many rows in which one model alone is right, the test of accuracy is exact."""


@dataclass(frozen=True)
class Paired:
    """One test that two models are equally good."""

    metric: str
    """As in the document's ``metrics``."""
    method: str
    """``mcnemar exact``, ``mcnemar``, ``mcnemar weighted``, ``delong`` or ``paired t``."""
    n: int
    """Rows the test is about."""
    difference: float | None
    """Of the metric; None where one of the models has none."""
    ends: Ends
    """The interval of the difference."""
    p_value: float | None
    """Two-sided, 0 to 1."""
    reason: str = ""
    """Why there is no difference, interval or p-value."""


@dataclass(frozen=True)
class Agreement:
    """In which rows which model is right."""

    rows: dict[tuple[bool, bool], int]
    """By whether the challenger and whether the champion is."""
    weight: dict[tuple[bool, bool], float]
    square: dict[tuple[bool, bool], float]
    """The sum of the squared weights."""


def agreement(source: Source, mapping: Mapping, champion: Mapping) -> Agreement:
    """In which rows which model is right. Rows of more classes are more cells, and no more than that.

    Raises:
        UsageError: the table cannot be counted so.
        StorageError: the disk or the server failed.
    """
    keys = {
        "label": source.column(mapping.label).key,
        "challenger": decision(source, mapping),
        "champion": decision(source, champion),
    }
    empty = [(one, other) for one in (True, False) for other in (True, False)]
    found = Agreement(dict.fromkeys(empty, 0), dict.fromkeys(empty, 0.0), dict.fromkeys(empty, 0.0))
    for row in Count(source, mapping, ()).tallied(keys, ["n", "w", "ww"]):
        label, one, other = row.keys
        cell = (_right(mapping, label, one), _right(champion, label, other))
        found.rows[cell] += row.sums[0]
        found.weight[cell] += row.sums[1]
        found.square[cell] += row.sums[2]
    return found


def _right(mapping: Mapping, label: Any, said: Any) -> bool:
    if mapping.prediction is not None:
        return text(said) == text(label)
    return bool(said) == (text(label) == mapping.positive)


def accuracy(found: Agreement) -> Paired:
    """McNemar's test (1947) of the rows in which one model alone is right: exact where they are few, else with Edwards' correction;
    under weights, without one, by the variance that their signs give the sum. The interval is Bonett and Price's (2012)."""
    one, other = (True, False), (False, True)
    b, c = found.weight[one], found.weight[other]
    apart = found.rows[one] + found.rows[other]
    whole = sum(found.weight.values())
    rows = effective(whole, sum(found.square.values()))
    if (whole, sum(found.square.values())) != (sum(found.rows.values()),) * 2:
        method, spread = "mcnemar weighted", found.square[one] + found.square[other]
        p_value = math.erfc(abs(b - c) / math.sqrt(2 * spread)) if spread > 0 else 1.0
    elif apart <= EXACT:
        method, p_value = "mcnemar exact", _exact(found.rows[one], apart)
    else:
        method = "mcnemar"
        p_value = math.erfc(max(0.0, abs(b - c) - 1) / math.sqrt(2 * apart))
    shares = (b / whole * rows + 1) / (rows + 2), (c / whole * rows + 1) / (rows + 2)
    middle = shares[0] - shares[1]
    half = Z95 * math.sqrt((sum(shares) - middle * middle) / (rows + 2))
    ends = max(-1.0, middle - half), min(1.0, middle + half)
    return Paired("accuracy", method, apart, (b - c) / whole, ends, p_value)


def _exact(hits: int, n: int) -> float:
    from scipy.stats import binomtest

    return float(binomtest(hits, n, 0.5).pvalue) if n else 1.0


def area(source: Source, mapping: Mapping, found: Scored) -> Paired:
    """DeLong's test (1988) of two areas under the ROC curve, from the differences of the placements."""
    n = found.whole.n
    apart = shift(source, mapping, found.positives)
    if apart is None:
        return Paired("roc_auc", "delong", n, None, None, None, NO_CLASS)
    negative, positive = found.rows
    if negative <= 1 or positive <= 1:
        return Paired("roc_auc", "delong", n, apart.lost, None, None, ONE_ROW)
    variance = apart.positive / (positive - 1) + apart.negative / (negative - 1)
    if variance <= NO_SPREAD:
        return _without_spread("roc_auc", "delong", n, apart.lost)
    half, p_value = Z95 * math.sqrt(variance), math.erfc(abs(apart.lost) / math.sqrt(2 * variance))
    return Paired("roc_auc", "delong", n, apart.lost, (apart.lost - half, apart.lost + half), p_value)


def brier(source: Source, mapping: Mapping) -> Paired:
    """The paired t test of the squared distances between score and label."""
    s, t = (source.column(name or "").number for name in (mapping.score, mapping.champion_score))
    left, right = literal(1.0) - s, literal(1.0) - t
    values = {"f": flushed(s * s - t * t), "d": flushed(left * left - right * right)}
    keys = {"label": source.column(mapping.label).key}
    n, sums = 0, [0.0] * 4
    for row in Count(source, mapping, ()).tallied(
        keys, ["n", "w", "ww", "wf", "wff", "wd", "wdd"], values, {"f": 1.0, "d": 1.0}
    ):
        rows, w, ww, *powers = row.sums
        n += rows
        taken = powers[2:] if text(row.keys[0]) == mapping.positive else powers[:2]
        sums = [total + each for total, each in zip(sums, (w, ww, *taken), strict=True)]
    bounded(source, *sums)
    return _mean("brier", n, *sums)


def errors(source: Source, mapping: Mapping) -> list[Paired]:
    """The paired t tests of the squared and of the absolute errors of a regression."""
    y, p, c = (
        source.column(name or "").number for name in (mapping.label, mapping.prediction, mapping.champion_prediction)
    )
    values = {"d": flushed((c - p) * (y - p + (y - c))), "a": flushed(func.abs(y - p) - func.abs(y - c))}
    (row,) = Count(source, mapping, ()).tallied(
        {}, ["n", "w", "ww", "wd", "wdd", "wa", "waa"], values, bounds(source, values)
    )
    bounded(source, *row.sums)
    n, w, ww, *powers = row.sums
    return [
        _mean("mean_squared_error", n, w, ww, *powers[:2]),
        _mean("mean_absolute_error", n, w, ww, *powers[2:]),
    ]


def _mean(metric: str, n: int, w: float, ww: float, total: float, squares: float) -> Paired:
    """The paired t test, and its interval, from the weighted sum of the differences and of their squares."""
    from scipy.special import stdtr, stdtrit

    rows, mean, square = effective(w, ww), total / w, squares / w
    if rows <= 1:
        return Paired(metric, "paired t", n, mean, None, None, ONE_ROW)
    variance = square - mean * mean
    if variance <= 1e-12 * square:
        return _without_spread(metric, "paired t", n, mean)
    error = math.sqrt(variance / (rows - 1))
    half = float(stdtrit(rows - 1, 0.975)) * error
    return Paired(
        metric, "paired t", n, mean, (mean - half, mean + half), 2 * float(stdtr(rows - 1, -abs(mean) / error))
    )


def _without_spread(metric: str, method: str, n: int, difference: float) -> Paired:
    """Of two models that say the same, or that differ in every row by as much."""
    if abs(difference) <= 1e-12:
        return Paired(metric, method, n, 0.0, (0.0, 0.0), 1.0)
    return Paired(metric, method, n, difference, None, None, ALIKE)
