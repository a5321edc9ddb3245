"""fairlearn's metrics from counts, by their names there.

A table of counts has the shape (…, K, K): label, then prediction; what stands before (draws, groups) is kept. A metric that
does not exist, because nothing is there to divide by, is NaN in this room only; :func:`lacking` says in words why. fairlearn
and scikit-learn give 0 for most of these, which is no measurement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from registry_app.measure.cells.cells import POSITIVE, Moments, Scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Table = NDArray[Any]
    Values = NDArray[np.float64]
    Sums = dict[tuple[str, int], Values]


_ONE = {
    "selection_rate": ("fp tp", "tn fp fn tp"),
    "true_positive_rate": ("tp", "fn tp"),
    "false_positive_rate": ("fp", "tn fp"),
    "true_negative_rate": ("tn", "tn fp"),
    "false_negative_rate": ("fn", "fn tp"),
    "precision": ("tp", "fp tp"),
    "recall": ("tp", "fn tp"),
    "f1": ("tp tp", "fp fn tp tp"),
}
"""Of one class against the rest: which cells are divided by which."""

_ALL = ("accuracy", "zero_one_loss")

_REASONS = {
    "selection_rate": "the group has no rows",
    "true_positive_rate": "no row of the group is positive",
    "false_positive_rate": "no row of the group is negative",
    "true_negative_rate": "no row of the group is negative",
    "false_negative_rate": "no row of the group is positive",
    "precision": "no row of the group is predicted positive",
    "recall": "no row of the group is positive",
    "f1": "no row of the group is positive or predicted positive",
    "roc_auc": "the rows of the group are all positive or all negative",
    "r2": "the labels of the group are all the same",
}

ONE_CLASS = tuple(_ONE)
"""Metrics of one class against the rest."""

BINARY = (*ONE_CLASS[:5], "accuracy", *ONE_CLASS[5:], "balanced_accuracy", "zero_one_loss")
"""Metrics of a binary task, in the order of a document."""

MULTICLASS = ("accuracy", "balanced_accuracy", "zero_one_loss")
"""Metrics of all classes together; balanced accuracy is the macro-averaged recall."""

REGRESSION = ("mean_prediction", "mean_absolute_error", "mean_squared_error", "root_mean_squared_error", "r2")
"""Metrics of a regression."""

PROPORTIONS = frozenset({*ONE_CLASS, *_ALL} - {"f1"})
"""Metrics that are a share of rows, so that an interval for a proportion fits."""


def share(table: Table, metric: str, of: int = POSITIVE, known: Sums | None = None) -> tuple[Values, Values]:
    """Numerator and denominator of a metric that is one sum of cells by another.

    Args:
        table: shape (…, K, K).
        metric: any of :data:`BINARY` but ``balanced_accuracy``.
        of: the class that is set against the rest.
        known: sums of this table that were taken before; those taken now are added.
    """
    import numpy as np

    if metric not in _ALL:
        known = {} if known is None else known
        for named in _ONE[metric]:
            if (named, of) not in known:
                known[named, of] = _sum(table, named, of)
        above, below = _ONE[metric]
        return known[above, of], known[below, of]
    cells = np.asarray(table)
    every = cells.sum(axis=(-2, -1))
    right = np.trace(cells, axis1=-2, axis2=-1)
    return (right if metric == "accuracy" else every - right), every


def _sum(table: Table, cells: str, of: int) -> Values:
    """The sum of the named cells, where one class is set against the rest."""
    import numpy as np

    rest = [each for each in range(table.shape[-1]) if each != of]
    sides = {"tn": (rest, rest), "fp": (rest, [of]), "fn": ([of], rest), "tp": ([of], [of])}
    named = [(label, predicted) for cell in cells.split() for label in sides[cell][0] for predicted in sides[cell][1]]
    found = np.array(table[..., named[0][0], named[0][1]], dtype=np.float64)
    for label, predicted in named[1:]:
        found += table[..., label, predicted]
    return found


def metric_of(table: Table, metric: str, of: int = POSITIVE, known: Sums | None = None) -> Values:
    """A metric of :data:`BINARY` or :data:`MULTICLASS`, shape (…,); NaN where it does not exist."""
    import numpy as np

    with np.errstate(invalid="ignore", divide="ignore"):
        if metric != "balanced_accuracy":
            above, below = share(table, metric, of, known)
            return np.asarray(above / below, dtype=np.float64)
        total, there = np.zeros(()), np.zeros(())
        for each in range(table.shape[-1]):
            recall = table[..., each, each] / table[..., each, :].sum(axis=-1)
            lacks = np.isnan(recall)
            total, there = total + np.where(lacks, 0.0, recall), there + ~lacks
        return np.asarray(total / there, dtype=np.float64)


def lacking(metric: str) -> str:
    """Why a metric of a group may not exist, in words."""
    return _REASONS.get(metric, "the group has no rows")


def regression(moments: Moments, metric: str) -> Values:
    """A metric of :data:`REGRESSION`, shape (groups,); NaN where it does not exist.

    R squared does not exist where the labels of a group do not vary by more than rounding can tell from their sums.
    """
    import numpy as np

    sums = moments.sums
    with np.errstate(invalid="ignore", divide="ignore"):
        if metric == "r2":
            around = sums["wuu"] - sums["wu"] ** 2 / sums["w"]
            rounding = 1e-13 * sums["wuu"] + 1e-31 * sums["wy"] ** 2 / sums["w"]
            varies = (moments.rows > 1) & (around > rounding)
            return np.asarray(np.where(varies, 1.0 - sums["wee"] / around, np.nan), dtype=np.float64)
        above = {"mean_prediction": "wp", "mean_absolute_error": "wabs"}.get(metric, "wee")
        mean = sums[above] / sums["w"]
        return np.asarray(np.sqrt(mean) if metric == "root_mean_squared_error" else mean, dtype=np.float64)


def brier(scores: Scores) -> Values:
    """Brier's score, shape (groups,): the mean of (score - label) squared; NaN without rows."""
    import numpy as np

    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(scores.squares.sum(axis=-1) / scores.weight.sum(axis=(-2, -1)), dtype=np.float64)
