"""Does a feature stand in for a sensitive one? How strongly each feature goes with each sensitive feature.

A feature of numbers is measured by the correlation ratio of its ranks (the square root of Kelley's epsilon squared, which is the
Kruskal-Wallis statistic freed of its bias), any other by Cramér's V with Bergsma's correction (2013). Both run from 0
(nothing to do with each other) to 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from registry_app.measure.result import Undefined, decimal_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIMIT = 0.3
"""From here on a feature is flagged as a proxy."""


def associations(
    names: Sequence[str],
    rows: Any,
    sensitive: Mapping[str, Sequence[str]],
    limit: float,
) -> list[dict[str, Any]]:
    """Every feature with every sensitive feature.

    Args:
        names: of the columns.
        rows: table of shape (rows, columns), a data frame or an array.
        sensitive: the group of each row.
        limit: an association of at least this makes a proxy, 0 to 1.
    """
    import numpy as np

    found = []
    for place, name in enumerate(names):
        column = rows.iloc[:, place] if hasattr(rows, "iloc") else rows[:, place]
        numbers = _numbers(column)
        for other, groups in sensitive.items():
            if numbers is None:
                statistic, value = "cramers_v", cramers_v([str(each) for each in column], groups)
            else:
                known = np.isfinite(numbers)
                kept = [group for group, there in zip(groups, known, strict=True) if there]
                statistic, value = "correlation_ratio", correlation_ratio(numbers[known], kept)
            told = value.encoded() if isinstance(value, Undefined) else {"value": decimal_text(value)}
            proxy = not isinstance(value, Undefined) and value >= limit
            found.append({"feature": name, "sensitive": other, "statistic": statistic, "proxy": proxy, **told})
    return found


def correlation_ratio(numbers: NDArray[np.float64], groups: Sequence[str]) -> float | Undefined:
    """How much of the spread of the ranks of ``numbers`` lies between ``groups``, 0 to 1."""
    import numpy as np
    from scipy.stats import rankdata

    kinds, places = np.unique(np.asarray(groups, dtype=object).astype(str), return_inverse=True)
    n, k = len(numbers), len(kinds)
    if k < 2 or n <= k:
        return Undefined("there are not two groups with rows enough", n)
    ranks = rankdata(numbers)
    whole = float(((ranks - ranks.mean()) ** 2).sum())
    if whole == 0:
        return Undefined("the feature has one value only", n)
    counts = np.bincount(places)
    between = float((counts * (np.bincount(places, weights=ranks) / counts - ranks.mean()) ** 2).sum())
    return math.sqrt(max(0.0, 1 - (n - 1) / (n - k) * (1 - between / whole)))


def cramers_v(first: Sequence[str], second: Sequence[str]) -> float | Undefined:
    """How strongly two sets of categories go together, 0 to 1."""
    import numpy as np

    rows, left = np.unique(np.asarray(first, dtype=object).astype(str), return_inverse=True)
    columns, right = np.unique(np.asarray(second, dtype=object).astype(str), return_inverse=True)
    n, r, c = len(left), len(rows), len(columns)
    if r < 2 or c < 2:
        return Undefined("one of the two has one value only", n)
    counts = np.zeros((r, c))
    np.add.at(counts, (left, right), 1)
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0, keepdims=True) / n
    phi = float(((counts - expected) ** 2 / expected).sum()) / n
    phi = max(0.0, phi - (r - 1) * (c - 1) / (n - 1))
    freed = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    return min(1.0, math.sqrt(phi / freed)) if freed > 0 else Undefined("there are too few rows", n)


def _numbers(column: Any) -> NDArray[np.float64] | None:
    """The column as numbers; ``None`` when it holds anything else, or truth values."""
    import numpy as np

    values = np.asarray(column)
    if values.dtype == bool:
        return None
    try:
        return values.astype(float)
    except (TypeError, ValueError):
        return None
