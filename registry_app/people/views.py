"""What can be asked about people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from registry_app.errors import UsageError
from registry_app.ledger.meaning import Reader, View
from registry_app.people.standing import team_by_name
from registry_app.people.tables import GrantRow, MemberRow, PersonRow, RegistryRow, TeamRow, UnlockFailureRow
from registry_app.vault.rows import Row


@dataclass(frozen=True, slots=True)
class GrantSummary:
    """A role somebody holds."""

    id: str
    role: str
    scope: str
    """``global``, ``team`` or ``model``."""
    scope_id: str
    ends: str


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """A person of the registry."""

    id: str
    handle: str
    name: str
    state: str
    key: str
    grants: tuple[GrantSummary, ...]


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Somebody in a team, or a whole team in it."""

    kind: str
    """``person`` or ``team``."""
    handle: str
    """What verbs take: the person's handle, or the team's name."""
    name: str
    """The person's name, or the team's."""


@dataclass(frozen=True, slots=True)
class TeamSummary:
    """A team."""

    id: str
    name: str
    lead: TeamMember
    members: tuple[TeamMember, ...]
    """People before teams, each by handle."""


@dataclass(frozen=True, slots=True)
class RegistrySummary:
    """The registry itself."""

    name: str
    registry: str
    """The hash of its genesis leaf."""
    size: int
    """How many leaves the ledger has."""
    root: str
    people: int
    failures: tuple[tuple[int, str, str], ...]
    """Failed attempts to sign in that were put on record: how many, first, last."""


@dataclass(frozen=True, slots=True)
class People(View[tuple[PersonSummary, ...]]):
    """Everybody, by handle."""

    def ask(self, reader: Reader) -> tuple[PersonSummary, ...]:
        found = [_person(reader, row) for row in reader.rows.all(PersonRow)]
        return tuple(sorted(found, key=lambda person: person.handle))


@dataclass(frozen=True, slots=True)
class WhoAmI(View[PersonSummary]):
    """The person who asks.

    Raises:
        UsageError: as of then they were not enrolled.
    """

    def ask(self, reader: Reader) -> PersonSummary:
        row = reader.rows.one(PersonRow, id=reader.person)
        if row is None:
            raise UsageError("You were not enrolled yet.", "Ask for a later time.")
        return _person(reader, row)


@dataclass(frozen=True, slots=True)
class Teams(View[tuple[TeamSummary, ...]]):
    """All teams, or the one of a name."""

    name: str = ""

    def ask(self, reader: Reader) -> tuple[TeamSummary, ...]:
        rows = reader.rows
        teams = rows.all(TeamRow)
        known = {row["id"]: TeamMember("person", row["handle"], row["name"]) for row in rows.all(PersonRow)}
        known |= {row["id"]: TeamMember("team", row["name"], row["name"]) for row in teams}
        summaries = []
        for row in [team_by_name(rows, self.name)] if self.name else teams:
            members = [_member(known, each["member"]) for each in rows.all(MemberRow, team=row["id"])]
            members.sort(key=lambda member: (member.kind, member.handle))
            summaries.append(TeamSummary(row["id"], row["name"], _member(known, row["lead"]), tuple(members)))
        return tuple(sorted(summaries, key=lambda team: team.name))


@dataclass(frozen=True, slots=True)
class AboutRegistry(View[RegistrySummary]):
    """The registry, in one row."""

    def ask(self, reader: Reader) -> RegistrySummary:
        registry, frontier, _ = reader.log.state()
        row = reader.rows.one(RegistryRow, one=1)
        held = UnlockFailureRow.__table__.c  # type: ignore[attr-defined]
        size = frontier.size if reader.rows.at is None else reader.rows.at + 1
        told = select(held.count, held.first, held.last).where(held.since < size).order_by(held.since)
        failures = reader.rows.connection.execute(told).all()
        return RegistrySummary(
            name=row["name"] if row else "",
            registry=registry,
            size=size,
            root=reader.log.root_at(size).hex(),
            people=sum(person["state"] == "active" for person in reader.rows.all(PersonRow)),
            failures=tuple((int(count), str(first), str(last)) for count, first, last in failures),
        )


def _member(known: Mapping[str, TeamMember], member: str) -> TeamMember:
    return known.get(member, TeamMember("person", member, member))


def _person(reader: Reader, person: Row) -> PersonSummary:
    grants = tuple(
        GrantSummary(grant["id"], grant["role"], grant["scope"], grant["scope_id"], grant["ends"])
        for grant in reader.rows.all(GrantRow, person=person["id"])
        if not grant["ends"] or grant["ends"] > reader.now
    )
    return PersonSummary(person["id"], person["handle"], person["name"], person["state"], person["key"], grants)
