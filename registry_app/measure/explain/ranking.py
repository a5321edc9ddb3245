"""Features in order of importance, with the ranks that their intervals allow: two whose intervals overlap are tied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry_app.measure.result import Undefined, decimal_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Ranked:
    """One feature's importance."""

    feature: str
    """Its name."""
    value: float
    """Mean absolute SHAP value."""
    ends: tuple[float, float] | None
    """Simultaneous 95 % interval; ``None`` from one row."""
    rank: int
    """Place by value, from 1; equal values by name."""
    ranks: tuple[int, int]
    """Best and worst place that the intervals allow."""
    share: float
    """Of the total importance; 0 when there is none at all."""

    def encoded(self, n: int) -> dict[str, Any]:
        """The form it has in a result of ``n`` rows."""
        ci: Any = Undefined("one row has no spread", n).encoded()
        if self.ends is not None:
            ci = [decimal_text(end) for end in self.ends]
        return {
            "feature": self.feature, "rank": self.rank, "ranks": list(self.ranks), "value": decimal_text(self.value),
            "ci": ci, "share": decimal_text(self.share),
        }  # fmt: skip


def ranked(features: Sequence[str], mean: NDArray[np.float64], half: NDArray[np.float64] | None) -> tuple[Ranked, ...]:
    """All features, the most important first."""
    total = float(mean.sum())
    order = sorted(range(len(features)), key=lambda each: (-mean[each], features[each]))
    ends = [
        None if half is None else (max(0.0, float(mean[each] - half[each])), float(mean[each] + half[each]))
        for each in order
    ]
    ranges = rank_ranges(ends)
    return tuple(
        Ranked(
            features[each], float(mean[each]), ends[place], place + 1, ranges[place],
            float(mean[each]) / total if total > 0 else 0.0,
        )
        for place, each in enumerate(order)
    )  # fmt: skip


def rank_ranges(ends: Sequence[tuple[float, float] | None]) -> tuple[tuple[int, int], ...]:
    """For each interval the best and the worst rank it allows: how many lie wholly above it, and how many wholly below."""
    known = [each for each in ends if each is not None]
    if len(known) < len(ends):
        return tuple((1, len(ends)) for _ in ends)
    return tuple(
        (
            1 + sum(low > own_high for low, _ in known),
            len(known) - sum(high < own_low for _, high in known),
        )
        for own_low, own_high in known
    )
