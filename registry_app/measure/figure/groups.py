"""How the groups of one set of sensitive features fare: the outcome, rates and ratios, and the rates of error."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from registry_app.measure.figure.number import both, cut, ends_of, number, shown, value_of, words
from registry_app.measure.figure.part import BARS, NAME, Part, Table, table, toned
from registry_app.measure.figure.plot import Bar, Bars, Plot, Standing
from registry_app.measure.result import Result

FOUR_FIFTHS = 0.8

FEWER = 20
"""Rows of a table that stands beside the one of all groups."""

_BAND = re.compile(r"(under )?(-?[0-9]{1,15}(?:\.[0-9]{1,15})?)(?: to under \S+| and over)?", re.ASCII)
"""A number, or a band as cut points name it."""

RATIO = {"binary": "Impact ratio", "multiclass": "Ratio of accuracy", "regression": "Ratio of errors"}
"""What the groups are compared by, per task: rates of selection, accuracies, mean absolute errors."""

_RATES = ("selection_rate", "accuracy", "mean_prediction")
"""What a table of groups shows: the first of these that the task has."""

_ERRORS = {
    "accuracy": "Accuracy",
    "true_positive_rate": "True positive rate",
    "false_positive_rate": "False positive rate",
    "precision": "Precision",
    "balanced_accuracy": "Balanced accuracy",
    "mean_absolute_error": "Mean absolute error",
    "root_mean_squared_error": "Root mean squared error",
    "r2": "R squared",
}
"""Metrics that say how often, or how far, a model is wrong: the first four that the task has are shown."""


def part_by(result: Result, outcome: Mapping[str, Any]) -> Part:
    """What is said by the features of one outcome."""
    by = [str(feature) for feature in outcome["by"]]
    limit = float(outcome["limit"])
    tables = [_rates(result, by)]
    errors = _errors(result, by)
    if errors is not None:
        tables.append(errors)
    said = str(outcome["outcome"])
    return Part(f"By {named_by(by)}", said, toned(said), tables=tuple(tables), plots=_plots(result, by, limit))


def named_by(by: Sequence[str]) -> str:
    """``sex × age band``."""
    return cut(" × ".join(words(one) for one in by), NAME)


def groups_of(result: Result, by: Sequence[str]) -> list[dict[str, Any]]:
    """The groups made by the features ``by``, as they are read."""
    return in_order([group for group in result.result["groups"] if set(group["by"]) == set(by)], by)


def in_order(told: Sequence[Mapping[str, Any]], by: Sequence[str]) -> list[dict[str, Any]]:
    """Whatever is told per group, as it is read: numbers and bands of numbers rising, and then names as they stood."""
    return [dict(each) for each in sorted(told, key=lambda each: [_place(str(each["by"][feature])) for feature in by])]


def _place(value: str) -> tuple[bool, float, bool]:
    """Where a group's value stands among the others: ``under 25``, ``25 to under 60``, ``60 and over``."""
    found = _BAND.fullmatch(value)
    return (False, float(found[2]), not found[1]) if found else (True, 0.0, False)


def task_of(result: Result) -> str:
    """``binary``, ``multiclass`` or ``regression``; version 1 knew no other than the first."""
    return str(result.result.get("task", "binary"))


def said_of(group: Mapping[str, Any], by: Sequence[str]) -> str:
    """The group's own values, in the order of the features ``by``, for the keys of a result have none; groups put together have one name."""
    values = [str(group["by"][feature]) for feature in by]
    return values[0] if values[0].startswith("(groups under ") else ", ".join(values)


def impact_bars(result: Result, by: Sequence[str], limit: float) -> tuple[Bar, ...]:
    """The impact ratio of each group made by the features ``by``, judged by ``limit``."""
    bars = []
    for group in groups_of(result, by):
        value = value_of(group["impact_ratio"])
        standing: Standing = "no limit" if value is None else "met" if value >= limit else "not met"
        ends = ends_of(group["impact_ratio"])
        bars.append(Bar(said_of(group, by), value, *ends, _note(group, group["impact_ratio"]), standing))
    return tuple(bars)


def rate_bars(result: Result, by: Sequence[str], metric: str) -> tuple[Bar, ...]:
    """One metric, such as ``selection_rate``, of each group made by the features ``by`` that has it, with its interval."""
    return tuple(
        Bar(
            said_of(group, by),
            value_of(group["metrics"][metric]),
            *ends_of(group["metrics"][metric]),
            _note(group, group["metrics"][metric]),
        )
        for group in groups_of(result, by)
        if metric in group["metrics"]
    )


def p_value(group: Mapping[str, Any]) -> str | None:
    """Of a group's test against the most selected group, in version 2 corrected by Holm; None for that group itself."""
    if "fisher" in group:
        return None if group["fisher"] is None else str(group["fisher"]["p_value"])
    return None if group["test"] is None else str(group["test"]["adjusted"])


def _rates(result: Result, by: Sequence[str]) -> Table:
    rows, metric = [], _RATES[0]
    for group in groups_of(result, by):
        metric = next((name for name in _RATES if name in group["metrics"]), _RATES[0])
        rate = both(group["metrics"].get(metric, {"undefined": "not measured"}))
        found = p_value(group)
        p = "reference" if found is None else number(found)
        small = " (small)" if group["small"] else ""
        rows.append((said_of(group, by), f"{group['n']:,}{small}", *rate, shown(group["impact_ratio"]), p))
    name = words(metric).capitalize()
    columns = [
        ("Group", 28, False), ("Rows", 14, True), (name, 13, True), ("95 % interval", 19, False),
        (RATIO[task_of(result)], 13, True), ("p-value", 13, True),
    ]  # fmt: skip
    return table(columns, rows)


def _errors(result: Result, by: Sequence[str]) -> Table | None:
    groups = groups_of(result, by)
    had = [name for name in _ERRORS if any(name in group["metrics"] for group in groups)][:4]
    if not had:
        return None
    none = {"undefined": "not measured"}
    rows = [(said_of(group, by), *(_told(group["metrics"].get(name, none)) for name in had)) for group in groups]
    width = 76 // len(had)
    columns = [("Group", 100 - width * len(had), False), *((_ERRORS[name], width, False) for name in had)]
    return table(columns, rows, "How often it is right and wrong, with 95 % intervals", most=FEWER)


def _told(told: Mapping[str, Any]) -> str:
    value, said = both(told)
    return value if said == "–" or "value" not in told else f"{value} ({said.replace(' to ', '–')})"


def _plots(result: Result, by: Sequence[str], limit: float) -> tuple[Plot, ...]:
    """None for intersections, whose groups are many and small."""
    if len(by) != 1:
        return ()
    name, called = words(by[0]), "four fifths" if limit == FOUR_FIFTHS else "limit"
    rates = rate_bars(result, by, "selection_rate")[:BARS]
    ratios = impact_bars(result, by, limit)[:BARS]
    more = len(groups_of(result, by)) - BARS
    left = f"; {more:,} more groups are not drawn" if more > 0 else ""
    plots: list[Plot] = [Bars(f"Selection rate by {name}, with 95 % intervals{left}", rates)] if rates else []
    title = f"{RATIO[task_of(result)]} by {name}{left}"
    return (*plots, Bars(title, ratios, limit, called)) if ratios else tuple(plots)


def _note(group: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    small = ", small" if group["small"] else ""
    reason = f", undefined: {told['undefined']}" if "undefined" in told else ""
    return f"n = {group['n']:,}{small}{reason}"
