"""The key figures of a dossier: how it ranks, how far groups lie apart, which controls are met, who has signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry_app.measure.figure.groups import FOUR_FIFTHS
from registry_app.measure.figure.number import interval, shown
from registry_app.reporting.content import DossierContent
from registry_app.reporting.figures import Figure, newest
from registry_app.reporting.letters import cut, number, words
from registry_app.reviews.facts import APPROVING

_RANKING = {"roc_auc": "ROC AUC", "accuracy": "Accuracy", "mean_absolute_error": "Mean absolute error"}
"""The key figure of a performance: the first of these that the task has."""


@dataclass(frozen=True, slots=True)
class Card:
    """One key figure."""

    label: str
    value: str
    note: str
    tone: str
    """``good``, ``bad``, ``warn`` or ``plain``."""


def cards_of(content: DossierContent, figures: Sequence[Figure]) -> tuple[Card, ...]:
    """The four key figures."""
    return (_ranking(figures), _ratio(figures), _controls(content), _signed(content))


def _ranking(figures: Sequence[Figure]) -> Card:
    result = newest(figures, "performance")
    if result is None:
        return Card("ROC AUC", "none", "no performance evidence", "bad")
    metrics = result.result["metrics"]
    key = next((name for name in _RANKING if name in metrics), next(iter(metrics)))
    ends = interval(metrics[key])
    note = f"95 %: {ends}" if "value" in metrics[key] and ends else ends
    return Card(_RANKING.get(key, words(key)), shown(metrics[key]), note, "plain")


def _ratio(figures: Sequence[Figure]) -> Card:
    result = newest(figures, "fairness")
    if result is None:
        return Card("Lowest impact ratio", "none", "no fairness evidence", "bad")
    limit = float(result.parameters["limit"])
    found = [
        (
            float(group["impact_ratio"]["value"]),
            cut(", ".join(f"{words(key)} {value}" for key, value in group["by"].items()), 60),
        )
        for group in result.result["groups"]
        if not group["small"] and "value" in group["impact_ratio"]
    ]
    if not found:
        return Card("Lowest impact ratio", "undefined", "no group is large enough", "warn")
    lowest, group = min(found)
    tone = "good" if lowest >= limit else "bad"
    named = "four fifths is" if limit == FOUR_FIFTHS else "the limit is"
    return Card("Lowest impact ratio", number(repr(lowest)), f"{group}; {named} {number(repr(limit), 2)}", tone)


def _controls(content: DossierContent) -> Card:
    counted = [line for line in content.verdicts if line.outcome != "not_applicable"]
    met = sum(line.outcome == "met" for line in counted)
    if not counted:
        return Card("Controls met", "none", "no policy pack was applied", "bad")
    rest = {
        word: sum(line.outcome == word for line in counted) for word in ("not_met", "insufficient_evidence", "waived")
    }
    note = ", ".join(f"{count} {words(word)}" for word, count in rest.items() if count) or "none open"
    blocked = any(
        line.severity == "blocking" and line.outcome in ("not_met", "insufficient_evidence") for line in counted
    )
    return Card(
        "Controls met",
        f"{met} of {len(counted)}",
        note,
        "bad" if blocked else "good" if met == len(counted) else "warn",
    )


def _signed(content: DossierContent) -> Card:
    if not content.reviews:
        return Card("Approvals signed", "none", "not submitted for review", "plain")
    newest_review = content.reviews[0]
    needed = sum(stage.quorum for stage in newest_review.stages)
    standing = [line for line in newest_review.decisions if line.outcome in APPROVING and not line.lapsed]
    stages = ", ".join(stage.name for stage in newest_review.stages)
    tone = "good" if len(standing) >= needed else "warn"
    return Card("Approvals signed", f"{len(standing)} of {needed}", stages, tone)
