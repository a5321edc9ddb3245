"""Routes: the stages, roles and quorum that a risk tier needs."""

from __future__ import annotations

from collections.abc import Sequence

from registry_app.ledger.canonical import canonical, parse
from registry_app.reviews.facts import APPROVING, Stage
from registry_app.vault.rows import Row

FIRST_ROUTES: dict[str, tuple[Stage, ...]] = {
    "low": (Stage("validation", "validator", 1),),
    "medium": (Stage("validation", "validator", 1), Stage("risk acceptance", "risk_officer", 1)),
    "high": (Stage("validation", "validator", 1), Stage("risk acceptance", "risk_officer", 1)),
    "critical": (Stage("validation", "validator", 2), Stage("risk acceptance", "risk_officer", 2)),
}
"""The routes a new registry begins with; a tier's route is changed by two people."""


def encode(stages: Sequence[Stage]) -> str:
    """Stages as canonical JSON."""
    return canonical([[stage.name, stage.role, stage.quorum] for stage in stages]).decode()


def decode(stages: str) -> tuple[Stage, ...]:
    """The stages that :func:`encode` wrote."""
    return tuple(Stage(*stage) for stage in parse(stages.encode()))


def approvers(stage: Stage, decisions: Sequence[Row]) -> set[str]:
    """The different people who approved at a stage."""
    return {row["person"] for row in decisions if row["stage"] == stage.name and row["outcome"] in APPROVING}


def passed(stages: Sequence[Stage], decisions: Sequence[Row]) -> bool:
    """Whether every stage has its quorum among ``decisions``, which all signed the same subject."""
    return waiting(stages, decisions) is None


def waiting(stages: Sequence[Stage], decisions: Sequence[Row]) -> Stage | None:
    """The first stage that lacks its quorum among ``decisions``, or ``None``."""
    return next((stage for stage in stages if len(approvers(stage, decisions)) < stage.quorum), None)
