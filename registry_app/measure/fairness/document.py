"""The fairness document: a table counted once, and every number, interval, test and table made from the counts."""

from __future__ import annotations

import math
from collections.abc import Set
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from registry_app.errors import UsageError
from registry_app.measure.cells import count
from registry_app.measure.cells.aggregate import strata
from registry_app.measure.cells.cells import Cells, Groups, Moments
from registry_app.measure.cells.interval import APPROXIMATION, DRAWS, percentiles
from registry_app.measure.cells.metrics import share
from registry_app.measure.cells.significance import (
    CANNOT_TELL,
    POWER,
    SEEN,
    SHOWN,
    SIGNIFICANCE,
    Group,
    corrected,
    outcome,
    reference,
)
from registry_app.measure.fairness.agreement import disagreements
from registry_app.measure.fairness.bias_audit import bias_audit
from registry_app.measure.fairness.distances import Spread, aggregates, disparities, far, spreads
from registry_app.measure.fairness.four_fifths import FOUR_FIFTHS, four_fifths, ratio
from registry_app.measure.fairness.measured import of_moments
from registry_app.measure.fairness.pooling import pool, pooled, small, together, within
from registry_app.measure.fairness.resampled import Part, part, resampled
from registry_app.measure.fairness.scored import calibration, metrics_of, sweep
from registry_app.measure.progress import Progress
from registry_app.measure.result import Result, Undefined, checked_seed, decimal_text, finished
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.source import Source
from registry_app.vault import clock

SMALL = 30
"""Groups with fewer rows are marked small and decide no outcome."""

MOST_GROUPS = 200
"""Groups that all sensitive features may make together."""

_JUDGED = {
    "binary": "demographic_parity_ratio",
    "multiclass": "accuracy_ratio",
    "regression": "mean_absolute_error_ratio",
}
"""What the outcome of a task is about."""


def fairness(
    source: Source,
    mapping: Mapping,
    seed: int,
    limit: float = FOUR_FIFTHS,
    small: int = SMALL,
    left_out: str = "",
    hide_below: int | None = None,
) -> Result:
    """Measure fairness for each sensitive feature alone, for the intersection of all, and within control features.

    Args:
        source: the table; it is read once for the counts, and twice for each set of features where there is a score.
        mapping: with at least one sensitive feature; a score without a threshold is taken as selected above its median.
        seed: of the bootstrap, 0 to 2^32 - 1.
        limit: the ratio of the lowest to the highest group below which a disparity is shown, above 0 up to 1.
        small: groups with fewer rows are small, at least 1.
        left_out: why Local Law 144's tables leave out categories of less than 2 %; empty where they do not.
        hide_below: groups with fewer rows are put together (:mod:`~registry_app.measure.fairness.pooling`), 2 to ``small``; 0 says
            that each may be told of by itself; ``None`` says nothing, and puts none together.

    Raises:
        UsageError: something is wrong with the table (all of it is listed), no sensitive feature, too many groups, or an
            argument out of range.
        Cancelled: the source's progress said so.
        StorageError: the disk or the server failed.
    """
    began = clock.now()
    checked_seed(seed)
    if not mapping.sensitive:
        raise UsageError("No sensitive feature is named.", "Name one or more columns, such as sex or age band.")
    if not 0 < limit <= 1 or small < 1:
        raise UsageError(
            "The limit or the small group size is out of range.",
            "Give a ratio above 0 up to 1, and a size of 1 or more.",
        )
    if hide_below is not None and hide_below != 0 and not 2 <= hide_below <= small:
        raise UsageError(
            f"Groups under {hide_below} rows cannot be put together.",
            f"Give 2 to {small} (groups that large decide an outcome), or 0 for none.",
        )
    parameters: dict[str, Any] = {
        "interval": "0.95", "limit": decimal_text(limit), "limit_metric": _JUDGED[mapping.task], "small": small,
        "draws": DRAWS, "significance": decimal_text(SIGNIFICANCE), "correction": "holm", "power": decimal_text(POWER),
        "seen": decimal_text(SEEN),
    }  # fmt: skip
    if left_out:
        parameters["left_out"] = left_out
    if hide_below is not None:
        parameters["hidden_below"] = hide_below
    chosen = _Chosen(mapping, seed, limit, small, hide_below or 0)
    if mapping.task == "regression":
        result = _of_numbers(source, chosen)
    else:
        result = _of_classes(source, chosen, left_out, parameters)
    data = {**source.described(), **mapping.described()}
    libraries = ("duckdb", "scipy")
    return finished("fairness", data, parameters, seed, libraries, began, {"task": mapping.task, **result})


@dataclass(frozen=True)
class _Chosen:
    """What is measured, and with what."""

    mapping: Mapping
    seed: int
    limit: float
    small: int
    below: int
    """Groups with fewer rows are put together."""

    @property
    def sensitive(self) -> tuple[str, ...]:
        return tuple(feature.column for feature in self.mapping.sensitive)

    @property
    def control(self) -> tuple[str, ...]:
        return tuple(feature.column for feature in self.mapping.control)

    @property
    def sets(self) -> list[tuple[str, ...]]:
        """Each sensitive feature alone, and all together."""
        alone: list[tuple[str, ...]] = [(feature,) for feature in self.sensitive]
        return alone if len(alone) == 1 else [*alone, self.sensitive]


