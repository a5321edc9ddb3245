"""The signed history: log, show, checkpoint, prove; and verify, which trusts none of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from registry_app.cli.desk import Desk, give, opened, progress, read_file, say, write_new
from registry_app.cli.options import Room, wishes
from registry_app.cli.table import day, heading, listing, plain, table
from registry_app.errors import IntegrityError, UsageError
from registry_app.text import counted, harmless

if TYPE_CHECKING:
    from registry_app.ledger.checkpoint import Signer
    from registry_app.reporting.verify import DossierVerification
    from registry_app.verification import Verification

ledger_app = Room(help="The signed, append-only history.")
verify_app = Room(help="Check a registry, or an issued dossier, trusting nobody.")

MOST_NOTE = 128 * 1024
MOST_LEAVES = 2**53 - 1
Seq = Annotated[int, typer.Argument(metavar="SEQ", min=0, max=MOST_LEAVES, help="The ledger position, from 0.")]


@ledger_app.command("log")
def log(
    ctx: typer.Context,
    after: Annotated[
        int, typer.Option("--after", metavar="SEQ", min=-1, max=MOST_LEAVES, help="Begin after this position.")
    ] = -1,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most this many.")] = 50,
    last: Annotated[bool, typer.Option("--last", help="The last ones instead of the first ones.")] = False,
) -> None:
    """List statements in the order of the ledger: who said what, and when.

    Example: registry-app ledger log --last --limit 20
    """
    from registry_app.cli.history import History

    with opened(ctx) as desk:
        lines = desk.ask(History(after, limit, last))
        rows = [(each.seq, day(each.time), each.author, ", ".join(each.kinds)) for each in lines]
        desk.show(lines, lambda: table(("seq", "time", "by", "said"), rows))
        if len(lines) == limit and not last:
            say(f"There may be more: --after {lines[-1].seq}")


@ledger_app.command("show")
def show(ctx: typer.Context, seq: Seq) -> None:
    """Show one statement as it was signed. Sealed words are not part of it: the leaf names them by digest.

    Example: registry-app ledger show 0 --json
    """
    from registry_app.cli.history import ShowLeaf

    with opened(ctx) as desk:
        found = desk.ask(ShowLeaf(seq))
        desk.show(found, lambda: _leaf_text(found))


@ledger_app.command("checkpoint")
def checkpoint(
    ctx: typer.Context,
    out: Annotated[str, typer.Option("-o", "--out", metavar="FILE", help="A new file; without it, stdout.")] = "",
) -> None:
    """Sign the head of the ledger as a C2SP checkpoint, to keep where nobody who writes the registry can reach.

    Example: registry-app ledger checkpoint -o checkpoint.txt
    """
    from registry_app.ledger.checkpoint import Checkpoint

    with opened(ctx) as desk:
        head = desk.workspace.head()
        signer: Signer = desk.workspace.signer
        note = Checkpoint.of(desk.workspace.store.registry, head.size, head.root).sign([signer])
        if out:
            write_new(out, note.encode())
            say(
                f"The head of {counted(head.size, 'statement')} is in {out}: keep it elsewhere, and 'verify --against' it."
            )
        if desk.wanted.as_json:
            print_json = {"size": head.size, "root": head.root.hex(), "note": note, "file": out}
            desk.show(print_json, "")
        elif not out:
            print(note, end="")


@ledger_app.command("prove")
def prove(
    ctx: typer.Context,
    seq: Annotated[
        int | None,
        typer.Argument(metavar="[SEQ]", min=0, max=MOST_LEAVES, help="Prove that this statement is in the ledger."),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option("--size", min=1, max=MOST_LEAVES, help="In the ledger of this size; the present one otherwise."),
    ] = None,
    old: Annotated[
        int | None,
        typer.Option(
            "--from", metavar="SIZE", min=1, max=MOST_LEAVES, help="Prove that the ledger only grew since this size."
        ),
    ] = None,
) -> None:
    """Prove, in JSON, that a statement is in the ledger, or that it only grew (RFC 9162, 2.1.3 and 2.1.4).

    The answer holds everything a stranger needs: leaf, path, and the head as a signed checkpoint.

    Example: registry-app ledger prove 12; registry-app ledger prove --from 10
    """
    from registry_app.cli.history import Consistency, Inclusion

    if (seq is None) == (old is None):
        raise UsageError("A proof is of one statement or of growth.", "Give a SEQ, or --from SIZE.")
    with opened(ctx) as desk:
        desk.wanted.as_json = True
        whole = size or desk.workspace.head().size
        proof: Any = desk.ask(
            Inclusion(seq, whole) if old is None and seq is not None else Consistency(old or 0, whole)
        )
        desk.show({**proof, "checkpoint": _note(desk, whole)}, "")


@verify_app.command("verify")
def verify(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A dossier (PDF); needs no registry.")] = None,
    against: Annotated[
        str, typer.Option("--against", metavar="FILE", help="A checkpoint kept elsewhere, which it must extend.")
    ] = "",
) -> None:
    """Check the registry, or with a PDF an issued dossier: six separate answers. Exit code 3 when one is no.

    Integrity: every leaf hashes to the root. Authenticity: every signature holds. Authority: everybody was allowed to.
    Projection: the tables equal the replay. Evidence: every sealed payload is what was signed. Completeness: the ledger
    extends what was kept outside; only this one sees that something was cut off.

    Example: registry-app verify --against checkpoint.txt; registry-app verify dossier.pdf
    """
    note = _text(against) if against else None
    if file is not None:
        _dossier(ctx, file, note)
        return
    from registry_app.verification import verify as check

    with opened(ctx, examining=True) as desk:
        with progress() as tell:
            found = check(desk.workspace, note, tell)
        desk.show({**_described(found)}, lambda: _verification_text(found))
    if not found.ok:
        bad = found.first_bad
        where = "" if bad is None else f" {bad.sentence}"
        if bad is not None and bad.seq is not None:
            where = f" The first bad leaf is {bad.seq}:{where}"
        raise IntegrityError(
            f"This registry is not what was signed.{where}",
            "Write nothing to it; compare it with a backup, and save what is intact with 'registry-app vault salvage'.",
        )


def _dossier(ctx: typer.Context, file: Path, note: str | None) -> None:
    from registry_app.house import MEANING
    from registry_app.reporting.verify import verify_dossier

    with progress() as tell:
        found = verify_dossier(file, MEANING, note, tell)
    give(wishes(ctx), {"ok": found.ok, **plain(found)}, lambda: _dossier_text(found))
    if not found.ok:
        why = next((each.sentence for each in found.answers if each.holds is False), "")
        raise IntegrityError(
            f"This dossier is not what was issued. {why}".strip(),
            "Ask the issuer for the file again, and compare the two.",
        )


def _text(path: str) -> str:
    """A checkpoint's text. What has neither the first line of one nor a signature is no damaged one, but another file."""
    from registry_app.ledger.checkpoint import ORIGIN

    note = read_file(path, "checkpoint", MOST_NOTE).decode("utf-8", "replace")
    if not note.startswith(ORIGIN) and "\n\u2014 " not in note:
        raise UsageError(
            f"{path[:200]!r} is no checkpoint.", "Name a file that 'registry-app ledger checkpoint' wrote."
        )
    return note


