"""Through which features does the gap between groups come?

SHAP values add up to the output, so the difference between the mean outputs of two groups is the sum over the features of
the differences between their mean SHAP values. What the values fail to add up to is told as ``residual``; with it the sum is exact.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from registry_app.errors import UsageError
from registry_app.measure.cells.cells import Groups
from registry_app.measure.fairness.pooling import called, small
from registry_app.measure.result import Z95, Undefined, decimal_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_GROUPS = 50
"""Values a sensitive feature may take."""

SMALL = 30
"""Groups with fewer rows are marked."""

UNKNOWN = "(unknown)"
"""The group of the rows without a value."""


def named(values: Any, rows: int, name: str) -> list[str]:
    """The group of each row, as text.

    Raises:
        UsageError: not one value per row, or too many groups.
    """
    import pandas as pd

    given = values.tolist() if hasattr(values, "tolist") else list(values)
    if len(given) != rows:
        raise UsageError(
            f"The sensitive feature {name[:40]!r} has {len(given):,} values for {rows:,} rows.", "Give one per row."
        )
    missing = pd.isna(pd.Series(given, dtype=object))
    found = [UNKNOWN if gone or not str(each).strip() else str(each) for each, gone in zip(given, missing, strict=True)]
    if len(set(found)) > MOST_GROUPS:
        raise UsageError(
            f"The sensitive feature {name[:40]!r} has {len(set(found)):,} groups; {MOST_GROUPS} can be compared.",
            "Cut it into fewer.",
        )
    return found


def hiding(values: Sequence[str], below: int) -> list[str]:
    """The group of each row, those that are too small put together (:mod:`registry_app.measure.fairness.pooling`)."""
    counts = Counter(values)
    names = sorted(counts)
    groups = Groups(("group",), tuple((name,) for name in names))
    found = {name for (name,) in small(groups, [counts[name] for name in names], below)}
    return [called(below) if value in found else value for value in values]


def by_group(
    features: Sequence[str],
    values: NDArray[np.float64],
    outputs: NDArray[np.float64],
    sensitive: Mapping[str, Sequence[str]],
) -> list[dict[str, Any]]:
    """For each sensitive feature, each group's mean attribution, and each group's difference from the largest group.

    Args:
        values: SHAP values, shape (rows, features).
        outputs: the model's output, shape (rows,).
        sensitive: the group of each of these rows.
    """
    return [_one(features, values, outputs, name, groups) for name, groups in sensitive.items()]


def _one(
    features: Sequence[str],
    values: NDArray[np.float64],
    outputs: NDArray[np.float64],
    name: str,
    groups: Sequence[str],
) -> dict[str, Any]:
    import numpy as np

    at: dict[str, NDArray[np.bool_]] = {one: np.array([each == one for each in groups]) for one in sorted(set(groups))}
    largest = max(at, key=lambda one: (int(at[one].sum()), one))
    told = []
    for one, rows in at.items():
        mean = values[rows].mean(axis=0)
        told.append(
            {
                "group": one,
                "n": int(rows.sum()),
                "small": int(rows.sum()) < SMALL,
                "mean_output": {"value": decimal_text(outputs[rows].mean())},
                "mean": [
                    {"feature": feature, "value": decimal_text(each)}
                    for feature, each in zip(features, mean, strict=True)
                ],
            }
        )
    differences = [
        _difference(features, values, outputs, (one, at[one]), (largest, at[largest])) for one in at if one != largest
    ]
    return {"by": name, "groups": told, "differences": differences}


def _difference(
    features: Sequence[str],
    values: NDArray[np.float64],
    outputs: NDArray[np.float64],
    one: tuple[str, NDArray[np.bool_]],
    other: tuple[str, NDArray[np.bool_]],
) -> dict[str, Any]:
    ours, theirs = values[one[1]], values[other[1]]
    gaps = ours.mean(axis=0) - theirs.mean(axis=0)
    whole = float(outputs[one[1]].mean() - outputs[other[1]].mean())
    reason = Undefined("a group of one row has no spread", min(len(ours), len(theirs))).encoded()
    halves = None
    if len(ours) > 1 and len(theirs) > 1:
        halves = Z95 * (ours.var(axis=0, ddof=1) / len(ours) + theirs.var(axis=0, ddof=1) / len(theirs)) ** 0.5
    order = sorted(range(len(features)), key=lambda each: (-abs(gaps[each]), features[each]))
    return {
        "group": one[0],
        "against": other[0],
        "output": {"value": decimal_text(whole)},
        "contributions": [
            {
                "feature": features[each],
                "value": decimal_text(gaps[each]),
                "ci": reason if halves is None else
                [decimal_text(gaps[each] - halves[each]), decimal_text(gaps[each] + halves[each])],
            }
            for each in order
        ],
        "residual": {"value": decimal_text(whole - math.fsum(float(each) for each in gaps))},
    }  # fmt: skip