def _of_classes(source: Source, chosen: _Chosen, reason: str, parameters: dict[str, Any]) -> dict[str, Any]:
    mapping = chosen.mapping
    cells = count.cells(source, mapping if mapping.predicts else replace(mapping, threshold=0.0))
    above = None if mapping.score is None else _above_median(source, mapping, parameters)
    if not mapping.predicts:
        if above is None:
            raise UsageError("Half of the scores are 1, so none lies above the median.", "Name a threshold.")
        cells = above
    _bounded(cells.over(chosen.sensitive).groups)
    result = _sets(cells, chosen, source.progress)
    result["approximation"] = APPROXIMATION if cells.weighted else ""
    if mapping.task != "binary":
        return result
    fifths = [four_fifths(pooled(cells.over(by), chosen.below), chosen.small) for by in chosen.sets]
    audits = bias_audit(cells, "selection", chosen.sensitive, reason, chosen.below) if mapping.predicts else []
    if above is not None:
        audits += bias_audit(above, "scoring", chosen.sensitive, reason, chosen.below)
    result["four_fifths"], result["bias_audit"] = fifths, audits
    result["disagreements"] = disagreements(result["outcomes"], fifths, audits)
    result["calibration"], result["thresholds"] = [], []
    if mapping.score is not None:
        _scored(source, chosen, result)
    return result


def _of_numbers(source: Source, chosen: _Chosen) -> dict[str, Any]:
    moments = count.moments(source, chosen.mapping)
    found: dict[str, Any] = {"groups": [], "disparities": [], "aggregates": [], "outcomes": []}
    whole = _summed(moments, ())
    for by in chosen.sets:
        part = _summed(moments, by)
        _bounded(part.groups)
        if few := pool(part.groups, part.rows, chosen.below):
            part = few.moments(part)
        n = part.sums["w"] ** 2 / part.sums["ww"]
        mean = part.sums["wabs"] / part.sums["w"]
        spread = part.sums["wee"] / part.sums["w"] - mean * mean
        groups = [
            Group(
                _said(part.groups, place),
                mean[place] * n[place],
                n[place],
                int(part.rows[place]),
                max(0.0, spread[place]),
            )
            for place in range(len(part.groups))
        ]
        _put(found, part.groups, groups, _drawn(part, whole, chosen.seed), chosen, named=False)
    weighted = bool((moments.sums["ww"] != moments.rows).any())
    said = "disparities are drawn from the normal distributions of the groups' numbers"
    approximation = f"{APPROXIMATION}; {said}" if weighted else said
    return {**_concluded(found), "n": int(moments.rows.sum()), "approximation": approximation, "within": []}


def _sets(cells: Cells, chosen: _Chosen, progress: Progress) -> dict[str, Any]:
    """Groups, disparities and outcome of each set of sensitive features, and the same within each group of the control features."""
    control = chosen.control
    cells = within(cells, control, chosen.below) if control else cells
    blocks = strata(cells.groups, ()) + (strata(cells.groups, control) if control else [])
    joint = [cells.over((*kept, *by)) for kept in dict.fromkeys(((), control)) for by in chosen.sets]
    few = {each.groups.by: small(each.groups, each.rows.sum(axis=(-2, -1)), chosen.below) for each in joint}
    parts = [
        _part(part(cells, places, by), tuple(named.values()), few[*named, *by], chosen.below)
        for named, places in blocks
        for by in chosen.sets
    ]
    measured = iter(zip(parts, resampled(cells, parts, chosen.seed, progress), strict=True))
    binary, found = len(cells.classes) == 2, []
    for named, places in blocks:
        block: dict[str, Any] = {"groups": [], "disparities": [], "aggregates": [], "outcomes": []}
        for each, apart in islice(measured, len(chosen.sets)):
            groups = _groups(each.cells, "selection_rate" if binary else "accuracy")
            _put(block, each.cells.groups, groups, apart, chosen, named=binary)
        found.append({"within": named, "n": int(cells.rows[places].sum()), **_concluded(block)})
    whole, *inner = found
    return {**whole, "within": inner}


def _part(one: Part, stratum: tuple[str, ...], few: Set[tuple[str, ...]], below: int) -> Part:
    """One set within one stratum, its small groups put together; which those are, was seen over all strata."""
    own = {name[len(stratum) :] for name in few if name[: len(stratum)] == stratum}
    found = together(one.cells.groups, own, below)
    return one if found is None else one.pooled(found)


