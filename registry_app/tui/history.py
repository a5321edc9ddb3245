"""What the ledger holds about one version: who said what, when, at which leaf."""

from __future__ import annotations

from dataclasses import dataclass

from registry_app.evidence.tables import EvidenceRow
from registry_app.ledger import envelope
from registry_app.ledger.meaning import Reader, View
from registry_app.ledger.statement import read
from registry_app.models.finding import version_named
from registry_app.models.tables import AliasRow, DeploymentRow, EdgeRow, TagRow, VersionRow
from registry_app.models.views import person_name
from registry_app.policy.tables import VerdictRow, WaiverRow
from registry_app.reviews.tables import CommentRow, DecisionRow, ReviewRow

_DIRECT = (VerdictRow, WaiverRow, EvidenceRow, DeploymentRow, AliasRow)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One ledger entry."""

    seq: int
    """Its leaf."""
    time: str
    """What the author's clock showed."""
    person: str
    """The author's name."""
    what: tuple[str, ...]
    """The kinds of its facts, such as ``decision-made``."""
    statement: str
    """The statement's id."""


@dataclass(frozen=True, slots=True)
class HistoryOf(View[tuple[HistoryLine, ...]]):
    """The ledger entries about a version, newest first."""

    version: str

    def ask(self, reader: Reader) -> tuple[HistoryLine, ...]:
        rows = reader.rows
        version = version_named(rows, self.version)["id"]
        found = [
            *rows.every(VersionRow, id=version),
            *rows.every(TagRow, subject=version),
            *rows.every(EdgeRow, target=version),
        ]
        for table in _DIRECT:
            found += rows.every(table, version=version)
        ends = {row["until"] for row in found if row.get("until") is not None}
        reviews = rows.every(ReviewRow, version=version)
        for review in {row["id"] for row in reviews}:
            found += rows.every(DecisionRow, review=review) + rows.every(CommentRow, review=review)
        places = sorted({row["since"] for row in (*found, *reviews)} | ends, reverse=True)
        return tuple(_line(reader, seq) for seq in places)


def _line(reader: Reader, seq: int) -> HistoryLine:
    leaf = reader.log.leaf(seq)
    said = read(envelope.decode(leaf.envelope).payload)
    kinds = tuple(dict.fromkeys(one.kind for one in said.facts))
    return HistoryLine(seq, leaf.time, person_name(reader.rows, leaf.person), kinds, leaf.id)
