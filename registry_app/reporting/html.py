"""The dossier as one HTML page for print, from the template in ``reports/dossier``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from registry_app.measure.figure.part import ROWS
from registry_app.reporting.cards import cards_of
from registry_app.reporting.content import DossierContent
from registry_app.reporting.drawing import lineage_svg
from registry_app.reporting.figures import SHREDDED, figures_of
from registry_app.reporting.letters import cut, drawn, number, shown, tidy, when, words
from registry_app.shipped import shipped

MARKS = {"met": "✓", "not_met": "✗", "insufficient_evidence": "?", "not_applicable": "–", "waived": "○"}
"""The mark of each outcome; its word always stands beside it."""

TONES = {"met": "good", "not_met": "bad", "insufficient_evidence": "warn", "not_applicable": "plain", "waived": "warn"}

SIGNS = {"good": "✓", "bad": "✗", "warn": "!", "plain": "–"}
"""The mark of a tone, so that colour never speaks alone."""


def folder() -> Path:
    """Where the template, its stylesheet and the fonts are."""
    return shipped("reports")


def render(content: DossierContent) -> str:
    """The whole page: HTML without scripts, in which nothing that people typed is markup."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def printed(value: Any) -> Any:
        return value if isinstance(value, Markup) else shown(value)

    place = Environment(
        loader=FileSystemLoader(folder() / "dossier"),
        autoescape=True,
        finalize=printed,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    place.filters.update(when=when, words=words, figure=number, cut=cut, tidy=tidy, svg=_svg, marked=_marked)
    figures = figures_of(content)
    model, which = content.model.card.name, content.version.summary.number
    title = f"{cut(shown(model), 200)}, version {which}"
    return place.get_template("page.html").render(
        content=content,
        title=title,
        state=content.state,
        mark=SIGNS[content.state.tone],
        version=content.version,
        model=content.model,
        figures=figures,
        cards=cards_of(content, figures),
        lineage=_svg(lineage_svg(content.nodes, content.arrows, content.version.summary.id, f"{model}:{which}")),
        marks=MARKS,
        tones=TONES,
        signs=SIGNS,
        rows=ROWS,
        shredded=SHREDDED,
        length=_length(model),
    )


def _svg(drawing: str) -> Any:
    """A drawing of ours, whose texts were escaped when it was drawn."""
    from markupsafe import Markup

    return Markup(drawing)


def _marked(text: str) -> Any:
    """Prose with its line breaks."""
    from markupsafe import Markup, escape

    return Markup("<br>").join(escape(drawn(shown(line))) for line in text.split("\n"))


def _length(name: str) -> str:
    return "short" if len(name) <= 22 else "long" if len(name) <= 60 else "huge"
