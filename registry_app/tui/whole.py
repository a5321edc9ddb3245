"""A version, whole: everything its screen shows, read in one snapshot, with the head a signer then saw."""

from __future__ import annotations

from dataclasses import dataclass

from registry_app.evidence.views import EvidenceDetail, EvidenceOf
from registry_app.ledger.entry import Head
from registry_app.ledger.meaning import Reader, View
from registry_app.models.lineage import Graph, Lineage
from registry_app.models.shapes import ModelDetail, VersionDetail
from registry_app.models.views import ShowModel, ShowVersion
from registry_app.people.views import PersonSummary, WhoAmI
from registry_app.policy.views import VerdictLine, VerdictsOf, WaiverLine, WaiversOf
from registry_app.reporting.history import HistoryLine, HistoryOf
from registry_app.reviews.views import ReviewDetail, ReviewsOf

RECORDERS = frozenset({"developer", "service", "validator", "risk_officer"})
"""Roles that may record evidence."""


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything about a version, at one instant."""

    head: Head
    """The ledger's head of the snapshot: what a decision made on it has seen."""
    version: VersionDetail
    model: ModelDetail
    lineage: Graph
    evidence: tuple[EvidenceDetail, ...]
    before: EvidenceDetail | None
    """The newest explanation of the version it came from, or else of the one before it."""
    verdicts: tuple[VerdictLine, ...]
    waivers: tuple[WaiverLine, ...]
    reviews: tuple[ReviewDetail, ...]
    """Newest first."""
    history: tuple[HistoryLine, ...]
    """Newest first."""
    me: PersonSummary
    """Who looks at it."""

    @property
    def name(self) -> str:
        """As ``model:number``."""
        return f"{self.version.summary.model}:{self.version.summary.number}"

    @property
    def review(self) -> ReviewDetail | None:
        """The review that is open, or else the newest one."""
        newest = self.reviews[0] if self.reviews else None
        return next((review for review in self.reviews if review.summary.state == "open"), newest)

    @property
    def may_record(self) -> bool:
        """Whether a key to measure and record is offered; the rule decides when it is used."""
        return bool({grant.role for grant in self.me.grants} & RECORDERS)

    @property
    def may_submit(self) -> bool:
        """Whether a key to submit is offered; the rule decides when it is used."""
        roles = {grant.role for grant in self.me.grants}
        return self.me.name == self.model.lead or bool(roles & {"developer", "service"})

    @property
    def may_withdraw(self) -> bool:
        """Whether a key to withdraw is offered; the rule decides when it is used."""
        return self.review is not None and self.me.name in (self.review.summary.submitter, self.model.lead)

    @property
    def standing(self) -> str:
        """What the version's passage through review is worth now, in a word."""
        return "not_submitted" if self.review is None else self.review.standing


@dataclass(frozen=True, slots=True)
class WholeVersion(View[Whole]):
    """One version as ``model:number`` or id, whole."""

    name: str

    def ask(self, reader: Reader) -> Whole:
        version = ShowVersion(self.name).ask(reader)
        key = version.summary.id
        return Whole(
            head=reader.log.head(),
            version=version,
            model=ShowModel(version.model_id).ask(reader),
            lineage=Lineage(key).ask(reader),
            evidence=EvidenceOf(key).ask(reader),
            before=_explained_before(version, reader),
            verdicts=VerdictsOf(key).ask(reader),
            waivers=WaiversOf(key).ask(reader),
            reviews=ReviewsOf(key).ask(reader),
            history=HistoryOf(key).ask(reader),
            me=WhoAmI().ask(reader),
        )


def _explained_before(version: VersionDetail, reader: Reader) -> EvidenceDetail | None:
    number = version.summary.number
    names = version.parents or ((f"{version.summary.model}:{number - 1}",) if number > 1 else ())
    for name in names:
        for each in reversed(EvidenceOf(name).ask(reader)):
            if each.summary.kind == "explanation" and each.result is not None:
                return each
    return None
