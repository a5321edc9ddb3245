"""What can be asked about evidence."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from registry_app.errors import UsageError
from registry_app.evidence.tables import CaseRow, EvidenceRow, RedoRow, SandboxWaiverRow, SmallGroupsRow, TrustRow
from registry_app.ledger.fact import SHREDDED
from registry_app.ledger.meaning import Reader, View
from registry_app.measure.beside import Beside, beside
from registry_app.measure.explain.comparison import Comparison, compare
from registry_app.measure.result import Result, decode
from registry_app.measure.sameness import Sameness, sameness
from registry_app.measure.sandbox.trust import Trust, Waiver
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
class RedoLine:
    """One time that evidence was measured again."""

    id: str
    author: str
    """The name of who measured again and signed what came of it."""
    recorded: str
    seq: int
    outcome: str
    """``matches``, ``within tolerance`` or ``differs``."""
    differences: int
    """In how many places."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A row that is kept, without what it holds."""

    id: str
    pseudonym: str
    """What it is called here."""
    author: str
    recorded: str
    seq: int


@dataclass(frozen=True, slots=True)
class KeptCase:
    """A row that is kept, with what it holds."""

    line: CaseLine
    evidence: str
    """The id of the evidence that explains it."""
    row: str
    """Its name in the data; empty when it was shredded."""
    values: tuple[tuple[str, str], ...]
    """Column and value."""
    why: str


@dataclass(frozen=True, slots=True)
class EvidenceDetail:
    """A measurement as it may leave the registry."""

    summary: EvidenceSummary
    result: Result | None
    """``None`` when it was shredded, or when no program can read what was recorded."""
    redone: tuple[RedoLine, ...] = ()
    """Each time it was measured again, oldest first."""
    cases: tuple[CaseLine, ...] = ()
    """Rows of it that are kept, oldest first."""
    below: int = 0
    """Groups with fewer rows are put together in it; 0 when none are."""


@dataclass(frozen=True, slots=True)
class Running:
    """What a version's file may be run by."""

    version: str
    """As ``model:number``."""
    artifact: str
    """SHA-256 of the file."""
    artifact_kind: str
    """``file`` or ``folder``."""
    format: str
    """As it was registered."""
    trust: Trust | None
    """The decision to trust the file."""
    waiver: Waiver | None
    """The sandbox waiver that holds now."""
    waived_until: str
    """When that ends; empty without one."""


@dataclass(frozen=True, slots=True)
class EvidenceOf(View[tuple[EvidenceDetail, ...]]):
    """All evidence about a version, oldest first."""

    version: str

    def ask(self, reader: Reader) -> tuple[EvidenceDetail, ...]:
        version = version_named(reader.rows, self.version)["id"]
        return tuple(_detail(reader, row) for row in _ordered(reader.rows.all(EvidenceRow, version=version)))


@dataclass(frozen=True, slots=True)
class ShowEvidence(View[EvidenceDetail]):
    """One measurement by id."""

    id: str

    def ask(self, reader: Reader) -> EvidenceDetail:
        return _detail(reader, _row(reader, self.id))


@dataclass(frozen=True, slots=True)
class ShowWhole(View[Result | None]):
    """One measurement by id with each group by itself, however small; for those who work in the registry."""

    id: str

    def ask(self, reader: Reader) -> Result | None:
        row = _row(reader, self.id)
        small = reader.rows.one(SmallGroupsRow, evidence=row["id"])
        fields = reader.payloads.fields((small or row)["document"])
        return _result(fields["document"]) if fields else None


@dataclass(frozen=True, slots=True)
class CompareEvidence(View[Beside]):
    """Two measurements of one kind side by side."""

    first: str
    second: str

    def ask(self, reader: Reader) -> Beside:
        return beside(*(_readable(reader, _row(reader, name)) for name in (self.first, self.second)))


@dataclass(frozen=True, slots=True)
class CompareExplanations(View[Comparison]):
    """Two explanations side by side: importances and ranks, and which of them changed beyond their intervals."""

    first: str
    second: str

    def ask(self, reader: Reader) -> Comparison:
        return compare(*(_readable(reader, _row(reader, name)) for name in (self.first, self.second)))


