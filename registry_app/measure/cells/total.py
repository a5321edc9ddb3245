"""Sums of doubles that are the same in every order of the rows.

DuckDB's threads add in another order each time, and rounding follows the order. So there each term is taken as a whole number of parts of a
bound, which add up exactly. Other engines add as they do.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sqlalchemy import Double, func, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from registry_app.measure.table.source import Source

BITS = 92
"""A bound is counted in parts of which it has two to the power of this: so many rows as a table may have stay within 127 bits."""

_WIDTH = 18
"""Weights whose extremes lie no further apart than two to the power of this, and their squares, are whole numbers of parts without rounding."""


class total_of(GenericFunction[float]):
    """The sum of a term, in parts of which there are so many in one."""

    type = Double()
    inherit_cache = True
    name = "total_of"


@compiles(total_of)
def _anywhere(element: Any, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(func.sum(next(iter(element.clauses))), **kw))


@compiles(total_of, "duckdb")
def _in_duckdb(element: Any, compiler: Any, **kw: Any) -> str:
    term, parts = (compiler.process(each, **kw) for each in element.clauses)
    return f"CAST(sum(CAST({term} * {parts} AS HUGEINT)) AS DOUBLE) / {parts}"


def total(term: ColumnElement[float], exponent: int | None) -> ColumnElement[Any]:
    """The sum of a term over rows.

    Args:
        exponent: no term is further from 0 than two to the power of this; None where that is not known: then the order tells.
    """
    return func.sum(term) if exponent is None else total_of(term, literal_column(repr(2.0 ** (BITS - exponent))))


def exponent_of(bound: float) -> int:
    """A power of two that is not below ``bound``."""
    return math.frexp(bound)[1]


def of_weights(source: Source, weight: ColumnElement[float] | None) -> int | None:
    """The exponent of weights; None where there are none (counts add up exactly as they are), or sums of whole parts would be rounded too."""
    found = [] if weight is None else source.extremes([weight])
    if not found or not 0 < found[0][0] <= found[0][1] < math.inf:
        return None
    least, largest = (math.frexp(each)[1] for each in found[0])
    return largest if largest - least <= _WIDTH and abs(largest) < 100 else None
