"""What people do in reviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from registry_app import text
from registry_app.errors import Refused, UsageError
from registry_app.ledger.fact import Fact
from registry_app.ledger.meaning import Action, Standing
from registry_app.models.finding import version_named
from registry_app.models.tables import ModelRow
from registry_app.policy.actions import verdicts_fact
from registry_app.policy.tables import PackRow
from registry_app.reviews import facts
from registry_app.reviews.facts import MEANINGS, Stage
from registry_app.reviews.routes import FIRST_ROUTES, decode
from registry_app.reviews.standing import progress_of
from registry_app.reviews.tables import ReviewRow, RouteProposalRow, RouteRow
from registry_app.vault import chance
from registry_app.vault.rows import Row, Rows


@dataclass(frozen=True, slots=True)
class AdoptFirstRoutes(Action):
    """Give every risk tier its first route."""

    def facts(self, standing: Standing) -> Sequence[Fact]:
        return tuple(facts.RouteAdopted(tier=tier, stages=stages) for tier, stages in FIRST_ROUTES.items())


@dataclass(frozen=True, slots=True)
class ProposeRoute(Action):
    """Propose another route for a tier; a second person confirms it."""

    tier: str
    stages: tuple[Stage, ...]
    reason: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        stages = tuple(
            Stage(text.name(stage.name, "stage's name", 60), stage.role, stage.quorum) for stage in self.stages
        )
        reason = text.prose(self.reason, "reason")
        return (facts.RouteProposed(proposal=chance.uuid7(), tier=self.tier, stages=stages, reason=reason),)


@dataclass(frozen=True, slots=True)
class ConfirmRoute(Action):
    """Confirm a route that somebody else proposed."""

    proposal: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        if standing.rows.one(RouteProposalRow, id=self.proposal) is None:
            raise UsageError("No such proposal waits.", "See 'registry-app route list'.")
        return (facts.RouteConfirmed(proposal=self.proposal),)


@dataclass(frozen=True, slots=True)
class Submit(Action):
    """Submit a version for review; every adopted pack is checked first and the verdicts go into the same statement."""

    version: str
    note: str = ""

    def facts(self, standing: Standing) -> Sequence[Fact]:
        version = version_named(standing.rows, self.version)
        model = standing.rows.one(ModelRow, id=version["model"])
        tier = model["risk_tier"] if model else ""
        route = standing.rows.one(RouteRow, tier=tier)
        if route is None:
            raise UsageError(f"The tier {tier!r} has no route.", "Ask an administrator to adopt one.")
        verdicts = [verdicts_fact(standing, version, pack) for pack in standing.rows.all(PackRow)]
        submitted = facts.ReviewSubmitted(
            review=chance.uuid7(),
            version=version["id"],
            tier=tier,
            stages=decode(route["stages"]),
            note=text.prose(self.note, "note"),
        )
        return (*verdicts, submitted)


@dataclass(frozen=True, slots=True)
class Decide(Action):
    """Sign a decision over exactly what was on the screen."""

    REAUTHENTICATE: ClassVar[bool] = True

    review: str
    """The review's id, or its version as ``model:3``."""
    outcome: str
    """One of :data:`~registry_app.reviews.facts.OUTCOMES`."""
    comment: str = ""
    conditions: str = ""
    subject: str | None = None
    """The digest that was on the screen; ``None``: what stands now (for scripts that show nothing)."""

    def facts(self, standing: Standing) -> Sequence[Fact]:
        if self.outcome not in facts.OUTCOMES:
            raise UsageError(f"{self.outcome[:40]!r} is no decision.", f"Use one of {', '.join(facts.OUTCOMES)}.")
        if self.outcome == "approve_with_conditions" and not self.conditions.strip():
            raise UsageError("An approval with conditions names them.", "Give the conditions.")
        if self.outcome in ("request_changes", "reject") and not self.comment.strip():
            raise UsageError("Sending a version back needs a reason.", "Give a comment.")
        review = open_review(standing.rows, self.review)
        progress = progress_of(standing.rows, review)
        if self.subject is not None and self.subject != progress.subject.digest:
            raise Refused("What was on the screen has changed meanwhile.", "Look at it again and decide then.")
        if progress.stage is None:
            raise Refused("This review waits for nobody.", "Nothing needs to be done.")
        return (
            facts.DecisionMade(
                decision=chance.uuid7(),
                review=review["id"],
                stage=progress.stage.name,
                outcome=self.outcome,
                meaning=MEANINGS[self.outcome],
                subject=progress.subject.digest,
                parts=progress.subject.parts,
                comment=text.prose(self.comment, "comment"),
                conditions=text.prose(self.conditions, "conditions"),
            ),
        )


@dataclass(frozen=True, slots=True)
class Comment(Action):
    """Say something within an open review."""

    review: str
    words: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        words = text.prose(self.words, "comment")
        if not words:
            raise UsageError("The comment is empty.", "Say something.")
        review = open_review(standing.rows, self.review)["id"]
        return (facts.CommentMade(comment=chance.uuid7(), review=review, text=words),)


@dataclass(frozen=True, slots=True)
class Withdraw(Action):
    """Take a version back from review."""

    review: str
    reason: str = ""

    def facts(self, standing: Standing) -> Sequence[Fact]:
        review = open_review(standing.rows, self.review)["id"]
        return (facts.ReviewWithdrawn(review=review, reason=text.prose(self.reason, "reason")),)


def open_review(rows: Rows, name: str) -> Row:
    """The open review with that id, or of that version.

    Raises:
        UsageError: there is none.
    """
    review = rows.one(ReviewRow, id=name)
    if review is None:
        version = version_named(rows, name)["id"]
        found = [row for row in rows.all(ReviewRow, version=version) if row["state"] == "open"]
        review = found[0] if found else None
    if review is None or review["state"] != "open":
        raise UsageError(f"There is no open review of {name[:140]!r}.", "See 'registry-app review list'.")
    return review
