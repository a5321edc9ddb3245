"""Who may say what about people. Asked before something is signed, and asked again at verification."""

from __future__ import annotations

from collections.abc import Mapping

from registry_app.errors import Refused
from registry_app.ledger.entry import RECOVERY
from registry_app.ledger.fact import Fact
from registry_app.ledger.meaning import Rule, Standing
from registry_app.people import facts
from registry_app.people.standing import administrators, require, teams_above
from registry_app.people.tables import (
    GrantRow,
    KeyRow,
    MemberRow,
    PersonRow,
    RegistryRow,
    RotationRow,
    TeamRow,
    key_id,
)
from registry_app.vault import clock


def _may_found(standing: Standing, said: facts.RegistryFounded) -> None:
    if standing.at.seq != 0:
        raise Refused("Only the first statement can found the registry.", "This one was not allowed.")
    _require_key(said.recovery_key)


def _may_enrol(standing: Standing, said: facts.PersonEnrolled) -> None:
    _require_new_key(standing, said.sign_key)
    rows = standing.rows
    if said.person == RECOVERY or rows.ever(PersonRow, id=said.person) or rows.ever(TeamRow, id=said.person):
        raise Refused("An id can be enrolled once only.", "Make a new one.")
    if rows.one(PersonRow, handle=said.handle) is not None and not standing.shredded:
        raise Refused("That handle is taken.", "Choose another one.")
    if standing.at.seq == 0:
        if said.person != standing.at.person or key_id(said.sign_key) != standing.at.key:
            raise Refused("The genesis is signed by the first administrator.", "This one was not allowed.")
        return
    require(standing, "admin", to="enrol people")


def _may_re_enrol(standing: Standing, said: facts.PersonReEnrolled) -> None:
    _require_new_key(standing, said.sign_key)
    if standing.rows.one(PersonRow, id=said.person) is None:
        raise Refused("Nobody unknown can be re-enrolled.", "Enrol the person instead.")
    if standing.at.person != RECOVERY:
        require(standing, "admin", to="re-enrol people")


def _may_disable(standing: Standing, said: facts.PersonDisabled) -> None:
    require(standing, "admin", to="disable people")
    _require_active(standing, said.person)
    if administrators(standing.rows) <= {said.person}:
        raise Refused("The last administrator cannot be disabled.", "Grant the role admin to somebody else first.")


def _may_form(standing: Standing, said: facts.TeamFormed) -> None:
    require(standing, "admin", to="form teams")
    _require_active(standing, said.lead)
    if standing.rows.ever(TeamRow, id=said.team) or standing.rows.ever(PersonRow, id=said.team):
        raise Refused("An id can be used once only.", "Form the team again.")
    if standing.rows.one(TeamRow, name=said.name) is not None and not standing.shredded:
        raise Refused("There is a team of that name already.", "Choose another name.")


def _may_name_lead(standing: Standing, said: facts.TeamLeadNamed) -> None:
    require(standing, "admin", to="name a team's lead")
    _require_active(standing, said.lead)
    if standing.rows.one(MemberRow, team=said.team, member=said.lead) is None:
        raise Refused("A team's lead belongs to the team itself.", "Add the person to the team first.")


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
    elif (
        said.kind != "team"
        or standing.rows.one(TeamRow, id=said.member) is None
        or said.member in teams_above(standing.rows, said.team)
    ):
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
    if standing.rows.ever(GrantRow, id=said.grant):
        raise Refused("An id can be used once only.", "Grant the role again.")
    if said.ends:
        clock.parse(said.ends)
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


def _require_new_key(standing: Standing, key: str) -> None:
    """Refuse a key that anybody, the recovery included, ever held: a signature must name one person."""
    _require_key(key)
    registry = standing.rows.one(RegistryRow, one=1)
    if standing.rows.ever(KeyRow, id=key_id(key)) or (registry is not None and registry["recovery_key"] == key):
        raise Refused("A key can be enrolled once only.", "Make a new one.")


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
