"""The figures and charts of the pages, read from evidence. Every number on a page goes through :func:`.letters.number`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry_app.evidence.views import EvidenceDetail
from registry_app.measure.charts import (
    bar_chart,
    calibration_chart,
    confusion_chart,
    curves_chart,
    roc_chart,
    shap_chart,
)
from registry_app.measure.figure import (
    calibration_points,
    case_bars,
    group_calibration,
    impact_bars,
    importance_bars,
    p_value,
    rate_bars,
    roc_points,
    sweeps,
)
from registry_app.measure.result import Result
from registry_app.reporting.content import DossierContent, evidence_names
from registry_app.reporting.letters import cut, drawn, number, words
from registry_app.reviews.facts import APPROVING

ROWS = 60
"""Rows of a table that a page prints; the rest stand in the attachments."""

NAME = 120
"""Letters of a name that a page prints; names in the registry are no longer."""

BARS = 24
"""Bars of a chart."""

CURVES = 8
"""Groups whose curves are drawn."""

FOUR_FIFTHS = 0.8

_RATES = ("selection_rate", "accuracy", "mean_prediction")
"""What a table of groups shows: the first of these that the task has."""

CASES = 3
"""Single cases that are drawn."""


@dataclass(frozen=True, slots=True)
class Card:
    """One key figure."""

    label: str
    value: str
    note: str
    tone: str
    """``good``, ``bad``, ``warn`` or ``plain``."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table of figures."""

    name: str
    value: str
    interval: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Groups:
    """How the groups of one or more sensitive features fare."""

    by: str
    outcome: str
    tone: str
    charts: tuple[str, ...]
    """SVG; empty for intersections."""
    rows: tuple[tuple[str, ...], ...]
    """Group, rows, selection rate, its interval, impact ratio, p-value."""
    more: int
    """Rows that are not printed."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One piece of evidence, ready for a page."""

    detail: EvidenceDetail
    number: int
    """Its number within the dossier, from 1."""
    attachment: str
    """The file that holds it whole."""
    lines: tuple[Line, ...] = ()
    charts: tuple[str, ...] = ()
    """SVG."""
    groups: tuple[Groups, ...] = ()
    said: str = ""
    """What to conclude, in one sentence."""
    disparities: tuple[tuple[str, ...], ...] = ()


def figures_of(content: DossierContent) -> tuple[Figure, ...]:
    """All evidence, newest of each kind first within the order performance, fairness, explanation."""
    order = {"performance": 0, "fairness": 1, "explanation": 2}
    names = evidence_names(content)
    numbered = [(item, names[place - 1], place) for place, item in enumerate(content.evidence, 1)]
    numbered.sort(key=lambda one: (order.get(one[0].summary.kind, 9), -one[2]))
    return tuple(_figure(item, name, place) for item, name, place in numbered)


def cards_of(content: DossierContent, figures: Sequence[Figure]) -> tuple[Card, ...]:
    """The four key figures."""
    return (_ranking(figures), _ratio(figures), _controls(content), _signed(content))


def newest(figures: Sequence[Figure], kind: str) -> Result | None:
    """The newest result of a kind."""
    return next((one.detail.result for one in figures if one.detail.summary.kind == kind and one.detail.result), None)


def _figure(item: EvidenceDetail, name: str, place: int) -> Figure:
    result = item.result
    if result is None:
        return Figure(
            item,
            place,
            name,
            said="The content of this evidence was shredded, or cannot be read; its digest still stands in the ledger.",
        )
    if result.kind == "performance":
        return _performance(item, result, name, place)
    if result.kind == "fairness":
        return _fairness(item, result, name, place)
    return _explanation(item, result, name, place)


