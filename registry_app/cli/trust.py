"""Trust: whether a version's file may be run although it is code, and where."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry_app.cli.desk import opened, progress, say
from registry_app.cli.options import AsOf, Reason, Room, Version, moment
from registry_app.cli.table import day, listing, plain, short

if TYPE_CHECKING:
    from registry_app.evidence.views import Running

trust_app = Room(
    help="Decisions to run a version's file although it is code: trust in a pickle, waivers of the sandbox."
)


@trust_app.command("show")
def show_trust(ctx: typer.Context, version: Version, as_of: AsOf = "") -> None:
    """Show by which decisions a version's file may be run.

    Example: registry-app trust show credit-risk:3
    """
    from registry_app.evidence.views import RunningOf

    with opened(ctx) as desk:
        found = desk.ask(RunningOf(version), as_of)
        desk.show(plain(found), lambda: _running_text(found))


@trust_app.command("grant")
def grant_trust(
    ctx: typer.Context,
    version: Version,
    artifact: Annotated[
        Path, typer.Argument(metavar="FILE", help="The version's file; it is scanned again, never loaded.")
    ],
    reason: Reason,
) -> None:
    """Decide that a version's pickle may be loaded in the sandbox.

    For an independent validator or risk officer.

    A pickle runs whatever it says when it is loaded. The scan is advice: what it calls clean is not proven harmless.

    Example: registry-app trust grant credit-risk:3 model.joblib --reason "built by our own pipeline, scan read"
    """
    from registry_app.evidence.actions import TrustArtifact
    from registry_app.models.artifact import measure_artifact
    from registry_app.models.scan import scan

    with progress() as tell:
        if tell is not None:
            tell("scanning", 0, 0)
        measured, scanned = measure_artifact(artifact), scan(artifact)
    with opened(ctx) as desk:
        lines = "".join(f"\n  {line}" for line in scanned.findings)
        say(f"The scan says {scanned.outcome.replace('_', ' ')} ({scanned.scanner}).{lines}")
        passphrase = desk.again(f"trust {short(measured.digest)} of {version}")
        action = TrustArtifact(version, measured.digest, scanned.outcome, scanned.scanner, reason)
        desk.do(action, lambda receipt: str(getattr(receipt.facts[0], "trust", "")), passphrase=passphrase)


@trust_app.command("revoke")
def revoke_trust(ctx: typer.Context, version: Version, reason: Reason) -> None:
    """Take trust in a version's file back.

    Example: registry-app trust revoke credit-risk:3 --reason "origin in doubt"
    """
    from registry_app.evidence.actions import RevokeTrust

    with opened(ctx) as desk:
        desk.do(RevokeTrust(version, reason))


@trust_app.command("waive")
def waive_sandbox(
    ctx: typer.Context,
    version: Version,
    until: Annotated[
        str, typer.Option("--until", metavar="DATE", help="The last day it holds (UTC); at most a year ahead.")
    ],
    reason: Reason,
) -> None:
    """Let a version's code run where no sandbox holds.

    For an independent risk officer.

    Evidence made so says it, and every dossier shows it.

    Example: registry-app trust waive credit-risk:3 --until 2027-03-31 --reason "the cluster's kernel has no Landlock yet"
    """
    from registry_app.evidence.actions import WaiveSandbox

    with opened(ctx) as desk:
        passphrase = desk.again(f"waive the sandbox for {version}")
        action = WaiveSandbox(version, moment(until), reason)
        desk.do(action, lambda receipt: str(getattr(receipt.facts[0], "waiver", "")), passphrase=passphrase)


@trust_app.command("unwaive")
def unwaive_sandbox(ctx: typer.Context, version: Version, reason: Reason) -> None:
    """Take a waiver of the sandbox back.

    Example: registry-app trust unwaive credit-risk:3 --reason "the cluster was updated"
    """
    from registry_app.evidence.actions import RevokeSandboxWaiver

    with opened(ctx) as desk:
        desk.do(RevokeSandboxWaiver(version, reason))


def _running_text(found: Running) -> str:
    trust, waiver = found.trust, found.waiver
    return listing(
        [
            ("version", found.version),
            ("artifact", f"sha256:{found.artifact}"),
            ("format", found.format),
            ("trusted", f"by {trust.by}; the scan said {trust.scan} ({trust.scanner})" if trust else "no"),
            ("sandbox waived", f"until {day(found.waived_until)} by {waiver.by}: {waiver.reason}" if waiver else "no"),
        ]
    )
