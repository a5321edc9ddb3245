"""How far the groups of one set lie apart, in every metric: fairlearn's aggregates and its named disparities, with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from registry_app.measure.cells.aggregate import PARTS, How, apart, extremes, together
from registry_app.measure.cells.cells import Groups
from registry_app.measure.cells.interval import percentiles
from registry_app.measure.fairness.measured import Metric, limits, number
from registry_app.measure.result import Undefined, decimal_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

_HOWS: tuple[How, ...] = ("difference", "ratio")


@dataclass(frozen=True, eq=False)
class Distance:
    """One difference or ratio of one metric."""

    value: float
    """NaN where there is none."""
    drawn: Values
    """Shape (draws,)."""
    ends: Any
    """Its interval, or how many draws had one."""


@dataclass(frozen=True, eq=False)
class Spread:
    """A metric, and how far its groups lie apart."""

    metric: Metric
    between: dict[How, Distance]
    """Between any two groups."""
    overall: dict[How, Distance]
    """From the metric of all rows."""


def spreads(metrics: Sequence[Metric]) -> list[Spread]:
    """The distances of each metric; those with the same draws (recall is the true positive rate) are found once."""
    found: list[Spread] = []
    known: dict[int, Spread] = {}
    for metric in metrics:
        if id(metric.drawn) in known:
            found.append(replace(known[id(metric.drawn)], metric=metric))
            continue
        single, drawn = extremes(metric.values), extremes(metric.drawn)
        between, overall = (
            {how: _distance(apart(single, how, value), apart(drawn, how, draws)) for how in _HOWS}
            for value, draws in ((None, None), (_array(metric.overall), metric.drawn_overall))
        )
        found.append(Spread(metric, between, overall))
        known[id(metric.drawn)] = found[-1]
    return found


def _distance(value: Values, drawn: Values) -> Distance:
    return Distance(float(value), drawn, percentiles([drawn])[0])


def aggregates(found: Sequence[Spread], groups: Groups) -> list[dict[str, Any]]:
    """Of each metric the lowest and highest value, and difference and ratio between groups and to all rows."""
    return [_aggregate(spread, groups) for spread in found]


def _aggregate(spread: Spread, groups: Groups) -> dict[str, Any]:
    metric, single = spread.metric, extremes(spread.metric.values)
    n, few = _having(metric), _why(metric)
    held: dict[str, Any] = {"metric": metric.name, "by": list(groups.by)}
    for name, value in (("group_min", single.low), ("group_max", single.high)):
        held[name] = number(float(value), None, metric.lacking, n)
        held[name].pop("ci", None)
    for how in _HOWS:
        held[how] = {
            "between_groups": number(spread.between[how].value, spread.between[how].ends, few, n),
            "to_overall": number(spread.overall[how].value, spread.overall[how].ends, few, n),
        }
    return held | {"left_out": left_out([metric], groups)}


def disparities(found: Sequence[Spread], groups: Groups) -> list[dict[str, Any]]:
    """fairlearn's named disparities of a binary task, each with the two groups that make it."""
    named = {spread.metric.name: spread for spread in found}
    return [
        _disparity(name, how, [named[rate] for rate in rates], groups) for name, rates in PARTS.items() for how in _HOWS
    ]


def _disparity(name: str, how: How, parts: list[Spread], groups: Groups) -> dict[str, Any]:
    metrics = [part.metric for part in parts]
    found: dict[str, Any] = {"metric": f"{name}_{how}", "by": list(groups.by)}
    between, overall = [part.between[how] for part in parts], [part.overall[how] for part in parts]
    for metric, distance in zip(metrics, between, strict=True):
        if math.isnan(distance.value):
            found |= Undefined(_why(metric), _having(metric)).encoded()
            return found | {"left_out": left_out(metrics, groups)}
    n = min(_having(metric) for metric in metrics)
    worst, mean = between[0], None
    if len(parts) > 1:
        worst, mean = _joined(between, how), _joined(between, how, mean=True)
        overall = [_joined(overall, how)]
    found["value"], found["ci"] = decimal_text(worst.value), limits(worst.ends, n)
    found["to_overall"] = number(overall[0].value, overall[0].ends, "the rate of all rows is 0", n)
    if mean is not None:
        found["mean"] = number(mean.value, mean.ends, "", n)
    values = [distance.value for distance in between]
    deciding = metrics[values.index((max if how == "difference" else min)(values))]
    for end, place in (("highest", _place(deciding.values, True)), ("lowest", _place(deciding.values, False))):
        value = decimal_text(float(deciding.values[place]))
        found[end] = {"by": groups.named(place), "metric": deciding.name, "value": value}
    return found | {"left_out": left_out(metrics, groups)}


def _joined(parts: list[Distance], how: How, mean: bool = False) -> Distance:
    values = [_array(part.value) for part in parts]
    return _distance(together(values, how, mean), together([part.drawn for part in parts], how, mean))


def left_out(parts: Sequence[Metric], groups: Groups) -> list[dict[str, Any]]:
    """The groups that a distance leaves out, and why."""
    import numpy as np

    return [
        {"by": groups.named(int(place)), "metric": part.name, "reason": part.lacking, "n": 0}
        for part in parts
        for place in np.flatnonzero(np.isnan(part.values))
    ]


def _why(metric: Metric) -> str:
    if _having(metric) > 1:
        return f"the {metric.name} of every group is 0"
    return f"fewer than two groups have a {metric.name}"


def _having(metric: Metric) -> int:
    import numpy as np

    return int((~np.isnan(metric.values)).sum())


def _place(values: Values, highest: bool) -> int:
    import numpy as np

    return int(np.nanargmax(values) if highest else np.nanargmin(values))


def _array(value: float) -> Values:
    import numpy as np

    return np.asarray(value)
