"""The performance document: a table counted, and every number, interval, curve and test made from the counts."""

from __future__ import annotations

from typing import Any

from registry_app.measure.cells import count
from registry_app.measure.cells.interval import APPROXIMATION
from registry_app.measure.cells.significance import SIGNIFICANCE
from registry_app.measure.performance.champion import compared
from registry_app.measure.performance.classes import draws_of, of_classes
from registry_app.measure.performance.number import bounded
from registry_app.measure.performance.ranking import STRIDES
from registry_app.measure.performance.regression import of_numbers
from registry_app.measure.performance.scored import BINS, Scored, calibration, curves, metrics, scored
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.result import Result, checked_seed, decimal_text, finished
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.source import Source
from registry_app.vault import clock


def performance(source: Source, mapping: Mapping, seed: int = 0, progress: Progress = SILENT) -> Result:
    """Measure performance, and that of the champion beside it where the mapping names one.

    Args:
        source: the table; it is read once for predictions, twice for a score or a regression, and as often again for the champion, and
            once for each paired test; DuckDB reads weights, and a regression, once more, to see how far from 0 they lie.
        mapping: of any task; a score without a threshold has areas, curves and calibration alone.
        seed: of the bootstrap, 0 to 2^32 - 1.

    Raises:
        UsageError: something is wrong with the table (all of it is listed), or the seed is not usable.
        Cancelled: ``progress`` said so.
        StorageError: the disk or the server failed.
    """
    began = clock.now()
    checked_seed(seed)
    found = _Measured(source, mapping, seed, progress)
    champion = None
    if mapping.champion is not None:
        other = _Measured(source, mapping.champion, seed, progress)
        champion = other.told | compared(source, mapping, mapping.champion, found.scores, progress)
    parameters = {
        "interval": "0.95", "draws": found.draws, "bins": BINS, "curve_points": STRIDES + 1,
        "significance": decimal_text(SIGNIFICANCE), "correction": "holm",
    }  # fmt: skip
    result = {
        "task": mapping.task,
        "n": source.rows,
        "approximation": APPROXIMATION if found.weighted else "",
        **found.told,
        "champion": champion,
    }
    data = {**source.described(), **mapping.described()}
    return finished("performance", data, parameters, seed, ("duckdb", "scipy"), began, result)


class _Measured:
    """One model on the rows."""

    def __init__(self, source: Source, mapping: Mapping, seed: int, progress: Progress) -> None:
        self.told: dict[str, Any] = {
            "positives": None, "confusion": None, "metrics": {}, "by_class": [], "curves": None, "calibration": None,
        }  # fmt: skip
        self.scores: Scored | None = None
        self.weighted = False
        self.draws = 0
        progress.step("counting")
        if mapping.task == "regression":
            found, self.weighted = of_numbers(source, mapping)
            self.told |= found
        elif mapping.predicts:
            self._classes(source, mapping, seed, progress)
        if mapping.score is not None:
            progress.step("ranking the scores")
            self._scores(source, mapping)

    def _classes(self, source: Source, mapping: Mapping, seed: int, progress: Progress) -> None:
        cells = count.cells(source, mapping, ())
        weight = float(cells.weight.sum())
        bounded(source, weight * weight, float(cells.square.sum()))
        progress.step("drawing samples")
        self.weighted, self.draws = cells.weighted, draws_of(len(cells.classes))
        self.told |= of_classes(cells, mapping.task, seed, progress)

    def _scores(self, source: Source, mapping: Mapping) -> None:
        self.scores = found = scored(source, mapping)
        self.weighted = found.weighted
        self.told["positives"] = found.classes[1].n
        self.told["metrics"] |= metrics(found)
        self.told["curves"], self.told["calibration"] = curves(found.order), calibration(found.bins)