def _note(desk: Desk, size: int) -> str:
    from registry_app.cli.history import RootAt
    from registry_app.ledger.checkpoint import Checkpoint

    signer: Signer = desk.workspace.signer
    root = desk.ask(RootAt(size))
    return Checkpoint.of(desk.workspace.store.registry, size, root).sign([signer])


def _described(found: Verification) -> dict[str, Any]:
    return {
        "ok": found.ok, "registry": found.registry, "size": found.size, "root": found.root,
        "answers": found.answers, "notices": found.notices, "first_bad": found.first_bad,
    }  # fmt: skip


def _verification_text(found: Verification) -> str:
    about = listing([("registry", found.registry), ("size", counted(found.size, "statement")), ("root", found.root)])
    return f"{about}\n\n{_answers(found.answers)}" + "".join(f"\nNote: {harmless(each)}" for each in found.notices)


def _answers(answers: Sequence[Any]) -> str:
    said = {True: "yes", False: "NO", None: "cannot tell"}
    rows = [(each.name, said[each.holds], each.sentence) for each in answers]
    shown = table(("answer", "holds", "because"), rows)
    more = [
        (each.answer, "-" if each.seq is None else each.seq, each.sentence) for a in answers for each in a.findings[:20]
    ]
    return shown + (f"\n\n{heading('Findings')}\n{table(('answer', 'leaf', 'what'), more)}" if more else "")


def _dossier_text(found: DossierVerification) -> str:
    about = listing(
        [
            ("dossier", found.title or "cannot be read"),
            ("state", found.state),
            ("issued", f"{found.issued} by {found.issuer}" if found.issuer else ""),
            ("sha256", found.digest),
            ("registry", found.registry),
            ("head", f"{counted(found.size, 'statement')}, root {found.root}" if found.size else ""),
        ]
    )
    return f"{about}\n\n{_answers(found.answers)}" + "".join(f"\nNote: {harmless(each)}" for each in found.notices)


def _leaf_text(found: Any) -> str:
    about = listing(
        [
            ("position", found.seq),
            ("statement", found.statement),
            ("time", found.time),
            ("by", found.author),
            ("key", found.key),
            ("saw", f"{counted(found.saw_size, 'statement')}, root {found.saw_root}"),
            ("leaf hash", found.hash),
            ("subject", "\n".join(f"{name} sha256:{digest}" for name, digest in found.subject)),
        ]
    )
    parts = [
        heading(fact["kind"])
        + "\n"
        + listing([*((k, str(v)) for k, v in fact["body"].items()), ("sealed", fact.get("payload") or "")])
        for fact in found.facts
    ]
    return "\n\n".join([about, *parts])
