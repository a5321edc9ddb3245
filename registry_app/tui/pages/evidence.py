"""The evidence of a version: numbers and figures, each with what is needed to measure it again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from textual.content import Content

from registry_app.evidence.views import EvidenceDetail
from registry_app.measure.result import Result
from registry_app.tui.pages.drift import drift
from registry_app.tui.pages.explanation import changed, explanation
from registry_app.tui.pages.fairness import fairness
from registry_app.tui.pages.load import load
from registry_app.tui.pages.performance import performance
from registry_app.tui.pages.quality import quality
from registry_app.tui.pen import Pen, moment
from registry_app.tui.prose import Prose

_DRAWN: dict[str, Callable[[Prose, Result], None]] = {
    "performance": performance,
    "fairness": fairness,
    "explanation": explanation,
    "drift": drift,
    "load": load,
    "quality": quality,
}


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """A page, and where its pieces begin."""

    content: Content
    starts: tuple[int, ...]
    """The line of each piece, from 0, in the order of :attr:`shown`."""
    shown: tuple[EvidenceDetail, ...]
    """Newest first."""

    def at(self, line: float) -> EvidenceDetail | None:
        """The piece that a line belongs to; of lines before all pieces the first."""
        above = sum(start <= line for start in self.starts)
        return self.shown[max(0, above - 1)] if self.shown else None

    def beyond(self, line: float, step: int) -> int | None:
        """Where the next piece after ``line`` begins, or with a negative step the one before; ``None`` where there is none."""
        if step > 0:
            return next((start for start in self.starts if start > line), None)
        return next((start for start in reversed(self.starts) if start < line), None)


def evidence_page(
    found: Sequence[EvidenceDetail], pen: Pen, width: int, before: EvidenceDetail | None = None
) -> EvidencePage:
    """All evidence about a version, newest first.

    Args:
        before: an explanation of the version it came from, to compare explanations with.
    """
    page = Prose(pen, width)
    shown = tuple(sorted(found, key=lambda one: -one.summary.seq))
    starts: list[int] = []
    if not shown:
        page.say("No evidence was recorded for this version.", "muted")
        page.say("A developer or validator measures it: key e, or registry-app evaluate.", "muted")
    elif len(shown) > 1:
        _contents(page, shown)
    for detail in shown:
        starts.append(page.height + bool(page.height))
        _piece(page, detail, before)
    return EvidencePage(page.content(), tuple(starts), shown)


def result_part(page: Prose, result: Result) -> None:
    """One result, with what is needed to make it again."""
    _DRAWN[result.kind](page, result)
    _again(page, result)


def _contents(page: Prose, shown: Sequence[EvidenceDetail]) -> None:
    page.heading(f"{len(shown)} pieces of evidence, newest first; n goes to the next, p to the one before")
    rows = [
        (str(place), one.summary.kind, moment(one.summary.recorded), one.summary.author, _outcome(one))
        for place, one in enumerate(shown, start=1)
    ]
    page.table(("", "kind", "recorded (UTC)", "by", "outcome"), rows)


def _outcome(detail: EvidenceDetail) -> str:
    """What it comes to, in words, where it comes to something."""
    if detail.result is None:
        return "shredded"
    return str(detail.result.result.get("outcome", ""))


def _piece(page: Prose, detail: EvidenceDetail, before: EvidenceDetail | None) -> None:
    summary, result = detail.summary, detail.result
    page.heading(f"{summary.kind.capitalize()} on {summary.dataset or 'data that is not registered'}")
    words = f"{moment(summary.recorded)} UTC by {summary.author}, leaf {summary.seq}, evidence {summary.id}"
    page.say(page.pen.words(words), "muted")
    if result is None:
        page.say("It was shredded; the ledger keeps its digest.", "warning")
        return
    _DRAWN[result.kind](page, result)
    if result.kind == "explanation" and before is not None and before.result is not None:
        changed(page, before.result, result, before.summary.version)
    _again(page, result)


def _again(page: Prose, result: Result) -> None:
    data = result.data
    page.blank()
    page.pair("data", f"{data['rows']:,} rows, SHA-256 {data['digest']}", "muted")
    if data.get("model"):
        _model(page, data["model"])
    page.pair("seed", str(result.seed), "muted")
    page.pair("libraries", ", ".join(f"{name} {version}" for name, version in result.libraries.items()), "muted")
    page.pair("measured on", f"{result.platform}, in {result.duration_ms / 1000:,.1f} seconds", "muted")


def _model(page: Prose, ran: dict[str, Any]) -> None:
    """The model that was run, and by whose leave."""
    page.pair("model", f"{ran['format']}, SHA-256 {ran['digest']}", "muted")
    level = ran["sandbox"]
    page.pair("sandbox", f"level {level['level']}{': ' if level['because'] else ''}{level['because']}", "muted")
    if ran.get("trust"):
        trust = ran["trust"]
        page.pair("trusted", f"by {trust['by']} after a scan that said {trust['scan']} ({trust['scanner']})", "warning")
    if ran.get("waiver"):
        page.pair("waived", f"the sandbox, by {ran['waiver']['by']}: {ran['waiver']['reason']}", "warning")
