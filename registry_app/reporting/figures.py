"""The evidence as a page prints it: passages in words, tables and plots, and what each needs to be made again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from registry_app.evidence.views import EvidenceDetail
from registry_app.measure.charts import is_half, svg_of
from registry_app.measure.figure import Part, needed, part_of_changes, parts
from registry_app.measure.result import Result
from registry_app.reporting.content import DossierContent, evidence_names
from registry_app.reporting.letters import drawn, when
from registry_app.text import counted

ORDER = ("performance", "fairness", "explanation", "drift", "quality", "load")
"""The kinds in the order in which they are read."""

SHREDDED = "The content of this evidence was shredded, or cannot be read; its digest still stands in the ledger."


OLDER = "It was measured again as new evidence since; of this one the first numbers are printed, the rest stands in the attachment."

REDONE = 5
"""Times that evidence was measured again which a page prints: the last of them."""

KEPT = 20
"""Kept rows that a page names."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a figure, its plots drawn."""

    part: Part
    pairs: tuple[tuple[str, ...], ...]
    """SVG of half a page's width, two side by side."""
    charts: tuple[str, ...]
    """SVG of a page's width."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One piece of evidence, ready for a page."""

    detail: EvidenceDetail
    number: int
    """Its number within the dossier, from 1."""
    attachment: str
    """The file that holds it whole."""
    passages: tuple[Passage, ...] = ()
    """Empty when its content is gone."""
    notes: tuple[str, ...] = ()
    """Whether it was measured again and what came of it, which rows are kept, which groups are put together."""
    needed: tuple[tuple[str, str], ...] = ()
    """What must be the same to measure it again."""


def figures_of(content: DossierContent) -> tuple[Figure, ...]:
    """All evidence in :data:`ORDER`, the newest of each kind first."""
    names = evidence_names(content)
    numbered = [(item, names[place - 1], place) for place, item in enumerate(content.evidence, 1)]
    kinds = {kind: place for place, kind in enumerate(ORDER)}
    numbered.sort(key=lambda one: (kinds.get(one[0].summary.kind, len(ORDER)), -one[2]))
    newest = {item.summary.kind: place for place, item in enumerate(content.evidence, 1)}
    return tuple(
        _figure(content, item, name, place, place == newest[item.summary.kind]) for item, name, place in numbered
    )


def newest(figures: Sequence[Figure], kind: str) -> Result | None:
    """The newest result of a kind."""
    return next((one.detail.result for one in figures if one.detail.summary.kind == kind and one.detail.result), None)


def _figure(content: DossierContent, item: EvidenceDetail, name: str, place: int, last: bool) -> Figure:
    result, notes = item.result, tuple(_notes(item))
    if result is None:
        return Figure(item, place, name, notes=notes)
    if last:
        passages = tuple(_passage(part) for part in (*parts(result), *_changes(content, result, place)))
        return Figure(item, place, name, passages, notes, needed(result))
    first = replace(parts(result)[0], plots=())
    return Figure(item, place, name, (_passage(first),), (OLDER, *notes), needed(result))


def _notes(item: EvidenceDetail) -> Iterator[str]:
    if item.below:
        yield f"Groups of fewer than {item.below} rows were put together: what a small group did is nobody else's to read."
    for again in item.redone[-REDONE:]:
        places = f" in {counted(again.differences, 'place')}" if again.differences else ""
        yield f"Measured again by {again.author}, {when(again.recorded)}, leaf {again.seq}: {again.outcome}{places}."
    if len(item.redone) > REDONE:
        yield f"It was measured again {len(item.redone) - REDONE} times before; dossier.json lists them."
    if item.cases:
        named = ", ".join(each.pseudonym for each in item.cases[:KEPT])
        more = f" and {len(item.cases) - KEPT} more" if len(item.cases) > KEPT else ""
        yield f"Kept for review, sealed and by pseudonym: {named}{more}."


def _changes(content: DossierContent, result: Result, place: int) -> list[Part]:
    """What changed since the explanation of the version that this one was made from, or else since an older one of its own."""
    if result.kind != "explanation":
        return []
    if content.earlier is not None:
        return [part_of_changes(content.earlier.result, result, f"that of {content.earlier.version}")]
    older = content.evidence[: place - 1]
    before = [(item.result, item.summary.recorded) for item in older if item.result and item.result.kind == result.kind]
    return [part_of_changes(found, result, f"the one recorded on {recorded[:10]}") for found, recorded in before[-1:]]


def _passage(part: Part) -> Passage:
    halves = [drawn(svg_of(plot)) for plot in part.plots if is_half(plot)]
    wide = tuple(drawn(svg_of(plot)) for plot in part.plots if not is_half(plot))
    return Passage(part, tuple(tuple(halves[at : at + 2]) for at in range(0, len(halves), 2)), wide)
