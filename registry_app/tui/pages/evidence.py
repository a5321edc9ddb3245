"""The evidence of a version: numbers and figures, each with what is needed to measure it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.text import Text
from textual.content import Content, Span

from registry_app.evidence.facts import KINDS
from registry_app.evidence.views import EvidenceDetail
from registry_app.measure import bars, curves, figure
from registry_app.measure.result import Result
from registry_app.tui.pen import STYLES, Pen, moment
from registry_app.tui.prose import Prose

_THEMED = {
    bars.MET: STYLES["success"],
    bars.NOT_MET: STYLES["error"],
    bars.PLAIN: STYLES["plain"],
    bars.OTHER: STYLES["warning"],
    bars.MUTED: STYLES["muted"],
}
CASES = 3
"""How many explained cases are drawn."""


def evidence_page(found: Sequence[EvidenceDetail], pen: Pen, width: int) -> Content:
    """All evidence about a version by kind, the oldest of each first."""
    page = Prose(pen, width)
    if not found:
        page.say("No evidence was recorded for this version.", "muted")
        page.say("A developer or validator measures it: registry-app evidence record.", "muted")
    for detail in sorted(found, key=lambda one: KINDS.index(one.summary.kind)):
        summary = detail.summary
        page.heading(f"{summary.kind.capitalize()} on {summary.dataset or 'data that is not registered'}")
        said = f"{moment(summary.recorded)} UTC by {summary.author}, leaf {summary.seq}, evidence {summary.id}"
        page.say(pen.words(said), "muted")
        if detail.result is None:
            page.say("It was shredded; the ledger keeps its digest.", "warning")
            continue
        _DRAWN[summary.kind](page, detail.result)
        _again(page, detail.result)
    return page.content()


def _performance(page: Prose, result: Result) -> None:
    found = result.result
    page.blank()
    shown = [_bar(name, number) for name, number in found["metrics"].items()]
    _draw(page, bars.bar_lines(shown, width=page.width, ascii=page.pen.ascii))
    table = found["confusion"]
    page.blank()
    page.pair("confusion", f"{table['true_positive']:,} true and {table['false_positive']:,} false positives, "
                           f"{table['true_negative']:,} true and {table['false_negative']:,} false negatives")  # fmt: skip
    page.pair("rows", f"{found['n']:,}, of which {found['positives']:,} positive")
    roc, calibration = figure.roc_points(result), figure.calibration_points(result)
    if roc:
        page.blank()
        page.say("ROC curve", "strong")
        area = f"AUC {_said(found['metrics']['roc_auc'])}"
        _draw(page, curves.roc_lines(roc, area, width=page.width, ascii=page.pen.ascii))
    if calibration:
        page.blank()
        page.say("Calibration", "strong")
        _draw(page, curves.calibration_lines(calibration, width=page.width, ascii=page.pen.ascii))
    if not roc and not calibration:
        page.pair("curves", "none: it was measured without scores", "muted")


def _fairness(page: Prose, result: Result) -> None:
    found = result.result
    for outcome in found["outcomes"]:
        by = list(outcome["by"])
        limit = float(outcome["limit"])
        page.blank()
        page.item((("Impact ratio by ", "strong"), (" and ".join(by), "strong"), (f": {outcome['outcome']}", "")), 0)
        _draw(
            page, bars.bar_lines(figure.impact_bars(result, by, limit), limit, width=page.width, ascii=page.pen.ascii)
        )
        rates = figure.rate_bars(result, by, "selection_rate")
        if rates:
            page.item((("Selection rate by ", "strong"), (" and ".join(by), "strong")), 0)
            _draw(page, bars.bar_lines(rates, width=page.width, ascii=page.pen.ascii))
    for sweep in figure.sweeps(result):
        limit = float(result.parameters["limit"])
        page.blank()
        page.item((("Impact ratio by ", "strong"), (" and ".join(sweep.by), "strong"), (" at other thresholds", "")), 0)
        shown = figure.sweep_bars(sweep, limit)
        _draw(page, bars.bar_lines(shown, limit, width=page.width, ascii=page.pen.ascii))
    for said in found.get("disagreements", ()):
        page.say(said)
    page.blank()
    for each in found["disparities"]:
        value = f"{float(each['value']):.3f}" if "value" in each else f"undefined: {each['undefined']}"
        page.pair(", ".join(each["by"]), f"{each['metric'].replace('_', ' ')} {value}")


def _explanation(page: Prose, result: Result) -> None:
    page.blank()
    page.say(f"Mean absolute contribution to the {result.result['output']}", "strong")
    _draw(page, bars.shap_lines(figure.importance_bars(result), width=page.width, ascii=page.pen.ascii))
    for case in result.result["cases"][:CASES]:
        page.blank()
        page.item((("Row ", "strong"), (f"{case['row']}: {float(case['prediction']['value']):.3f}", "strong")), 0)
        _draw(page, bars.shap_lines(figure.case_bars(case), width=page.width, ascii=page.pen.ascii))


def _again(page: Prose, result: Result) -> None:
    page.blank()
    page.pair("data", f"{result.data['rows']:,} rows, SHA-256 {result.data['digest']}", "muted")
    page.pair("seed", str(result.seed), "muted")
    page.pair("libraries", ", ".join(f"{name} {version}" for name, version in result.libraries.items()), "muted")


def _bar(name: str, number: dict[str, Any]) -> figure.Bar:
    said = name.replace("_", " ")
    if "value" not in number:
        return figure.Bar(said, None, note=f"undefined: {number['undefined']}")
    ends = number.get("ci")
    low, high = (float(ends[0]), float(ends[1])) if isinstance(ends, list) else (None, None)
    return figure.Bar(said, float(number["value"]), low, high)


def _said(number: dict[str, Any]) -> str:
    """A number and its interval in words."""
    bar = _bar("", number)
    if bar.value is None or bar.low is None or bar.high is None:
        return bar.note if bar.value is None else f"{bar.value:.3f}"
    return f"{bar.value:.3f} ({bar.low:.3f} to {bar.high:.3f})"


def _draw(page: Prose, lines: Sequence[Text]) -> None:
    for line in lines:
        spans = [Span(span.start, span.end, _THEMED.get(str(span.style), str(span.style))) for span in line.spans]
        page.drawn(Content(line.plain, spans=spans))


_DRAWN = {"performance": _performance, "fairness": _fairness, "explanation": _explanation}
