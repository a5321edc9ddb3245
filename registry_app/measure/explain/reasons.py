"""Why a single decision went against somebody: at most four reasons, by either of the two ways that Regulation B accepts.

Official interpretation of 12 CFR 1002.9(b)(2): the factors in which the applicant falls furthest below the average of those whose
score was at or just above the pass score, or furthest below the average of all applicants; more than four reasons are unlikely to
help. A factor's part in a score is its SHAP value, turned so that more is better for the applicant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from registry_app.errors import UsageError
from registry_app.measure.result import Undefined, decimal_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST = 4
"""Reasons for one decision."""

NEAR, LEAST = 0.1, 30
""""Just above" are the tenth of the passing rows nearest to the pass score, at least 30 of them (or all there are)."""

Against = Literal["just above", "all applicants"]


@dataclass(frozen=True)
class Reasons:
    """How reasons are found."""

    pass_score: float
    """In units of the prediction: the probability of the class explained, or the predicted value."""
    texts: Mapping[str, str]
    """What is told for each feature; see ``texts.read_texts``."""
    passes: Literal["at least", "at most"] = "at least"
    """Whether the decision is in the applicant's favour from the pass score upwards or downwards."""
    against: Against = "just above"
    """Whose average the applicant is compared with."""
    reruns: int = 2
    """How often it is done again against another background, 0 to 20."""

    def __post_init__(self) -> None:
        if not 0 <= self.reruns <= 20:
            raise UsageError(f"{self.reruns} reruns cannot be made.", "Ask for 0 to 20.")
        if self.passes not in ("at least", "at most") or self.against not in ("just above", "all applicants"):
            raise UsageError(
                "The way to find reasons is not known.",
                "Passing is 'at least' or 'at most'; compare against 'just above' or 'all applicants'.",
            )

    @property
    def sign(self) -> float:
        """1 where more is better for the applicant, else -1."""
        return 1.0 if self.passes == "at least" else -1.0

    def passing(self, predictions: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which predictions pass."""
        return self.sign * (predictions - self.pass_score) >= 0


def compared_with(asked: Reasons, predictions: NDArray[np.float64]) -> list[int]:
    """Places of the rows whose average counts.

    Raises:
        UsageError: no row passes, so nobody is at or just above the pass score.
    """
    if asked.against == "all applicants":
        return list(range(len(predictions)))
    passing = [each for each, passes in enumerate(asked.passing(predictions)) if passes]
    if not passing:
        raise UsageError(
            "No row is at or above the pass score.", "Check the score, or compare against 'all applicants'."
        )
    near = sorted(passing, key=lambda each: (abs(float(predictions[each]) - asked.pass_score), each))
    return near[: max(LEAST, round(len(near) * NEAR))]


def furthest_below(
    asked: Reasons, values: NDArray[np.float64], average: NDArray[np.float64]
) -> list[tuple[int, float]]:
    """Places of the at most four features in which ``values`` (shape (features,)) fall furthest below, and how far."""
    below = asked.sign * (average - values)
    order = sorted(range(len(below)), key=lambda each: (-below[each], each))
    return [(each, float(below[each])) for each in order[:MOST] if below[each] > 0]


@dataclass(frozen=True, eq=False)
class Grounds:
    """What the reasons of all rows are told from."""

    asked: Reasons
    """How they are found."""
    features: Sequence[str]
    """Names, in the order of the values."""
    average: NDArray[np.float64]
    """Mean SHAP value of each feature over the rows compared with."""
    reference: NDArray[np.float64]
    """A usual value of each column of the estimator among those rows, shape (columns,)."""
    named: Sequence[str]
    """The same for each feature, as the table says it; empty where it says none."""
    sources: Sequence[int]
    """For each column of the estimator, its feature's place."""
    predict: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    """Predictions of rows of the estimator's columns."""
    flags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What is to be said of a feature: ``forbidden``, ``proxy for sex``."""

    def told(
        self, row: NDArray[np.float64], values: NDArray[np.float64], reruns: Sequence[Sequence[int]]
    ) -> dict[str, Any]:
        """The reasons for one row that does not pass.

        Args:
            row: its columns of the estimator.
            values: its SHAP values per feature.
            reruns: places of the reasons found each time it was done again.
        """
        import numpy as np

        chosen = furthest_below(self.asked, values, self.average)
        tries = np.repeat(row[None, :], len(chosen) + 1, axis=0)
        for number, (place, _) in enumerate(chosen):
            for column, source in enumerate(self.sources):
                if source == place:
                    tries[number, column] = tries[-1, column] = self.reference[column]
        flips = self.asked.passing(self.predict(tries))
        again = Undefined("it was not done again", 0).encoded()
        return {
            "reasons": [
                {
                    "feature": self.features[place],
                    "text": str(self.asked.texts[self.features[place]]),
                    "below": {"value": decimal_text(far)},
                    "reference": self.named[place],
                    "flips": bool(flips[number]),
                    "stability": {"value": decimal_text(sum(place in each for each in reruns) / len(reruns))}
                    if reruns
                    else again,
                    "flags": list(self.flags.get(self.features[place], ())),
                }
                for number, (place, far) in enumerate(chosen)
            ],
            "flips_together": bool(flips[-1]),
        }


def usual(table: NDArray[np.float64], sources: Sequence[int], features: int) -> tuple[NDArray[np.float64], list[int]]:
    """A usual value of each feature among the rows of ``table``, and for each feature a row that has it.

    One column: the lower median. Several, made from one feature: the combination that most rows have.
    """
    import numpy as np

    reference, holders = np.zeros(table.shape[1]), []
    for place in range(features):
        columns = [column for column, source in enumerate(sources) if source == place]
        holder = 0
        if len(columns) == 1:
            order = np.argsort(table[:, columns[0]], kind="stable")
            holder = int(order[(len(order) - 1) // 2])
        elif columns:
            _, first, counts = np.unique(table[:, columns], axis=0, return_index=True, return_counts=True)
            holder = int(first[int(counts.argmax())])
        reference[columns] = table[holder, columns]
        holders.append(holder)
    return reference, holders
