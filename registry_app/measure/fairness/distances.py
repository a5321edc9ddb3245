"""How far the groups of one set lie apart, in every metric: fairlearn's aggregates and its named disparities, with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
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
    Drawn = tuple[Values, Sequence[Any]]
    """What :func:`far` gives of the draws of one metric, shape (4, draws), and the interval of each."""

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

    @classmethod
    def of(cls, value: float, drawn: Values, ends: Any) -> Distance:
        """A distance whose interval holds it: draws spread the groups further than they lay, so a small distance may lie below all."""
        if isinstance(ends, tuple) and not math.isnan(value):
            ends = (min(ends[0], value), max(ends[1], value))
        return cls(value, drawn, ends)


@dataclass(frozen=True, eq=False)
class Spread:
    """A metric, and how far its groups lie apart."""

    metric: Metric
    between: dict[How, Distance]
    """Between any two groups."""
    overall: dict[How, Distance]
    """From the metric of all rows."""


def far(values: Values, overall: Values) -> Values:
    """Difference and ratio between groups, then to all rows: shape (4, …).

    Args:
        values: shape (…, groups).
        overall: shape (…,).
    """
    import numpy as np

    found = extremes(values)
    return np.stack([apart(found, how, against) for against in (None, overall) for how in _HOWS])


def spreads(metrics: Sequence[Metric], drawn: Sequence[Drawn]) -> list[Spread]:
    """The distances of each metric."""
    import numpy as np

    single = far(np.stack([each.values for each in metrics]), np.array([each.overall for each in metrics]))
    found = []
    for place, (metric, (draws, ends)) in enumerate(zip(metrics, drawn, strict=True)):
        four = [Distance.of(float(single[at, place]), draws[at], ends[at]) for at in range(4)]
        between, overall = (dict(zip(_HOWS, two, strict=True)) for two in (four[:2], four[2:]))
        found.append(Spread(metric, between, overall))
    return found


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
    import numpy as np

    value = together([np.asarray(part.value) for part in parts], how, mean)
    drawn = together([part.drawn for part in parts], how, mean)
    return Distance.of(float(value), drawn, percentiles(drawn[None])[0])


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
