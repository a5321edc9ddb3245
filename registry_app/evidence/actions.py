"""Who may record evidence, and the action that does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry_app.errors import Refused, RegistryError, UsageError
from registry_app.evidence import facts
from registry_app.evidence.tables import EvidenceRow
from registry_app.ledger.canonical import parse
from registry_app.ledger.fact import Fact
from registry_app.ledger.meaning import Action, Rule, Standing
from registry_app.measure.result import Result, decode
from registry_app.models.finding import version_named
from registry_app.models.tables import DatasetRow, ModelRow, VersionRow
from registry_app.people.standing import require
from registry_app.vault import chance

LIMIT = 8 << 20
"""A result has at most this many bytes; row-level data does not belong in it."""


@dataclass(frozen=True, slots=True)
class RecordEvidence(Action):
    """Sign and keep a measurement of a version."""

    version: str
    result: Result

    def facts(self, standing: Standing) -> Sequence[Fact]:
        document = self.result.encode()
        if len(document) > LIMIT:
            raise UsageError(f"The result has {len(document)} bytes.", f"Keep it under {LIMIT}: no row-level data.")
        decode(document)
        data = str(self.result.data["digest"])
        known = standing.rows.all(DatasetRow, digest=data)
        return (
            facts.EvidenceRecorded(
                evidence=chance.uuid7(),
                version=version_named(standing.rows, self.version)["id"],
                kind=self.result.kind,
                form=self.result.version,
                dataset=known[-1]["id"] if known else "",
                data=data,
                document=document.decode(),
            ),
        )


def _may_record(standing: Standing, said: facts.EvidenceRecorded) -> None:
    version = standing.rows.one(VersionRow, id=said.version)
    model = standing.rows.one(ModelRow, id=version["model"]) if version else None
    if version is None or model is None:
        raise Refused("Evidence is about a registered version.", "Register the version first.")
    if said.kind not in facts.KINDS:
        raise Refused("That is no kind of evidence we know.", f"Use one of {', '.join(facts.KINDS)}.")
    if standing.rows.ever(EvidenceRow, id=said.evidence):
        raise Refused("An id can be used once only.", "Record the evidence again.")
    known = standing.rows.one(DatasetRow, id=said.dataset) if said.dataset else None
    if said.dataset and (known is None or known["digest"] != said.data):
        raise Refused("The evidence names a dataset of another digest.", "Record it again.")
    if not standing.shredded:
        _require_document(said)
    roles = ("developer", "service", "validator", "risk_officer")
    require(standing, *roles, to="record evidence", team=model["owner_team"], model=model["id"])


def _require_document(said: facts.EvidenceRecorded) -> None:
    """Refuse a document that is not of what the leaf says, for the leaf is what gates and digests go by."""
    try:
        document = parse(said.document.encode())
        names = document["kind"], document["version"], document["data"]["digest"]
    except (RegistryError, LookupError, TypeError, UnicodeError):
        names = None
    if names != (said.kind, said.form, said.data):
        raise Refused("The document is not of the kind, form and data that the evidence names.", "Record it again.")


RULES: Mapping[type[Fact], Rule] = {facts.EvidenceRecorded: _may_record}