def _performance(item: EvidenceDetail, result: Result, name: str, place: int) -> Figure:
    metrics: Mapping[str, Any] = result.result["metrics"]
    lines = tuple(_line(words(key), value) for key, value in metrics.items())
    charts = []
    points = roc_points(result)
    if points:
        auc = _line("", metrics.get("roc_auc", {"undefined": "not computed", "n": 0}))
        charts.append(
            roc_chart(points, "ROC curve", f"AUC {auc.value} ({auc.interval})" if auc.interval else f"AUC {auc.value}")
        )
    bins = calibration_points(result)
    if bins:
        charts.append(calibration_chart(bins, "Calibration"))
    positive = str(result.data.get("positive", "positive"))
    charts.append(confusion_chart(result.result["confusion"], "Confusion", positive))
    total, held = result.result["n"], result.result["positives"]
    said = f"Measured on {total:,} rows, of which {held:,} have the outcome '{positive}'. Intervals are 95 %."
    return Figure(item, place, name, lines, tuple(drawn(chart) for chart in charts), said=said)


def _fairness(item: EvidenceDetail, result: Result, name: str, place: int) -> Figure:
    groups = tuple(_groups(result, outcome) for outcome in result.result["outcomes"])
    disparities = tuple(
        (words(one["metric"]), ", ".join(words(name) for name in one["by"]), *_value_and_interval(one))
        for one in result.result["disparities"]
    )
    limit = float(result.parameters["limit"])
    named = "the four-fifths ratio (29 CFR 1607.4(D))" if limit == FOUR_FIFTHS else "the limit that was chosen"
    said = (
        f"In one sentence: {result.result['outcome']}. The line at {number(repr(limit), 2)} is {named}: "
        "a screen that asks for a closer look, not a pass mark."
    )
    said = " ".join([said, *result.result.get("disagreements", ())])
    return Figure(item, place, name, groups=groups, said=said, disparities=disparities[:ROWS])


def _groups(result: Result, outcome: Mapping[str, Any]) -> Groups:
    by = [str(feature) for feature in outcome["by"]]
    limit = float(outcome["limit"])
    charts: tuple[str, ...] = ()
    if len(by) == 1:
        rates = rate_bars(result, by, "selection_rate")[:BARS]
        ratios = impact_bars(result, by, limit)[:BARS]
        name = words(by[0])
        charts = (
            *((drawn(bar_chart(rates, f"Selection rate by {name}, with 95 % intervals")),) if rates else ()),
            drawn(
                bar_chart(ratios, f"Impact ratio by {name}", limit, "limit" if limit != FOUR_FIFTHS else "four fifths")
            ),
            *(drawn(chart) for chart in _other_thresholds(result, by, limit)),
        )
    rows = []
    for group in result.result["groups"]:
        if set(group["by"]) == set(by):
            metrics = group["metrics"]
            rate = _value_and_interval(metrics[next(name for name in _RATES if name in metrics)])
            ratio = _value_and_interval(group["impact_ratio"])[0]
            found = p_value(group)
            p = "reference" if found is None else number(found)
            small = " (small)" if group["small"] else ""
            named = ", ".join(str(value) for value in group["by"].values())
            rows.append((cut(named, NAME), f"{group['n']:,}{small}", *rate, ratio, p))
    said = str(outcome["outcome"])
    tone = "bad" if said.startswith("disparity shown") else "warn" if said.startswith("cannot tell") else "good"
    return Groups(
        cut(" × ".join(words(one) for one in by), NAME),
        said,
        tone,
        charts,
        tuple(rows[:ROWS]),
        max(0, len(rows) - ROWS),
    )


def _other_thresholds(result: Result, by: Sequence[str], limit: float) -> list[str]:
    """What another threshold would do to the groups of one feature, and how far their scores can be trusted."""
    name, charts = words(by[0]), []
    for sweep in sweeps(result):
        if list(sweep.by) == list(by):
            curves = [
                (group, [(x, y) for x, y in zip(sweep.thresholds, values, strict=True) if y is not None])
                for group, values in (*sweep.rates[:CURVES], ("lowest by highest", sweep.ratios))
            ]
            title = f"Selection rates by {name} at every threshold"
            charts.append(curves_chart(curves, title, "threshold", "selection rate", sweep.used, limit))
    calibrated = group_calibration(result, by)[:CURVES]
    if calibrated:
        charts.append(curves_chart(calibrated, f"Calibration by {name}", "mean score", "share of positives"))
    return charts


