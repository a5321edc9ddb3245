"""Two results of one kind side by side: which numbers moved, and which of them beyond their intervals.

Intervals that do not overlap are a stricter demand than a test at 5 % (Schenker and Gentleman 2001): what is called beyond is. No
correction is made for looking at many numbers, and two results on the same rows are not independent: a paired test says more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from registry_app.errors import UsageError
from registry_app.measure.result import Result
from registry_app.measure.sameness import labelled

Change = Literal[
    "same",
    "within intervals",
    "beyond intervals",
    "no interval",
    "undefined",
    "only in the first",
    "only in the second",
]

_DRAWN = ("curves", "thresholds", "calibration", "cases", "looks", "bins")
"""Parts of a result that are drawn: many points, none of which is a finding by itself."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a result."""

    value: float | None
    """``None`` when it is undefined."""
    ends: tuple[float, float] | None
    """Its 95 % interval; ``None`` when there is none."""
    reason: str
    """Why it is undefined; otherwise empty."""


@dataclass(frozen=True, slots=True)
class Line:
    """One number in both."""

    place: str
    """Where it stands: ``groups / sex female / metrics / selection_rate``."""
    first: Number | None
    """``None`` where it does not stand."""
    second: Number | None
    """``None`` where it does not stand."""
    change: Change
    """From the first to the second."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Two results of one kind."""

    kind: str
    """Theirs."""
    same_data: bool
    """Whether both were measured on the same bytes."""
    chosen: tuple[tuple[str, str, str], ...]
    """What was chosen differently: name, in the first, in the second."""
    lines: tuple[Line, ...]
    """In the order of the second, then those only in the first."""

    @property
    def moved(self) -> tuple[Line, ...]:
        """Those that changed beyond their intervals, or stand in one only."""
        return tuple(line for line in self.lines if line.change in _MOVED)


_MOVED = ("beyond intervals", "undefined", "only in the first", "only in the second")


def beside(first: Result, second: Result) -> Beside:
    """Put two results side by side.

    Raises:
        UsageError: they are of two kinds.
    """
    if first.kind != second.kind:
        raise UsageError(
            f"One is a result of {first.kind} and the other of {second.kind}.",
            "Name two pieces of evidence of one kind.",
        )
    one, two = dict(_numbers(first.result, "")), dict(_numbers(second.result, ""))
    places = [*two, *(place for place in one if place not in two)]
    lines = tuple(
        Line(place, one.get(place), two.get(place), _change(one.get(place), two.get(place))) for place in places
    )
    return Beside(first.kind, first.data["digest"] == second.data["digest"], tuple(_chosen(first, second)), lines)


def _numbers(value: Any, place: str) -> Iterator[tuple[str, Number]]:
    if isinstance(value, dict):
        if isinstance(value.get("value"), str):
            yield place, Number(float(value["value"]), _ends(value.get("ci")), "")
        elif isinstance(value.get("undefined"), str):
            yield place, Number(None, None, value["undefined"])
        for key, item in value.items():
            if key not in _DRAWN:
                yield from _numbers(item, f"{place} / {key}" if place else key)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _numbers(item, f"{place} / {labelled(item, number)}")


def _ends(ci: Any) -> tuple[float, float] | None:
    return (float(ci[0]), float(ci[1])) if isinstance(ci, list) else None


def _change(one: Number | None, two: Number | None) -> Change:
    if one is None or two is None:
        return "only in the second" if one is None else "only in the first"
    if one.value is None or two.value is None:
        return "same" if one.value is two.value else "undefined"
    if one == two:
        return "same"
    if one.ends is None or two.ends is None:
        return "same" if one.value == two.value else "no interval"
    apart = one.ends[1] < two.ends[0] or two.ends[1] < one.ends[0]
    return "beyond intervals" if apart else "within intervals"


def _chosen(first: Result, second: Result) -> Iterator[tuple[str, str, str]]:
    for one, two in ((first.data, second.data), (first.parameters, second.parameters)):
        for name in [*one, *(name for name in two if name not in one)]:
            if name not in ("digest", "rows") and one.get(name) != two.get(name):
                yield name, _said(one.get(name)), _said(two.get(name))


def _said(value: Any) -> str:
    if isinstance(value, dict) and isinstance(value.get("digest"), str):
        return f"sha256:{value['digest'][:16]}"
    if isinstance(value, (list, dict)):
        return ", ".join(str(each.get("column", each) if isinstance(each, dict) else each) for each in value)[:120]
    return "" if value is None else str(value)[:120]
