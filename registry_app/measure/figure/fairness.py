"""The figure of a fairness result: the whole in one sentence, set by set, then what rules ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry_app.measure.figure.groups import FOUR_FIFTHS, named_by, part_by, task_of
from registry_app.measure.figure.number import both, ends_of, interval, number, shown, value_of, words
from registry_app.measure.figure.part import Part, table, toned
from registry_app.measure.figure.rules import part_of_audits, part_of_disagreements, part_of_four_fifths
from registry_app.measure.figure.sweep import part_of_scores, part_of_sweep, sweeps
from registry_app.measure.result import Result


def parts(result: Result) -> tuple[Part, ...]:
    """All passages, in the order in which they are read."""
    limit = float(result.parameters["limit"])
    outcomes = result.result["outcomes"]
    found: list[Part | None] = [_whole(result, limit), part_of_disagreements(result)]
    for outcome in outcomes:
        found.append(part_by(result, outcome))
        found.append(part_of_scores(result, outcome["by"]))
        found += [part_of_sweep(sweep, limit) for sweep in sweeps(result) if set(sweep.by) == set(outcome["by"])]
    found += [_disparities(result), _within(result), part_of_four_fifths(result), part_of_audits(result)]
    return tuple(part for part in found if part is not None)


_FREQUENCIES = "Fisher's exact test, in large or weighted tables the score test, compares each group with"
_TESTS = {
    "binary": f"{_FREQUENCIES} the most selected one",
    "multiclass": f"{_FREQUENCIES} the one of the highest accuracy",
    "regression": "Wald's test compares each group's mean absolute error with the largest one",
}
"""What was tested, per task."""


def _whole(result: Result, limit: float) -> Part:
    outcome = str(result.result["outcome"])
    line = number(repr(limit), 2)
    named = "the four-fifths ratio (29 CFR 1607.4(D))" if limit == FOUR_FIFTHS else "the limit that was chosen"
    task = task_of(result)
    if limit == FOUR_FIFTHS and task != "binary":
        named += ", which that rule knows for rates of selection alone"
    said = [f"The line at {line} is {named}: a screen that asks for a closer look, not a pass mark."]
    small = result.parameters["small"]
    tests = (
        "Fisher's exact test compares each group with the most selected one."
        if result.version == 1
        else f"{_TESTS[task]}; p-values are corrected for the number of groups (Holm)."
    )
    said.append(f"Groups under {small} rows are marked small and decide nothing. {tests}")
    if result.data.get("score") and not result.data.get("prediction") and result.data.get("threshold") is None:
        said.append(
            f"No threshold was named, so scores above their median, {number(str(result.parameters['median_score']))}, count as selected."
        )
    approximation = str(result.result.get("approximation", ""))
    if approximation:
        said.append(f"Approximate: {approximation}.")
    outcomes = result.result["outcomes"]
    rows = [(named_by(each["by"]), str(each["outcome"]), _left_out(each)) for each in outcomes]
    columns = [("By", 24, False), ("Outcome", 50, False), ("Too small to decide", 26, False)]
    tables = (table(columns, rows),) if len(outcomes) > 1 else ()
    return Part("In one sentence", outcome, toned(outcome), tuple(said), tables)


def _left_out(outcome: dict[str, object]) -> str:
    names = outcome.get("left_out")
    if not isinstance(names, list) or not names:
        return "none"
    return f"{names[0]}{f' and {len(names) - 1} more' if len(names) > 1 else ''}"


def _disparities(result: Result) -> Part | None:
    """Disparities as fairlearn names them; of a task for which it names none, its differences and ratios."""
    found = [
        (words(each["metric"]), ", ".join(map(words, each["by"])), shown(each), interval(each) or "–")
        for each in result.result["disparities"]
    ]
    if not found:
        found = [
            (f"{words(each['metric'])}, {how}", ", ".join(map(words, each["by"])), *both(each[how]["between_groups"]))
            for each in result.result.get("aggregates", ())
            for how in ("difference", "ratio")
        ]
    if not found:
        return None
    columns = [
        ("Metric", 38, False),
        ("Between groups of", 24, False),
        ("Value", 14, True),
        ("95 % interval", 24, False),
    ]
    told = result.result["disparities"] or [
        each[how]["between_groups"] for each in result.result.get("aggregates", ()) for how in ("difference", "ratio")
    ]
    said = (_BEYOND,) if any(_is_beyond(each) for each in told) else ()
    return Part("Disparities", said=said, tables=(table(columns, found),))


_BEYOND = (
    "Of a largest difference or smallest ratio between several groups chance alone makes something of its own, so an interval "
    "may lie beyond its value; the tests and the outcome allow for that."
)


def _is_beyond(told: Mapping[str, Any]) -> bool:
    """Whether the interval does not hold its own value."""
    value, (low, high) = value_of(told), ends_of(told)
    return value is not None and low is not None and high is not None and not low <= value <= high


def _within(result: Result) -> Part | None:
    """The same within each group of the control features."""
    found = result.result.get("within", ())
    if not found:
        return None
    rows = [
        (
            ", ".join(f"{words(key)} {value}" for key, value in each["within"].items()), f"{each['n']:,}",
            named_by(outcome["by"]), str(outcome["outcome"]),
        )
        for each in found
        for outcome in each["outcomes"]
    ]  # fmt: skip
    columns = [("Within", 28, False), ("Rows", 12, True), ("By", 20, False), ("Outcome", 40, False)]
    said = f"What holds within each group of the control features; {len(found)} were looked at."
    return Part("Within control features", said=(said,), tables=(table(columns, rows),))
