"""How well a binary classifier predicts: rates with Wilson intervals, curves, calibration, AUC with a bootstrap.

scikit-learn computes the curves and areas; the bootstrap draws rows with replacement (percentile interval).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from registry_app.measure.predictions import Predictions
from registry_app.measure.result import Result, Undefined, checked_seed, decimal_text, finished, share
from registry_app.vault import clock

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DRAWS = 1_000
"""Bootstrap draws."""

CURVE_POINTS = 101
"""Most points kept of a curve; areas are computed from all."""

BINS = 10
"""Calibration bins of equal width over 0 to 1."""


def performance(predictions: Predictions, seed: int) -> Result:
    """Measure performance.

    Args:
        predictions: labels, predictions and, for curves and calibration, scores.
        seed: of the bootstrap, 0 to 2^32 - 1.

    Raises:
        UsageError: the seed is not usable.
    """
    import numpy as np

    began = clock.now()
    checked_seed(seed)
    labels, predicted = predictions.labels, predictions.predicted
    tp, fp = int((labels & predicted).sum()), int((~labels & predicted).sum())
    fn, tn = int((labels & ~predicted).sum()), int((~labels & ~predicted).sum())
    result: dict[str, Any] = {
        "n": predictions.rows,
        "positives": tp + fn,
        "confusion": {"true_positive": tp, "false_positive": fp, "true_negative": tn, "false_negative": fn},
        "metrics": _rates(tp, fp, tn, fn),
        "curves": None,
        "calibration": None,
    }
    if predictions.scores is not None:
        draws = np.random.default_rng(seed)
        result["metrics"] |= _areas(labels, predictions.scores, draws)
        result["curves"] = _curves(labels, predictions.scores)
        result["calibration"] = _calibration(labels, predictions.scores)
    parameters = {"interval": "0.95", "draws": DRAWS, "bins": BINS, "curve_points": CURVE_POINTS}
    return finished("performance", predictions.described(), parameters, seed, ("scikit-learn",), began, result)


def _rates(tp: int, fp: int, tn: int, fn: int) -> dict[str, Any]:
    recall, specificity = tp / (tp + fn), tn / (tn + fp)
    balanced: dict[str, Any] = {"value": decimal_text((recall + specificity) / 2)}
    harmonic: dict[str, Any] = {"value": decimal_text(2 * tp / (2 * tp + fp + fn))}
    if tp + fp == 0:
        harmonic = Undefined("no row is predicted positive", 0).encoded()
    return {
        "accuracy": share(tp + tn, tp + fp + tn + fn, "there are no rows"),
        "balanced_accuracy": balanced,
        "precision": share(tp, tp + fp, "no row is predicted positive"),
        "recall": share(tp, tp + fn, "no row is positive"),
        "specificity": share(tn, tn + fp, "no row is negative"),
        "f1": harmonic,
        "selection_rate": share(tp + fp, tp + fp + tn + fn, "there are no rows"),
    }


def _areas(labels: NDArray[np.bool_], scores: NDArray[np.float64], draws: np.random.Generator) -> dict[str, Any]:
    import numpy as np
    from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

    sampled = auc_draws(labels, scores, draws)
    low, high = np.quantile(sampled, [0.025, 0.975]) if len(sampled) else (0.0, 1.0)
    return {
        "roc_auc": {
            "value": decimal_text(roc_auc_score(labels, scores)),
            "ci": [decimal_text(low), decimal_text(high)],
        },
        "average_precision": {"value": decimal_text(average_precision_score(labels, scores))},
        "brier": {"value": decimal_text(brier_score_loss(labels, scores))},
    }


def auc_draws(
    labels: NDArray[np.bool_], scores: NDArray[np.float64], draws: np.random.Generator
) -> NDArray[np.float64]:
    """AUC of :data:`DRAWS` samples of the rows with replacement; samples with one class only are left out.

    Sorted once: each draw only counts how often every row came up (Mann-Whitney, ties counting half).
    """
    import numpy as np

    n = len(labels)
    order = np.argsort(scores, kind="stable")
    positive = labels[order]
    _, starts = np.unique(scores[order], return_index=True)
    found = []
    for _ in range(DRAWS):
        times = np.bincount(draws.integers(0, n, n), minlength=n)
        hits = np.add.reduceat(np.where(positive, times, 0), starts).astype(float)
        misses = np.add.reduceat(np.where(positive, 0, times), starts).astype(float)
        pairs = hits.sum() * misses.sum()
        if pairs > 0:
            below = np.cumsum(misses) - misses
            found.append(float((hits * (below + misses / 2)).sum() / pairs))
    return np.array(found)


def _curves(labels: NDArray[np.bool_], scores: NDArray[np.float64]) -> dict[str, Any]:
    import numpy as np
    from sklearn.metrics import precision_recall_curve, roc_curve

    false_rate, true_rate, thresholds = roc_curve(labels, scores)
    roc = [
        {
            "false_positive_rate": decimal_text(false_rate[place]),
            "true_positive_rate": decimal_text(true_rate[place]),
            "threshold": decimal_text(thresholds[place]) if np.isfinite(thresholds[place]) else None,
        }
        for place in _thinned(len(false_rate))
    ]
    precision, recall, limits = precision_recall_curve(labels, scores)
    pr = [
        {
            "recall": decimal_text(recall[place]),
            "precision": decimal_text(precision[place]),
            "threshold": decimal_text(limits[place]) if place < len(limits) else None,
        }
        for place in _thinned(len(recall))
    ]
    return {"roc": roc, "precision_recall": pr}


def _thinned(length: int) -> list[int]:
    """At most :data:`CURVE_POINTS` places in 0 .. length - 1, evenly spread, both ends among them."""
    if length <= CURVE_POINTS:
        return list(range(length))
    return [round(step * (length - 1) / (CURVE_POINTS - 1)) for step in range(CURVE_POINTS)]


def _calibration(labels: NDArray[np.bool_], scores: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Bins [0, 0.1), … [0.9, 1]: mean score against the share of positives."""
    import numpy as np

    which = np.minimum((scores * BINS).astype(int), BINS - 1)
    found = []
    for each in range(BINS):
        inside = which == each
        n = int(inside.sum())
        empty = Undefined("no score falls into this bin", 0).encoded()
        found.append(
            {
                "from": decimal_text(each / BINS),
                "to": decimal_text((each + 1) / BINS),
                "n": n,
                "mean_score": {"value": decimal_text(scores[inside].mean())} if n else empty,
                "positive_rate": share(int(labels[inside].sum()), n, "no score falls into this bin"),
            }
        )
    return found
