"""How a binary classifier treats groups: fairlearn's metrics per group, with intervals, tests and an outcome in words.

fairlearn's ``MetricFrame`` computes every rate. Beside it: Wilson intervals for the rates, a seeded multinomial bootstrap
over the counts (group x label x prediction; the same as drawing rows with replacement) for the disparities, Fisher's exact
test of each group against the most selected one, and the four-fifths impact ratio. Where fairlearn gives 0 or NaN for a
rate without rows, there is an ``Undefined`` with its reason, and a disparity names the groups it had to leave out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from registry_app.errors import UsageError
from registry_app.measure.disparity import Counts, disparities, outcome, tested
from registry_app.measure.predictions import Predictions
from registry_app.measure.result import Result, Undefined, checked_seed, decimal_text, finished, wilson
from registry_app.vault import clock

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIMIT = 0.8
"""Four fifths (29 CFR 1607.4 D): a lower demographic parity ratio is beyond the limit."""

SMALL = 30
"""Groups with fewer rows are marked small and decide no outcome."""

MOST_INTERSECTIONS = 200
"""Groups that all sensitive features may make together."""

RATES: dict[str, tuple[str, str]] = {
    "selection_rate": ("n", "the group has no rows"),
    "true_positive_rate": ("positives", "no row of the group is positive"),
    "false_positive_rate": ("negatives", "no row of the group is negative"),
    "accuracy": ("n", "the group has no rows"),
    "precision": ("selected", "no row of the group is predicted positive"),
}
"""fairlearn's name of each rate: what it is a share of, and why it may not exist."""


def fairness(predictions: Predictions, seed: int, limit: float = LIMIT, small: int = SMALL) -> Result:
    """Measure fairness for each sensitive feature alone, and for the intersection of all.

    Args:
        predictions: with at least one sensitive feature.
        seed: of the bootstrap, 0 to 2^32 - 1.
        limit: the demographic parity ratio below which a disparity is shown, above 0 up to 1.
        small: groups with fewer rows are small, at least 1.

    Raises:
        UsageError: no sensitive feature, too many groups, or an argument out of range.
    """
    began = clock.now()
    checked_seed(seed)
    features = predictions.mapping.sensitive
    if not features:
        raise UsageError("No sensitive feature is named.", "Name one or more columns, such as sex or age band.")
    if not 0 < limit <= 1 or small < 1:
        raise UsageError(
            "The limit or the small group size is out of range.",
            "Give a ratio above 0 up to 1, and a size of 1 or more.",
        )
    groups: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    outcomes: list[dict[str, Any]] = []
    sets = [(feature,) for feature in features] + ([features] if len(features) > 1 else [])
    for by in sets:
        counts = _count(predictions, by)
        tests = tested(counts, small)
        rates = _rates(predictions, by, counts)
        groups += [_group(counts, place, rates[place], tests[place], small) for place in range(len(counts.names))]
        found += disparities(counts, seed)
        outcomes.append({"by": list(by), **outcome(counts, limit, small)})
    words = [each["outcome"].split(":")[0] for each in outcomes]
    whole = next((each for each in ("disparity shown", "cannot tell") if each in words), words[0])
    said = next(each["outcome"] for each, word in zip(outcomes, words, strict=True) if word == whole)
    result = {"n": predictions.rows, "groups": groups, "disparities": found, "outcomes": outcomes, "outcome": said}
    parameters = {
        "interval": "0.95", "limit": decimal_text(limit), "limit_metric": "demographic_parity_ratio",
        "small": small, "draws": Counts.DRAWS, "significance": "0.05",
    }  # fmt: skip
    packages = ("fairlearn", "scikit-learn", "scipy", "pandas")
    return finished("fairness", predictions.described(), parameters, seed, packages, began, result)


def _count(predictions: Predictions, by: tuple[str, ...]) -> Counts:
    """Counts of each group that occurs, groups in the order of their names."""
    import numpy as np

    keys = np.stack([predictions.sensitive[feature] for feature in by], axis=1)
    names, which = np.unique(keys, axis=0, return_inverse=True)
    if len(names) > MOST_INTERSECTIONS:
        raise UsageError(
            f"The sensitive features make {len(names)} groups together, more than {MOST_INTERSECTIONS}.",
            "Measure fewer features at once, or put values together.",
        )
    cell = which.reshape(-1) * 4 + predictions.labels * 2 + predictions.predicted
    cells = np.bincount(cell, minlength=len(names) * 4).reshape(len(names), 4)
    return Counts(by, tuple(tuple(str(part) for part in name) for name in names), cells)


def _rates(predictions: Predictions, by: tuple[str, ...], counts: Counts) -> list[dict[str, float]]:
    """fairlearn's rates of each group, in the order of ``counts``."""
    import pandas as pd
    from fairlearn import metrics as fair
    from sklearn.metrics import accuracy_score, precision_score

    def precision(y_true: NDArray[np.bool_], y_pred: NDArray[np.bool_]) -> float:
        return float(precision_score(y_true, y_pred, zero_division=0.0))

    frame = fair.MetricFrame(
        metrics={
            "selection_rate": fair.selection_rate,
            "true_positive_rate": _quiet(fair.true_positive_rate),
            "false_positive_rate": _quiet(fair.false_positive_rate),
            "accuracy": accuracy_score,
            "precision": precision,
        },
        y_true=predictions.labels.astype(int),
        y_pred=predictions.predicted.astype(int),
        sensitive_features=pd.DataFrame({name: predictions.sensitive[name] for name in by}),
    )
    table = frame.by_group
    return [table.loc[name if len(by) > 1 else name[0]].to_dict() for name in counts.names]


def _quiet(metric: Any) -> Any:
    """A rate of fairlearn that says 0 for a group of one class without warning; such a rate is never shown."""

    def rate(y_true: NDArray[np.bool_], y_pred: NDArray[np.bool_]) -> float:
        if y_true.min() == y_true.max() == y_pred.min() == y_pred.max():
            return float(y_true.min()) if metric.__name__ == "true_positive_rate" else 0.0
        return float(metric(y_true, y_pred, pos_label=1))

    return rate


def _group(counts: Counts, place: int, rates: dict[str, float], test: dict[str, Any], small: int) -> dict[str, Any]:
    n = counts.of(place, "n")
    metrics: dict[str, Any] = {"count": {"value": str(n)}}
    for metric, (base, reason) in RATES.items():
        rows = counts.of(place, base)
        if rows == 0:
            metrics[metric] = Undefined(reason, 0).encoded()
        else:
            low, high = wilson(counts.hits(place, metric), rows)
            metrics[metric] = {
                "value": decimal_text(rates[metric]),
                "ci": [decimal_text(low), decimal_text(high)],
            }
    return {"by": counts.named(place), "n": n, "small": n < small, "metrics": metrics, **test}
