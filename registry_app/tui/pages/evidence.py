"""The evidence of a version: numbers and figures, each with what is needed to measure it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.content import Content, Span

from registry_app.evidence.views import EvidenceDetail
from registry_app.measure import bars
from registry_app.measure.figure import needed, part_of_changes, parts
from registry_app.measure.figure.part import table
from registry_app.measure.lines import part_lines, table_lines
from registry_app.measure.result import Result
from registry_app.tui.pen import STYLES, Pen, moment
from registry_app.tui.prose import Prose

NARROWEST = 48
"""Cells that a figure needs."""
_THEMED = {
    bars.MET: STYLES["success"],
    bars.NOT_MET: STYLES["error"],
    bars.PLAIN: STYLES["plain"],
    bars.OTHER: STYLES["warning"],
    bars.MUTED: STYLES["muted"],
}
_CONTENTS = (
    ("", 4, True),
    ("kind", 16, False),
    ("recorded (UTC)", 20, False),
    ("by", 20, False),
    ("outcome", 40, False),
)


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
    """One result: all that a person reads of it, and what is needed to make it again."""
    for part in parts(result):
        page.blank()
        _draw(page, part_lines(part, _width(page), page.pen.ascii))
    page.blank()
    for name, value in needed(result):
        page.pair(name.lower(), value, "muted")


def _contents(page: Prose, shown: Sequence[EvidenceDetail]) -> None:
    page.heading(f"{len(shown)} pieces of evidence, newest first; n goes to the next, p to the one before")
    rows = [
        (str(place), one.summary.kind, moment(one.summary.recorded), one.summary.author, _outcome(one))
        for place, one in enumerate(shown, start=1)
    ]
    _draw(page, table_lines(table(_CONTENTS, rows, most=len(rows)), _width(page), page.pen.ascii))


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
    if detail.below:
        page.say(f"Groups of fewer than {detail.below} rows are put together in what leaves the registry.", "muted")
    for each in detail.redone:
        words = f"{each.outcome}, {moment(each.recorded)} UTC by {each.author}, leaf {each.seq}"
        role = {"matches": "success", "differs": "error"}.get(each.outcome, "warning")
        page.pair("measured again", f"{words}{f', {each.differences:,} places' if each.differences else ''}", role)
    for case in detail.cases:
        page.pair("case kept", f"{case.pseudonym}, {moment(case.recorded)} UTC by {case.author}", "muted")
    if result.kind == "explanation" and before is not None and before.result is not None:
        what = f"{before.summary.version}, recorded on {before.summary.recorded[:10]}"
        page.blank()
        _draw(page, part_lines(part_of_changes(before.result, result, what), _width(page), page.pen.ascii))
    result_part(page, result)


def _draw(page: Prose, lines: Sequence[Text]) -> None:
    """Put figures on the page, in the colours of the theme."""
    for line in lines:
        whole = [Span(0, len(line.plain), str(line.style))] if line.style else []
        spans = [*whole, *(Span(span.start, span.end, str(span.style)) for span in line.spans)]
        themed = [Span(span.start, span.end, _THEMED.get(str(span.style), str(span.style))) for span in spans]
        page.drawn(Content(line.plain, spans=themed))


def _width(page: Prose) -> int:
    return max(NARROWEST, page.width)
