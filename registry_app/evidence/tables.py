"""What is remembered about evidence."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from registry_app.evidence import facts
from registry_app.ledger.entry import Entry
from registry_app.ledger.fact import Fact
from registry_app.ledger.meaning import Fold
from registry_app.vault.rows import Rows


class EvidenceRow(SQLModel, table=True):
    """A measurement; never changes."""

    __tablename__ = "evidence"
    __table_args__ = (Index("evidence_version", "version", "kind", "since"),)

    id: str = Field(primary_key=True)
    since: int
    version: str
    kind: str
    form: int
    dataset: str
    data: str
    author: str
    document: str
    """The payload that holds the result."""


class SmallGroupsRow(SQLModel, table=True):
    """The same measurement with every group by itself; never changes."""

    __tablename__ = "small_groups"
    __table_args__ = (Index("small_groups_version", "version"),)

    evidence: str = Field(primary_key=True)
    since: int
    version: str
    below: int
    document: str
    """The payload that holds the result."""


class RedoRow(SQLModel, table=True):
    """A measurement that was made again; never changes."""

    __tablename__ = "redo"
    __table_args__ = (Index("redo_version", "version"), Index("redo_evidence", "evidence", "since"))

    id: str = Field(primary_key=True)
    since: int
    evidence: str
    version: str
    outcome: str
    differences: int
    author: str
    document: str
    """The payload that holds the new result."""


class CaseRow(SQLModel, table=True):
    """An explained row that a reviewer keeps; never changes."""

    __tablename__ = "kept_case"
    __table_args__ = (Index("kept_case_version", "version"), Index("kept_case_evidence", "evidence", "pseudonym"))

    id: str = Field(primary_key=True)
    since: int
    evidence: str
    version: str
    pseudonym: str
    author: str
    content: str
    """The payload that holds the row and why it is kept."""


class TrustRow(SQLModel, table=True):
    """A decision to trust a version's file."""

    __tablename__ = "trust"
    __table_args__ = (Index("trust_version", "version", "until"),)

    id: str = Field(primary_key=True)
    since: int
    until: int | None
    version: str
    artifact: str
    scan: str
    scanner: str
    author: str
    reason: str
    """The payload that says why."""


class SandboxWaiverRow(SQLModel, table=True):
    """A decision that a version's code may run where no sandbox holds."""

    __tablename__ = "sandbox_waiver"
    __table_args__ = (Index("sandbox_waiver_version", "version", "until"),)

    id: str = Field(primary_key=True)
    since: int
    until: int | None
    version: str
    ends: str
    author: str
    reason: str
    """The payload that says why."""


def _recorded(rows: Rows, said: facts.EvidenceRecorded, at: Entry) -> None:
    rows.add(
        EvidenceRow,
        id=said.evidence,
        version=said.version,
        kind=said.kind,
        form=said.form,
        dataset=said.dataset,
        data=said.data,
        author=at.person,
        document=at.payload,
    )


def _detailed(rows: Rows, said: facts.SmallGroupsRecorded, at: Entry) -> None:
    rows.add(SmallGroupsRow, evidence=said.evidence, version=said.version, below=said.below, document=at.payload)


def _redone(rows: Rows, said: facts.EvidenceRedone, at: Entry) -> None:
    rows.add(
        RedoRow,
        id=said.redo,
        evidence=said.evidence,
        version=said.version,
        outcome=said.outcome,
        differences=said.differences,
        author=at.person,
        document=at.payload,
    )


def _kept(rows: Rows, said: facts.CaseKept, at: Entry) -> None:
    rows.add(
        CaseRow,
        id=said.case,
        evidence=said.evidence,
        version=said.version,
        pseudonym=said.pseudonym,
        author=at.person,
        content=at.payload,
    )


def _trusted(rows: Rows, said: facts.ArtifactTrusted, at: Entry) -> None:
    rows.end(TrustRow, version=said.version)
    rows.add(
        TrustRow,
        id=said.trust,
        until=None,
        version=said.version,
        artifact=said.artifact,
        scan=said.scan,
        scanner=said.scanner,
        author=at.person,
        reason=at.payload,
    )


def _distrusted(rows: Rows, said: facts.TrustRevoked, at: Entry) -> None:
    rows.end(TrustRow, id=said.trust)


def _waived(rows: Rows, said: facts.SandboxWaived, at: Entry) -> None:
    rows.end(SandboxWaiverRow, version=said.version)
    rows.add(
        SandboxWaiverRow,
        id=said.waiver,
        until=None,
        version=said.version,
        ends=said.ends,
        author=at.person,
        reason=at.payload,
    )


def _unwaived(rows: Rows, said: facts.SandboxWaiverRevoked, at: Entry) -> None:
    rows.end(SandboxWaiverRow, id=said.waiver)


FOLDS: Mapping[type[Fact], Fold] = {
    facts.EvidenceRecorded: _recorded,
    facts.SmallGroupsRecorded: _detailed,
    facts.EvidenceRedone: _redone,
    facts.CaseKept: _kept,
    facts.ArtifactTrusted: _trusted,
    facts.TrustRevoked: _distrusted,
    facts.SandboxWaived: _waived,
    facts.SandboxWaiverRevoked: _unwaived,
}
