"""Whether two results of one measurement are the same: place by place, each number against its twin.

Library versions, platform, duration and what a machine's sandbox held are circumstances and not compared; everything else is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from registry_app.measure.result import Result

Outcome = Literal["matches", "within tolerance", "differs"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
"""``matches``: equal in every place. ``within tolerance``: every number within the tolerance, all else equal."""

RELATIVE = 1e-9
"""Of the larger of two numbers: sums of the same numbers in another order, or by another version of a library, stay within it."""

ABSOLUTE = 1e-12
"""For numbers near 0."""

TOLERANCE = f"each number within {RELATIVE:g} of its size, or within {ABSOLUTE:g}"
"""In words."""

_FOUND = frozenset({"median_score", "explained_rows", "background_used", "explainer", "model"})
"""Parameters that come of measuring: two runs of one request may differ in them."""

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?").fullmatch
_GONE = object()
_LABELS = ("by", "metric", "feature", "column", "name", "class", "group", "row", "window", "threshold", "rank", "from")
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two results are not the same."""

    place: str
    """Where: ``groups / race African-American / metrics / selection_rate / value``."""
    before: str
    """What stood there; empty when nothing did."""
    after: str
    """What stands there now; empty when nothing does."""
    close: bool
    """Both are numbers within the tolerance."""


@dataclass(frozen=True, slots=True)
class Sameness:
    """How two results compare."""

    outcome: Outcome
    """The whole."""
    differences: tuple[Difference, ...]
    """Those beyond the tolerance first, then by place."""


def sameness(before: Result, after: Result) -> Sameness:
    """Compare a result with one that was made again from the same inputs."""
    found = sorted(_differences(_compared(before), _compared(after), ""), key=lambda each: each.close)
    outcome: Outcome = "matches" if not found else "within tolerance" if all(d.close for d in found) else "differs"
    return Sameness(outcome, tuple(found))


def chosen(data: Mapping[str, Any], parameters: Mapping[str, Any], seed: Any) -> dict[str, Any]:
    """What a measurement was asked for, of which data: equal for any two that can be held against each other.

    Args:
        data: as a result or a document has it; the sandbox's circumstances are passed over.
        parameters: those that are found and not chosen are passed over.
    """
    asked = {name: value for name, value in parameters.items() if name not in _FOUND}
    return {"data": _named(data), "parameters": asked, "seed": seed}


def _named(data: Mapping[str, Any]) -> dict[str, Any]:
    """``data`` without what the machine's sandbox held and by whose decision the model ran."""
    named = dict(data)
    if isinstance(named.get("model"), dict):
        named["model"] = {key: named["model"].get(key) for key in ("digest", "format", "features")}
    return named


def _compared(result: Result) -> dict[str, Any]:
    return {
        "kind": result.kind,
        "version": result.version,
        "data": _named(result.data),
        "parameters": result.parameters,
        "seed": result.seed,
        "result": result.result,
    }


def _differences(before: Any, after: Any, place: str) -> Iterator[Difference]:
    """Nested no deeper than a decoded document can be, for which Python's own limit stands."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _differences(before.get(key, _GONE), after.get(key, _GONE), f"{place} / {key}" if place else key)
    elif isinstance(before, list) and isinstance(after, list):
        for number in range(max(len(before), len(after))):
            one = before[number] if number < len(before) else _GONE
            two = after[number] if number < len(after) else _GONE
            yield from _differences(one, two, f"{place} / {labelled(two if one is _GONE else one, number)}")
    elif type(before) is not type(after) or before != after:
        yield Difference(place, _said(before), _said(after), _close(before, after))


def _close(before: Any, after: Any) -> bool:
    """Whether both are fractions, as decimal text, near each other; counts are whole and equal or not."""
    if not (isinstance(before, str) and isinstance(after, str) and _NUMBER(before) and _NUMBER(after)):
        return False
    return math.isclose(float(before), float(after), rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def labelled(item: Any, number: int) -> str:
    """What an item of a list is called in a place: by what names it, or by its number from 1."""
    if isinstance(item, dict):
        metric = item.get("metric")
        said = f"{metric} by " if isinstance(metric, str) else ""
        for key in _LABELS:
            value = item.get(key)
            if isinstance(value, dict) and value:
                return f"{said}{', '.join(f'{name} {each}' for name, each in value.items())}"[:_LONGEST]
            if isinstance(value, list) and value:
                return f"{said}{', '.join(map(str, value))}"[:_LONGEST]
            if isinstance(value, (str, int)):
                return f"{key} {value}"[:_LONGEST]
    return str(number + 1)


def _said(value: Any) -> str:
    if value is _GONE:
        return ""
    if isinstance(value, (dict, list)):
        return f"{len(value)} entries"
    return ("null" if value is None else str(value))[:_LONGEST]
