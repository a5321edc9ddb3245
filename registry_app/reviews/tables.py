"""What is remembered about reviews."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from registry_app.ledger.canonical import canonical
from registry_app.ledger.entry import Entry
from registry_app.ledger.fact import Fact
from registry_app.ledger.meaning import Fold
from registry_app.reviews import facts
from registry_app.reviews.routes import decode, encode, passed
from registry_app.vault.rows import Rows, now_index


class RouteRow(SQLModel, table=True):
    """The route of a tier."""

    __tablename__ = "route"
    __table_args__ = (now_index("route_now", "tier", "since"),)

    tier: str = Field(primary_key=True)
    since: int = Field(primary_key=True)
    until: int | None
    stages: str
    """As canonical JSON."""


class RouteProposalRow(SQLModel, table=True):
    """A route that waits for a second person, while it waits."""

    __tablename__ = "route_proposal"

    id: str = Field(primary_key=True)
    since: int
    until: int | None
    tier: str
    stages: str
    author: str
    reason: str


class ReviewRow(SQLModel, table=True):
    """A review, as it stood between two ledger positions."""

    __tablename__ = "review"
    __table_args__ = (
        now_index("review_now", "id", "since"),
        Index("review_state", "state", "until", "since"),
        Index("review_version", "version", "until"),
    )

    id: str = Field(primary_key=True)
    since: int = Field(primary_key=True)
    until: int | None
    version: str
    model: str
    tier: str
    stages: str
    state: str
    """``open``, ``approved``, ``approved_with_conditions``, ``changes_requested``, ``rejected``, ``withdrawn``."""
    submitter: str
    submitted: int
    """The ledger position of the submission."""
    note: str


class DecisionRow(SQLModel, table=True):
    """A decision; never changes."""

    __tablename__ = "decision"
    __table_args__ = (Index("decision_review", "review", "since"), Index("decision_person", "person", "since"))

    id: str = Field(primary_key=True)
    since: int
    review: str
    person: str
    stage: str
    outcome: str
    meaning: str
    subject: str
    parts: str
    """As canonical JSON."""
    words: str
    """The payload with comment and conditions."""


class CommentRow(SQLModel, table=True):
    """A comment; never changes."""

    __tablename__ = "comment"
    __table_args__ = (Index("comment_review", "review", "since"),)

    id: str = Field(primary_key=True)
    since: int
    review: str
    person: str
    text: str
    """The payload with the words."""


def _route(rows: Rows, said: facts.RouteAdopted, at: Entry) -> None:
    rows.add(RouteRow, tier=said.tier, until=None, stages=encode(said.stages))


def _proposed(rows: Rows, said: facts.RouteProposed, at: Entry) -> None:
    rows.add(
        RouteProposalRow,
        id=said.proposal,
        until=None,
        tier=said.tier,
        stages=encode(said.stages),
        author=at.person,
        reason=at.payload,
    )


def _confirmed(rows: Rows, said: facts.RouteConfirmed, at: Entry) -> None:
    proposal = rows.one(RouteProposalRow, id=said.proposal)
    if proposal is None:
        raise LookupError("the confirmed proposal does not stand")
    rows.end(RouteProposalRow, id=said.proposal)
    rows.end(RouteRow, tier=proposal["tier"])
    rows.add(RouteRow, tier=proposal["tier"], until=None, stages=proposal["stages"])


def _submitted(rows: Rows, said: facts.ReviewSubmitted, at: Entry) -> None:
    from registry_app.models.tables import VersionRow

    version = rows.one(VersionRow, id=said.version)
    rows.add(
        ReviewRow,
        id=said.review,
        until=None,
        version=said.version,
        model=version["model"] if version else "",
        tier=said.tier,
        stages=encode(said.stages),
        state="open",
        submitter=at.person,
        submitted=at.seq,
        note=at.payload,
    )


def _decided(rows: Rows, said: facts.DecisionMade, at: Entry) -> None:
    rows.add(
        DecisionRow,
        id=said.decision,
        review=said.review,
        person=at.person,
        stage=said.stage,
        outcome=said.outcome,
        meaning=said.meaning,
        subject=said.subject,
        parts=_parts(said.parts),
        words=at.payload,
    )
    review = rows.one(ReviewRow, id=said.review)
    if review is None:
        raise LookupError("the decided review does not stand")
    state = _state_after(rows, review["stages"], said)
    if state != "open":
        rows.revise(ReviewRow, {"id": said.review}, state=state)


def _state_after(rows: Rows, stages: str, said: facts.DecisionMade) -> str:
    if said.outcome == "reject":
        return "rejected"
    if said.outcome == "request_changes":
        return "changes_requested"
    standing = [row for row in rows.all(DecisionRow, review=said.review) if row["subject"] == said.subject]
    if not passed(decode(stages), standing):
        return "open"
    conditional = any(row["outcome"] == "approve_with_conditions" for row in standing)
    return "approved_with_conditions" if conditional else "approved"


def _commented(rows: Rows, said: facts.CommentMade, at: Entry) -> None:
    rows.add(CommentRow, id=said.comment, review=said.review, person=at.person, text=at.payload)


def _withdrawn(rows: Rows, said: facts.ReviewWithdrawn, at: Entry) -> None:
    rows.revise(ReviewRow, {"id": said.review}, state="withdrawn")


def _parts(parts: Iterable[facts.Part]) -> str:
    return canonical([[part.kind, part.id, part.digest] for part in parts]).decode()


FOLDS: Mapping[type[Fact], Fold] = {
    facts.RouteAdopted: _route,
    facts.RouteProposed: _proposed,
    facts.RouteConfirmed: _confirmed,
    facts.ReviewSubmitted: _submitted,
    facts.DecisionMade: _decided,
    facts.CommentMade: _commented,
    facts.ReviewWithdrawn: _withdrawn,
}
