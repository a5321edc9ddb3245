"""What can be asked about dossiers that were handed out."""

from __future__ import annotations

from dataclasses import dataclass

from registry_app.ledger.entry import Entry
from registry_app.ledger.meaning import Reader, View
from registry_app.models.finding import version_named
from registry_app.models.views import person_name, version_label
from registry_app.reporting.actions import require_issuer
from registry_app.reporting.tables import DossierRow


@dataclass(frozen=True, slots=True)
class DossierLine:
    """A dossier that was issued."""

    id: str
    version: str
    """As ``model:number``."""
    digest: str
    """SHA-256 of the file, hexadecimal."""
    author: str
    """The issuer's name."""
    time: str
    """When it was put on record."""
    seq: int
    """Where in the ledger."""
    size: int
    """How many leaves the checkpoint in it covers."""


@dataclass(frozen=True, slots=True)
class DossiersOf(View[tuple[DossierLine, ...]]):
    """All dossiers about a version, oldest first."""

    version: str

    def ask(self, reader: Reader) -> tuple[DossierLine, ...]:
        version = version_named(reader.rows, self.version)["id"]
        found = sorted(reader.rows.all(DossierRow, version=version), key=lambda row: (row["since"], row["id"]))
        return tuple(
            DossierLine(
                row["id"],
                version_label(reader.rows, row["version"]),
                row["digest"],
                person_name(reader.rows, row["author"]),
                reader.log.leaf(row["since"]).time,
                row["since"],
                row["size"],
            )
            for row in found
        )


@dataclass(frozen=True, slots=True)
class MayIssue(View[None]):
    """Nothing, when whoever asks may issue a dossier about a version; refuses otherwise."""

    version: str

    def ask(self, reader: Reader) -> None:
        at = Entry(-1, reader.person, "", reader.now, reader.now)
        require_issuer(reader.rows, at, version_named(reader.rows, self.version))
