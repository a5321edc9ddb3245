"""Who may say what about people, and the actions that say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry_app import text
from registry_app.errors import Refused, UsageError
from registry_app.ledger.entry import RECOVERY
from registry_app.ledger.fact import Fact
from registry_app.ledger.meaning import Action, Rule, Standing
from registry_app.people import facts
from registry_app.people.standing import administrators, belongs, person_by_handle, require, team_by_name, teams_above
from registry_app.people.tables import GrantRow, KeyRow, MemberRow, PersonRow, RotationRow, TeamRow, key_id
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

    def facts(self, standing: Standing) -> Sequence[Fact]:
        if standing.at.seq != 0:
            raise UsageError("This registry has been founded already.", "Open it instead.")
        enrol = Enrol(self.person, self.sign_key, self.box_digest, self.handle, self.full_name, self.email)
        return (
            facts.RegistryFounded(recovery_key=self.recovery_key, name=text.name(self.name, "registry's name")),
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
        handle = text.handle(self.handle)
        if standing.rows.one(PersonRow, handle=handle) is not None:
            raise UsageError(f"The handle {handle!r} is taken.", "Choose another one.")
        return (
            facts.PersonEnrolled(
                person=self.person,
                sign_key=self.sign_key,
                box_digest=self.box_digest,
                handle=handle,
                name=text.name(self.name, "name"),
                email=text.name(self.email, "e-mail address", 254) if self.email else "",
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


def _membership(standing: Standing, team: str, kind: str, member: str) -> dict[str, str]:
    if kind not in ("person", "team"):
        raise UsageError(f"{kind[:20]!r} is no kind of member.", "Use 'person' or 'team'.")
    found = person_by_handle(standing.rows, member) if kind == "person" else team_by_name(standing.rows, member)
    return {"team": team_by_name(standing.rows, team)["id"], "kind": kind, "member": found["id"]}


def _may_found(standing: Standing, said: facts.RegistryFounded) -> None:
    if standing.at.seq != 0:
        raise Refused("Only the first statement can found the registry.", "This one was not allowed.")
    _require_key(said.recovery_key)


def _may_enrol(standing: Standing, said: facts.PersonEnrolled) -> None:
    _require_key(said.sign_key)
    if standing.rows.ever(KeyRow, id=key_id(said.sign_key)) or standing.rows.ever(PersonRow, id=said.person):
        raise Refused("A key or an id can be enrolled once only.", "Make new ones.")
    if standing.at.seq == 0:
        if said.person != standing.at.person or key_id(said.sign_key) != standing.at.key:
            raise Refused("The genesis is signed by the first administrator.", "This one was not allowed.")
        return
    require(standing, "admin", to="enrol people")


def _may_re_enrol(standing: Standing, said: facts.PersonReEnrolled) -> None:
    _require_key(said.sign_key)
    if standing.rows.one(PersonRow, id=said.person) is None:
        raise Refused("Nobody unknown can be re-enrolled.", "Enrol the person instead.")
    if standing.rows.ever(KeyRow, id=key_id(said.sign_key)):
        raise Refused("A key can be enrolled once only.", "Make a new one.")
    if standing.at.person != RECOVERY:
        require(standing, "admin", to="re-enrol people")


def _may_disable(standing: Standing, said: facts.PersonDisabled) -> None:
    require(standing, "admin", to="disable people")
    if administrators(standing.rows) <= {said.person}:
        raise Refused("The last administrator cannot be disabled.", "Grant the role admin to somebody else first.")


def _may_form(standing: Standing, said: facts.TeamFormed) -> None:
    require(standing, "admin", to="form teams")
    _require_active(standing, said.lead)


def _may_name_lead(standing: Standing, said: facts.TeamLeadNamed) -> None:
    require(standing, "admin", to="name a team's lead")
    _require_active(standing, said.lead)
    if not belongs(standing.rows, said.lead, said.team):
        raise Refused("A team's lead belongs to the team.", "Add the person to the team first.")


def _may_change_members(standing: Standing, said: facts.TeamMemberAdded | facts.TeamMemberRemoved) -> None:
    team = standing.rows.one(TeamRow, id=said.team)
    if team is None:
        raise Refused("There is no such team.", "Form it first.")
    if team["lead"] != standing.at.person:
        require(standing, "admin", to="change a team one does not lead")


def _may_add(standing: Standing, said: facts.TeamMemberAdded) -> None:
    _may_change_members(standing, said)
    if standing.rows.one(MemberRow, team=said.team, member=said.member) is not None:
        raise Refused("The member is in that team already.", "Nothing needs to be done.")
    if said.kind == "person":
        _require_active(standing, said.member)
    elif standing.rows.one(TeamRow, id=said.member) is None or said.member in teams_above(standing.rows, said.team):
        raise Refused("A team cannot contain itself, or a team that is not there.", "Choose another team.")


def _may_remove(standing: Standing, said: facts.TeamMemberRemoved) -> None:
    _may_change_members(standing, said)
    team = standing.rows.one(TeamRow, id=said.team)
    if team is not None and team["lead"] == said.member:
        raise Refused("A team's lead cannot be taken out of it.", "Name another lead first.")


def _may_grant(standing: Standing, said: facts.RoleGranted) -> None:
    if (
        said.role not in facts.ROLES
        or said.scope not in facts.SCOPES
        or (said.scope == "global") == bool(said.scope_id)
    ):
        raise Refused("That is no role or no scope.", "See 'registry-app role grant --help'.")
    if standing.at.seq == 0:
        if said.person != standing.at.person or (said.role, said.scope, said.ends) != ("admin", "global", ""):
            raise Refused("The genesis grants the first administrator's role alone.", "This one was not allowed.")
        return
    require(standing, "admin", to="grant roles")
    if said.person == standing.at.person:
        raise Refused("Nobody can grant themselves a role.", "Ask another administrator.")
    _require_active(standing, said.person)
    if said.ends and said.ends <= standing.at.reckoned:
        raise Refused("The grant would have ended already.", "Give a later end.")


def _may_revoke(standing: Standing, said: facts.RoleRevoked) -> None:
    require(standing, "admin", to="revoke roles")
    grant = standing.rows.one(GrantRow, id=said.grant)
    if grant is None:
        raise Refused("That grant does not hold.", "See 'registry-app role list'.")
    if grant["role"] == "admin" and grant["scope"] == "global" and not grant["ends"]:
        others = [g for g in standing.rows.all(GrantRow, person=grant["person"], role="admin") if g["id"] != said.grant]
        still = any(g["scope"] == "global" and not g["ends"] for g in others)
        if not still and administrators(standing.rows) <= {grant["person"]}:
            raise Refused("The last administrator cannot be removed.", "Grant the role admin to somebody else first.")


def _may_report(standing: Standing, said: facts.UnlockFailuresReported) -> None:
    """Whoever may speak may report."""


def _may_record_rotation(standing: Standing, said: facts.DataKeyRotated) -> None:
    require(standing, "admin", to="rotate the data key")
    if standing.rows.one(RotationRow, epoch=said.epoch) is not None:
        raise Refused("That rotation is on record already.", "Nothing needs to be done.")


def _may_shred(standing: Standing, said: facts.PayloadShredded) -> None:
    require(standing, "admin", to="shred a person's details")
    owners = standing.rows.all(PersonRow, profile=said.payload)
    if not owners or any(owner["state"] != "disabled" for owner in owners):
        raise Refused("Only the details of a disabled person can be shredded.", "Disable the person first.")


def _may_accept(standing: Standing, said: facts.UnanchoredOpened) -> None:
    """Whoever may speak may say so."""


def _require_active(standing: Standing, person: str) -> None:
    row = standing.rows.one(PersonRow, id=person)
    if row is None or row["state"] != "active":
        raise Refused("The person is unknown or disabled.", "See 'registry-app people list'.")


def _require_key(key: str) -> None:
    if len(key) != 64 or not set(key) <= set("0123456789abcdef"):
        raise Refused("That is no Ed25519 public key.", "Give 64 hexadecimal digits.")


RULES: Mapping[type[Fact], Rule] = {
    facts.RegistryFounded: _may_found,
    facts.PersonEnrolled: _may_enrol,
    facts.PersonReEnrolled: _may_re_enrol,
    facts.PersonDisabled: _may_disable,
    facts.TeamFormed: _may_form,
    facts.TeamLeadNamed: _may_name_lead,
    facts.TeamMemberAdded: _may_add,
    facts.TeamMemberRemoved: _may_remove,
    facts.RoleGranted: _may_grant,
    facts.RoleRevoked: _may_revoke,
    facts.UnlockFailuresReported: _may_report,
    facts.DataKeyRotated: _may_record_rotation,
    facts.PayloadShredded: _may_shred,
    facts.UnanchoredOpened: _may_accept,
}
