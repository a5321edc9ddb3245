"""How sure a number from counts is: Wilson's interval for a share, Wald's for a mean, the bootstrap for all the rest.

All intervals are of 95 %. With weights, n is Kish's effective number of rows, (sum w)^2 / sum w^2 (Kish 1965): an
approximation, which a document says by :data:`APPROXIMATION`. The bootstrap is of whole rows: see docs/measuring.md.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from registry_app.measure.cells.cells import POSITIVE, Cells, Moments, Scores
from registry_app.measure.cells.metrics import share
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.result import Z95, wilson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float64]
    Find = Callable[[Values, Values], None]

DRAWS = 10_000
"""Draws of the bootstrap."""

SOME = 1_250
"""Draws looked at together: few enough for a processor's cache, many enough for what each look costs."""

SPARSE, TAIL = 16, 0.045
"""One draw in so many tells about where a tail of this share begins: only tails are sorted, and all draws where that was too far out."""

BLOCK = 8
"""Rows of draws whose points are found together: few enough for a processor's cache."""

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
    first, second = {"mean_prediction": ("wv", "wvv"), "mean_absolute_error": ("wabs", "wee")}.get(
        metric, ("wee", "weeee")
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums[first] / weight
        half = Z95 * np.sqrt(np.maximum(sums[second] / weight - mean * mean, 0.0) / (n - 1))
        if metric == "mean_prediction":
            mean = sums["wp"] / weight
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


def bootstrap(
    cells: Cells,
    seed: int,
    size: int,
    finder: Callable[[], Find],
    draws: int = DRAWS,
    most: int = SOME,
    progress: Progress = SILENT,
) -> Values:
    """Numbers of tables of as many rows, drawn with replacement: shape (size, draws). All numbers of a document come from the same
    draws when they are found together.

    Args:
        size: how many numbers are found of each draw.
        finder: makes what finds them, one for each thread; it is given the tables of some draws, shape (groups, K, K, some), and where
            to put the numbers, shape (size, some).
        most: draws at a time; the draws do not depend on it.
        progress: asked before each of those whether to go on.

    Raises:
        Cancelled: ``progress`` said so.
    """
    import numpy as np

    weight, square = float(cells.weight.sum()), float(cells.square.sum())
    flat = cells.weight.reshape(-1)
    there = np.flatnonzero(flat)
    chances, rows = flat[there] / weight, max(1, round(weight * weight / square))
    streams = np.random.SeedSequence(seed).spawn(STREAMS)
    found, threads = np.empty((size, draws)), min(os.cpu_count() or 1, STREAMS)

    def work(thread: int) -> None:
        find, tables = finder(), np.zeros((flat.size, most))
        for stream in range(thread, STREAMS, threads):
            chance, end = np.random.default_rng(streams[stream]), (stream + 1) * draws // STREAMS
            for start in range(stream * draws // STREAMS, end, most):
                progress.heed()
                some = tables[:, : min(most, end - start)]
                some[there] = chance.multinomial(rows, chances, size=some.shape[1]).T
                find(some.reshape(*cells.weight.shape, -1), found[:, start : start + some.shape[1]])

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))
    return found


def percentiles(values: Values, progress: Progress = SILENT) -> list[Ends | int]:
    """The 2.5 % and 97.5 % points of each row of draws, shape (any, draws), as ``numpy.quantile`` gives them.

    Draws without the number are left out; where fewer than :data:`ENOUGH` have it, how many had it is given instead.

    Raises:
        Cancelled: ``progress`` said so, which is asked before each :data:`BLOCK` of rows.
    """

    def found_of(block: Values) -> list[Ends | int]:
        progress.heed()
        return _block(block)

    blocks = (values[start : start + BLOCK] for start in range(0, len(values), BLOCK))
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        return [ends for found in threads.map(found_of, blocks) for ends in found]


def _block(values: Values) -> list[Ends | int]:
    """Only the tails of a row are sorted; the whole row where a draw lacks the number, or a tail falls short."""
    import numpy as np

    n = values.shape[1]
    some = np.sort(values[:, ::SPARSE], axis=1)
    last = some.shape[1] - 1
    low, high = some[:, math.ceil(TAIL * last), None], some[:, math.floor((1 - TAIL) * last), None]
    tail = (values <= low) | (values >= high)
    lacking = np.isnan(values).sum(axis=1)
    tails = np.split(values[tail], np.cumsum(np.count_nonzero(tail, axis=1))[:-1])
    found: list[Ends | int] = []
    for place, drawn in enumerate(tails):
        ordered = np.sort(drawn)
        lows = int(np.searchsorted(ordered, low[place, 0], "right"))
        if lacking[place] or lows < 0.025 * (n - 1) + 2 or len(ordered) - lows < 0.025 * (n - 1) + 2:
            ordered = np.sort(values[place])
            ordered = ordered[: len(ordered) - np.count_nonzero(np.isnan(ordered))]
            found.append(_ends(ordered, len(ordered)) if len(ordered) >= ENOUGH * n else len(ordered))
        else:
            found.append(_ends(ordered, n))
    return found


def _ends(ordered: Values, n: int) -> Ends:
    """Both points of ``n`` values, of which the lowest and the highest are there, in order."""
    found = []
    for point, gone in ((0.025, 0), (0.975, n - len(ordered))):
        place = point * (n - 1)
        below = math.floor(place)
        first, second = ordered[below - gone], ordered[min(below + 1, n - 1) - gone]
        found.append(float(first + (second - first) * (place - below)))
    return found[0], found[1]
