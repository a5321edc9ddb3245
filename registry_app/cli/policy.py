"""Policy: the packs that are adopted, what their controls come to, and waivers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry_app.cli.desk import opened, read_file
from registry_app.cli.options import AsOf, Reason, Room, Version, moment
from registry_app.cli.table import heading, listing, plain, short, table, words

if TYPE_CHECKING:
    from registry_app.policy.pack import Pack
    from registry_app.policy.views import VerdictLine, WaiverLine

policy_app = Room(help="Policy packs, the verdicts of their controls, and waivers.")

MOST_BYTES = 1 << 20
Control = Annotated[str, typer.Argument(metavar="CONTROL", help="The control's reference, such as CMR-2.")]
PackOption = Annotated[str, typer.Option("--pack", help="The pack's id; needed when several are adopted.")]


@policy_app.command("list")
def list_packs(ctx: typer.Context, as_of: AsOf = "") -> None:
    """List the packs that are adopted, and those that come with the program.

    Example: registry-app policy list
    """
    from registry_app.policy.pack import shipped_packs
    from registry_app.policy.views import Packs

    with opened(ctx) as desk:
        adopted = desk.ask(Packs(), as_of)
        data = [
            {
                "id": e.id,
                "version": e.version,
                "digest": e.digest,
                "title": e.pack.title if e.pack else "",
                "adopted": True,
            }
            for e in adopted
        ]
        held = {each.id for each in adopted}
        data += [
            {"id": name, "version": "", "digest": "", "title": "", "adopted": False}
            for name in shipped_packs()
            if name not in held
        ]
        rows = [
            (
                each["id"],
                each["version"] or "-",
                "adopted" if each["adopted"] else "shipped",
                each["title"] or "-",
                short(str(each["digest"])) or "-",
            )
            for each in data
        ]
        desk.show(data, lambda: table(("pack", "version", "state", "title", "sha256"), rows))


@policy_app.command("show")
def show_pack(ctx: typer.Context, pack: Annotated[str, typer.Argument(metavar="PACK", help="The pack's id.")]) -> None:
    """Show a pack that is adopted: its sources and controls.

    Example: registry-app policy show credit-model-risk
    """
    from registry_app.policy.views import Packs

    with opened(ctx) as desk:
        (found,) = desk.ask(Packs(pack))
        kept = found.pack
        data = {
            "id": found.id,
            "version": found.version,
            "digest": found.digest,
            "pack": _described(kept) if kept else None,
        }
        desk.show(data, lambda: _pack_text(kept) if kept else "[shredded]")


@policy_app.command("adopt")
def adopt(
    ctx: typer.Context,
    pack: Annotated[str, typer.Argument(metavar="PACK", help="A shipped pack's id, or a YAML file.")],
) -> None:
    """Judge versions by this pack from now on; it takes the place of an earlier version of the same pack.

    Example: registry-app policy adopt ./house-rules.yaml
    """
    from registry_app.policy.actions import AdoptPack
    from registry_app.policy.pack import load_pack, shipped_pack, shipped_packs

    content = shipped_pack(pack).text if pack in shipped_packs() else read_file(_file(pack), "pack", MOST_BYTES)
    load_pack(content, Path(pack).name)  # what is wrong with it is said under its own name
    with opened(ctx) as desk:
        desk.do(AdoptPack(content), lambda receipt: str(getattr(receipt.facts[0], "pack", "")))


@policy_app.command("withdraw")
def withdraw(
    ctx: typer.Context, pack: Annotated[str, typer.Argument(metavar="PACK", help="The pack's id.")], reason: Reason
) -> None:
    """Judge by a pack no longer.

    Example: registry-app policy withdraw house-rules --reason "replaced by group policy"
    """
    from registry_app.policy.actions import WithdrawPack

    with opened(ctx) as desk:
        desk.do(WithdrawPack(pack, reason), pack)


@policy_app.command("judge")
def judge(ctx: typer.Context, version: Version) -> None:
    """Check every control of every adopted pack on the evidence there is, and sign the verdicts.

    Example: registry-app policy judge credit-risk:3
    """
    from registry_app.policy.actions import Judge
    from registry_app.policy.views import VerdictsOf

    with opened(ctx) as desk:
        receipt = desk.workspace.run(Judge(version))
        verdicts = desk.ask(VerdictsOf(version))
        desk.receipt(receipt, verdicts_text(verdicts), verdicts=plain(verdicts))


@policy_app.command("verdicts")
def verdicts(ctx: typer.Context, version: Version, as_of: AsOf = "") -> None:
    """Show what the controls came to for a version, and the waivers that hold.

    Example: registry-app policy verdicts credit-risk:3
    """
    from registry_app.policy.views import VerdictsOf, WaiversOf

    with opened(ctx) as desk:
        found, waivers = desk.ask(VerdictsOf(version), as_of), desk.ask(WaiversOf(version), as_of)
        desk.show({"verdicts": found, "waivers": waivers}, lambda: verdicts_text(found) + waivers_text(waivers))


@policy_app.command("waive")
def waive(
    ctx: typer.Context,
    version: Version,
    control: Control,
    until: Annotated[
        str, typer.Option("--until", metavar="DATE", help="The last day it holds (UTC); at most a year ahead.")
    ],
    reason: Reason,
    pack: PackOption = "",
) -> None:
    """Let a version pass without a control being met, until a date; for an independent risk officer.

    Judge the version again afterwards, so that its verdict says so.

    Example: registry-app policy waive credit-risk:3 CMR-2 --until 2027-03-31 --reason "new data in January"
    """
    from registry_app.errors import UsageError
    from registry_app.policy.actions import GrantWaiver
    from registry_app.policy.views import Packs

    with opened(ctx) as desk:
        adopted = [each.id for each in desk.ask(Packs(pack))]
        if len(adopted) != 1:
            raise UsageError(f"{len(adopted)} packs are adopted.", "Say which one with --pack.")
        action = GrantWaiver(version, adopted[0], control, moment(until), reason)
        desk.do(action, lambda receipt: str(getattr(receipt.facts[0], "waiver", "")))


@policy_app.command("unwaive")
def unwaive(
    ctx: typer.Context,
    waiver: Annotated[str, typer.Argument(metavar="WAIVER", help="The waiver's id: see 'policy verdicts'.")],
    reason: Reason,
) -> None:
    """Take a waiver back.

    Example: registry-app policy unwaive 019aa5e2-5b1c-7c3e-8b8e-2f1d6a9c0b11 --reason "data arrived"
    """
    from registry_app.policy.actions import RevokeWaiver

    with opened(ctx) as desk:
        desk.do(RevokeWaiver(waiver, reason))


def verdicts_text(found: tuple[VerdictLine, ...]) -> str:
    """Verdicts as a table, with the reasons below it."""
    rows = [
        (e.control, words(e.outcome), e.severity, e.title + (f": {e.observed}" if e.observed else "")) for e in found
    ]
    said = [f"{e.control}: {e.reason}" for e in found if e.reason and e.outcome not in ("met", "not_applicable")]
    packs = sorted({f"{each.pack} {each.pack_version}" for each in found})
    about = f"Pack {', '.join(packs)}\n" if packs else ""
    return (
        about
        + table(("control", "outcome", "severity", "what, and what was observed"), rows, "No verdicts yet.")
        + "".join(f"\n{listing([('', line)]).strip()}" for line in said)
    )


def waivers_text(found: tuple[WaiverLine, ...]) -> str:
    """Waivers as a table; empty when none holds."""
    if not found:
        return ""
    rows = [(each.control, each.ends[:10], each.author, each.reason, each.id) for each in found]
    return f"\n\n{heading('Waivers')}\n" + table(("control", "until", "by", "reason", "waiver"), rows)


def _file(pack: str) -> str:
    from registry_app.errors import UsageError
    from registry_app.policy.pack import shipped_packs

    if not Path(pack).exists():
        raise UsageError(
            f"{pack[:200]!r} is no shipped pack and no file.", f"Shipped are: {', '.join(shipped_packs())}."
        )
    return pack


def _described(pack: Pack) -> dict[str, object]:
    from registry_app.policy.expression import Expression

    def said(value: object) -> object:
        return value.text if isinstance(value, Expression) else plain(value)

    controls = [
        {name: said(getattr(each, name)) for name in each.__dataclass_fields__ if not name.startswith("_")}
        for each in pack.controls
    ]
    return {
        "id": pack.id, "version": pack.version, "title": pack.title, "jurisdiction": pack.jurisdiction,
        "status": pack.status, "effective_from": pack.effective_from, "sources": plain(pack.sources),
        "controls": controls, "digest": pack.digest,
    }  # fmt: skip


def _pack_text(pack: Pack) -> str:
    about = listing(
        [
            ("pack", f"{pack.id} {pack.version}"),
            ("title", pack.title),
            ("where", pack.jurisdiction),
            ("status", f"{words(pack.status)}, from {pack.effective_from}"),
            ("digest", f"sha256:{pack.digest}"),
            ("sources", "\n".join(f"{each.title}, {each.reference} ({each.status})" for each in pack.sources)),
        ]
    )
    parts = [
        heading(f"{each.ref}  {each.title} ({each.severity})")
        + "\n"
        + listing(
            [
                ("asks", each.requirement),
                ("limit", each.limit),
                ("from", "; ".join(each.citations)),
                ("else", each.remedy),
            ]
        )
        for each in pack.controls
    ]
    return "\n\n".join([about, *parts])
