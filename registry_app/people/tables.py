"""What is remembered about people."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from registry_app.ledger.entry import Entry
from registry_app.ledger.fact import SHREDDED, Fact
from registry_app.ledger.meaning import Fold
from registry_app.ledger.tables import PayloadRow
from registry_app.people import facts
from registry_app.vault import digest
from registry_app.vault.rows import Rows, now_index


class RegistryRow(SQLModel, table=True):
    """The registry itself; one row."""

    __tablename__ = "registry"

    one: int = Field(primary_key=True)
    since: int
    name: str
    recovery_key: str


class PersonRow(SQLModel, table=True):
    """A person, as known between two ledger positions."""

    __tablename__ = "person"
    __table_args__ = (
        now_index("person_now", "id", "since"),
        Index("person_handle", "handle", "until"),
    )

    id: str = Field(primary_key=True)
    since: int = Field(primary_key=True)
    until: int | None
    handle: str
    name: str
    profile: str
    """The payload that holds handle, name and address."""
    state: str
    """``active`` or ``disabled``."""
    key: str
    """The id of the key that may sign now."""


class KeyRow(SQLModel, table=True):
    """A public signing key, and between which positions it could speak."""

    __tablename__ = "signing_key"
    __table_args__ = (Index("signing_key_person", "person", "until"),)

    id: str = Field(primary_key=True)
    since: int
    until: int | None
    person: str
    public: str
    box_digest: str


class TeamRow(SQLModel, table=True):
    """A team."""

    __tablename__ = "team"
    __table_args__ = (
        now_index("team_now", "id", "since"),
        Index("team_name", "name", "until"),
    )

    id: str = Field(primary_key=True)
    since: int = Field(primary_key=True)
    until: int | None
    name: str
    lead: str


class MemberRow(SQLModel, table=True):
    """Who belongs to a team."""

    __tablename__ = "member"
    __table_args__ = (
        now_index("member_now", "team", "member", "since"),
        Index("member_of", "member", "until"),
    )

    team: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    since: int = Field(primary_key=True)
    until: int | None
    kind: str


class GrantRow(SQLModel, table=True):
    """A role somebody holds."""

    __tablename__ = "role_grant"
    __table_args__ = (Index("grant_person", "person", "until"), Index("grant_role", "role", "until"))

    id: str = Field(primary_key=True)
    since: int
    until: int | None
    person: str
    role: str
    scope: str
    scope_id: str
    ends: str


class UnlockFailureRow(SQLModel, table=True):
    """Failed attempts to sign in, as reported."""

    __tablename__ = "unlock_failure"

    since: int = Field(primary_key=True)
    count: int
    first: str
    last: str


class RotationRow(SQLModel, table=True):
    """When the data key was rotated."""

    __tablename__ = "rotation"

    epoch: int = Field(primary_key=True)
    since: int


def _founded(rows: Rows, said: facts.RegistryFounded, at: Entry) -> None:
    rows.add(RegistryRow, one=1, name=said.name, recovery_key=said.recovery_key)


def _enrolled(rows: Rows, said: facts.PersonEnrolled, at: Entry) -> None:
    key = key_id(said.sign_key)
    rows.add(
        PersonRow,
        id=said.person,
        until=None,
        handle=said.handle,
        name=said.name,
        profile=at.payload,
        state="active",
        key=key,
    )
    rows.add(KeyRow, id=key, until=None, person=said.person, public=said.sign_key, box_digest=said.box_digest)


def _re_enrolled(rows: Rows, said: facts.PersonReEnrolled, at: Entry) -> None:
    key = key_id(said.sign_key)
    rows.end(KeyRow, person=said.person)
    rows.add(KeyRow, id=key, until=None, person=said.person, public=said.sign_key, box_digest=said.box_digest)
    rows.revise(PersonRow, {"id": said.person}, key=key, state="active")


def _disabled(rows: Rows, said: facts.PersonDisabled, at: Entry) -> None:
    rows.end(KeyRow, person=said.person)
    rows.end(GrantRow, person=said.person)
    rows.revise(PersonRow, {"id": said.person}, state="disabled")


def _formed(rows: Rows, said: facts.TeamFormed, at: Entry) -> None:
    rows.add(TeamRow, id=said.team, until=None, name=said.name, lead=said.lead)
    rows.add(MemberRow, team=said.team, member=said.lead, until=None, kind="person")


def _lead(rows: Rows, said: facts.TeamLeadNamed, at: Entry) -> None:
    rows.revise(TeamRow, {"id": said.team}, lead=said.lead)


def _member(rows: Rows, said: facts.TeamMemberAdded, at: Entry) -> None:
    rows.add(MemberRow, team=said.team, member=said.member, until=None, kind=said.kind)


def _left(rows: Rows, said: facts.TeamMemberRemoved, at: Entry) -> None:
    rows.end(MemberRow, team=said.team, member=said.member)


def _granted(rows: Rows, said: facts.RoleGranted, at: Entry) -> None:
    rows.add(
        GrantRow,
        id=said.grant,
        until=None,
        person=said.person,
        role=said.role,
        scope=said.scope,
        scope_id=said.scope_id,
        ends=said.ends,
    )


def _revoked(rows: Rows, said: facts.RoleRevoked, at: Entry) -> None:
    rows.end(GrantRow, id=said.grant)


def _failures(rows: Rows, said: facts.UnlockFailuresReported, at: Entry) -> None:
    rows.add(UnlockFailureRow, count=said.count, first=said.first, last=said.last)


def _rotated(rows: Rows, said: facts.DataKeyRotated, at: Entry) -> None:
    rows.add(RotationRow, epoch=said.epoch)


def _shredded(rows: Rows, said: facts.PayloadShredded, at: Entry) -> None:
    rows.put(PayloadRow, {"digest": said.payload}, body=None)
    rows.put(PersonRow, {"profile": said.payload}, handle=f"shredded-{said.payload[:12]}", name=SHREDDED)


def _unanchored(rows: Rows, said: facts.UnanchoredOpened, at: Entry) -> None:
    """Nothing to remember beyond the leaf itself."""


def key_id(public: str) -> str:
    """The id of a signing key: SHA-256 of its 32 raw bytes, hexadecimal."""
    return digest.sha256_hex(bytes.fromhex(public))


FOLDS: Mapping[type[Fact], Fold] = {
    facts.RegistryFounded: _founded,
    facts.PersonEnrolled: _enrolled,
    facts.PersonReEnrolled: _re_enrolled,
    facts.PersonDisabled: _disabled,
    facts.TeamFormed: _formed,
    facts.TeamLeadNamed: _lead,
    facts.TeamMemberAdded: _member,
    facts.TeamMemberRemoved: _left,
    facts.RoleGranted: _granted,
    facts.RoleRevoked: _revoked,
    facts.UnlockFailuresReported: _failures,
    facts.DataKeyRotated: _rotated,
    facts.PayloadShredded: _shredded,
    facts.UnanchoredOpened: _unanchored,
}
