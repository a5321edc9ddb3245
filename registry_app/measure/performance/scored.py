"""Areas under the curves, Brier's score, calibration and the curves themselves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import literal

from registry_app.measure.cells.count import Count, flushed
from registry_app.measure.cells.interval import Ends
from registry_app.measure.performance.number import bounded, effective, normal, number, rate
from registry_app.measure.performance.ranking import NO_SPREAD, Ranking, ranking
from registry_app.measure.result import Z95, Undefined, decimal_text
from registry_app.measure.table.column import text
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.source import Source

BINS = 10
"""Calibration bins of equal width over 0 to 1."""

NO_CLASS = "one of the classes has no weight"

_EMPTY = "no score falls into this bin"


@dataclass(frozen=True)
class Bin:
    """The rows whose score lies in one bin and, in :attr:`Scored.classes`, those of one class."""

    n: int = 0
    w: float = 0.0
    """The sum of their weights, and of the squared ones."""
    ww: float = 0.0
    score: float = 0.0
    """The weighted sum of their scores."""
    positive: float = 0.0
    """The weight of the positive ones."""
    squared: float = 0.0
    """The weighted sum of (score - label) squared, and of its square."""
    fourth: float = 0.0

    def __add__(self, other: Bin) -> Bin:
        mine, others = vars(self), vars(other)
        return Bin(**{name: mine[name] + others[name] for name in mine})


@dataclass(frozen=True)
class Scored:
    """What a score says."""

    classes: tuple[Bin, Bin]
    """All negative rows, and all positive ones."""
    bins: tuple[Bin, ...]
    """Rising; a score on an edge belongs to the bin above it."""
    order: Ranking | None
    """None where one of the classes has no weight."""
    positives: frozenset[Any]
    """Values of the label that mean the positive outcome."""

    @property
    def whole(self) -> Bin:
        """All rows."""
        return self.classes[0] + self.classes[1]

    @property
    def weighted(self) -> bool:
        """Whether any weight differs from one."""
        return (self.whole.w, self.whole.ww) != (self.whole.n, self.whole.n)

    @property
    def rows(self) -> tuple[float, float]:
        """Effective rows of each class."""
        negative, positive = self.classes
        return effective(negative.w, negative.ww), effective(positive.w, positive.ww)


def scored(source: Source, mapping: Mapping) -> Scored:
    """What the score of a binary task says. It reads the table twice.

    Raises:
        UsageError: something is wrong with the table; all of it is listed.
        StorageError: the disk or the server failed.
    """
    column = source.column(mapping.score or "")
    count = Count(source, mapping, ())
    keys = {
        "label": source.column(mapping.label).key,
        "bin": column.band(tuple(each / BINS for each in range(1, BINS))),
    }
    values = {"s": flushed(column.number), "r": flushed(literal(1.0) - column.number)}
    sums = ["n", "w", "ww", "ws", "wss", "wssss", "wrr", "wrrrr"]
    rows = count.tallied(keys, sums, values, {"s": 1.0, "r": 1.0})
    labels = {text(row.keys[0]) for row in rows}
    count.trusted(rows, labels - {""}, labels)
    bounded(source, *(value for row in rows for value in row.sums))
    classes, bins = [Bin(), Bin()], [Bin()] * BINS
    # An engine answers in any order, and sums depend on it.
    for row in sorted(rows, key=lambda each: int(each.keys[1])):
        positive = text(row.keys[0]) == mapping.positive
        n, w, ww, ws, *powers = row.sums
        squared, fourth = powers[2:] if positive else powers[:2]
        found = Bin(n, w, ww, ws, w if positive else 0.0, squared, fourth)
        classes[positive] += found
        bins[int(row.keys[1])] += found
    positives = frozenset(row.keys[0] for row in rows if text(row.keys[0]) == mapping.positive)
    return Scored((classes[0], classes[1]), tuple(bins), ranking(source, mapping, positives), positives)


def metrics(found: Scored) -> dict[str, Any]:
    """``roc_auc``, ``average_precision``, ``brier`` and ``expected_calibration_error``."""
    whole = found.whole
    brier, rows = whole.squared / whole.w, effective(whole.w, whole.ww)
    order = found.order
    if order is None:
        missing = Undefined(NO_CLASS, whole.n).encoded()
        areas = {"roc_auc": missing, "average_precision": missing}
    else:
        area, sure = 1 - order.lost, "the scores rank all pairs alike, which does not show how far they scatter"
        areas = {
            "roc_auc": number(area, delong(order, *found.rows), NO_CLASS, whole.n, sure),
            "average_precision": number(
                order.precision, _logit(order.precision, found.rows[1]), NO_CLASS, whole.n, "it is 1"
            ),
        }
    error = sum(abs(each.score - each.positive) for each in found.bins) / whole.w
    return {
        **areas,
        "brier": number(brier, normal(brier, whole.fourth / whole.w - brier * brier, rows, 0.0, 1.0), "", whole.n),
        "expected_calibration_error": number(
            error, None, "", whole.n, "the error of bins is never below 0, so chance alone makes it larger"
        ),
    }


def delong(order: Ranking, negative: float, positive: float) -> Ends:
    """The interval of the area under the ROC curve by DeLong, DeLong and Clarke-Pearson (1988), within 0 to 1.

    None where a class has one row, or no pair is ranked differently from another: the variance is 0 then, as if few rows were sure.

    Args:
        negative: effective negative rows.
        positive: effective positive rows.
    """
    if negative <= 1 or positive <= 1:
        return None
    variance = order.positive / (positive - 1) + order.negative / (negative - 1)
    if variance <= NO_SPREAD:
        return None
    half = Z95 * math.sqrt(variance)
    return max(0.0, 1 - order.lost - half), min(1.0, 1 - order.lost + half)


def _logit(area: float, positive: float) -> Ends:
    """The interval of the average precision on the logit scale (Boyd, Eng and Page 2013); None where it is 0 or 1."""
    if not 0 < area < 1:
        return None
    middle, half = math.log(area / (1 - area)), Z95 / math.sqrt(positive * area * (1 - area))
    low, high = (1 / (1 + math.exp(-min(end, 700.0))) if end > -700 else 0.0 for end in (middle - half, middle + half))
    return low, high


def curves(order: Ranking | None) -> dict[str, Any] | None:
    """Points of the ROC and the precision-recall curve, in the order and with the ends that scikit-learn gives them."""
    if order is None:
        return None
    last = order.steps[-1]
    roc = [{"false_positive_rate": "0.0", "true_positive_rate": "0.0", "threshold": None}]
    roc += [
        {
            "false_positive_rate": decimal_text(step.negative / last.negative),
            "true_positive_rate": decimal_text(step.positive / last.positive),
            "threshold": decimal_text(step.threshold),
        }
        for step in order.steps
    ]
    recalled = [
        {
            "recall": decimal_text(step.positive / last.positive),
            "precision": decimal_text(step.positive / (step.positive + step.negative)),
            "threshold": decimal_text(step.threshold),
        }
        for step in reversed(order.steps)
        if step.positive + step.negative > 0
    ]
    return {"roc": roc, "precision_recall": [*recalled, {"recall": "0.0", "precision": "1.0", "threshold": None}]}


def calibration(bins: Sequence[Bin]) -> list[dict[str, Any]]:
    """Bins [0, 0.1), … [0.9, 1]: the mean score against the share of positives."""
    found = []
    for place, each in enumerate(bins):
        empty = Undefined(_EMPTY, each.n).encoded()
        found.append(
            {
                "from": decimal_text(place / BINS),
                "to": decimal_text((place + 1) / BINS),
                "n": each.n,
                "mean_score": {"value": decimal_text(each.score / each.w)} if each.w > 0 else empty,
                "positive_rate": rate(each.positive, each.w, each.ww, _EMPTY, each.n),
            }
        )
    return found
