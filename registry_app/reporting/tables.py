"""What is remembered about what was handed out."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from registry_app.ledger.entry import Entry
from registry_app.ledger.fact import Fact
from registry_app.ledger.meaning import Fold
from registry_app.reporting import facts
from registry_app.vault.rows import Rows


class DossierRow(SQLModel, table=True):
    """A dossier that was issued; never changes."""

    __tablename__ = "dossier"
    __table_args__ = (Index("dossier_version", "version", "since"), Index("dossier_digest", "digest"))

    id: str = Field(primary_key=True)
    since: int
    version: str
    review: str
    digest: str
    size: int
    certificate: str
    author: str


def _issued(rows: Rows, said: facts.DossierIssued, at: Entry) -> None:
    rows.add(
        DossierRow,
        id=said.dossier,
        version=said.version,
        review=said.review,
        digest=said.digest,
        size=said.size,
        certificate=said.certificate,
        author=at.person,
    )


FOLDS: dict[type[Fact], Fold] = {facts.DossierIssued: _issued}
