"""Who may hand out a dossier, and the action that puts it on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry_app.errors import Refused
from registry_app.ledger.entry import Entry
from registry_app.ledger.fact import Fact
from registry_app.ledger.meaning import Action, Rule, Standing
from registry_app.models.finding import version_named
from registry_app.models.tables import ModelRow, VersionRow
from registry_app.people.standing import holds
from registry_app.reporting import facts
from registry_app.reporting.tables import DossierRow
from registry_app.reviews.tables import ReviewRow
from registry_app.vault import chance
from registry_app.vault.rows import Row, Rows

ISSUERS = ("auditor", "validator", "risk_officer", "admin", "developer")
"""The roles that may issue: the developer's for the model or its team."""

_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class RecordDossier(Action):
    """Say which file was sealed and handed out; made by :func:`registry_app.reporting.issue.issue`."""

    version: str
    """The version as ``model:number`` or by id."""
    review: str
    digest: str
    size: int
    certificate: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        return (
            facts.DossierIssued(
                dossier=chance.uuid7(),
                version=version_named(standing.rows, self.version)["id"],
                review=self.review,
                digest=self.digest,
                size=self.size,
                certificate=self.certificate,
            ),
        )


def require_issuer(rows: Rows, at: Entry, version: Row | None) -> None:
    """Refuse somebody who may not issue a dossier about a version.

    Raises:
        Refused: they hold none of :data:`ISSUERS` there.
    """
    model = rows.one(ModelRow, id=version["model"]) if version else None
    if version is None or model is None:
        raise Refused("A dossier is about a registered version.", "Register the version first.")
    if holds(rows, at, at.person, ISSUERS, team=model["owner_team"], model=model["id"]) is None:
        raise Refused(
            "A dossier is issued by an auditor, a validator, a risk officer, an administrator or the team's developer.",
            "Ask an administrator for a grant, or somebody who holds it.",
        )


def _may_issue(standing: Standing, said: facts.DossierIssued) -> None:
    require_issuer(standing.rows, standing.at, standing.rows.one(VersionRow, id=said.version))
    for name in (said.digest, said.certificate):
        if len(name) != 64 or not set(name) <= _HEX:
            raise Refused("A dossier is named by SHA-256 digests.", "Issue it again.")
    if not 0 < said.size <= standing.at.seq:
        raise Refused("A dossier shows a ledger as it was before.", "Issue it again.")
    review = standing.rows.one(ReviewRow, id=said.review) if said.review else None
    if said.review and (review is None or review["version"] != said.version):
        raise Refused("That review is not of this version.", "Issue the dossier again.")
    if standing.rows.ever(DossierRow, id=said.dossier):
        raise Refused("An id can be used once only.", "Issue the dossier again.")


RULES: dict[type[Fact], Rule] = {facts.DossierIssued: _may_issue}
"""What can be said about dossiers."""
