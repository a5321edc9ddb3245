"""What other thresholds would do to the groups of one feature, and how far their scores can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry_app.measure.figure.groups import FEWER, groups_of, in_order, named_by, said_of
from registry_app.measure.figure.number import both, number, shown, value_of, words
from registry_app.measure.figure.part import CURVES, Part, table
from registry_app.measure.figure.plot import Curves, Plot, Points
from registry_app.measure.result import Result

TRIED = 11
"""Thresholds of a sweep that a table shows."""


@dataclass(frozen=True)
class Sweep:
    """What other thresholds would do, by one set of features."""

    by: tuple[str, ...]
    """The features."""
    used: float | None
    """The threshold that made the predictions."""
    thresholds: tuple[float, ...]
    """Rising."""
    rates: tuple[tuple[str, tuple[float | None, ...]], ...]
    """Per group its selection rate at each threshold."""
    ratios: tuple[float | None, ...]
    """The demographic parity ratio at each threshold."""


def sweeps(result: Result, metric: str = "selection_rate") -> tuple[Sweep, ...]:
    """The threshold sweeps of a fairness result, by single features; empty without scores."""
    found = []
    for sweep in result.result.get("thresholds", ()):
        points = sweep["points"]
        groups = [in_order(point["groups"], sweep["by"]) for point in points]
        names = [said_of(group, sweep["by"]) for group in groups[0]]
        used = [float(point["threshold"]) for point in points if point["used"]]
        rates = [tuple(value_of(each[place][metric]) for each in groups) for place in range(len(names))]
        found.append(
            Sweep(
                tuple(sweep["by"]),
                used[0] if used else None,
                tuple(float(point["threshold"]) for point in points),
                tuple(zip(names, rates, strict=True)),
                tuple(value_of(point["demographic_parity_ratio"]) for point in points),
            )
        )
    return tuple(found)


def group_calibration(result: Result, by: Sequence[str]) -> tuple[tuple[str, Points], ...]:
    """Per group made by the features ``by``: mean score and share of positives of each bin that is not empty."""
    found = []
    told = [each for each in result.result.get("calibration", ()) if set(each["by"]) == set(by)]
    for each in in_order(told, by):
        points = ((value_of(row["mean_score"]), value_of(row["positive_rate"])) for row in each["bins"])
        found.append((said_of(each, by), tuple((a, b) for a, b in points if a is not None and b is not None)))
    return tuple(found)


def part_of_scores(result: Result, by: Sequence[str]) -> Part | None:
    """Area, Brier's score and calibration by group; None without scores."""
    told = {
        frozenset(each["by"].items()): each
        for each in result.result.get("calibration", ())
        if set(each["by"]) == set(by)
    }
    if not told:
        return None
    none: Mapping[str, Any] = {"undefined": "not measured"}
    rows = []
    for group in groups_of(result, by):
        held, each = group["metrics"], told.get(frozenset(group["by"].items()))
        area = both(held.get("roc_auc", none))
        rows.append((said_of(group, by), *area, shown(held.get("brier", none)), shown(each["error"] if each else none)))
    columns = [
        ("Group", 34, False), ("ROC AUC", 13, True), ("95 % interval", 21, False), ("Brier's score", 16, True),
        ("Calibration error", 16, True),
    ]  # fmt: skip
    curves = tuple(each for each in group_calibration(result, by)[:CURVES] if each[1])
    name, plots = named_by(by), list[Plot]()
    if curves and len(by) == 1:
        title = f"Calibration by {name}"
        plots.append(
            Curves(title, "mean score", "share of positives", curves, diagonal="scores that mean what they say")
        )
    said = (
        "The calibration error is how far mean score and share of positives lie apart in ten bins, on average by rows."
    )
    return Part(f"Scores by {name}", said=(said,), tables=(table(columns, rows, most=FEWER),), plots=tuple(plots))


def part_of_sweep(sweep: Sweep, limit: float) -> Part:
    """What another threshold would do."""
    name = named_by(sweep.by)
    shown_groups = sweep.rates[:3]
    rows = []
    for place in _places(sweep, TRIED):
        at, ratio = sweep.thresholds[place], sweep.ratios[place]
        judged = "undefined" if ratio is None else f"{ratio:.3f}{' (below the limit)' if ratio < limit else ''}"
        cells = ("undefined" if values[place] is None else f"{values[place]:.3f}" for _, values in shown_groups)
        rows.append((f"{at:.3g}{' (in use)' if at == sweep.used else ''}", *cells, judged))
    width = 54 // max(1, len(shown_groups))
    columns = [
        ("Threshold", 18, False), *((f"Selected, {group}"[:60], width, True) for group, _ in shown_groups),
        ("Lowest by highest", 82 - width * len(shown_groups), True),
    ]  # fmt: skip
    more = len(sweep.rates) - len(shown_groups)
    rest = "one more group stand" if more == 1 else f"{more} more groups stand"
    note = f"Rates of {rest} in the attachment." if more > 0 else ""
    curves = [
        (group, tuple((x, y) for x, y in zip(sweep.thresholds, values, strict=True) if y is not None))
        for group, values in (*sweep.rates[: CURVES - 1], ("lowest by highest", sweep.ratios))
    ]
    kept = tuple(each for each in curves if each[1])
    title = f"Selection rates by {words(name)} at every threshold"
    plot = Curves(title, "threshold", "selection rate", kept, mark=sweep.used, limit=limit)
    line = number(repr(limit), 2)
    said = f"Had scores of at least another threshold been selected. The line at {line} is for the lowest rate by the highest."
    return Part(f"Other thresholds by {name}", said=(said,), tables=(table(columns, rows, note=note),), plots=(plot,))


def _places(sweep: Sweep, most: int) -> list[int]:
    """Some thresholds, evenly spread, and the used one."""
    step = -(-len(sweep.thresholds) // most)
    return [place for place, at in enumerate(sweep.thresholds) if place % step == step // 2 or at == sweep.used]
