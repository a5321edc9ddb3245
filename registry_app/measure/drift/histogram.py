"""Counts of one column over bins that the reference draws. Counts over the same bins add up, so windows can be merged.

A column that holds numbers alone is cut at the quantiles of the reference (:data:`BINS`), any other into its values. Missing cells have a bin of their
own. The engine that keeps the table cuts and counts it; each column is read once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import case, func, literal, null, select

from registry_app.errors import UsageError
from registry_app.measure.table.column import Column, text
from registry_app.measure.table.problem import quoted
from registry_app.measure.table.source import Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BINS = 100
"""Quantile bins of a numeric column; fewer where values repeat."""

VALUES = 200
"""Values of a text column that are told apart; the rest are counted together."""

OTHER = "(other)"
MISSING = "(missing)"


@dataclass(frozen=True, eq=False)
class Bins:
    """What one column is cut into."""

    column: str
    numeric: bool
    cuts: tuple[float, ...] = ()
    """Of a numeric column, rising: where one bin ends and the next begins."""
    values: tuple[str, ...] = ()
    """Of a text column."""

    @property
    def count(self) -> int:
        """Bins, without the one of missing cells."""
        return len(self.cuts) + 1 if self.numeric else len(self.values) + 1


def bins(source: Source, name: str) -> Bins:
    """The bins that a reference draws for one column.

    Raises:
        UsageError: the column holds nothing plain.
    """
    column = _plain(source, name)
    if source.numeric(column):
        return Bins(name, True, _cuts(source, column))
    count = func.count().label("n")
    query = select(column.key.label("v"), count).where(~column.empty).group_by(column.key)
    found = source.ask(query.order_by(count.desc(), column.key).limit(VALUES + 1))
    return Bins(name, False, values=tuple(sorted({text(value) for value, _ in found[:VALUES]})))


def histogram(source: Source, cut: Bins) -> NDArray[np.int64]:
    """Rows per bin and, last, rows without a value; shape (bins + 1,).

    Raises:
        UsageError: the column is of another kind than in the reference, or holds what is no finite number.
    """
    import numpy as np

    column = _plain(source, cut.column)
    if cut.numeric and source.strange(column):
        raise UsageError(
            f"Column {quoted(cut.column)} of {quoted(source.name)} is of another kind than in the reference.",
            "Give both tables the same columns.",
        )
    counts = np.zeros(cut.count + 1, np.int64)
    if cut.numeric:
        number = column.number
        place = case((column.empty, null()), else_=column.band(cut.cuts))
        if source.ask(select(func.count()).where(number.in_([literal(math.inf), literal(-math.inf)])))[0][0]:
            raise UsageError(
                f"Column {quoted(cut.column)} holds infinite values.", "Clean the column, or leave it out."
            )
        for band, rows in source.ask(select(place.label("b"), func.count()).group_by(place)):
            counts[-1 if band is None else int(band)] += rows
        return counts
    known = {value: number for number, value in enumerate(cut.values)}
    listed = case((column.empty, null()), else_=column.key)
    for value, rows in source.ask(select(listed.label("v"), func.count()).group_by(listed)):
        counts[-1 if value is None else known.get(text(value), cut.count - 1)] += rows
    return counts


def _cuts(source: Source, column: Column) -> tuple[float, ...]:
    """The least value of each bin but the first, of :data:`BINS` bins with as many rows each."""
    number = column.number
    tile = func.ntile(BINS).over(order_by=number)
    ranked = select(number.label("x"), tile.label("t")).where(~column.empty, number <= literal(math.inf)).subquery()
    least = source.ask(select(ranked.c.t, func.min(ranked.c.x)).group_by(ranked.c.t).order_by(ranked.c.t))
    edges = sorted({float(x) for _, x in least})
    return tuple(edge for edge in edges[1:] if math.isfinite(edge))


def _plain(source: Source, name: str) -> Column:
    column = source.column(name)
    if column.kind == "other":
        raise UsageError(f"Column {quoted(name)} holds bytes or lists.", "Leave it out.")
    return column
