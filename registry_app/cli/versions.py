"""Versions of models and the aliases that point at them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry_app.cli.desk import opened, progress, say
from registry_app.cli.options import AsOf, Room, Tags, Version, given_digest, pairs
from registry_app.cli.table import day, listing, short, table, words
from registry_app.errors import UsageError
from registry_app.text import counted

if TYPE_CHECKING:
    from registry_app.models.artifact import Artifact
    from registry_app.models.facts import Named
    from registry_app.models.scan import Scan
    from registry_app.models.shapes import VersionDetail, VersionSummary

version_app = Room(help="Versions: immutable artifacts of a model, written credit-risk:3.")
alias_app = Room(help="Aliases: a name, such as champion, that points at a version.")

Model = Annotated[str, typer.Argument(metavar="MODEL", help="The model's name.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most this many.")]
After = Annotated[str, typer.Option("--after", help="Go on after this one (the last of the page before).")]
ByTag = Annotated[str, typer.Option("--tag", metavar="KEY=VALUE", help="Only those with this tag.")]
Alias = Annotated[str, typer.Argument(metavar="ALIAS", help="The alias, such as champion.")]
TagPair = Annotated[str, typer.Argument(metavar="KEY=VALUE", help="An empty value takes the tag away.")]


@version_app.command("list")
def list_versions(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(metavar="[MODEL]", help="Only those of this model.")] = "",
    contains: Annotated[str, typer.Option("--contains", help="Only those of models whose name holds this.")] = "",
    tag: ByTag = "",
    limit: Limit = 50,
    after: After = "",
    as_of: AsOf = "",
) -> None:
    """List versions, newest first.

    Example: registry-app version list credit-risk
    """
    from registry_app.models.lists import VersionPage
    from registry_app.models.views import ShowVersion

    with opened(ctx) as desk:
        cursor = desk.ask(ShowVersion(after)).summary.cursor if after else ""
        page = desk.ask(VersionPage(model, by_tag(tag), cursor, limit, contains), as_of)
        desk.show(page, lambda: versions_table(page))
        if len(page) == limit:
            say(f"There may be more: --after '{page[-1].model}:{page[-1].number}'")


@version_app.command("show")
def show_version(ctx: typer.Context, version: Version, as_of: AsOf = "") -> None:
    """Show a version: its artifact, data, parents, claims, and where it runs.

    Example: registry-app version show credit-risk:champion
    """
    from registry_app.models.views import ShowVersion

    with opened(ctx) as desk:
        found = desk.ask(ShowVersion(version), as_of)
        desk.show(found, lambda: _version_text(found))


@version_app.command("history")
def history(ctx: typer.Context, version: Version, as_of: AsOf = "") -> None:
    """List the statements about a version, newest first: registered, measured, submitted, decided, deployed, handed out.

    Example: registry-app version history credit-risk:3
    """
    from registry_app.reporting.history import HistoryOf

    with opened(ctx) as desk:
        lines = desk.ask(HistoryOf(version), as_of)
        rows = [(each.seq, day(each.time), each.author, ", ".join(each.kinds)) for each in lines]
        desk.show(lines, lambda: table(("seq", "time", "by", "said"), rows))


@version_app.command("register")
def register_version(
    ctx: typer.Context,
    model: Model,
    artifact: Annotated[
        Path | None,
        typer.Option("--artifact", metavar="PATH", help="The file or folder; hashed and scanned, never loaded."),
    ] = None,
    digest: Annotated[
        str, typer.Option("--digest", metavar="SHA256", help="Its digest, when the artifact is elsewhere.")
    ] = "",
    data: Annotated[
        list[str] | None,
        typer.Option(
            "--data", metavar="NAME=USE", help="A dataset and its use: training, validation, test, monitoring."
        ),
    ] = None,
    parent: Annotated[
        list[str] | None, typer.Option("--parent", metavar="VERSION", help="A version it was made from.")
    ] = None,
    metric: Annotated[
        list[str] | None, typer.Option("--metric", metavar="NAME=VALUE", help="A metric its makers claim.")
    ] = None,
    param: Annotated[list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="A hyperparameter.")] = None,
    run: Annotated[str, typer.Option("--run", metavar="ID", help="The run that made it.")] = "",
    commit: Annotated[str, typer.Option("--commit", help="The commit of the training code.")] = "",
    note: Annotated[str, typer.Option("--note", help="What changed.")] = "",
    tag: Tags = None,
) -> None:
    """Register an immutable version by the digest of its artifact, which is never loaded.

    Example: registry-app version register credit-risk --artifact model.skops --data applications=training --metric auc=0.81
    """
    from registry_app.models.actions import RegisterVersion

    if (artifact is None) == (not digest):
        raise UsageError(
            "A version is registered by its artifact or by its digest.", "Give one of --artifact and --digest."
        )
    measured, scanned = _look_at(artifact) if artifact is not None else (None, None)
    action = RegisterVersion(
        model=model,
        artifact=measured.digest if measured else given_digest(digest),
        artifact_kind=measured.kind if measured else "file",
        size=measured.size if measured else 0,
        format=measured.format if measured else "unknown",
        scan=scanned.outcome if scanned else "not_scanned",
        findings=scanned.findings if scanned else (),
        code_commit=commit,
        run=run,
        parents=tuple(parent or ()),
        data=pairs(data, "--data"),
        metrics=_named(metric, "--metric"),
        parameters=_named(param, "--param"),
        note=note,
        tags=pairs(tag, "--tag"),
    )
    with opened(ctx) as desk:
        if scanned is not None and scanned.outcome in ("suspicious", "dangerous", "error"):
            say(f"Warning: the scan says {scanned.outcome}.\n" + "\n".join(f"  {line}" for line in scanned.findings))
        receipt = desk.workspace.run(action)
        label = f"{model}:{getattr(receipt.facts[0], 'number', '')}"
        desk.receipt(receipt, label, version=label)


@version_app.command("tag")
def tag_version(ctx: typer.Context, version: Version, tag: TagPair) -> None:
    """File a version under a tag, or take the tag away.

    Example: registry-app version tag credit-risk:3 gate=pass
    """
    set_tag(ctx, "version", version, tag)


@alias_app.command("set")
def set_alias(ctx: typer.Context, version: Version, alias: Alias) -> None:
    """Let an alias point at a version of its model.

    Example: registry-app alias set credit-risk:3 champion
    """
    from registry_app.models.actions import SetAlias

    with opened(ctx) as desk:
        desk.do(SetAlias(version, alias))


@alias_app.command("remove")
def remove_alias(ctx: typer.Context, model: Model, alias: Alias) -> None:
    """Take an alias away.

    Example: registry-app alias remove credit-risk champion
    """
    from registry_app.models.actions import RemoveAlias

    with opened(ctx) as desk:
        desk.do(RemoveAlias(model, alias))


def versions_table(page: tuple[VersionSummary, ...]) -> str:
    """Versions as a table."""
    rows = [
        (
            f"{each.model}:{each.number}",
            day(each.registered),
            each.author,
            each.format,
            words(each.scan),
            short(each.artifact),
        )
        for each in page
    ]
    return table(("version", "registered", "author", "format", "scan", "artifact"), rows)


def set_tag(ctx: typer.Context, kind: str, subject: str, tag: str) -> None:
    """File a model or a version under a tag."""
    from registry_app.models.actions import SetTag

    ((key, value),) = pairs([tag], "The tag")
    with opened(ctx) as desk:
        desk.do(SetTag(kind, subject, key, value))


def by_tag(given: str) -> tuple[str, str] | None:
    """The tag that a list is narrowed to, if any."""
    return pairs([given], "--tag")[0] if given else None


def _look_at(path: Path) -> tuple[Artifact, Scan]:
    from registry_app.models.artifact import measure_artifact
    from registry_app.models.scan import scan

    with progress() as tell:
        if tell is not None:
            tell("hashing", 0, 0)
        measured = measure_artifact(path)
        if tell is not None:
            tell("scanning", 0, 0)
        return measured, scan(path)


def _named(given: list[str] | None, option: str) -> tuple[Named, ...]:
    from registry_app.models.facts import Named

    return tuple(Named(name, value) for name, value in pairs(given, option))


def _version_text(found: VersionDetail) -> str:
    summary = found.summary
    return listing(
        [
            ("version", f"{summary.model}:{summary.number}"),
            ("id", summary.id),
            ("registered", f"{summary.registered} by {summary.author}, ledger position {summary.seq}"),
            ("artifact", f"sha256:{summary.artifact}"),
            ("kind", f"{found.artifact_kind}, {summary.format}, {counted(found.size, 'byte')}"),
            ("scan", words(summary.scan)),
            ("findings", "\n".join(found.findings)),
            ("commit", found.code_commit),
            ("run", found.run),
            ("parents", ", ".join(found.parents)),
            (
                "data",
                "\n".join(
                    f"{use.role}: {use.name} ({counted(use.rows, 'row')}, sha256:{short(use.digest)})"
                    for use in found.data
                ),
            ),
            ("metrics", "\n".join(f"{name} = {value}" for name, value in found.metrics)),
            ("parameters", "\n".join(f"{name} = {value}" for name, value in found.parameters)),
            ("inputs", ", ".join(f"{name} {kind}" for name, kind in found.inputs)),
            ("outputs", ", ".join(f"{name} {kind}" for name, kind in found.outputs)),
            ("note", found.note),
            ("tags", ", ".join(f"{key}={value}" for key, value in found.tags)),
            ("aliases", ", ".join(found.aliases)),
            ("runs in", ", ".join(found.deployments)),
        ]
    )
