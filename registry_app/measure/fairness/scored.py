"""What the scores of each group say: area, Brier's score, calibration, and what another threshold would do."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from registry_app.measure.cells import interval, metrics
from registry_app.measure.cells.aggregate import PARTS, apart, extremes, together
from registry_app.measure.cells.cells import Scores
from registry_app.measure.fairness.measured import number
from registry_app.measure.result import Undefined, decimal_text, wilson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

TENTHS = 10
"""Bins of the calibration."""

STEPS = 50
"""Thresholds tried are the multiples of one by this, without 0 and 1."""

_RATES = ("selection_rate", "true_positive_rate", "false_positive_rate")


def metrics_of(scores: Scores, place: int) -> dict[str, Any]:
    """Area under the ROC curve and Brier's score of one group."""
    n = int(scores.rows[place].sum())
    both = scores.rows[place].sum(axis=-1).min() > 0
    lacking = "the area of groups put together is not measured" if both else metrics.lacking("roc_auc")
    area = number(float(scores.auc[place]), interval.areas(scores)[place], lacking, n)
    value = float(metrics.brier(scores)[place])
    return {"roc_auc": area, "brier": number(value, None, metrics.lacking("brier"), n)}


def calibration(scores: Scores, place: int) -> dict[str, Any]:
    """Share of positives over mean score in ten bins of one group, and how far they lie apart on average, by rows."""
    width = (len(scores.edges) - 1) // TENTHS
    bins, far, weighed = [], 0.0, float(scores.weight[place].sum())
    for tenth in range(TENTHS):
        part = slice(tenth * width, (tenth + 1) * width)
        rows = int(scores.rows[place, :, part].sum())
        weight = float(scores.weight[place, :, part].sum())
        held: dict[str, Any] = {
            "from": decimal_text(tenth / TENTHS),
            "to": decimal_text((tenth + 1) / TENTHS),
            "n": rows,
        }
        if weight <= 0:
            none = Undefined("no score lies in the bin", rows).encoded()
            bins.append(held | {"mean_score": none, "positive_rate": none})
            continue
        mean = float(scores.total[place, :, part].sum()) / weight
        rate = min(1.0, float(scores.weight[place, 1, part].sum()) / weight)
        far += weight * abs(mean - rate)
        positive = {"value": decimal_text(rate), "ci": [decimal_text(end) for end in wilson(rate * rows, rows)]}
        bins.append(held | {"mean_score": {"value": decimal_text(mean)}, "positive_rate": positive})
    error = {"value": decimal_text(far / weighed)} if weighed else Undefined("the group has no rows", 0).encoded()
    return {"by": scores.groups.named(place), "error": error, "bins": bins}


def sweep(scores: Scores, used: float | None) -> dict[str, Any]:
    """Rates of each group, and fairlearn's disparities, had a score of at least this been selected.

    Args:
        used: the threshold that made the predictions; it is tried as well where it is an edge of a bin.
    """
    import numpy as np

    edges = scores.edges.tolist()
    tried = [
        place for place in range(1, len(edges) - 1) if place % ((len(edges) - 1) // STEPS) == 0 or edges[place] == used
    ]
    points = []
    for place in tried:
        below, above = scores.weight[..., :place].sum(axis=-1), scores.weight[..., place:].sum(axis=-1)
        table = np.stack([below, above], axis=-1)
        rates = {metric: metrics.metric_of(table, metric) for metric in _RATES}
        groups = [
            {"by": scores.groups.named(group)}
            | {metric: _value(values[group], metric) for metric, values in rates.items()}
            for group in range(len(scores.groups))
        ]
        far = {metric: extremes(values) for metric, values in rates.items()}
        distances = {
            f"{name}_{how}": _value(together([apart(far[part], how) for part in parts], how), "")
            for name, parts in PARTS.items()
            for how in ("difference", "ratio")
        }
        points.append(
            {"threshold": decimal_text(edges[place]), "used": edges[place] == used, "groups": groups, **distances}
        )
    return {"by": list(scores.groups.by), "points": points}


def _value(value: Any, metric: str) -> dict[str, Any]:
    if math.isnan(value):
        return Undefined(metrics.lacking(metric) if metric else "the rates give none", 0).encoded()
    return {"value": decimal_text(float(value))}
