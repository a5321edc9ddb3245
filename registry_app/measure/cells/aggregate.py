"""How far groups lie apart: fairlearn's aggregates of a metric over groups.

``values`` has the shape (…, groups), NaN where a group has no such metric; what stands before (draws) is kept. As in
fairlearn, groups without the metric are left out, so a document that shows an aggregate names them. Unlike there, no
distance exists where fewer than two groups are left: one group lies no distance from itself.
"""

from __future__ import annotations

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


def group_min(values: Values) -> Values:
    """The lowest value over the groups that have one, shape (…,)."""
    import numpy as np

    return np.asarray(np.fmin.reduce(values, axis=-1))


def group_max(values: Values) -> Values:
    """The highest value over the groups that have one, shape (…,)."""
    import numpy as np

    return np.asarray(np.fmax.reduce(values, axis=-1))


def apart(values: Values, how: How, overall: Values | None = None) -> Values:
    """The largest difference, or the smallest ratio (at most 1), of the groups; NaN where there is none.

    Args:
        values: shape (…, groups).
        how: ``difference`` or ``ratio``.
        overall: the metric over all rows, shape (…,): the distance to it; without it that between any two groups.
    """
    import numpy as np

    with np.errstate(invalid="ignore", divide="ignore"):
        if overall is None and how == "difference":
            found = group_max(values) - group_min(values)
        elif overall is None:
            found = group_min(values) / group_max(values)
        elif how == "difference":
            found = group_max(np.abs(values - np.asarray(overall)[..., None]))
        else:
            ratios = values / np.asarray(overall)[..., None]
            found = group_min(np.where(ratios > 1, 1 / ratios, ratios))
        several = (~np.isnan(values)).sum(axis=-1) > 1
        return np.asarray(np.where(several & np.isfinite(found), found, np.nan))


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