@dataclass(frozen=True, slots=True)
class ShowRedo(View[Sameness]):
    """Where a measurement that was made again is not the same, by the id of that passage."""

    id: str

    def ask(self, reader: Reader) -> Sameness:
        row = reader.rows.one(RedoRow, id=self.id)
        if row is None:
            raise UsageError(f"There is no redo {self.id[:40]!r}.", "See 'registry-app evidence show'.")
        return sameness(_readable(reader, _row(reader, row["evidence"])), _readable(reader, row))


@dataclass(frozen=True, slots=True)
class KeptCases(View[tuple[KeptCase, ...]]):
    """The kept rows of a version, oldest first, with what they hold."""

    version: str

    def ask(self, reader: Reader) -> tuple[KeptCase, ...]:
        version = version_named(reader.rows, self.version)["id"]
        return tuple(_case(reader, row) for row in _ordered(reader.rows.all(CaseRow, version=version)))


@dataclass(frozen=True, slots=True)
class RunningOf(View[Running]):
    """What a version's file may be run by."""

    version: str

    def ask(self, reader: Reader) -> Running:
        row = version_named(reader.rows, self.version)
        trust = reader.rows.one(TrustRow, version=row["id"], artifact=row["artifact"])
        waiver = reader.rows.one(SandboxWaiverRow, version=row["id"])
        held = waiver if waiver is not None and waiver["ends"] > reader.now else None
        return Running(
            version=version_label(reader.rows, row["id"]),
            artifact=row["artifact"],
            artifact_kind=row["artifact_kind"],
            format=row["format"],
            trust=None
            if trust is None
            else Trust(trust["artifact"], person_name(reader.rows, trust["author"]), trust["scan"], trust["scanner"]),
            waiver=None if held is None else Waiver(person_name(reader.rows, held["author"]), _why(reader, held)),
            waived_until=held["ends"] if held else "",
        )


def _row(reader: Reader, name: str) -> Row:
    row = reader.rows.one(EvidenceRow, id=name)
    if row is None:
        raise UsageError(f"There is no evidence {name[:40]!r}.", "See 'registry-app evidence list'.")
    return row


def _readable(reader: Reader, row: Row) -> Result:
    fields = reader.payloads.fields(row["document"])
    result = _result(fields["document"]) if fields else None
    if result is None:
        raise UsageError(
            f"The result {row['id']} was shredded, or cannot be read.", "Name another, or measure the version anew."
        )
    return result


def _case(reader: Reader, row: Row) -> KeptCase:
    fields = reader.payloads.fields(row["content"])
    held: dict[str, Any] = json.loads(fields["values"]) if fields else {"row": "", "values": {}}
    why = fields["why"] if fields else SHREDDED
    return KeptCase(_case_line(reader, row), row["evidence"], held["row"], tuple(held["values"].items()), why)


def _case_line(reader: Reader, row: Row) -> CaseLine:
    return CaseLine(row["id"], row["pseudonym"], *_said(reader, row))


def _redo(reader: Reader, row: Row) -> RedoLine:
    return RedoLine(row["id"], *_said(reader, row), row["outcome"], row["differences"])


def _said(reader: Reader, row: Row) -> tuple[str, str, int]:
    """Who, when, and where in the ledger."""
    return person_name(reader.rows, row["author"]), reader.log.leaf(row["since"]).time, row["since"]


def _why(reader: Reader, row: Row) -> str:
    fields = reader.payloads.fields(row["reason"])
    return str(fields["reason"]) if fields else SHREDDED


def _ordered(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row["since"], row["id"]))


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
    small = reader.rows.one(SmallGroupsRow, evidence=row["id"])
    return EvidenceDetail(
        summary,
        _result(fields["document"]) if fields else None,
        tuple(_redo(reader, each) for each in _ordered(reader.rows.all(RedoRow, evidence=row["id"]))),
        tuple(_case_line(reader, each) for each in _ordered(reader.rows.all(CaseRow, evidence=row["id"]))),
        small["below"] if small else 0,
    )


def _result(document: str) -> Result | None:
    """A program of somebody's own may record what is none: that must not hide the rest of the page for ever."""
    try:
        return decode(document.encode())
    except UsageError:
        return None
