"""Dossiers: what is handed out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from registry_app.cli.desk import opened, progress
from registry_app.cli.options import AsOf, Room, Version
from registry_app.cli.table import day, table

report_app = Room(help="Dossiers: sealed PDFs with everything about a version, checkable without the registry.")


@report_app.command("issue")
def issue(
    ctx: typer.Context,
    version: Version,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The PDF file.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="The file may be there already.")] = False,
) -> None:
    """Seal a dossier about a version, and put on record that it was handed out.

    Example: registry-app report issue credit-risk:3 -o dossier.pdf
    """
    from registry_app.reporting.issue import issue as seal

    with opened(ctx) as desk:
        with progress() as tell:
            issued = seal(desk.workspace, version, out, overwrite=overwrite, progress=tell)
        more = {"file": str(issued.path), "sha256": issued.digest, "bytes": issued.size, "pages": issued.pages}
        desk.receipt(issued.receipt, f"{issued.path}\nsha256:{issued.digest}, {issued.pages} pages", **more)


@report_app.command("list")
def list_dossiers(ctx: typer.Context, version: Version, as_of: AsOf = "") -> None:
    """List the dossiers issued about a version.

    Example: registry-app report list credit-risk:3
    """
    from registry_app.reporting.views import DossiersOf

    with opened(ctx) as desk:
        found = desk.ask(DossiersOf(version), as_of)
        rows = [(day(each.time), each.author, each.size, each.digest) for each in found]
        desk.show(found, lambda: table(("issued", "by", "ledger size", "sha256"), rows))
