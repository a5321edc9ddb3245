"""The questions rules ask about people: who may speak, which roles somebody holds, who belongs to a team."""

from __future__ import annotations

from collections.abc import Sequence

from registry_app.errors import AuthenticationError, Refused, UsageError
from registry_app.ledger.entry import RECOVERY, Entry
from registry_app.ledger.fact import Fact
from registry_app.ledger.meaning import Standing
from registry_app.ledger.saying import Signer
from registry_app.people.facts import PersonReEnrolled
from registry_app.people.tables import GrantRow, KeyRow, MemberRow, PersonRow, RegistryRow, TeamRow, key_id
from registry_app.vault.rows import Row, Rows


def may_speak(standing: Standing, facts: Sequence[Fact]) -> None:
    """The author is enrolled, active, and signs with their present key; the recovery key may only re-enrol.

    Raises:
        AuthenticationError: otherwise.
    """
    at = standing.at
    if at.person == RECOVERY:
        registry = standing.rows.one(RegistryRow, one=1)
        if registry is None or key_id(registry["recovery_key"]) != at.key:
            raise AuthenticationError("This is not the registry's recovery key.", "Use the key printed at 'init'.")
        if not all(isinstance(fact, PersonReEnrolled) for fact in facts):
            raise Refused("The recovery key may only re-enrol a person.", "Sign in as a person for anything else.")
        return
    person = standing.rows.one(PersonRow, id=at.person)
    if person is None or person["state"] != "active":
        raise AuthenticationError("The author is not an active person of this registry.", "Ask an administrator.")
    if person["key"] != at.key:
        raise AuthenticationError("The signature is by a key the author no longer holds.", "Sign in again.")


def require_active(rows: Rows, signer: Signer) -> None:
    """Refuse to open the registry for somebody the ledger does not know as active with this key.

    Raises:
        AuthenticationError: so it is.
    """
    person = rows.one(PersonRow, id=signer.person)
    if person is None or person["state"] != "active" or person["key"] != signer.key_id:
        raise AuthenticationError("The ledger does not know these keys as an active person's.", "Ask an administrator.")


def public_key(rows: Rows, key: str) -> bytes | None:
    """The 32 raw bytes of a signing key that may sign now, or ``None``."""
    row = rows.one(KeyRow, id=key)
    return None if row is None else bytes.fromhex(row["public"])


def holds(rows: Rows, at: Entry, person: str, roles: Sequence[str], *, team: str = "", model: str = "") -> Row | None:
    """The grant by which ``person`` holds one of ``roles`` here and now, or ``None``.

    A global grant reaches everything, a team's grant reaches what that team, or a team within it, owns, a model's
    grant reaches that model. A grant counts until its end by the ledger's reckoned time.
    """
    reach: set[str] | None = None
    for grant in rows.all(GrantRow, person=person):
        if grant["role"] not in roles or (grant["ends"] and grant["ends"] <= at.reckoned):
            continue
        if grant["scope"] == "global" or (grant["scope"] == "model" and model and grant["scope_id"] == model):
            return grant
        if grant["scope"] == "team" and team:
            reach = teams_above(rows, team) if reach is None else reach
            if grant["scope_id"] in reach:
                return grant
    return None


def require(standing: Standing, *roles: str, to: str, team: str = "", model: str = "") -> None:
    """Refuse unless the author holds one of ``roles`` for that team or model.

    Args:
        to: what it is needed for, to finish the sentence "... is needed to".
    """
    if holds(standing.rows, standing.at, standing.at.person, roles, team=team, model=model) is None:
        *most, last = (role.replace("_", " ") for role in roles)
        named = f"{', '.join(most)} or {last}" if most else last
        raise Refused(
            f"The role {named} is needed to {to}.", "Ask an administrator for a grant, or somebody who holds it."
        )


def teams_above(rows: Rows, member: str) -> set[str]:
    """The ids of all teams that ``member`` (a person or a team) belongs to, directly or through teams; and itself."""
    found: set[str] = {member}
    waiting = [member]
    while waiting:
        for row in rows.all(MemberRow, member=waiting.pop()):
            if row["team"] not in found:
                found.add(row["team"])
                waiting.append(row["team"])
    return found


def belongs(rows: Rows, person: str, team: str) -> bool:
    """Whether a person belongs to a team, directly or through teams."""
    return person != team and team in teams_above(rows, person)


def administrators(rows: Rows) -> set[str]:
    """The active people with an open-ended global grant of ``admin``."""
    granted = {
        grant["person"]
        for grant in rows.all(GrantRow, role="admin")
        if grant["scope"] == "global" and not grant["ends"]
    }
    return {person for person in granted if (row := rows.one(PersonRow, id=person)) and row["state"] == "active"}


def person_by_handle(rows: Rows, handle: str) -> Row:
    """The person with that handle.

    Raises:
        UsageError: there is none.
    """
    row = rows.one(PersonRow, handle=handle)
    if row is None:
        raise UsageError(f"There is no person {handle[:64]!r}.", "See 'registry-app people list'.")
    return row


def team_by_name(rows: Rows, name: str) -> Row:
    """The team with that name.

    Raises:
        UsageError: there is none.
    """
    row = rows.one(TeamRow, name=name)
    if row is None:
        raise UsageError(f"There is no team {name[:64]!r}.", "See 'registry-app team list'.")
    return row
