"""The explanation of the version that this one was made from: what a dossier says of another version, and no more."""

from __future__ import annotations

from registry_app.errors import UsageError
from registry_app.evidence.tables import EvidenceRow
from registry_app.ledger.meaning import Reader
from registry_app.measure.result import Result, decode
from registry_app.models.tables import EdgeRow, VersionRow
from registry_app.reporting.content import EarlierLine
from registry_app.vault.rows import Row


def earlier_of(reader: Reader, version: Row) -> EarlierLine | None:
    """The newest explanation of the newest parent that is of the same model; ``None`` when there is none, or it cannot be read."""
    parents = [
        row
        for edge in reader.rows.all(EdgeRow, target=version["id"], relation="parent")
        if (row := reader.rows.one(VersionRow, id=edge["source"])) is not None and row["model"] == version["model"]
    ]
    for parent in sorted(parents, key=lambda row: -int(row["number"]))[:1]:
        found = reader.rows.all(EvidenceRow, version=parent["id"], kind="explanation")
        for row in sorted(found, key=lambda row: (-int(row["since"]), row["id"]))[:1]:
            result = _read(reader, row["document"])
            if result is not None:
                recorded = reader.log.leaf(row["since"]).time
                named = f"version {parent['number']}"
                return EarlierLine(named, row["id"], recorded, row["since"], row["document"], result)
    return None


def _read(reader: Reader, digest: str) -> Result | None:
    fields = reader.payloads.fields(digest)
    try:
        return decode(fields["document"].encode()) if fields else None
    except UsageError:
        return None
