"""Kinds of columns, and a column in SQL: as a number, a band, a key. The same expression serves every engine.

A value is named as Python writes it, whole numbers without a point: ``True``, ``3``, ``0.5``, ``2026-11-21``. So the positive outcome ``1``
is found in a column of integers, of doubles and of texts alike.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Double, Integer, String, and_, case, cast, false, func, literal, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from registry_app.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

Kind = Literal["text", "number", "truth", "named", "other"]
"""Named are dates, times, UUIDs and enumerations, which go by their text; other is what has no plain value: lists, bytes."""

HUGE = sys.float_info.max
"""Infinity is above it, and so is NaN in the order of DuckDB and PostgreSQL; SQLite has no NaN."""

_NUMBER = r"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,2})?\s*$"


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a source."""

    name: str
    """As the table gives it."""
    kind: Kind
    """What it holds."""
    sql: ColumnElement[Any]
    """Its place in the source's table."""

    @property
    def key(self) -> ColumnElement[Any]:
        """What rows are grouped by."""
        return cast(self.sql, String) if self.kind == "named" else self.sql

    @property
    def number(self) -> ColumnElement[float]:
        """The column as a double; null where it holds none."""
        if self.kind == "truth":
            return cast(cast(self.sql, Integer), Double)
        return number_of(self.sql) if self.kind == "text" else cast(self.sql, Double)

    @property
    def empty(self) -> ColumnElement[bool]:
        """Whether the cell is null or, in a text, nothing but blanks."""
        null = self.sql.is_(None)
        return or_(null, func.trim(self.sql) == literal("")) if self.kind == "text" else null

    def band(self, cuts: tuple[float, ...]) -> ColumnElement[int]:
        """The place of the band that the number lies in, 0 to ``len(cuts)``; null without one."""
        bands = [(self.number < literal(cut), literal(place)) for place, cut in enumerate(cuts)]
        return case(*bands, (self.number <= literal(math.inf), literal(len(cuts))), else_=None)

    def no_band(self) -> ColumnElement[bool]:
        """Whether there is something in the cell and it is no number."""
        return and_(~self.empty, self.number.is_(None)) if self.kind == "text" else false()

    def outside(self, low: float, high: float) -> ColumnElement[bool]:
        """Whether the cell is no number from ``low`` to ``high``."""
        return or_(self.number.is_(None), self.number < literal(low), self.number > literal(high))


class number_of(GenericFunction[float]):
    """A text as a double, null where it is none."""

    type = Double()
    inherit_cache = True
    name = "number_of"


@compiles(number_of, "duckdb")
def _in_duckdb(element: Any, compiler: Any, **kw: Any) -> str:
    cell = compiler.process(element.clauses, **kw)
    # A bare cast would be done by the reader of a CSV file, which fails where it should give null; and 1_000 is no number elsewhere.
    return f"CASE WHEN contains({cell}, '_') THEN NULL ELSE TRY_CAST({cell} AS DOUBLE) END"


@compiles(number_of, "postgresql")
def _in_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    (column,) = element.clauses
    return str(compiler.process(case((column.regexp_match(_NUMBER), cast(column, Double)), else_=None), **kw))


@compiles(number_of, "sqlite")
def _in_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    (column,) = element.clauses
    plain = func.typeof(column).in_([literal("integer"), literal("real")])
    written = and_(func.typeof(column) == literal("text"), column.regexp_match(_NUMBER))
    return str(compiler.process(case((or_(plain, written), cast(column, Double)), else_=None), **kw))


def equals(column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether the column holds one of these values as the engine gave them, null among them."""
    return or_(false(), *(column.is_(None) if value is None else column == literal(value) for value in values))


def text(value: Any) -> str:
    """The name of a value; empty for null and NaN.

    Raises:
        UsageError: it is nothing plain.
    """
    if value is None:
        return ""
    if isinstance(value, (float, Decimal)):
        return _number_text(value)
    if isinstance(value, (bytes, bytearray, memoryview, list, tuple, dict, set)):
        raise UsageError("A column holds bytes or lists where a plain value must stand.", "Map another column.")
    return str(value)


def _number_text(value: float | Decimal) -> str:
    if math.isnan(value):
        return ""
    if not math.isinf(value) and value == int(value) and abs(int(value)) < 1 << 53:
        return str(int(value))
    return repr(float(value)) if isinstance(value, float) else format(value.normalize(), "f")
