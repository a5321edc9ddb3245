"""The history of one version: every leaf about it, from its registration to the last dossier that was handed out."""

from __future__ import annotations

from dataclasses import dataclass

from registry_app.ledger import envelope
from registry_app.ledger.meaning import Reader, View
from registry_app.ledger.statement import read
from registry_app.models.finding import version_named
from registry_app.models.views import person_name
from registry_app.reporting.relevance import seqs_about
from registry_app.reporting.tables import DossierRow


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One ledger entry."""

    seq: int
    """Its leaf."""
    statement: str
    """The statement's id."""
    time: str
    """What the author's clock showed."""
    author: str
    """The author's name."""
    kinds: tuple[str, ...]
    """The kinds of its facts, such as ``decision-made``."""


@dataclass(frozen=True, slots=True)
class HistoryOf(View[tuple[HistoryLine, ...]]):
    """The ledger entries about a version (``model:number``, ``model:alias`` or its id), newest first."""

    version: str

    def ask(self, reader: Reader) -> tuple[HistoryLine, ...]:
        version = version_named(reader.rows, self.version)
        handed_out = reader.rows.every(DossierRow, version=version["id"])
        places = {*seqs_about(reader.rows, version), *(row["since"] for row in handed_out)}
        at = reader.rows.at
        return tuple(_line(reader, seq) for seq in sorted(places, reverse=True) if at is None or seq <= at)


def _line(reader: Reader, seq: int) -> HistoryLine:
    leaf = reader.log.leaf(seq)
    said = read(envelope.decode(leaf.envelope).payload)
    kinds = tuple(dict.fromkeys(one.kind for one in said.facts))
    return HistoryLine(seq, leaf.id, leaf.time, person_name(reader.rows, leaf.person), kinds)
