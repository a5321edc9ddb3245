"""A number with its interval as the document holds it, or why there is none."""

from __future__ import annotations

import math
from typing import Any

from registry_app.errors import UsageError
from registry_app.measure.cells.interval import Ends
from registry_app.measure.result import Z95, Undefined, decimal_text, wilson
from registry_app.measure.table.problem import quoted
from registry_app.measure.table.source import Source

ONE_ROW = "one row does not show how far rows scatter"
ALIKE = "all rows have the same, which does not show how far rows scatter"


def number(value: float | None, ends: Ends | int, lacking: str, n: int, unsure: str = ONE_ROW) -> dict[str, Any]:
    """A number and its interval.

    Args:
        value: the number; None or NaN where it does not exist.
        ends: its interval; None where there is none, or how many draws of the bootstrap had the number where those are too few.
        lacking: why the number may not exist.
        n: rows it was to be computed from.
        unsure: why there may be no interval.
    """
    if value is None or not math.isfinite(value):
        return Undefined(lacking, n).encoded()
    return {"value": decimal_text(value), "ci": interval(ends, n, unsure)}


def interval(ends: Ends | int, n: int, unsure: str = ONE_ROW) -> Any:
    """An interval, or why there is none."""
    if isinstance(ends, tuple):
        return [decimal_text(end) for end in ends]
    if ends is None:
        return Undefined(unsure, n).encoded()
    return Undefined("too many draws had no such number", ends).encoded()


def effective(weight: float, square: float) -> float:
    """Kish's effective number of rows, (sum w)^2 / sum w^2; 0 without weight."""
    return weight * weight / square if square > 0 else 0.0


def rate(hits: float, weight: float, square: float, lacking: str, n: int) -> dict[str, Any]:
    """A share of the weight with Wilson's interval.

    Args:
        weight: what it is a share of.
        square: the sum of the squared weights there.
    """
    if weight <= 0:
        return Undefined(lacking, n).encoded()
    rows = effective(weight, square)
    return number(hits / weight, wilson(min(hits / weight, 1.0) * rows, rows), lacking, n)


def normal(value: float, variance: float, rows: float, low: float = -math.inf, high: float = math.inf) -> Ends:
    """The normal interval of a mean, within ``low`` to ``high``; None where one row or fewer are there.

    Args:
        variance: of one row, with ``rows`` and not one fewer below it.
        rows: effective ones.
    """
    if rows <= 1:
        return None
    half = Z95 * math.sqrt(max(variance, 0.0) / (rows - 1))
    return max(low, value - half), min(high, value + half)


def bounded(source: Source, *values: float) -> None:
    """Refuse sums that have left the range of a double.

    Raises:
        UsageError: one of them is not finite.
    """
    if not all(map(math.isfinite, values)):
        raise UsageError(
            f"The numbers or weights in {quoted(source.name)} are too large to be squared.", "Measure in larger units."
        )
