"""What is remembered about policy."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from registry_app.ledger.entry import Entry
from registry_app.ledger.fact import Fact
from registry_app.ledger.meaning import Fold
from registry_app.policy import facts
from registry_app.vault.rows import Rows, now_index


class PackRow(SQLModel, table=True):
    """An adopted pack."""

    __tablename__ = "pack"
    __table_args__ = (now_index("pack_now", "id", "since"),)

    id: str = Field(primary_key=True)
    since: int = Field(primary_key=True)
    until: int | None
    version: str
    digest: str
    text: str
    """The payload that holds the file."""


class VerdictRow(SQLModel, table=True):
    """What a control came to for a version."""

    __tablename__ = "verdict"
    __table_args__ = (now_index("verdict_now", "version", "pack", "control", "since"),)

    version: str = Field(primary_key=True)
    pack: str = Field(primary_key=True)
    control: str = Field(primary_key=True)
    since: int = Field(primary_key=True)
    until: int | None
    place: int
    """Its place in the pack, from 0."""
    outcome: str
    severity: str
    pack_version: str
    pack_digest: str
    evidence: str
    """The ids of the evidence that stood, joined by blanks."""
    details: str
    """The payload with the verdicts in full."""


class WaiverRow(SQLModel, table=True):
    """A waiver."""

    __tablename__ = "waiver"
    __table_args__ = (Index("waiver_version", "version", "until"),)

    id: str = Field(primary_key=True)
    since: int
    until: int | None
    version: str
    pack: str
    control: str
    ends: str
    author: str
    reason: str
    """The payload that says why."""


def _adopted(rows: Rows, said: facts.PackAdopted, at: Entry) -> None:
    rows.end(PackRow, id=said.pack)
    rows.add(PackRow, id=said.pack, until=None, version=said.version, digest=said.digest, text=at.payload)


def _withdrawn(rows: Rows, said: facts.PackWithdrawn, at: Entry) -> None:
    rows.end(PackRow, id=said.pack)


def _judged(rows: Rows, said: facts.VerdictsRecorded, at: Entry) -> None:
    rows.end(VerdictRow, version=said.version, pack=said.pack)
    rows.add_many(
        VerdictRow,
        (
            {
                "version": said.version,
                "pack": said.pack,
                "control": verdict.control,
                "until": None,
                "place": place,
                "outcome": verdict.outcome,
                "severity": verdict.severity,
                "pack_version": said.pack_version,
                "pack_digest": said.pack_digest,
                "evidence": " ".join(said.evidence),
                "details": at.payload,
            }
            for place, verdict in enumerate(said.verdicts)
        ),
    )


def _waived(rows: Rows, said: facts.WaiverGranted, at: Entry) -> None:
    rows.add(
        WaiverRow,
        id=said.waiver,
        until=None,
        version=said.version,
        pack=said.pack,
        control=said.control,
        ends=said.ends,
        author=at.person,
        reason=at.payload,
    )


def _unwaived(rows: Rows, said: facts.WaiverRevoked, at: Entry) -> None:
    rows.end(WaiverRow, id=said.waiver)


FOLDS: Mapping[type[Fact], Fold] = {
    facts.PackAdopted: _adopted,
    facts.PackWithdrawn: _withdrawn,
    facts.VerdictsRecorded: _judged,
    facts.WaiverGranted: _waived,
    facts.WaiverRevoked: _unwaived,
}