def _put(
    found: dict[str, Any], names: Groups, groups: list[Group], apart: list[Spread], chosen: _Chosen, named: bool
) -> None:
    """Add one set of groups to a document."""
    at = reference(groups, chosen.small)
    tests = corrected(groups, at)
    for place, group in enumerate(groups):
        test = tests[place]
        found["groups"].append(
            {
                "by": names.named(place),
                "n": group.rows, "small": group.rows < chosen.small,
                "metrics": {"count": {"value": str(group.rows)}}
                | {spread.metric.name: spread.metric.encoded(place, 0) for spread in apart},
                "impact_ratio": ratio(group, groups[at]) if group.variance is None else _plain(group, groups[at]),
                "against": names.named(at),
                "test": None if test is None else {
                    "method": test[0].method, "p_value": decimal_text(test[0].p_value), "adjusted": decimal_text(test[1]),
                },
            }
        )  # fmt: skip
    if named:
        found["disparities"] += disparities(apart, names)
    found["aggregates"] += aggregates(apart, names)
    concluded = outcome(groups, chosen.limit, chosen.small)
    found["outcomes"].append(
        {
            "by": list(names.by), "outcome": concluded.words, "limit": decimal_text(chosen.limit), "deciding": concluded.deciding,
            "left_out": list(concluded.left_out),
        }
    )  # fmt: skip


def _concluded(found: dict[str, Any]) -> dict[str, Any]:
    """The outcome of the whole: the first that shows a disparity, else the first that cannot be told, else the first."""
    said = [str(each["outcome"]) for each in found["outcomes"]]
    for word in (SHOWN, CANNOT_TELL):
        for words in said:
            if words.startswith(word):
                return {**found, "outcome": words}
    return {**found, "outcome": said[0]}


def _groups(cells: Cells, metric: str) -> list[Group]:
    """How each group fares in the metric that the outcome is about, by effective rows."""
    above, below = share(cells.weight, metric)
    squares = share(cells.square, metric)[1]
    found = []
    for place, rows in enumerate(cells.rows.sum(axis=(-2, -1)).tolist()):
        weight = float(below[place])
        n = rows if not cells.weighted else weight * weight / float(squares[place]) if weight else 1.0
        rate = float(above[place]) / weight if weight else 0.0
        hits = float(above[place]) if not cells.weighted else rate * n
        found.append(Group(_said(cells.groups, place), hits, n, rows))
    return found


def _plain(group: Group, against: Group) -> dict[str, Any]:
    """The ratio of two means, without an interval."""
    if against.rate <= 0:
        return Undefined("the highest mean of a group is 0", against.rows).encoded()
    return {"value": decimal_text(group.rate / against.rate)}


def _scored(source: Source, chosen: _Chosen, result: dict[str, Any]) -> None:
    """Add area, Brier's score and calibration to the groups, and a sweep for each feature."""
    for by in chosen.sets:
        scores = count.scores(source, chosen.mapping, by)
        if found := pool(scores.groups, scores.rows.sum(axis=(-2, -1)), chosen.below):
            scores = found.scores(scores)
        held = {tuple(group["by"].items()): group for group in result["groups"]}
        for place in range(len(scores.groups)):
            held[tuple(scores.groups.named(place).items())]["metrics"] |= metrics_of(scores, place)
            result["calibration"].append(calibration(scores, place))
        if len(by) == 1:
            result["thresholds"].append(sweep(scores, chosen.mapping.threshold))


def _above_median(source: Source, mapping: Mapping, parameters: dict[str, Any]) -> Cells | None:
    """The rows whose score lies above the median, as selected; None where the median is the highest score there can be."""
    from sqlalchemy import func, select

    score = source.column(mapping.score or "").number
    ordered = select(score.label("s"), func.row_number().over(order_by=score).label("place")).select_from(source.data)
    ranked, n = ordered.subquery("ranked"), source.rows
    middle = select(func.avg(ranked.c.s)).where(ranked.c.place.between((n + 1) // 2, n // 2 + 1))
    median = float(source.ask(middle)[0][0])
    parameters["median_score"] = decimal_text(median)
    threshold = math.nextafter(median, 2.0)
    if threshold > 1:
        return None
    return count.cells(source, replace(mapping, prediction=None, threshold=threshold))


def _summed(moments: Moments, by: tuple[str, ...]) -> Moments:
    """The same sums by fewer features."""
    import numpy as np

    kept = [moments.groups.by.index(feature) for feature in by]
    keys = [tuple(name[place] for place in kept) for name in moments.groups.names]
    names = tuple(sorted(set(keys)))
    which = np.array([names.index(key) for key in keys])
    rows = np.bincount(which, moments.rows, len(names)).astype(np.int64)
    sums = {name: np.bincount(which, values, len(names)).astype(np.float64) for name, values in moments.sums.items()}
    return Moments(Groups(by, names), rows, sums)


def _drawn(part: Moments, whole: Moments, seed: int) -> list[Spread]:
    metrics, drawn = of_moments(part, whole, seed)
    found = [far(*draws) for draws in drawn]
    return spreads(metrics, [(draws, percentiles(draws)) for draws in found])


def _bounded(groups: Groups) -> None:
    if len(groups) > MOST_GROUPS:
        raise UsageError(
            f"The sensitive features make {len(groups)} groups together, more than {MOST_GROUPS}.",
            "Measure fewer features at once, or put values together.",
        )


def _said(groups: Groups, place: int) -> str:
    return ", ".join(f"{feature} {value}" for feature, value in groups.named(place).items())
