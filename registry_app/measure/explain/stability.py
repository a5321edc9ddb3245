"""Does the ranking hold when it is made again? Two rankings compared: rank correlations, and the first five."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from registry_app.measure.explain.ranking import Ranked
from registry_app.measure.result import Undefined, decimal_text

if TYPE_CHECKING:
    import numpy as np

TOP = 5
"""Features that should be the first in both."""


def stability(first: tuple[Ranked, ...], again: tuple[Ranked, ...], rows: int, explainer: str) -> dict[str, Any]:
    """How far two rankings of the same features agree.

    ``spearman`` and ``kendall`` (tau-b) are of the importances, -1 to 1. ``top_overlap`` is the share, 0 to 1, of the first
    five of the first ranking that may be among the first five of the second, given its intervals.
    """
    from scipy.stats import kendalltau, spearmanr

    other = {each.feature: each for each in again}
    ours = [each.value for each in first]
    theirs = [other[each.feature].value for each in first]
    top = first[: min(TOP, len(first))]
    kept = sum(other[each.feature].ranks[0] <= len(top) for each in top)
    return {
        "rows": rows,
        "explainer": explainer,
        "spearman": _correlation(spearmanr, ours, theirs),
        "kendall": _correlation(kendalltau, ours, theirs),
        "top_overlap": {"value": decimal_text(kept / len(top))},
    }


def bootstrap(rows: int, most: int, draws: np.random.Generator) -> list[int]:
    """``most`` places of ``rows``, drawn with replacement: other rows than before, however small the table."""
    return [int(each) for each in draws.integers(0, rows, size=min(rows, most))]


def _correlation(how: Any, ours: list[float], theirs: list[float]) -> dict[str, Any]:
    if len(set(ours)) < 2 or len(set(theirs)) < 2:
        return Undefined("all features are equally important", len(ours)).encoded()
    value = float(how(ours, theirs).statistic)
    return {"value": decimal_text(value)} if math.isfinite(value) else Undefined("no order", len(ours)).encoded()
