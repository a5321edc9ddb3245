"""Evidence: what was measured about a version, by whom, and with what it can be done again."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry_app.cli.desk import opened, progress
from registry_app.cli.measured import about_text, numbers, result_text
from registry_app.cli.options import AsOf, Room, Version, pairs
from registry_app.cli.table import day, heading, listing, plain, short, table
from registry_app.text import counted

if TYPE_CHECKING:
    from registry_app.cli.desk import Desk
    from registry_app.evidence.views import EvidenceDetail, KeptCase
    from registry_app.measure.beside import Beside, Number
    from registry_app.measure.explain.comparison import Comparison
    from registry_app.measure.requests.modelled import Modelled
    from registry_app.measure.result import Result
    from registry_app.measure.sameness import Difference

evidence_app = Room(
    help="Evidence about versions: list, show, measure again, compare; 'registry-app evaluate' records it."
)

Evidence = Annotated[str, typer.Argument(metavar="ID", help="The evidence's id.")]
SHOWN = 20
"""Places and numbers that are listed; the rest are counted."""


@evidence_app.command("list")
def list_evidence(ctx: typer.Context, version: Version, as_of: AsOf = "") -> None:
    """List the evidence about a version, oldest first.

    Beside each stands what came of measuring it again.

    Example: registry-app evidence list credit-risk:3
    """
    from registry_app.evidence.views import EvidenceOf

    with opened(ctx) as desk:
        found = desk.ask(EvidenceOf(version), as_of)
        rows = [
            (
                each.summary.id,
                each.summary.kind,
                each.summary.dataset or short(each.summary.data),
                each.summary.author,
                day(each.summary.recorded),
                _outcomes(each),
            )
            for each in found
        ]
        data = [{**plain(each.summary), "redone": plain(each.redone)} for each in found]
        desk.show(data, lambda: table(("evidence", "kind", "data", "by", "recorded", "measured again"), rows))


@evidence_app.command("show")
def show_evidence(
    ctx: typer.Context,
    evidence: Evidence,
    whole: Annotated[
        bool,
        typer.Option("--whole", help="With each group by itself, however small; that does not leave the registry."),
    ] = False,
) -> None:
    """Show one measurement. With --json the result is exactly what was signed: numbers as decimal texts.

    Example: registry-app evidence show 019aa5e2-5b1c-7c3e-8b8e-2f1d6a9c0b11
    """
    from registry_app.evidence.views import ShowEvidence, ShowWhole

    with opened(ctx) as desk:
        found = desk.ask(ShowEvidence(evidence))
        result = desk.ask(ShowWhole(evidence)) if whole else found.result
        data = {
            **plain(found.summary),
            "redone": plain(found.redone),
            "cases": plain(found.cases),
            "below": found.below,
            "result": plain(result),
        }
        desk.show(data, lambda: _detail_text(found, result, whole))


@evidence_app.command("redo")
def redo_evidence(
    ctx: typer.Context,
    evidence: Evidence,
    data: Annotated[
        str, typer.Option("--data", metavar="FILE-OR-URL", help="Where the data that was measured lies now.")
    ],
    other: Annotated[
        str,
        typer.Option(
            "--other",
            metavar="FILE-OR-URL",
            help="The second table, where there was one: reference, background, against.",
        ),
    ] = "",
    model: Annotated[
        str, typer.Option("--model", metavar="FILE", help="The model's file, where the model was run.")
    ] = "",
    model_folder: Annotated[
        Path | None, typer.Option("--model-folder", metavar="FOLDER", help="Where a callable's module lies.")
    ] = None,
) -> None:
    """Measure again from the same inputs, and sign what comes of it.

    It matches (equal in every place), is within tolerance (each number within 1e-09 of its size), or differs; where, is said. The
    evidence itself stays as it was.

    Example: registry-app evidence redo 019aa5e2-5b1c-7c3e-8b8e-2f1d6a9c0b11 --data scored.csv
    """
    from registry_app.errors import UsageError
    from registry_app.evidence.actions import RecordRedo
    from registry_app.evidence.views import ShowEvidence, ShowRedo
    from registry_app.measure.progress import SILENT, Progress
    from registry_app.measure.requests.again import redo
    from registry_app.measure.requests.request import Inputs

    with opened(ctx) as desk:
        found = desk.ask(ShowEvidence(evidence))
        if found.result is None:
            raise UsageError("That evidence was shredded, or cannot be read.", "Measure the version anew.")
        run = _modelled(desk, found.summary.version, found.result, model, model_folder)
        with progress() as tell:
            again = redo(found.result, Inputs(data, other, run), Progress(tell) if tell else SILENT)
        receipt = desk.workspace.run(RecordRedo(evidence, again))
        name, outcome = str(getattr(receipt.facts[0], "redo", "")), str(getattr(receipt.facts[0], "outcome", ""))
        differences = desk.ask(ShowRedo(name)).differences
        desk.receipt(
            receipt,
            _redo_text(name, outcome, differences, found.result, again),
            redo=name,
            outcome=outcome,
            differences=plain(differences),
            result=numbers(again),
        )


@evidence_app.command("compare")
def compare_evidence(
    ctx: typer.Context,
    first: Annotated[str, typer.Argument(metavar="FIRST", help="The id of one piece of evidence.")],
    second: Annotated[str, typer.Argument(metavar="SECOND", help="The id of another of its kind.")],
    every: Annotated[bool, typer.Option("--all", help="Every number, not only those that moved.")] = False,
) -> None:
    """Put two measurements of one kind side by side.

    It says which numbers moved, and which beyond their 95 % intervals.

    Example: registry-app evidence compare 019aa5e2-5b1c-7c3e-8b8e-2f1d6a9c0b11 019aa5e3-0d4c-7a11-9f0e-6b1d2c3e4f50
    """
    from registry_app.evidence.views import CompareEvidence, CompareExplanations

    with opened(ctx) as desk:
        found = desk.ask(CompareEvidence(first, second))
        if found.kind != "explanation":
            desk.show(plain(found), lambda: _beside_text(found, every))
            return
        moved = desk.ask(CompareExplanations(first, second))
        data = {**plain(found), "features": plain(moved.features)}
        desk.show(data, lambda: f"{_moved_text(moved)}\n\n{_beside_text(found, every)}")


@evidence_app.command("keep")
def keep_case(
    ctx: typer.Context,
    evidence: Evidence,
    row: Annotated[str, typer.Argument(metavar="ROW", help="The row as the explanation calls it, such as 'row 17'.")],
    value: Annotated[
        list[str], typer.Option("--value", metavar="COLUMN=VALUE", help="What stands in a column of it; repeatable.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why it is kept; sealed with it.")],
) -> None:
    """Keep one explained row with its values, sealed.

    It is under a name drawn at random, and in no dossier.

    Example: registry-app evidence keep 019aa5e2-5b1c-7c3e-8b8e-2f1d6a9c0b11 "row 17" --value age=22 --reason "appeal 4711"
    """
    from registry_app.evidence.actions import KeepCase

    with opened(ctx) as desk:
        action = KeepCase(evidence, row, dict(pairs(value, "--value")), reason)
        desk.do(action, lambda receipt: str(getattr(receipt.facts[0], "pseudonym", "")))


@evidence_app.command("cases")
def list_cases(ctx: typer.Context, version: Version, as_of: AsOf = "") -> None:
    """List the rows that are kept with their values, oldest first.

    Example: registry-app evidence cases credit-risk:3
    """
    from registry_app.evidence.views import KeptCases

    with opened(ctx) as desk:
        found = desk.ask(KeptCases(version), as_of)
        desk.show(found, lambda: "\n\n".join(map(_case_text, found)) or "No case is kept.")


def _modelled(desk: Desk, version: str, result: Result, model: str, folder: Path | None) -> Modelled | None:
    if not model:
        return None
    from registry_app.evidence.views import RunningOf
    from registry_app.measure.requests.modelled import Modelled

    may = desk.ask(RunningOf(version))
    place = Path(desk.wanted.folder())
    told = result.data.get("model") or {}
    return Modelled(
        model,
        str(told.get("format", may.format)),
        tuple(told.get("features", ())),
        may.trust,
        may.waiver,
        folder=folder,
        keep_out=(place,) if place.is_dir() else (),
    )


def _outcomes(found: EvidenceDetail) -> str:
    """What came of measuring it again, the worst first: a later match does not undo a difference."""
    counts = Counter(each.outcome for each in found.redone)
    said = [
        f"{outcome} ({many} times)" if many > 1 else outcome for outcome, many in sorted(counts.items(), key=_worst)
    ]
    return ", ".join(said) or "-"


def _worst(counted: tuple[str, int]) -> int:
    return ("differs", "within tolerance", "matches").index(counted[0])


def _detail_text(found: EvidenceDetail, result: Result | None, whole: bool) -> str:
    summary = found.summary
    hidden = (
        f"under {found.below} rows; 'evidence show --whole' has each by itself" if found.below and not whole else ""
    )
    about = listing(
        [
            ("evidence", summary.id),
            ("about", summary.version),
            ("kind", summary.kind),
            ("dataset", summary.dataset),
            ("recorded", f"{summary.recorded} by {summary.author}, ledger position {summary.seq}"),
            *(("measured again", f"{each.outcome}, {day(each.recorded)} by {each.author}") for each in found.redone),
            ("groups put together", hidden),
            ("kept cases", ", ".join(each.pseudonym for each in found.cases)),
        ]
    )
    return f"{about}\n\n[shredded]" if result is None else f"{about}\n{about_text(result)}\n\n{result_text(result)}"


def _redo_text(name: str, outcome: str, differences: tuple[Difference, ...], before: Result, again: Result) -> str:
    from registry_app.measure.sameness import TOLERANCE

    said = {
        "matches": "matches: equal in every place",
        "within tolerance": f"within tolerance: {TOLERANCE}",
        "differs": f"differs in {counted(len(differences), 'place')}",
    }[outcome]
    changed = [
        f"{each} {version} → {again.libraries.get(each, 'none')}"
        for each, version in before.libraries.items()
        if again.libraries.get(each) != version
    ]
    about = listing([("redo", name), ("outcome", said), ("other libraries", ", ".join(changed))])
    if not differences:
        return about
    rows = [(each.place, each.before or "-", each.after or "-") for each in differences[:SHOWN]]
    rest = f"\nand {len(differences) - SHOWN:,} more" if len(differences) > SHOWN else ""
    return f"{about}\n\n{table(('place', 'before', 'now'), rows)}{rest}"


def _beside_text(found: Beside, every: bool) -> str:
    lines = found.lines if every else found.moved
    about = listing(
        [
            ("kind", found.kind),
            ("data", "the same bytes" if found.same_data else "other bytes"),
            (
                "numbers",
                f"{len(found.lines):,}, of which {len(found.moved):,} moved beyond their intervals or are in one only",
            ),
            *((f"chosen: {name}", f"{before or '-'} → {after or '-'}") for name, before, after in found.chosen),
        ]
    )
    rows = [(each.place, _number(each.first), _number(each.second), each.change) for each in lines]
    nothing = "No number moved beyond its interval; --all shows each."
    return f"{about}\n\n{heading('Numbers')}\n{table(('place', 'first', 'second', 'change'), rows, nothing)}"


def _moved_text(found: Comparison) -> str:
    rows = [
        (
            each.feature,
            *(f"{side.rank}. {side.value:.4g}" if side else "-" for side in (each.first, each.second)),
            each.change,
            "yes" if each.reranked else "",
        )
        for each in found.features
    ]
    columns = ("feature", "first: rank, value", "second: rank, value", "value changed", "rank changed")
    return f"{heading('Importance')}\n{table(columns, rows)}"


def _number(found: Number | None) -> str:
    if found is None:
        return "-"
    if found.value is None:
        return f"undefined: {found.reason}"
    return f"{found.value:.4g}" + (f" [{found.ends[0]:.4g}, {found.ends[1]:.4g}]" if found.ends else "")


def _case_text(found: KeptCase) -> str:
    return listing(
        [
            ("case", found.line.pseudonym),
            ("evidence", found.evidence),
            ("row", found.row),
            ("kept", f"{found.line.recorded} by {found.line.author}, ledger position {found.line.seq}"),
            ("why", found.why),
            *((name, value) for name, value in found.values),
        ]
    )
