"""What can be asked about reviews: what waits for me, a review whole, what has lapsed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from registry_app.errors import Refused
from registry_app.ledger.entry import Entry
from registry_app.ledger.meaning import Reader, View
from registry_app.models.finding import version_named
from registry_app.models.views import person_name, version_label
from registry_app.reviews.facts import APPROVING, Part, Stage
from registry_app.reviews.routes import approvers, decode
from registry_app.reviews.standing import progress_of, require_gate, why_not
from registry_app.reviews.subject import changes, read_parts, subject_of
from registry_app.reviews.tables import CommentRow, DecisionRow, ReviewRow, RouteProposalRow, RouteRow
from registry_app.vault.rows import Row

PAGE = 200


@dataclass(frozen=True, slots=True)
class ReviewSummary:
    """A line of the inbox."""

    id: str
    version: str
    """As ``model:number``."""
    tier: str
    state: str
    stage: str
    """The stage that waits; empty when none does."""
    role: str
    """Who decides there."""
    lacking: int
    """How many approvals it lacks there."""
    submitter: str
    submitted: str
    why_you: str
    """Why it waits for whoever asks; empty when it does not."""
    why_not: str
    """Why whoever asks may not decide; empty when they may."""
    seq: int
    """Where in the ledger it was submitted."""


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A signed decision."""

    id: str
    person: str
    """The signer's name."""
    stage: str
    outcome: str
    meaning: str
    comment: str
    conditions: str
    time: str
    seq: int
    lapsed: tuple[str, ...]
    """What has changed since it was signed; empty: it stands."""


@dataclass(frozen=True, slots=True)
class CommentLine:
    """A comment."""

    person: str
    text: str
    time: str
    seq: int


@dataclass(frozen=True, slots=True)
class ReviewDetail:
    """A review, whole."""

    summary: ReviewSummary
    note: str
    stages: tuple[Stage, ...]
    subject: str
    """The digest over everything below and around, which a decision signs."""
    parts: tuple[Part, ...]
    decisions: tuple[DecisionLine, ...]
    comments: tuple[CommentLine, ...]
    gate: str
    """Why an approval would be refused now; empty when the gate is open."""
    standing: str
    """What the version's approval is worth now, in a word: the state, or ``lapsed``."""


@dataclass(frozen=True, slots=True)
class RouteLine:
    """The route of a tier."""

    tier: str
    stages: tuple[Stage, ...]
    proposal: str
    """The id of a proposal that waits for a second person; empty: this holds."""
    author: str
    """Who proposed it."""


@dataclass(frozen=True, slots=True)
class Inbox(View[tuple[ReviewSummary, ...]]):
    """Open reviews, oldest first: those that wait for whoever asks, or all."""

    everything: bool = False
    after: int = -1
    """The ``seq`` of the last review seen."""
    limit: int = PAGE

    def ask(self, reader: Reader) -> tuple[ReviewSummary, ...]:
        found: list[ReviewSummary] = []
        after = self.after
        while len(found) < self.limit:
            page = _open_reviews(reader, after, PAGE)
            lines = [_summary(reader, row) for row in page]
            found += [line for line in lines if self.everything or line.why_you]
            if len(page) < PAGE:
                break
            after = page[-1]["since"]
        return tuple(found[: self.limit])


@dataclass(frozen=True, slots=True)
class ReviewsOf(View[tuple[ReviewDetail, ...]]):
    """All reviews of a version, newest first."""

    version: str

    def ask(self, reader: Reader) -> tuple[ReviewDetail, ...]:
        version = version_named(reader.rows, self.version)["id"]
        found = sorted(reader.rows.all(ReviewRow, version=version), key=lambda row: row["submitted"], reverse=True)
        return tuple(_detail(reader, row) for row in found)


@dataclass(frozen=True, slots=True)
class Routes(View[tuple[RouteLine, ...]]):
    """The routes that hold, and the proposals that wait."""

    def ask(self, reader: Reader) -> tuple[RouteLine, ...]:
        holding = [RouteLine(row["tier"], decode(row["stages"]), "", "") for row in reader.rows.all(RouteRow)]
        waiting = [
            RouteLine(row["tier"], decode(row["stages"]), row["id"], person_name(reader.rows, row["author"]))
            for row in reader.rows.all(RouteProposalRow)
        ]
        return (*holding, *waiting)


