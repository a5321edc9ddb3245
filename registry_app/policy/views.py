"""What can be asked about policy."""

from __future__ import annotations

from dataclasses import dataclass

from registry_app.errors import UsageError
from registry_app.ledger.canonical import parse
from registry_app.ledger.meaning import Reader, View
from registry_app.models.finding import version_named
from registry_app.models.views import person_name
from registry_app.policy.pack import Pack, load_pack
from registry_app.policy.tables import PackRow, VerdictRow, WaiverRow
from registry_app.vault.rows import Row


@dataclass(frozen=True, slots=True)
class PackSummary:
    """An adopted pack."""

    id: str
    version: str
    digest: str
    pack: Pack | None
    """The pack itself; ``None`` when its text was shredded."""


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """What a control came to for a version."""

    pack: str
    pack_version: str
    control: str
    title: str
    outcome: str
    severity: str
    observed: str
    limit: str
    reason: str
    citations: tuple[str, ...]
    seq: int
    """Where in the ledger it was recorded."""


@dataclass(frozen=True, slots=True)
class WaiverLine:
    """A waiver that holds."""

    id: str
    pack: str
    control: str
    ends: str
    author: str
    reason: str


@dataclass(frozen=True, slots=True)
class Packs(View[tuple[PackSummary, ...]]):
    """The adopted packs, or the one of an id."""

    pack: str = ""

    def ask(self, reader: Reader) -> tuple[PackSummary, ...]:
        found = reader.rows.all(PackRow, **({"id": self.pack} if self.pack else {}))
        if self.pack and not found:
            raise UsageError(f"The pack {self.pack[:64]!r} is not adopted.", "See 'registry-app policy list'.")
        return tuple(_pack(reader, row) for row in found)


@dataclass(frozen=True, slots=True)
class VerdictsOf(View[tuple[VerdictLine, ...]]):
    """The verdicts recorded for a version, in the packs' order."""

    version: str

    def ask(self, reader: Reader) -> tuple[VerdictLine, ...]:
        version = version_named(reader.rows, self.version)["id"]
        found = sorted(reader.rows.all(VerdictRow, version=version), key=lambda row: (row["pack"], row["place"]))
        details = {name: _details(reader, name) for name in {row["details"] for row in found}}
        return tuple(_line(row, details[row["details"]].get(row["control"], {})) for row in found)


@dataclass(frozen=True, slots=True)
class WaiversOf(View[tuple[WaiverLine, ...]]):
    """The waivers that hold for a version."""

    version: str

    def ask(self, reader: Reader) -> tuple[WaiverLine, ...]:
        version = version_named(reader.rows, self.version)["id"]
        return tuple(
            WaiverLine(
                row["id"],
                row["pack"],
                row["control"],
                row["ends"],
                person_name(reader.rows, row["author"]),
                str((reader.payloads.fields(row["reason"]) or {"reason": "[shredded]"})["reason"]),
            )
            for row in reader.rows.all(WaiverRow, version=version)
            if row["ends"] > reader.now
        )


def _pack(reader: Reader, row: Row) -> PackSummary:
    fields = reader.payloads.fields(row["text"])
    pack = load_pack(fields["text"].encode(), f"{row['id']} {row['version']}") if fields else None
    return PackSummary(row["id"], row["version"], row["digest"], pack)


def _details(reader: Reader, name: str) -> dict[str, dict[str, object]]:
    fields = reader.payloads.fields(name)
    verdicts = parse(fields["details"].encode()) if fields else []
    return {str(verdict["control"]): verdict for verdict in verdicts}


def _line(row: Row, said: dict[str, object]) -> VerdictLine:
    citations = said.get("citations", [])
    return VerdictLine(
        pack=row["pack"],
        pack_version=row["pack_version"],
        control=row["control"],
        title=str(said.get("title", "")),
        outcome=row["outcome"],
        severity=row["severity"],
        observed=str(said.get("observed", "")),
        limit=str(said.get("limit", "")),
        reason=str(said.get("reason", "")),
        citations=tuple(str(item) for item in citations) if isinstance(citations, list) else (),
        seq=row["since"],
    )
