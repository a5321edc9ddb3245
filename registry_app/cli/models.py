"""Models: the inventory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from registry_app.cli.desk import opened, say
from registry_app.cli.options import AsOf, Room, Tags, pairs
from registry_app.cli.table import heading, listing, table
from registry_app.cli.versions import After, ByTag, Limit, Model, TagPair, by_tag, set_tag, versions_table
from registry_app.errors import UsageError

if TYPE_CHECKING:
    from registry_app.models.shapes import ModelDetail

model_app = Room(help="Models: the inventory.")

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
    from registry_app.models.lists import ModelPage
    from registry_app.models.views import ShowModel

    with opened(ctx) as desk:
        cursor = desk.ask(ShowModel(after)).cursor if after else ""
        page = desk.ask(ModelPage(prefix, contains, by_tag(tag), cursor, limit), as_of)
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


@model_app.command("tag")
def tag_model(ctx: typer.Context, model: Model, tag: TagPair) -> None:
    """File a model under a tag, or take the tag away.

    Example: registry-app model tag credit-risk portfolio=retail
    """
    set_tag(ctx, "model", model, tag)


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
