"""Evidence: what was measured about a version, by whom, and with what it can be done again."""

from __future__ import annotations

from typing import Annotated

import typer

from registry_app.cli.desk import opened
from registry_app.cli.measured import about_text, result_text
from registry_app.cli.options import AsOf, Room, Version
from registry_app.cli.table import day, listing, plain, short, table

evidence_app = Room(help="Evidence about versions; 'registry-app evaluate' records it.")


@evidence_app.command("list")
def list_evidence(ctx: typer.Context, version: Version, as_of: AsOf = "") -> None:
    """List the evidence about a version, oldest first.

    Example: registry-app evidence list credit-risk:3
    """
    from registry_app.evidence.views import EvidenceOf

    with opened(ctx) as desk:
        found = [each.summary for each in desk.ask(EvidenceOf(version), as_of)]
        rows = [
            (each.id, each.kind, each.dataset or short(each.data), each.author, day(each.recorded)) for each in found
        ]
        desk.show(found, lambda: table(("evidence", "kind", "data", "by", "recorded"), rows))


@evidence_app.command("show")
def show_evidence(
    ctx: typer.Context, evidence: Annotated[str, typer.Argument(metavar="ID", help="The evidence's id.")]
) -> None:
    """Show one measurement, whole. With --json the result is exactly what was signed: numbers as decimal texts.

    Example: registry-app evidence show 019aa5e2-5b1c-7c3e-8b8e-2f1d6a9c0b11
    """
    from registry_app.evidence.views import ShowEvidence

    with opened(ctx) as desk:
        found = desk.ask(ShowEvidence(evidence))
        summary, result = found.summary, found.result

        def text() -> str:
            about = listing(
                [
                    ("evidence", summary.id),
                    ("about", summary.version),
                    ("kind", summary.kind),
                    ("dataset", summary.dataset),
                    ("recorded", f"{summary.recorded} by {summary.author}, ledger position {summary.seq}"),
                ]
            )
            return (
                about + "\n\n[shredded]"
                if result is None
                else f"{about}\n{about_text(result)}\n\n{result_text(result)}"
            )

        desk.show({**plain(summary), "result": plain(result)}, text)