def _open_reviews(reader: Reader, after: int, limit: int) -> list[Row]:
    held = ReviewRow.__table__.c  # type: ignore[attr-defined]
    query = select(ReviewRow.__table__).where(held.state == "open", held.since > after)  # type: ignore[attr-defined]
    if reader.rows.at is None:
        query = query.where(held.until.is_(None))
    else:
        query = query.where(held.since <= reader.rows.at, held.until.is_(None) | (held.until > reader.rows.at))
    found = reader.rows.connection.execute(query.order_by(held.since).limit(limit)).mappings()
    return [dict(row) for row in found]


def _summary(reader: Reader, row: Row) -> ReviewSummary:
    rows = reader.rows
    stage, lacking, why = None, 0, ""
    if row["state"] == "open":
        progress = progress_of(rows, row)
        stage = progress.stage
        if stage is not None:
            decisions = [d for d in rows.all(DecisionRow, review=row["id"]) if d["subject"] == progress.subject.digest]
            lacking = stage.quorum - len(approvers(stage, decisions))
            why = why_not(rows, _entry(reader), row, reader.person, stage)
            if not why and reader.person in progress.approved:
                why = "You have approved this evidence already."
    named = "" if stage is None else stage.role.replace("_", " ")
    return ReviewSummary(
        id=row["id"],
        version=version_label(rows, row["version"]),
        tier=row["tier"],
        state=row["state"],
        stage=stage.name if stage else "",
        role=named,
        lacking=lacking,
        submitter=person_name(rows, row["submitter"]),
        submitted=reader.log.leaf(row["submitted"]).time,
        why_you=f"as {named}" if stage is not None and not why else "",
        why_not=why,
        seq=row["submitted"],
    )


def _detail(reader: Reader, row: Row) -> ReviewDetail:
    rows = reader.rows
    subject = subject_of(rows, row)
    made = sorted(rows.all(DecisionRow, review=row["id"]), key=lambda decision: decision["since"])
    decisions = tuple(_decision(reader, decision, subject.parts) for decision in made)
    approvals = [line for line in decisions if line.outcome in APPROVING]
    lapsed = row["state"].startswith("approved") and bool(approvals[-1].lapsed)
    note = reader.payloads.fields(row["note"])
    return ReviewDetail(
        summary=_summary(reader, row),
        note=str(note["note"]) if note else "[shredded]",
        stages=decode(row["stages"]),
        subject=subject.digest,
        parts=subject.parts,
        decisions=decisions,
        comments=tuple(sorted((_comment(reader, c) for c in rows.all(CommentRow, review=row["id"])), key=_seq)),
        gate=_gate(reader, row) if row["state"] == "open" else "",
        standing="lapsed" if lapsed else row["state"],
    )


def _decision(reader: Reader, row: Row, present: tuple[Part, ...]) -> DecisionLine:
    fields = reader.payloads.fields(row["words"]) or {"comment": "[shredded]", "conditions": ""}
    return DecisionLine(
        id=row["id"],
        person=person_name(reader.rows, row["person"]),
        stage=row["stage"],
        outcome=row["outcome"],
        meaning=row["meaning"],
        comment=str(fields["comment"]),
        conditions=str(fields["conditions"]),
        time=reader.log.leaf(row["since"]).time,
        seq=row["since"],
        lapsed=changes(read_parts(row["parts"]), present),
    )


def _comment(reader: Reader, row: Row) -> CommentLine:
    fields = reader.payloads.fields(row["text"])
    words = str(fields["text"]) if fields else "[shredded]"
    return CommentLine(person_name(reader.rows, row["person"]), words, reader.log.leaf(row["since"]).time, row["since"])


def _seq(line: CommentLine) -> int:
    return line.seq


def _gate(reader: Reader, row: Row) -> str:
    try:
        require_gate(reader.rows, _entry(reader), row)
    except Refused as refused:
        return refused.what
    return ""


def _entry(reader: Reader) -> Entry:
    return Entry(-1, reader.person, "", reader.now, reader.now)
