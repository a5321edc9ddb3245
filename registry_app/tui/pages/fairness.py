"""How groups fare: ratios against the limit, the tables that rules ask for, scores by group, other thresholds."""

from __future__ import annotations

from typing import Any

from registry_app.measure import figure
from registry_app.measure.result import Result
from registry_app.tui.pages.number import brief, draw_bars, group, said
from registry_app.tui.prose import Prose

METRICS = ("selection_rate", "mean_prediction")
"""Drawn by group, the first of these that there is."""


def fairness(page: Prose, result: Result) -> None:
    """The part of a page about one measurement of fairness, of any version and task."""
    found = result.result
    for outcome in found["outcomes"]:
        _outcome(page, result, outcome)
    for sweep in figure.sweeps(result):
        limit = float(result.parameters["limit"])
        page.blank()
        page.item((("Impact ratio by ", "strong"), (" and ".join(sweep.by), "strong"), (" at other thresholds", "")), 0)
        draw_bars(page, figure.sweep_bars(sweep, limit), limit)
    for part in found.get("within", ()):
        page.blank()
        page.item((("Within ", "strong"), (group(part["within"]), "strong"), (f": {part['outcome']}", "")), 0)
        _ratios(page, part["groups"])
    _scores(page, found)
    for table in found.get("four_fifths", ()):
        _four_fifths(page, table)
    for table in found.get("bias_audit", ()):
        _bias_audit(page, table)
    for words in found.get("disagreements", ()):
        page.say(words, "warning")
    if found["disparities"]:
        page.blank()
    for each in found["disparities"]:
        page.pair(", ".join(each["by"]), f"{each['metric'].replace('_', ' ')} {said(each)}")
    if found.get("approximation"):
        page.pair("intervals", found["approximation"], "muted")


def _outcome(page: Prose, result: Result, outcome: dict[str, Any]) -> None:
    by, limit = list(outcome["by"]), float(outcome["limit"])
    page.blank()
    page.item((("Impact ratio by ", "strong"), (" and ".join(by), "strong"), (f": {outcome['outcome']}", "")), 0)
    draw_bars(page, figure.impact_bars(result, by, limit), limit)
    for metric in METRICS:
        rates = figure.rate_bars(result, by, metric)
        if rates:
            page.blank()
            page.item(((f"{metric.replace('_', ' ').capitalize()} by ", "strong"), (" and ".join(by), "strong")), 0)
            draw_bars(page, rates)
            return


def _ratios(page: Prose, groups: list[dict[str, Any]]) -> None:
    rows = [(group(each["by"]), f"{each['n']:,}", said(each["impact_ratio"])) for each in groups]
    page.table(("group", "rows", "impact ratio"), rows)


def _scores(page: Prose, found: dict[str, Any]) -> None:
    """Areas and calibration by group, where there is a score."""
    areas = [each for each in found["groups"] if "roc_auc" in each["metrics"]]
    if not areas:
        return
    errors = {tuple(each["by"].items()): each["error"] for each in found.get("calibration", ())}
    rows = [
        (
            group(each["by"]),
            f"{each['n']:,}",
            said(each["metrics"]["roc_auc"]),
            said(each["metrics"].get("brier"), interval=False),
            said(errors.get(tuple(each["by"].items()))),
        )
        for each in areas
    ]
    page.blank()
    page.say("Scores by group", "strong")
    page.table(("group", "rows", "AUC (95 % interval)", "Brier", "calibration error"), rows)


def _four_fifths(page: Prose, table: dict[str, Any]) -> None:
    page.blank()
    page.item((("Four fifths by ", "strong"), (" and ".join(table["by"]), "strong"), (f", against {group(table['against'])}", "")), 0)  # fmt: skip
    rows = [
        (
            group(each["by"]),
            f"{each['selected']:,} of {each['n']:,}",
            said(each["selection_rate"], interval=False),
            said(each["impact_ratio"], interval=False),
            f"{each['shortfall']:,}",
            _four_fifths_says(each),
        )
        for each in table["groups"]
    ]
    page.table(("group", "selected", "rate", "ratio", "short", "what it says"), rows)


def _four_fifths_says(line: dict[str, Any]) -> str:
    """Whether it is below, and how firm that is."""
    words = []
    if line["below"]:
        words.append("below four fifths")
        words.append("significant" if line["statistically_significant"] else "may be chance")
        if line["one_more_changes_it"]:
            words.append("one person more changes it")
    if line["warning"]:
        words.append(line["warning"])
    return ", ".join(words)


def _bias_audit(page: Prose, table: dict[str, Any]) -> None:
    page.blank()
    by = " and ".join(table["by"])
    page.item((("Local Law 144 ", "strong"), (f"{table['kind']} by ", "strong"), (by, "strong")), 0)
    rate = "selection_rate" if table["kind"] == "selection" else "scoring_rate"
    rows = [
        (
            group(each["by"]),
            f"{each['applicants']:,}",
            brief(float(each[rate]["value"])),
            said(each["impact_ratio"]),
            f"left out: {each['left_out']}" if each.get("left_out") else "",
        )
        for each in table["rows"]
    ]
    noted = any(row[-1] for row in rows)
    head = ("category", "applicants", rate.replace("_", " "), "impact ratio", "note")
    page.table(head if noted else head[:-1], rows if noted else [row[:-1] for row in rows])
    if table["unknown"]:
        page.say(f"{table['unknown']:,} of unknown category are counted in no row.", "muted")
