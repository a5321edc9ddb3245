"""What can be asked about evidence."""

from __future__ import annotations

from dataclasses import dataclass

from registry_app.errors import UsageError
from registry_app.evidence.tables import EvidenceRow
from registry_app.ledger.meaning import Reader, View
from registry_app.measure.result import Result, decode
from registry_app.models.finding import version_named
from registry_app.models.tables import DatasetRow
from registry_app.models.views import person_name, version_label
from registry_app.vault.rows import Row


@dataclass(frozen=True, slots=True)
class EvidenceSummary:
    """A measurement, without its numbers."""

    id: str
    version: str
    """As ``model:number``."""
    kind: str
    dataset: str
    """The name of the registered dataset it was measured on, or empty."""
    data: str
    """SHA-256 of what was measured."""
    author: str
    """The name of who ran and signed it."""
    recorded: str
    seq: int
    digest: str
    """The salted digest by which the ledger names it."""


@dataclass(frozen=True, slots=True)
class EvidenceDetail:
    """A measurement, whole."""

    summary: EvidenceSummary
    result: Result | None
    """``None`` when it was shredded, or when no program can read what was recorded."""


@dataclass(frozen=True, slots=True)
class EvidenceOf(View[tuple[EvidenceDetail, ...]]):
    """All evidence about a version, oldest first."""

    version: str

    def ask(self, reader: Reader) -> tuple[EvidenceDetail, ...]:
        version = version_named(reader.rows, self.version)["id"]
        found = sorted(reader.rows.all(EvidenceRow, version=version), key=lambda row: (row["since"], row["id"]))
        return tuple(_detail(reader, row) for row in found)


@dataclass(frozen=True, slots=True)
class ShowEvidence(View[EvidenceDetail]):
    """One measurement by id."""

    id: str

    def ask(self, reader: Reader) -> EvidenceDetail:
        row = reader.rows.one(EvidenceRow, id=self.id)
        if row is None:
            raise UsageError(f"There is no evidence {self.id[:40]!r}.", "See 'registry-app evidence list'.")
        return _detail(reader, row)


def _detail(reader: Reader, row: Row) -> EvidenceDetail:
    dataset = reader.rows.one(DatasetRow, id=row["dataset"]) if row["dataset"] else None
    fields = reader.payloads.fields(row["document"])
    summary = EvidenceSummary(
        id=row["id"],
        version=version_label(reader.rows, row["version"]),
        kind=row["kind"],
        dataset=dataset["name"] if dataset else "",
        data=row["data"],
        author=person_name(reader.rows, row["author"]),
        recorded=reader.log.leaf(row["since"]).time,
        seq=row["since"],
        digest=row["document"],
    )
    return EvidenceDetail(summary, _result(fields["document"]) if fields else None)


def _result(document: str) -> Result | None:
    """A program of somebody's own may record what is none: that must not hide the rest of the page for ever."""
    try:
        return decode(document.encode())
    except UsageError:
        return None
