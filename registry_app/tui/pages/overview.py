"""The overview of a version: what it is, what it is for, where it stands."""

from __future__ import annotations

from textual.content import Content

from registry_app.tui.pen import Pen, moment
from registry_app.tui.prose import Prose
from registry_app.tui.whole import Whole


def overview(whole: Whole, pen: Pen, width: int) -> Content:
    """The first tab."""
    page = Prose(pen, width)
    version, model = whole.version, whole.model
    summary = version.summary
    page.heading(f"{whole.name}")
    page.marked("standing", (pen.mark(whole.standing),))
    page.marked("risk tier", (pen.mark(model.risk_tier), (f"  {model.card.tier_rationale}", "muted")))
    page.pair("registered", f"{moment(summary.registered)} UTC by {summary.author}, leaf {summary.seq}")
    if version.deployments:
        page.pair("runs in", ", ".join(version.deployments), "warning")
    if version.aliases:
        page.pair("aliases", ", ".join(version.aliases))
    _model(page, whole)
    page.heading("Artifact")
    page.pair("digest", summary.artifact)
    page.pair("kind", f"{version.artifact_kind}, {version.size:,} bytes, {summary.format}")
    page.marked("scan", (pen.mark(summary.scan), ("  advice, never a gate", "muted")))
    for finding in version.findings:
        page.pair("", finding, "warning")
    page.pair("code commit", version.code_commit)
    if version.run:
        page.pair("run", version.run)
    page.pair("note", version.note)
    _data(page, whole)
    for title, pairs in (("Metrics, as its author says", version.metrics), ("Parameters", version.parameters),
                         ("Inputs", version.inputs), ("Outputs", version.outputs), ("Tags", version.tags)):  # fmt: skip
        if pairs:
            page.heading(title)
            for key, value in pairs:
                page.pair(key, value)
    page.heading("Ids")
    page.pair("version", summary.id)
    page.pair("model", model.id)
    return page.content()


def _model(page: Prose, whole: Whole) -> None:
    model = whole.model
    page.heading("Model")
    page.pair("owner", f"team {model.team}, led by {model.lead}")
    page.pair("domain", model.domain)
    page.pair("jurisdictions", ", ".join(model.jurisdictions))
    page.pair("purpose", model.card.purpose)
    page.pair("intended use", model.card.intended_use)
    page.pair("out of scope", model.card.out_of_scope)
    named = ", ".join(f"{alias} is {number}" for alias, number in model.aliases)
    if named:
        page.pair("model's aliases", named)


def _data(page: Prose, whole: Whole) -> None:
    version = whole.version
    page.heading("Learned from")
    if not version.data and not version.parents:
        page.say("Nothing is recorded.", "muted")
    for use in version.data:
        sensitive = f"; sensitive: {', '.join(use.sensitive)}" if use.sensitive else ""
        page.pair(use.role, f"{use.name}, {use.rows:,} rows, {use.licence or 'no licence said'}{sensitive}")
        page.pair("", use.digest, "muted")
    for parent in version.parents:
        page.pair("parent", parent)
