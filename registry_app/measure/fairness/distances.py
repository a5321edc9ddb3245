"""How far the groups of one set lie apart, in every metric: fairlearn's aggregates and its named disparities, with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from registry_app.measure.cells.aggregate import PARTS, How, apart, group_max, group_min, together
from registry_app.measure.cells.cells import Groups
from registry_app.measure.cells.interval import percentiles
from registry_app.measure.fairness.measured import Metric, limits, number
from registry_app.measure.result import Undefined, decimal_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

_HOWS: tuple[How, ...] = ("difference", "ratio")


def aggregates(metrics: Sequence[Metric], groups: Groups) -> list[dict[str, Any]]:
    """Of each metric the lowest and highest value, and difference and ratio between groups and to all rows."""
    drawn: list[Values] = []
    for metric in metrics:
        drawn += [group_min(metric.drawn), group_max(metric.drawn)]
        drawn += [apart(metric.drawn, how, overall) for how in _HOWS for overall in (None, metric.drawn_overall)]
    ends = iter(percentiles(drawn))
    found = []
    for metric in metrics:
        n = _having(metric)
        few = _why(metric)
        held = {
            "metric": metric.name,
            "by": list(groups.by),
            "group_min": number(float(group_min(metric.values)), next(ends), metric.lacking, n),
            "group_max": number(float(group_max(metric.values)), next(ends), metric.lacking, n),
        }
        for how in _HOWS:
            between = number(float(apart(metric.values, how)), next(ends), few, n)
            overall = number(float(apart(metric.values, how, _array(metric.overall))), next(ends), few, n)
            held[how] = {"between_groups": between, "to_overall": overall}
        found.append(held | {"left_out": left_out([metric], groups)})
    return found


def disparities(metrics: Sequence[Metric], groups: Groups) -> list[dict[str, Any]]:
    """fairlearn's named disparities of a binary task, each with the two groups that make it."""
    named = {metric.name: metric for metric in metrics}
    return [
        _disparity(name, how, [named[rate] for rate in rates], groups) for name, rates in PARTS.items() for how in _HOWS
    ]


def _disparity(name: str, how: How, parts: list[Metric], groups: Groups) -> dict[str, Any]:
    found: dict[str, Any] = {"metric": f"{name}_{how}", "by": list(groups.by)}
    single = [float(apart(part.values, how)) for part in parts]
    lacking = next((part for part, value in zip(parts, single, strict=True) if math.isnan(value)), None)
    if lacking is not None:
        found |= Undefined(_why(lacking), _having(lacking)).encoded()
        return found | {"left_out": left_out(parts, groups)}
    between = [apart(part.drawn, how) for part in parts]
    overall = [apart(part.drawn, how, part.drawn_overall) for part in parts]
    over = [apart(part.values, how, _array(part.overall)) for part in parts]
    drawn = [together(between, how), together(overall, how)]
    if len(parts) > 1:
        drawn.append(together(between, how, mean=True))
    ends = percentiles(drawn)
    n = min(_having(part) for part in parts)
    found["value"] = decimal_text(float(together([_array(value) for value in single], how)))
    found["ci"] = limits(ends[0], n)
    found["to_overall"] = number(float(together(over, how)), ends[1], "the rate of all rows is 0", n)
    if len(parts) > 1:
        found["mean"] = number(sum(single) / len(single), ends[2], "", n)
    worst = parts[single.index((max if how == "difference" else min)(single))]
    for end, place in (("highest", _place(worst.values, True)), ("lowest", _place(worst.values, False))):
        value = decimal_text(float(worst.values[place]))
        found[end] = {"by": groups.named(place), "metric": worst.name, "value": value}
    return found | {"left_out": left_out(parts, groups)}


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