def _explanation(item: EvidenceDetail, result: Result, name: str, place: int) -> Figure:
    unit = str(result.result["output"])
    charts = [shap_chart(importance_bars(result), "What moves the model: mean absolute SHAP value", unit)]
    cases = result.result["cases"]
    places = sorted({0, len(cases) // 2, len(cases) - 1})[:CASES] if cases else []
    for at in places:
        case = cases[at]
        score = number(case["prediction"]["value"])
        charts.append(shap_chart(case_bars(case), f"One case, {case['row']}: predicted {score}", unit))
    error = number(result.result["additivity"]["max_abs_error"]["value"], 6)
    lines = tuple(
        Line(f"{one['rank']}. {cut(str(one['feature']), NAME)}", number(one["value"]), _interval(one["ci"]))
        for one in result.result["importance"][:ROWS]
    )
    said = (
        f"SHAP values of {result.result['n']:,} rows by the {result.parameters['explainer']} explainer, in {unit}. "
        f"Base value and contributions add up to the output within {error}."
    )
    return Figure(item, place, name, lines, tuple(drawn(chart) for chart in charts), said=said)


def _line(name: str, value: Mapping[str, Any]) -> Line:
    shown, interval = _value_and_interval(value)
    return Line(name, shown, interval, str(value.get("undefined", "")))


def _value_and_interval(value: Mapping[str, Any]) -> tuple[str, str]:
    if "undefined" in value:
        return "undefined", str(value["undefined"])
    return number(str(value["value"])), _interval(value.get("ci"))


def _interval(ci: Any) -> str:
    return f"{number(ci[0])} to {number(ci[1])}" if isinstance(ci, (list, tuple)) else ""


def _ranking(figures: Sequence[Figure]) -> Card:
    result = newest(figures, "performance")
    if result is None:
        return Card("ROC AUC", "none", "no performance evidence", "bad")
    metrics = result.result["metrics"]
    key, label = ("roc_auc", "ROC AUC") if "roc_auc" in metrics else ("accuracy", "Accuracy")
    shown, interval = _value_and_interval(metrics[key])
    return Card(label, shown, f"95 %: {interval}" if interval else "", "plain")


def _ratio(figures: Sequence[Figure]) -> Card:
    result = newest(figures, "fairness")
    if result is None:
        return Card("Lowest impact ratio", "none", "no fairness evidence", "bad")
    limit = float(result.parameters["limit"])
    found = [
        (
            float(group["impact_ratio"]["value"]),
            cut(", ".join(f"{words(key)} {value}" for key, value in group["by"].items()), 60),
        )
        for group in result.result["groups"]
        if not group["small"] and "value" in group["impact_ratio"]
    ]
    if not found:
        return Card("Lowest impact ratio", "undefined", "no group is large enough", "warn")
    lowest, group = min(found)
    tone = "good" if lowest >= limit else "bad"
    named = "four fifths is" if limit == FOUR_FIFTHS else "the limit is"
    return Card("Lowest impact ratio", number(repr(lowest)), f"{group}; {named} {number(repr(limit), 2)}", tone)


def _controls(content: DossierContent) -> Card:
    counted = [line for line in content.verdicts if line.outcome != "not_applicable"]
    met = sum(line.outcome == "met" for line in counted)
    if not counted:
        return Card("Controls met", "none", "no policy pack was applied", "bad")
    rest = {
        word: sum(line.outcome == word for line in counted) for word in ("not_met", "insufficient_evidence", "waived")
    }
    note = ", ".join(f"{count} {words(word)}" for word, count in rest.items() if count) or "none open"
    blocked = any(
        line.severity == "blocking" and line.outcome in ("not_met", "insufficient_evidence") for line in counted
    )
    return Card(
        "Controls met",
        f"{met} of {len(counted)}",
        note,
        "bad" if blocked else "good" if met == len(counted) else "warn",
    )


def _signed(content: DossierContent) -> Card:
    if not content.reviews:
        return Card("Approvals signed", "none", "not submitted for review", "plain")
    newest_review = content.reviews[0]
    needed = sum(stage.quorum for stage in newest_review.stages)
    standing = [line for line in newest_review.decisions if line.outcome in APPROVING and not line.lapsed]
    stages = ", ".join(stage.name for stage in newest_review.stages)
    tone = "good" if len(standing) >= needed else "warn"
    return Card("Approvals signed", f"{len(standing)} of {needed}", stages, tone)
