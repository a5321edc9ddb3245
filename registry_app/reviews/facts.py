"""What can be said about reviews."""

from __future__ import annotations

from dataclasses import dataclass

from registry_app.ledger.fact import Fact, fact, sealed

OUTCOMES = ("approve", "approve_with_conditions", "request_changes", "reject")
"""What a decision can be."""

APPROVING = ("approve", "approve_with_conditions")
"""Those that count towards a stage's quorum."""


MEANINGS = {
    "approve": "approved after review",
    "approve_with_conditions": "approved with conditions after review",
    "request_changes": "sent back for changes after review",
    "reject": "rejected after review",
}
"""What the signature means (21 CFR 11.50(a)(3)), by outcome."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stop on a route."""

    name: str
    """What it is called."""
    role: str
    """The role that decides here."""
    quorum: int
    """How many different people must approve."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was on the screen when a decision was signed."""

    kind: str
    """``artifact``, ``details``, ``model``, ``dataset``, ``evidence``, ``small groups``, ``redo`` (one that differs), ``verdicts``,
    ``waiver``, ``comment``, ``route``."""
    id: str
    """Which one."""
    digest: str
    """Its digest, hexadecimal."""


@fact("route-adopted")
class RouteAdopted(Fact):
    """The first route of a risk tier."""

    tier: str
    """The risk tier."""
    stages: tuple[Stage, ...]
    """The stops, in order."""


@fact("route-proposed")
class RouteProposed(Fact):
    """Another route is proposed for a tier; the present one holds until a second person confirms."""

    proposal: str
    """The proposal's id."""
    tier: str
    """The risk tier."""
    stages: tuple[Stage, ...]
    """The stops, in order."""
    reason: str = sealed()
    """Why."""


@fact("route-confirmed")
class RouteConfirmed(Fact):
    """A second person confirmed a proposed route: it holds from here on, for reviews submitted from here on."""

    proposal: str
    """The proposal's id."""


@fact("review-submitted")
class ReviewSubmitted(Fact):
    """A version was submitted for review."""

    review: str
    """The review's id."""
    version: str
    """The version's id."""
    tier: str
    """The model's risk tier then."""
    stages: tuple[Stage, ...]
    """The route of that tier then."""
    note: str = sealed()
    """What the submitter says."""


@fact("decision-made")
class DecisionMade(Fact):
    """A person decided, over exactly what was on the screen."""

    decision: str
    """The decision's id."""
    review: str
    """The review's id."""
    stage: str
    """The stage's name."""
    outcome: str
    """One of :data:`OUTCOMES`."""
    meaning: str
    """What the signature means (21 CFR 11.50(a)(3)), such as ``approved after review``."""
    subject: str
    """Digest over all parts, hexadecimal."""
    parts: tuple[Part, ...]
    """What was on the screen."""
    comment: str = sealed()
    """Why."""
    conditions: str = sealed()
    """The conditions, if any."""


@fact("comment-made")
class CommentMade(Fact):
    """Somebody said something within an open review."""

    comment: str
    """The comment's id."""
    review: str
    """The review's id."""
    text: str = sealed()
    """What was said."""


@fact("review-withdrawn")
class ReviewWithdrawn(Fact):
    """The submitter, or the team's lead, took the version back."""

    review: str
    """The review's id."""
    reason: str = sealed()
    """Why."""
