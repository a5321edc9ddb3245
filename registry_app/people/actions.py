"""What people do about people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry_app import text
from registry_app.errors import UsageError
from registry_app.ledger.fact import Fact
from registry_app.ledger.meaning import Action, Standing
from registry_app.people import facts
from registry_app.people.standing import person_by_handle, team_by_name
from registry_app.people.tables import GrantRow, MemberRow, PersonRow, TeamRow
from registry_app.vault import chance, clock


@dataclass(frozen=True, slots=True)
class Found(Action):
    """Begin a registry: its recovery key, its first administrator, and that administrator's role."""

    name: str
    recovery_key: str
    person: str
    sign_key: str
    box_digest: str
    handle: str
    full_name: str
    email: str = ""
    recovery_box: str = ""

    def facts(self, standing: Standing) -> Sequence[Fact]:
        if standing.at.seq != 0:
            raise UsageError("This registry has been founded already.", "Open it instead.")
        name = founded_name(self.name)
        enrol = Enrol(self.person, self.sign_key, self.box_digest, self.handle, self.full_name, self.email)
        return (
            facts.RegistryFounded(
                recovery_key=self.recovery_key,
                recovery_box=self.recovery_box,
                name=name,
            ),
            *enrol.facts(standing),
            facts.RoleGranted(
                grant=chance.uuid7(), person=self.person, role="admin", scope="global", scope_id="", ends=""
            ),
        )


@dataclass(frozen=True, slots=True)
class Enrol(Action):
    """Enrol a person whose keys were just made."""

    person: str
    sign_key: str
    box_digest: str
    handle: str
    name: str
    email: str = ""

    def facts(self, standing: Standing) -> Sequence[Fact]:
        handle, name, email = profile(self.handle, self.name, self.email)
        if standing.rows.one(PersonRow, handle=handle) is not None:
            raise UsageError(f"The handle {handle!r} is taken.", "Choose another one.")
        return (
            facts.PersonEnrolled(
                person=self.person,
                sign_key=self.sign_key,
                box_digest=self.box_digest,
                handle=handle,
                name=name,
                email=email,
            ),
        )


@dataclass(frozen=True, slots=True)
class ReEnrol(Action):
    """Give a person who lost the passphrase new keys; what the old key signed stays valid."""

    handle: str
    sign_key: str
    box_digest: str
    reason: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        person = person_by_handle(standing.rows, self.handle)["id"]
        reason = text.prose(self.reason, "reason")
        return (
            facts.PersonReEnrolled(person=person, sign_key=self.sign_key, box_digest=self.box_digest, reason=reason),
        )


@dataclass(frozen=True, slots=True)
class Disable(Action):
    """Let a person sign and open the registry no longer."""

    handle: str
    reason: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        person = person_by_handle(standing.rows, self.handle)["id"]
        return (facts.PersonDisabled(person=person, reason=text.prose(self.reason, "reason")),)


@dataclass(frozen=True, slots=True)
class FormTeam(Action):
    """Form a team under a lead."""

    name: str
    lead: str
    """The lead's handle."""

    def facts(self, standing: Standing) -> Sequence[Fact]:
        name = text.name(self.name, "team's name")
        if standing.rows.one(TeamRow, name=name) is not None:
            raise UsageError(f"There is a team {name!r} already.", "Choose another name.")
        lead = person_by_handle(standing.rows, self.lead)["id"]
        return (facts.TeamFormed(team=chance.uuid7(), lead=lead, name=name),)


@dataclass(frozen=True, slots=True)
class NameLead(Action):
    """Name another lead of a team; the lead must belong to it."""

    team: str
    lead: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        team = team_by_name(standing.rows, self.team)["id"]
        return (facts.TeamLeadNamed(team=team, lead=person_by_handle(standing.rows, self.lead)["id"]),)


@dataclass(frozen=True, slots=True)
class AddMember(Action):
    """Add a person (by handle) or a whole team (by name) to a team."""

    team: str
    member: str
    kind: str = "person"

    def facts(self, standing: Standing) -> Sequence[Fact]:
        return (facts.TeamMemberAdded(**_membership(standing, self.team, self.kind, self.member)),)


