"""What can be said about what is handed out."""

from __future__ import annotations

from registry_app.ledger.fact import Fact, fact


@fact("dossier-issued")
class DossierIssued(Fact):
    """Somebody sealed a dossier about a version and handed it out."""

    dossier: str
    """The dossier's id."""
    version: str
    """The id of the version it is about."""
    review: str
    """The id of the newest review it shows, or empty."""
    digest: str
    """SHA-256 of the whole PDF file, hexadecimal."""
    size: int
    """How many leaves the ledger had at the checkpoint in it."""
    certificate: str
    """SHA-256 of the certificate that sealed it, hexadecimal."""
