"""The figure of a drift: how far each column has moved, the widest of them bin by bin, and performance over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry_app.measure.figure.number import both, cut, ends_of, number, share, shown, value_of, words
from registry_app.measure.figure.part import Part, table, toned
from registry_app.measure.figure.plot import Bar, Bars, Course, Plot, Sides, Standing
from registry_app.measure.result import Result

DRAWN = 16
"""Columns whose distance is drawn."""

WIDEST = 3
"""Columns whose bins are drawn."""


def parts(result: Result) -> tuple[Part, ...]:
    """All passages, in the order in which they are read."""
    columns = _ordered(result)
    found = [_columns(result, columns)]
    widest = _widest(columns)
    if widest is not None:
        found.append(widest)
    over_time = result.result.get("over_time")
    if over_time and over_time["windows"]:
        found.append(_over_time(over_time))
    return tuple(found)


def psi_bars(result: Result, most: int = DRAWN) -> tuple[Bar, ...]:
    """The population stability index of the columns that moved furthest, judged by the limit."""
    limit = float(result.parameters["limit"])
    bars = []
    for each in _ordered(result)[:most]:
        value = value_of(each["psi"])
        standing: Standing = "no limit" if value is None else "met" if value <= limit else "not met"
        note = "" if value is not None else f"undefined: {each['psi']['undefined']}"
        bars.append(Bar(str(each["column"]), value, note=note, standing=standing))
    return tuple(bars)


def _ordered(result: Result) -> list[Mapping[str, Any]]:
    """Columns, the widest distance first, those without one last."""
    found: Sequence[Mapping[str, Any]] = result.result["columns"]
    return sorted(found, key=lambda each: (-(value_of(each["psi"]) or -1.0), str(each["column"])))


def _columns(result: Result, columns: Sequence[Mapping[str, Any]]) -> Part:
    outcome = str(result.result["outcome"])
    limit = number(str(result.parameters["limit"]), 2)
    before, now = result.result["reference"]["rows"], result.result["window"]["rows"]
    beyond = sum(not str(each["outcome"]).startswith("no drift") for each in columns)
    many = "One column was" if len(columns) == 1 else f"{len(columns):,} columns were"
    said = (
        (
            f"{many} compared, {beyond:,} of them beyond the limit or not to be told: {before:,} rows of the reference, {now:,} of "
            f"the window. The limit is a population stability index (PSI) of {limit}; the test is Kolmogorov and Smirnov's for numbers, "
            "chi-square for words, corrected for the number of columns (Holm)."
        ),
    )
    rows = []
    for each in columns:
        missing = f"{share(each['missing']['reference'])} → {share(each['missing']['window'])}"
        rows.append(
            (
                str(each["column"]), shown(each["psi"]), shown(each["jensen_shannon"]), _p(each["p_value_corrected"]), missing,
                str(each["outcome"]),
            )
        )  # fmt: skip
    head = [
        ("Column", 26, False), ("PSI", 9, True), ("Jensen–Shannon", 12, True), ("p-value", 11, True), ("Missing", 18, False),
        ("Outcome", 24, False),
    ]  # fmt: skip
    plot = Bars("Population stability index, the widest first", psi_bars(result), float(result.parameters["limit"]))
    return Part("Column by column", outcome, toned(outcome), said, (table(head, rows),), (plot,))


def _p(told: Any) -> str:
    return number(str(told)) if isinstance(told, str) else "no test"


def _widest(columns: Sequence[Mapping[str, Any]]) -> Part | None:
    """The bins of the columns that moved furthest."""
    plots: list[Plot] = []
    for each in columns:
        bins, value = each["bins"], value_of(each["psi"])
        before, now = (sum(int(one[side]) for one in bins) for side in ("reference", "window"))
        if value is None or not before or not now or len(plots) == WIDEST:
            continue
        rows = tuple((str(one["bin"]), int(one["reference"]) / before, int(one["window"]) / now) for one in bins)
        plots.append(Sides(f"{cut(str(each['column']), 60)}: PSI {value:.3f}", ("reference", "window"), rows))
    if not plots:
        return None
    said = "Numbers are cut into tenths of the reference, from the lowest; words into their values."
    return Part("Before and now, bin by bin", said=(said,), plots=tuple(plots))


def _over_time(over_time: Mapping[str, Any]) -> Part:
    windows: Sequence[Mapping[str, Any]] = over_time["windows"]
    differs = over_time["accuracy_differs"]
    if "undefined" in differs:
        outcome = f"cannot tell whether accuracy differs: {differs['undefined']}"
    elif float(differs["p_value"]) < 0.05:
        outcome = f"accuracy differs between windows (chi-square, p {number(differs['p_value'])})"
    else:
        outcome = f"no difference in accuracy between windows is shown (chi-square, p {number(differs['p_value'])})"
    rates = sorted(windows[0]["metrics"])
    rows = []
    for each in windows:
        value, ends = both(each["metrics"]["accuracy"])
        rest = [shown(each["metrics"][rate]) for rate in rates if rate != "accuracy"]
        rows.append((str(each["window"]), f"{each['n']:,}", value, ends, *rest))
    width = 46 // max(1, len(rates) - 1)
    head = [
        ("Window", 15, False), ("Rows", 11, True), ("Accuracy", 10, True), ("95 % interval", 64 - width * (len(rates) - 1), False),
        *((words(rate).capitalize(), width, True) for rate in rates if rate != "accuracy"),
    ]  # fmt: skip
    points = tuple(_point(each) for each in windows)
    plot = Course(f"Accuracy by {over_time['every']}", "accuracy", points)
    return Part(
        "Performance over time",
        outcome,
        toned(outcome) if "differs" not in outcome.split(":")[0][:16] else "bad",
        tables=(table(head, rows),),
        plots=(plot,),
    )


def _point(each: Mapping[str, Any]) -> Bar:
    told = each["metrics"]["accuracy"]
    return Bar(str(each["window"]), value_of(told), *ends_of(told), note=f"n = {each['n']:,}")