@dataclass(frozen=True, slots=True)
class RemoveMember(Action):
    """Take a person or a team out of a team."""

    team: str
    member: str
    kind: str = "person"

    def facts(self, standing: Standing) -> Sequence[Fact]:
        found = _membership(standing, self.team, self.kind, self.member)
        if standing.rows.one(MemberRow, team=found["team"], member=found["member"]) is None:
            raise UsageError(
                f"{self.member!r} is not a direct member of {self.team!r}.", "See 'registry-app team show'."
            )
        return (facts.TeamMemberRemoved(**found),)


@dataclass(frozen=True, slots=True)
class Grant(Action):
    """Grant a role, globally, for what a team owns, or for one model."""

    handle: str
    role: str
    scope: str = "global"
    scope_id: str = ""
    ends: str = ""

    def facts(self, standing: Standing) -> Sequence[Fact]:
        if self.role not in facts.ROLES:
            raise UsageError(f"{self.role[:40]!r} is no role.", f"Use one of {', '.join(facts.ROLES)}.")
        if self.ends:
            clock.parse(self.ends)
        person = person_by_handle(standing.rows, self.handle)["id"]
        return (
            facts.RoleGranted(
                grant=chance.uuid7(),
                person=person,
                role=self.role,
                scope=self.scope,
                scope_id=self.scope_id,
                ends=self.ends,
            ),
        )


@dataclass(frozen=True, slots=True)
class Revoke(Action):
    """Take a grant back."""

    grant: str
    reason: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        if standing.rows.one(GrantRow, id=self.grant) is None:
            raise UsageError(f"There is no grant {self.grant[:64]!r} that holds.", "See 'registry-app role list'.")
        return (facts.RoleRevoked(grant=self.grant, reason=text.prose(self.reason, "reason")),)


@dataclass(frozen=True, slots=True)
class ReportUnlockFailures(Action):
    """Put failed attempts to sign in on record."""

    count: int
    first: str
    last: str
    handles: tuple[str, ...]

    def facts(self, standing: Standing) -> Sequence[Fact]:
        return (
            facts.UnlockFailuresReported(count=self.count, first=self.first, last=self.last, handles=self.handles[:20]),
        )


@dataclass(frozen=True, slots=True)
class RecordRotation(Action):
    """Put a rotation of the data key on record."""

    epoch: int

    def facts(self, standing: Standing) -> Sequence[Fact]:
        return (facts.DataKeyRotated(epoch=self.epoch),)


@dataclass(frozen=True, slots=True)
class ShredProfile(Action):
    """Destroy the name, handle and address of a disabled person (GDPR Art. 17); signatures stay checkable."""

    handle: str
    reason: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        person = person_by_handle(standing.rows, self.handle)
        return (facts.PayloadShredded(payload=person["profile"], reason=text.prose(self.reason, "reason")),)


@dataclass(frozen=True, slots=True)
class AcceptUnanchored(Action):
    """Say, signed, that the registry was opened without an earlier head to compare with."""

    def facts(self, standing: Standing) -> Sequence[Fact]:
        from registry_app.ledger.log import Log

        head = Log(standing.rows).head()
        return (facts.UnanchoredOpened(size=head.size, root=head.root.hex()),)


def founded_name(given: str) -> str:
    """A registry's name as it is recorded.

    Raises:
        UsageError: it is refused.
    """
    return text.name(given, "registry's name")


def profile(handle: str, name: str, email: str) -> tuple[str, str, str]:
    """A person's handle, name and e-mail address (empty: not given) as they are recorded.

    Raises:
        UsageError: one of them is refused.
    """
    address = text.name(email, "e-mail address", 254) if email else ""
    return text.handle(handle), text.name(name, "name"), address


def _membership(standing: Standing, team: str, kind: str, member: str) -> dict[str, str]:
    if kind not in ("person", "team"):
        raise UsageError(f"{kind[:20]!r} is no kind of member.", "Use 'person' or 'team'.")
    found = person_by_handle(standing.rows, member) if kind == "person" else team_by_name(standing.rows, member)
    return {"team": team_by_name(standing.rows, team)["id"], "kind": kind, "member": found["id"]}
