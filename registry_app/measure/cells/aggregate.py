"""How far groups lie apart: fairlearn's aggregates of a metric over groups.

``values`` has the shape (…, groups), NaN where a group has no such metric; what stands before (draws) is kept. As in
fairlearn, groups without the metric are left out, so a document that shows an aggregate names them. Unlike there, no
distance exists where fewer than two groups are left: one group lies no distance from itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from registry_app.measure.cells.cells import Groups

    Values = NDArray[np.float64]

How = Literal["difference", "ratio"]

PARTS: dict[str, tuple[str, ...]] = {
    "demographic_parity": ("selection_rate",),
    "equalized_odds": ("true_positive_rate", "false_positive_rate"),
    "equal_opportunity": ("true_positive_rate",),
}
"""fairlearn's disparities by the rates they compare."""


@dataclass(frozen=True, eq=False)
class Extremes:
    """The lowest and the highest of the groups: all that a distance needs."""

    low: Values
    """fairlearn's ``group_min``, shape (…,); NaN where no group has a value."""
    high: Values
    """fairlearn's ``group_max``, shape (…,)."""
    several: NDArray[np.bool_]
    """Shape (…,): whether two groups or more have a value."""


def extremes(values: Values) -> Extremes:
    """Over the groups that have a value."""
    import numpy as np

    low, high = np.minimum.reduce(values, axis=-1), np.maximum.reduce(values, axis=-1)
    if not np.isnan(low).any():
        return Extremes(np.asarray(low), np.asarray(high), np.full(low.shape, values.shape[-1] > 1))
    there = np.count_nonzero(~np.isnan(values), axis=-1)
    low, high = np.fmin.reduce(values, axis=-1), np.fmax.reduce(values, axis=-1)
    return Extremes(np.asarray(low), np.asarray(high), np.asarray(there > 1))


def apart(found: Extremes, how: How, overall: Values | None = None) -> Values:
    """The largest difference, or the smallest ratio (at most 1), of the groups, shape (…,); NaN where there is none.

    What lies furthest from all rows is the lowest or the highest group, so nothing else is looked at.

    Args:
        found: of the groups.
        how: ``difference`` or ``ratio``.
        overall: the metric over all rows, shape (…,): the distance to it; without it that between any two groups.
    """
    import numpy as np

    low, high = found.low, found.high
    with np.errstate(invalid="ignore", divide="ignore"):
        if overall is None:
            distance = high - low if how == "difference" else low / high
        elif how == "difference":
            distance = np.maximum(np.abs(high - overall), np.abs(low - overall))
        else:
            ratios = np.stack([low / overall, high / overall])
            distance = np.where(ratios > 1, 1 / ratios, ratios).min(axis=0)
        return np.asarray(np.where(found.several & np.isfinite(distance), distance, np.nan))


def together(parts: list[Values], how: How, mean: bool = False) -> Values:
    """One disparity out of those of its rates: the worst (fairlearn's ``worst_case``) or the mean; NaN if a part lacks."""
    import numpy as np

    stacked = np.stack(parts)
    if mean:
        return np.asarray(stacked.mean(axis=0))
    return np.asarray(stacked.max(axis=0) if how == "difference" else stacked.min(axis=0))


def strata(groups: Groups, control: tuple[str, ...]) -> list[tuple[dict[str, str], NDArray[np.intp]]]:
    """Groups that share the values of the control features: those values, and the places of the groups.

    Without control features all groups are one stratum.
    """
    import numpy as np

    kept = [groups.by.index(feature) for feature in control]
    places: dict[tuple[str, ...], list[int]] = {}
    for place, name in enumerate(groups.names):
        places.setdefault(tuple(name[each] for each in kept), []).append(place)
    found: list[Any] = sorted(places.items())
    return [(dict(zip(control, name, strict=True)), np.array(at, dtype=np.intp)) for name, at in found]
