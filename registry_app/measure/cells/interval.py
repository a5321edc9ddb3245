"""How sure a number from counts is: Wilson's interval for a share, Wald's for a mean, the bootstrap for all the rest.

All intervals are of 95 %. With weights, n is Kish's effective number of rows, (sum w)^2 / sum w^2 (Kish 1965): an
approximation, which a document says by :data:`APPROXIMATION`. The bootstrap is of whole rows: see docs/measuring.md.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from registry_app.measure.cells.cells import POSITIVE, Cells, Groups, Moments, Scores
from registry_app.measure.cells.metrics import share
from registry_app.measure.result import Z95, wilson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

DRAWS = 10_000
"""Draws of the bootstrap."""

STREAMS = 8
"""Independent streams of chance, all from one seed; cores share them, and their number does not change the draws."""

ENOUGH = 0.95
"""Of the draws must have the number for an interval to be given."""

APPROXIMATION = "effective number of rows under weights (Kish 1965)"
"""What a document with weights says of its intervals and tests."""

Ends = tuple[float, float] | None


def wilsons(cells: Cells, metric: str, of: int = POSITIVE) -> list[Ends]:
    """The interval of a metric of :data:`.metrics.PROPORTIONS` for each group; None where the metric does not exist."""
    above, below = share(cells.weight, metric, of)
    squares = share(cells.square, metric, of)[1]
    found: list[Ends] = []
    for hits, weight, square in zip(above.tolist(), below.tolist(), squares.tolist(), strict=True):
        if weight <= 0:
            found.append(None)
            continue
        rows = weight * weight / square
        found.append(wilson(min(hits / weight, 1.0) * rows, rows))
    return found


def walds(moments: Moments, metric: str) -> list[Ends]:
    """The interval of a regression's metric for each group, by the delta method; None where sums do not give one.

    The variance of a mean is that of its summands by their number; of a root the delta method halves it by the root.
    R squared has none: its variance is not in the sums.
    """
    import numpy as np

    sums, n = moments.sums, moments.sums["w"] ** 2 / moments.sums["ww"]
    weight = sums["w"]
    if metric == "r2":
        return [None] * len(moments.groups)
    first, second = {"mean_prediction": ("wp", "wpp"), "mean_absolute_error": ("wabs", "wee")}.get(
        metric, ("wee", "weeee")
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums[first] / weight
        half = Z95 * np.sqrt(np.maximum(sums[second] / weight - mean * mean, 0.0) / (n - 1))
        if metric == "root_mean_squared_error":
            mean = np.sqrt(mean)
            half = np.where(mean > 0, half / (2 * mean), half)
    low = mean - half if metric == "mean_prediction" else np.maximum(mean - half, 0.0)
    return [
        (float(a), float(b)) if np.isfinite(a) and np.isfinite(b) else None
        for a, b in zip(low, mean + half, strict=True)
    ]


def areas(scores: Scores) -> list[Ends]:
    """The interval of each group's area under the ROC curve, by Hanley and McNeil (1982).

    None where there is no area, or it is 0 or 1: their variance is 0 then, as if a few rows that happen to be apart were sure.
    """
    import numpy as np

    found: list[Ends] = []
    for area, (negative, positive) in zip(scores.auc.tolist(), scores.rows.sum(axis=-1).tolist(), strict=True):
        if not 0 < area < 1:
            found.append(None)
            continue
        square = area * area
        variance = area * (1 - area)
        variance += (positive - 1) * (area / (2 - area) - square) + (negative - 1) * (2 * square / (1 + area) - square)
        half = Z95 * float(np.sqrt(max(variance, 0.0) / (positive * negative)))
        found.append((max(0.0, area - half), min(1.0, area + half)))
    return found


def bootstrap(cells: Cells, seed: int, draws: int = DRAWS) -> Values:
    """Tables of as many rows, drawn with replacement: shape (draws, groups, K, K).

    Every coarser table is a sum of these (:func:`coarser`), so all numbers of a document come from the same draws. The
    memory runs along the draws.
    """
    import numpy as np

    weight, square = float(cells.weight.sum()), float(cells.square.sum())
    flat = cells.weight.reshape(-1)
    there = np.flatnonzero(flat)
    rows = max(1, round(weight * weight / square))
    found = np.zeros((flat.size, draws))
    streams = np.random.SeedSequence(seed).spawn(STREAMS)

    def draw(stream: int) -> None:
        part = slice(stream * draws // STREAMS, (stream + 1) * draws // STREAMS)
        chance = np.random.default_rng(streams[stream])
        found[there, part] = chance.multinomial(rows, flat[there] / weight, size=part.stop - part.start).T

    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        list(threads.map(draw, range(STREAMS)))
    return np.moveaxis(found.reshape(*cells.weight.shape, draws), -1, 0)


def coarser(drawn: Values, groups: Groups, by: tuple[str, ...]) -> Values:
    """Draws of fewer features: shape (draws, groups by ``by``, K, K), groups in the order of :meth:`Cells.over`."""
    import numpy as np

    kept = [groups.by.index(feature) for feature in by]
    keys = [tuple(name[place] for place in kept) for name in groups.names]
    names = sorted(set(keys))
    along = np.moveaxis(drawn, 0, -1)
    found = np.zeros((len(names), *along.shape[1:]))
    for place, key in enumerate(keys):
        found[names.index(key)] += along[place]
    return np.moveaxis(found, -1, 0)


def percentiles(values: list[Values]) -> list[Ends | int]:
    """The 2.5 % and 97.5 % points of each array of draws, as ``numpy.quantile`` gives them.

    Draws without the number are left out; where fewer than :data:`ENOUGH` have it, how many had it is given instead.
    """
    import numpy as np

    found: list[Ends | int] = []
    for drawn in values:
        lacks = np.isnan(drawn)
        kept = drawn[~lacks] if lacks.any() else drawn
        if len(kept) < ENOUGH * len(drawn):
            found.append(len(kept))
            continue
        places = np.array([0.025, 0.975]) * (len(kept) - 1)
        below = np.floor(places).astype(int)
        above = np.minimum(below + 1, len(kept) - 1)
        ordered = np.partition(kept, sorted({*below.tolist(), *above.tolist()}))
        ends = ordered[below] + (ordered[above] - ordered[below]) * (places - below)
        found.append((float(ends[0]), float(ends[1])))
    return found
