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


FOLDS: Mapping[type[Fact], Fold] = {facts.EvidenceRecorded: _recorded}
