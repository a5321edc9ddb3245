"""Models, their versions and aliases, and the lineage between things."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry_app.cli.desk import opened, progress, say
from registry_app.cli.options import AsOf, Room, Tags, Version, pairs
from registry_app.cli.table import as_json, day, heading, listing, short, table, words
from registry_app.errors import UsageError
from registry_app.text import harmless

if TYPE_CHECKING:
    from registry_app.models.artifact import Artifact
    from registry_app.models.facts import Named
    from registry_app.models.lineage import Graph
    from registry_app.models.scan import Scan
    from registry_app.models.views import ModelDetail, VersionDetail, VersionSummary

model_app = Room(help="Models: the inventory.")
version_app = Room(help="Versions: immutable artifacts of a model, written credit-risk:3.")
alias_app = Room(help="Aliases: a name, such as champion, that points at a version.")
lineage_app = Room(help="Show what a version or a dataset came from, and what came from it.")

Model = Annotated[str, typer.Argument(metavar="MODEL", help="The model's name.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most this many.")]
After = Annotated[str, typer.Option("--after", help="Go on after this one (the last of the page before).")]
ByTag = Annotated[str, typer.Option("--tag", metavar="KEY=VALUE", help="Only those with this tag.")]
Jurisdictions = Annotated[
    list[str] | None, typer.Option("--jurisdiction", help="Where it is used, as EU or US-NY; repeatable.")
]
Text = str | None


@model_app.command("list")
def list_models(
    ctx: typer.Context,
    prefix: Annotated[str, typer.Option("--prefix", help="Only names that begin so.")] = "",
    contains: Annotated[str, typer.Option("--contains", help="Only names that hold this.")] = "",
    tag: ByTag = "",
    limit: Limit = 50,
    after: After = "",
    as_of: AsOf = "",
) -> None:
    """List the inventory by name.

    Example: registry-app model list --contains credit --json
    """
    from registry_app.models.views import ModelPage, ShowModel

    with opened(ctx) as desk:
        cursor = f"{after}\x00{desk.ask(ShowModel(after)).id}" if after else ""
        page = desk.ask(ModelPage(prefix, contains, _tag(tag), cursor, limit), as_of)
        rows = [(each.name, each.risk_tier, each.team, each.domain or "-", each.newest or "-") for each in page]
        desk.show(page, lambda: table(("model", "tier", "team", "domain", "newest"), rows))
        if len(page) == limit:
            say(f"There may be more: --after '{page[-1].name}'")


@model_app.command("show")
def show_model(ctx: typer.Context, model: Model, as_of: AsOf = "") -> None:
    """Show a model: its entry, aliases and newest versions.

    Example: registry-app model show credit-risk
    """
    from registry_app.models.views import ShowModel

    with opened(ctx) as desk:
        found = desk.ask(ShowModel(model), as_of)
        desk.show(found, lambda: _model_text(found))


@model_app.command("register")
def register_model(
    ctx: typer.Context,
    model: Model,
    team: Annotated[str, typer.Option("--team", help="The team that owns it.")],
    tier: Annotated[str, typer.Option("--tier", help="Its risk tier: low, medium, high, critical.")],
    rationale: Annotated[str, typer.Option("--tier-rationale", help="Why it has this tier.")],
    purpose: Annotated[str, typer.Option("--purpose", help="What it is for.")],
    intended_use: Annotated[str, typer.Option("--intended-use", help="How it is meant to be used.")] = "",
    out_of_scope: Annotated[str, typer.Option("--out-of-scope", help="What it must not be used for.")] = "",
    domain: Annotated[str, typer.Option("--domain", help="The field of use, such as credit.")] = "",
    jurisdiction: Jurisdictions = None,
    tag: Tags = None,
) -> None:
    """Put a model into the inventory.

    Example: registry-app model register credit-risk --team credit --tier high --tier-rationale "decides on loans"
    --purpose "score applications"
    """
    from registry_app.models.actions import RegisterModel

    action = RegisterModel(
        name=model,
        team=team,
        tier=tier,
        tier_rationale=rationale,
        purpose=purpose,
        intended_use=intended_use,
        out_of_scope=out_of_scope,
        domain=domain,
        jurisdictions=tuple(jurisdiction or ()),
        tags=pairs(tag, "--tag"),
    )
    with opened(ctx) as desk:
        desk.do(action, model)


@model_app.command("revise")
def revise(
    ctx: typer.Context,
    model: Model,
    name: Annotated[Text, typer.Option("--name", help="Another name.")] = None,
    team: Annotated[Text, typer.Option("--team", help="Another owning team.")] = None,
    tier: Annotated[Text, typer.Option("--tier", help="Another risk tier.")] = None,
    rationale: Annotated[Text, typer.Option("--tier-rationale", help="Why it has this tier.")] = None,
    purpose: Annotated[Text, typer.Option("--purpose", help="What it is for.")] = None,
    intended_use: Annotated[Text, typer.Option("--intended-use", help="How it is meant to be used.")] = None,
    out_of_scope: Annotated[Text, typer.Option("--out-of-scope", help="What it must not be used for.")] = None,
    domain: Annotated[Text, typer.Option("--domain", help="The field of use.")] = None,
    jurisdiction: Jurisdictions = None,
) -> None:
    """Change a model's entry; what is not given stays. The old entry stays readable with --as-of.

    Example: registry-app model revise credit-risk --tier critical --tier-rationale "now decides alone"
    """
    from registry_app.models.actions import ReviseModel

    given = (name, team, tier, rationale, purpose, intended_use, out_of_scope, domain, jurisdiction)
    if all(each is None for each in given):
        raise UsageError(
            "Nothing to change was given.", "Give at least one option: see 'registry-app model revise --help'."
        )
    action = ReviseModel(
        model=model,
        name=name,
        team=team,
        tier=tier,
        tier_rationale=rationale,
        purpose=purpose,
        intended_use=intended_use,
        out_of_scope=out_of_scope,
        domain=domain,
        jurisdictions=None if jurisdiction is None else tuple(jurisdiction),
    )
    with opened(ctx) as desk:
        desk.do(action, name or model)


TagPair = Annotated[str, typer.Argument(metavar="KEY=VALUE", help="An empty value takes the tag away.")]


@model_app.command("tag")
def tag_model(ctx: typer.Context, model: Model, tag: TagPair) -> None:
    """File a model under a tag, or take the tag away.

    Example: registry-app model tag credit-risk portfolio=retail
    """
    _set_tag(ctx, "model", model, tag)


@version_app.command("tag")
def tag_version(ctx: typer.Context, version: Version, tag: TagPair) -> None:
    """File a version under a tag, or take the tag away.

    Example: registry-app version tag credit-risk:3 gate=pass
    """
    _set_tag(ctx, "version", version, tag)


@version_app.command("list")
def list_versions(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(metavar="[MODEL]", help="Only those of this model.")] = "",
    tag: ByTag = "",
    limit: Limit = 50,
    after: After = "",
    as_of: AsOf = "",
) -> None:
    """List versions, newest first.

    Example: registry-app version list credit-risk
    """
    from registry_app.models.views import ShowVersion, VersionPage

    with opened(ctx) as desk:
        cursor = desk.ask(ShowVersion(after)).summary.cursor if after else ""
        page = desk.ask(VersionPage(model, _tag(tag), cursor, limit), as_of)
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
        artifact=measured.digest if measured else digest.lower().removeprefix("sha256:"),
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


@alias_app.command("set")
def set_alias(ctx: typer.Context, version: Version, alias: Annotated[str, typer.Argument(metavar="ALIAS")]) -> None:
    """Let an alias point at a version of its model.

    Example: registry-app alias set credit-risk:3 champion
    """
    from registry_app.models.actions import SetAlias

    with opened(ctx) as desk:
        desk.do(SetAlias(version, alias))


@alias_app.command("remove")
def remove_alias(ctx: typer.Context, model: Model, alias: Annotated[str, typer.Argument(metavar="ALIAS")]) -> None:
    """Take an alias away.

    Example: registry-app alias remove credit-risk champion
    """
    from registry_app.models.actions import RemoveAlias

    with opened(ctx) as desk:
        desk.do(RemoveAlias(model, alias))


class Form(StrEnum):
    """How a graph is written."""

    TREE = "tree"
    PROV = "prov"
    MERMAID = "mermaid"
    JSON = "json"


@lineage_app.command("lineage")
def lineage(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="VERSION", help="As credit-risk:3; with --dataset a dataset's name.")],
    dataset: Annotated[bool, typer.Option("--dataset", help="It is a dataset.")] = False,
    upstream: Annotated[bool, typer.Option("--upstream", help="Only what it came from.")] = False,
    downstream: Annotated[bool, typer.Option("--downstream", help="Only what came from it.")] = False,
    form: Annotated[Form, typer.Option("--format", help="tree, W3C PROV-JSON, Mermaid, or plain JSON.")] = Form.TREE,
    as_of: AsOf = "",
) -> None:
    """Show what a version or a dataset came from, and what came from it.

    Example: registry-app lineage credit-risk:3 --format mermaid
    """
    from registry_app.models.lineage import Lineage
    from registry_app.models.provenance import mermaid, prov_json

    both = upstream == downstream
    with opened(ctx) as desk:
        view = Lineage(name, "dataset" if dataset else "version", both or upstream, both or downstream)
        graph = desk.ask(view, as_of)
        if form is Form.PROV:
            print(harmless(prov_json(graph), lines=True))
        elif form is Form.JSON:
            print(as_json(graph))
        elif form is Form.MERMAID and not desk.wanted.as_json:
            print(harmless(mermaid(graph), lines=True), end="")
        else:
            desk.show(graph, lambda: _tree(graph))
        if graph.cut:
            say(f"The graph was cut at {len(graph.nodes)} things.")


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


def _set_tag(ctx: typer.Context, kind: str, subject: str, tag: str) -> None:
    from registry_app.models.actions import SetTag

    ((key, value),) = pairs([tag], "The tag")
    with opened(ctx) as desk:
        desk.do(SetTag(kind, subject, key, value))


def _tag(given: str) -> tuple[str, str] | None:
    return pairs([given], "--tag")[0] if given else None


def _named(given: list[str] | None, option: str) -> tuple[Named, ...]:
    from registry_app.models.facts import Named

    return tuple(Named(name, value) for name, value in pairs(given, option))


def _model_text(found: ModelDetail) -> str:
    card = found.card
    about = listing(
        [
            ("model", card.name),
            ("id", found.id),
            ("team", f"{found.team} (lead {found.lead})"),
            ("tier", found.risk_tier),
            ("because", card.tier_rationale),
            ("purpose", card.purpose),
            ("use", card.intended_use),
            ("not for", card.out_of_scope),
            ("domain", found.domain),
            ("where", ", ".join(found.jurisdictions)),
            ("tags", ", ".join(f"{key}={value}" for key, value in found.tags)),
            ("aliases", ", ".join(f"{alias} -> {number}" for alias, number in found.aliases)),
        ]
    )
    return f"{about}\n\n{heading('Versions')}\n{versions_table(found.versions)}"


def _version_text(found: VersionDetail) -> str:
    summary = found.summary
    return listing(
        [
            ("version", f"{summary.model}:{summary.number}"),
            ("id", summary.id),
            ("registered", f"{summary.registered} by {summary.author}, ledger position {summary.seq}"),
            ("artifact", f"sha256:{summary.artifact}"),
            ("kind", f"{found.artifact_kind}, {summary.format}, {found.size:,} bytes"),
            ("scan", words(summary.scan)),
            ("findings", "\n".join(found.findings)),
            ("commit", found.code_commit),
            ("run", found.run),
            ("parents", ", ".join(found.parents)),
            (
                "data",
                "\n".join(
                    f"{use.role}: {use.name} ({use.rows:,} rows, sha256:{short(use.digest)})" for use in found.data
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


def _tree(graph: Graph) -> str:
    """What it came from above, what came from it below, each as far in as it is far away."""
    lines = []
    for node in graph.nodes:
        mark = "*" if node.id == graph.about else ("<" if node.depth < 0 else ">")
        lines.append(f"{'  ' * abs(node.depth)}{mark} {node.kind} {harmless(node.label)}")
    return "\n".join(lines)
