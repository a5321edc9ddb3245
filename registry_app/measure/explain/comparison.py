"""What changed between two explanations: importances side by side, and which changes go beyond their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from registry_app.errors import UsageError
from registry_app.measure.explain.ranking import rank_ranges
from registry_app.measure.result import Result

Change = Literal["more", "less", "within intervals", "only in the first", "only in the second", "not comparable"]


@dataclass(frozen=True, slots=True)
class Side:
    """A feature in one of the two."""

    value: float
    """Mean absolute SHAP value."""
    ends: tuple[float, float] | None
    """Its 95 % interval; ``None`` when there is none."""
    rank: int
    """From 1."""
    ranks: tuple[int, int]
    """Best and worst rank that the intervals allow."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A feature in both."""

    feature: str
    """Its name."""
    first: Side | None
    """``None`` where it is not a feature."""
    second: Side | None
    """``None`` where it is not a feature."""
    change: Change
    """Of the value: ``more`` or ``less`` only when the intervals do not overlap."""
    reranked: bool
    """Whether the rank changed beyond what the intervals allow."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two explanations side by side."""

    outputs: tuple[str, str]
    """What each adds up to."""
    features: tuple[Moved, ...]
    """By rank in the second, then those only in the first."""

    @property
    def changed(self) -> tuple[Moved, ...]:
        """The features whose value or rank changed beyond the intervals, or that are in one only."""
        return tuple(each for each in self.features if each.reranked or each.change not in _SAME)


_SAME = ("within intervals", "not comparable")


def compare(first: Result, second: Result) -> Comparison:
    """Put two explanations side by side; of any version. Values are compared only when both outputs are of one kind.

    Raises:
        UsageError: one of them is no explanation.
    """
    for each in (first, second):
        if each.kind != "explanation":
            raise UsageError(f"This is a result of {each.kind}, no explanation.", "Name two explanations.")
    outputs = (str(first.result["output"]), str(second.result["output"]))
    before, after = _sides(first), _sides(second)
    names = [*after, *(name for name in before if name not in after)]
    return Comparison(
        outputs, tuple(_moved(name, before.get(name), after.get(name), outputs[0] == outputs[1]) for name in names)
    )


def _sides(result: Result) -> dict[str, Side]:
    told = result.result["importance"]
    ends = [(float(each["ci"][0]), float(each["ci"][1])) if isinstance(each["ci"], list) else None for each in told]
    ranges = rank_ranges(ends)
    return {
        str(each["feature"]): Side(float(each["value"]), ends[place], int(each["rank"]), ranges[place])
        for place, each in enumerate(told)
    }


def _moved(name: str, first: Side | None, second: Side | None, one_unit: bool) -> Moved:
    if first is None or second is None:
        return Moved(name, first, second, "only in the second" if first is None else "only in the first", False)
    apart = second.ranks[0] > first.ranks[1] or second.ranks[1] < first.ranks[0]
    if not one_unit or first.ends is None or second.ends is None:
        return Moved(name, first, second, "not comparable", apart)
    change: Change = "within intervals"
    if second.ends[0] > first.ends[1]:
        change = "more"
    elif second.ends[1] < first.ends[0]:
        change = "less"
    return Moved(name, first, second, change, apart)
