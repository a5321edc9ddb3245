"""How far a window has moved from its reference: each column's index against the limit, and performance over time."""

from __future__ import annotations

from typing import Any

from registry_app.measure.figure import Bar, Standing
from registry_app.measure.result import Result
from registry_app.tui.pages.number import brief, draw_bars, said
from registry_app.tui.prose import Prose

COLUMNS = 24
"""Columns that are drawn, the furthest first."""
WINDOWS = 24
"""Windows that are drawn, the newest."""


def drift(page: Prose, result: Result) -> None:
    """The part of a page about one measurement of drift."""
    found, limit = result.result, float(result.parameters["limit"])
    page.blank()
    page.item((("Outcome: ", "strong"), (found["outcome"], "")), 0)
    page.pair("rows", f"{found['reference']['rows']:,} in the reference, {found['window']['rows']:,} in the window")
    page.blank()
    page.say("Population stability index of each column", "strong")
    columns = sorted(found["columns"], key=lambda each: -float(each["psi"].get("value", -1)))
    draw_bars(page, [_index(each, limit) for each in columns[:COLUMNS]], limit)
    if len(columns) > COLUMNS:
        page.say(f"and {len(columns) - COLUMNS} more columns, all of a smaller index", "muted")
    page.blank()
    rows = [
        (each["column"], said(each["jensen_shannon"]), _test(each), _missing(each), each["outcome"]) for each in columns
    ]
    page.table(("column", "Jensen-Shannon", "p (Holm)", "missing", "outcome"), rows, most=COLUMNS)
    if found["over_time"] is not None:
        _over_time(page, found["over_time"])


def _index(column: dict[str, Any], limit: float) -> Bar:
    if "value" not in column["psi"]:
        return Bar(column["column"], None, note=f"undefined: {column['psi']['undefined']}")
    value = float(column["psi"]["value"])
    standing: Standing = "not met" if value > limit else "met"
    return Bar(column["column"], value, standing=standing)


def _test(column: dict[str, Any]) -> str:
    p = column["p_value_corrected"]
    return f"{float(p):.2g}" if isinstance(p, str) else "no test"


def _missing(column: dict[str, Any]) -> str:
    return " to ".join(brief(float(column["missing"][when]["value"])) for when in ("reference", "window"))


def _over_time(page: Prose, told: dict[str, Any]) -> None:
    page.blank()
    page.item((("Accuracy by ", "strong"), (told["every"], "strong"), (_differs(told["accuracy_differs"]), "")), 0)
    shown = told["windows"][-WINDOWS:]
    bars = []
    for each in shown:
        number = each["metrics"]["accuracy"]
        ends = number.get("ci")
        low, high = (float(ends[0]), float(ends[1])) if isinstance(ends, list) else (None, None)
        value = float(number["value"]) if "value" in number else None
        bars.append(Bar(each["window"], value, low, high, f"n = {each['n']:,}"))
    draw_bars(page, bars)
    if len(told["windows"]) > WINDOWS:
        page.say(f"after {len(told['windows']) - WINDOWS} older windows", "muted")


def _differs(test: dict[str, Any]) -> str:
    if "p_value" not in test:
        return f": cannot tell whether it changed, {test.get('undefined', 'there is no test')}"
    return f": a test for a change gives p = {float(test['p_value']):.2g}"
