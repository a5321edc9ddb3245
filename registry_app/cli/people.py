"""People, teams and roles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from registry_app.cli.desk import Desk, new_passphrase, opened
from registry_app.cli.options import AsOf, Reason, Room, moment
from registry_app.cli.table import table, words
from registry_app.errors import UsageError

if TYPE_CHECKING:
    from registry_app.people.views import GrantSummary, TeamMember

people_app = Room(help="People: who may sign in, and sign.")
team_app = Room(help="Teams: who owns models. Nobody decides about a model of their own team.")
role_app = Room(help="Roles: admin, developer, validator, risk_officer, auditor, service.")

Person = Annotated[str, typer.Argument(metavar="HANDLE", help="The person's handle.")]
TeamName = Annotated[str, typer.Argument(metavar="TEAM", help="The team's name.")]
NewFile = Annotated[
    str | None,
    typer.Option("--new-passphrase-file", metavar="FILE", help="Read their first passphrase from a file."),
]


@people_app.command("list")
def list_people(ctx: typer.Context, as_of: AsOf = "") -> None:
    """List everybody, with the roles they hold.

    Example: registry-app people list --as-of 2026-03-31
    """
    from registry_app.people.views import People

    with opened(ctx) as desk:
        people = desk.ask(People(), as_of)
        rows = [(each.handle, each.name, each.state, grants_of(each.grants)) for each in people]
        desk.show(people, lambda: table(("handle", "name", "state", "roles"), rows))


@people_app.command("enrol")
def enrol(
    ctx: typer.Context,
    handle: Person,
    name: Annotated[str, typer.Option("--name", help="Their name, as printed beside their signatures.")],
    email: Annotated[str, typer.Option("--email", help="Their e-mail address; it is kept, sealed.")] = "",
    new_file: NewFile = None,
) -> None:
    """Enrol a person, who types a first passphrase of their own. Grant roles afterwards.

    Example: registry-app people enrol val --name "Val Validator"
    """
    from registry_app import custody

    with opened(ctx) as desk:
        custody.require_enrollable(desk.workspace, handle, name, email)
        secret = new_passphrase(new_file, f"for {handle}")
        desk.receipt(custody.enrol(desk.workspace, handle, name, secret, email), handle)


@people_app.command("re-enrol")
def re_enrol(ctx: typer.Context, handle: Person, reason: Reason, new_file: NewFile = None) -> None:
    """Give a person who lost the passphrase new keys. What the old key signed stays valid.

    Example: registry-app people re-enrol val --reason "forgot the passphrase"
    """
    from registry_app import custody

    with opened(ctx) as desk:
        custody.require_re_enrollable(desk.workspace, handle, reason)
        secret = new_passphrase(new_file, f"for {handle}")
        desk.receipt(custody.re_enrol(desk.workspace, handle, secret, reason), handle)


@people_app.command("disable")
def disable(ctx: typer.Context, handle: Person, reason: Reason) -> None:
    """Let a person sign and open the registry no longer. Follow it with 'vault rotate'.

    Example: registry-app people disable dev --reason "left the company"
    """
    from registry_app import custody

    with opened(ctx) as desk:
        desk.receipt(custody.disable(desk.workspace, handle, reason), handle)


@people_app.command("shred")
def shred(ctx: typer.Context, handle: Person, reason: Reason) -> None:
    """Destroy the name, handle and address of a disabled person; every signature stays checkable.

    Example: registry-app people shred dev --reason "GDPR Art. 17 request"
    """
    from registry_app.people.actions import ShredProfile

    with opened(ctx) as desk:
        desk.do(ShredProfile(handle, reason))


@team_app.command("list")
def list_teams(ctx: typer.Context, as_of: AsOf = "") -> None:
    """List the teams, their leads and members.

    Example: registry-app team list
    """
    _teams(ctx, "", as_of)


@team_app.command("show")
def show_team(ctx: typer.Context, team: TeamName, as_of: AsOf = "") -> None:
    """Show one team.

    Example: registry-app team show credit
    """
    _teams(ctx, team, as_of)


def _teams(ctx: typer.Context, name: str, as_of: str) -> None:
    from registry_app.people.views import Teams

    with opened(ctx) as desk:
        teams = desk.ask(Teams(name), as_of)
        rows = [(each.name, _member(each.lead), ", ".join(map(_member, each.members))) for each in teams]
        desk.show(teams[0] if name else teams, lambda: table(("team", "lead", "members"), rows))


def _member(member: TeamMember) -> str:
    """As verbs take it, and the name of a person."""
    return f"{member.handle} ({member.name})" if member.kind == "person" else f"team {member.handle}"


@team_app.command("form")
def form(
    ctx: typer.Context,
    team: TeamName,
    lead: Annotated[str, typer.Option("--lead", metavar="HANDLE", help="Who leads it.")],
) -> None:
    """Form a team under a lead, who is its first member.

    Example: registry-app team form credit --lead dev
    """
    from registry_app.people.actions import FormTeam

    with opened(ctx) as desk:
        desk.do(FormTeam(team, lead), team)


@team_app.command("lead")
def lead(ctx: typer.Context, team: TeamName, handle: Person) -> None:
    """Name another lead; the lead must belong to the team.

    Example: registry-app team lead credit ada
    """
    from registry_app.people.actions import NameLead

    with opened(ctx) as desk:
        desk.do(NameLead(team, handle), team)


Member = Annotated[
    str, typer.Argument(metavar="MEMBER", help="A person's handle, or with --team-member a team's name.")
]
WholeTeam = Annotated[bool, typer.Option("--team-member", help="The member is a whole team.")]


@team_app.command("add")
def add(ctx: typer.Context, team: TeamName, member: Member, whole: WholeTeam = False) -> None:
    """Add a person, or a whole team, to a team.

    Example: registry-app team add credit ada
    """
    from registry_app.people.actions import AddMember

    with opened(ctx) as desk:
        desk.do(AddMember(team, member, "team" if whole else "person"), team)


@team_app.command("remove")
def remove(ctx: typer.Context, team: TeamName, member: Member, whole: WholeTeam = False) -> None:
    """Take a person or a team out of a team.

    Example: registry-app team remove credit ada
    """
    from registry_app.people.actions import RemoveMember

    with opened(ctx) as desk:
        desk.do(RemoveMember(team, member, "team" if whole else "person"), team)


@role_app.command("list")
def list_roles(ctx: typer.Context, as_of: AsOf = "") -> None:
    """List the roles people hold, with the id of each grant.

    Example: registry-app role list
    """
    from registry_app.people.views import People

    with opened(ctx) as desk:
        found = [(person, grant) for person in desk.ask(People(), as_of) for grant in person.grants]
        data = [
            {"person": person.handle, "grant": grant.id, "role": grant.role, "scope": grant.scope,
             "scope_id": grant.scope_id, "ends": grant.ends}
            for person, grant in found
        ]  # fmt: skip
        rows = [
            (person.handle, words(grant.role), grant.scope, grant.scope_id or "-", grant.ends[:10] or "-", grant.id)
            for person, grant in found
        ]
        desk.show(data, lambda: table(("handle", "role", "scope", "of", "ends", "grant"), rows))


@role_app.command("grant")
def grant(
    ctx: typer.Context,
    handle: Person,
    role: Annotated[
        str, typer.Argument(metavar="ROLE", help="admin, developer, validator, risk_officer, auditor, service.")
    ],
    team: Annotated[str, typer.Option("--team", help="Only for what this team owns.")] = "",
    model: Annotated[str, typer.Option("--model", help="Only for this model.")] = "",
    ends: Annotated[str, typer.Option("--ends", metavar="DATE", help="The last day on which it holds (UTC).")] = "",
) -> None:
    """Grant a role: everywhere, for what a team owns, or for one model. Nobody can grant themselves one.

    Example: registry-app role grant val validator --model credit-risk --ends 2027-03-31
    """
    from registry_app.people.actions import Grant

    if team and model:
        raise UsageError("A grant is for a team or for a model.", "Give one of --team and --model.")
    with opened(ctx) as desk:
        scope, scope_id = _scope(desk, team, model)
        action = Grant(handle, role.replace("-", "_"), scope, scope_id, moment(ends) if ends else "")
        desk.do(action, lambda receipt: str(getattr(receipt.facts[0], "grant", "")))


@role_app.command("revoke")
def revoke(
    ctx: typer.Context,
    grant: Annotated[str, typer.Argument(metavar="GRANT", help="The grant's id: see 'role list'.")],
    reason: Reason = "",
) -> None:
    """Take a grant back.

    Example: registry-app role revoke 019aa5e2-5b1c-7c3e-8b8e-2f1d6a9c0b11 --reason "changed teams"
    """
    from registry_app.people.actions import Revoke

    with opened(ctx) as desk:
        desk.do(Revoke(grant, reason))


def _scope(desk: Desk, team: str, model: str) -> tuple[str, str]:
    if team:
        from registry_app.people.views import Teams

        return "team", desk.ask(Teams(team))[0].id
    if model:
        from registry_app.models.views import ShowModel

        return "model", desk.ask(ShowModel(model)).id
    return "global", ""


def grants_of(grants: Iterable[GrantSummary]) -> str:
    """Roles in one line."""
    return ", ".join(
        words(each.role)
        + (f" (of a {each.scope})" if each.scope_id else "")
        + (f" until {each.ends[:10]}" if each.ends else "")
        for each in grants
    )
