"""Each column alone: missing cells, values, and how much it says about the label.

How much a number says alone is the area under its ROC curve, by mid-ranks, whichever way it points (0.5 to 1); how much a text says is
Cramér's V with Bergsma's correction (2013), 0 to 1. A column that says nearly all was often written after the label was known.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, literal, null, or_, select

from registry_app.measure.result import Undefined, decimal_text, share
from registry_app.measure.table.column import Column, equals, text
from registry_app.measure.table.source import Source

VALUES = 1_000
"""Values up to which a text column is compared with the label."""

_ALONE = "a column of text with more than 1,000 values says nothing in general"


def described(source: Source, column: Column) -> dict[str, Any]:
    """Missing cells and the number of values."""
    present = case((column.empty, null()), else_=column.key)
    missing, values = source.ask(
        select(func.count() - func.count(present), func.count(present.distinct())).select_from(source.data)
    )[0]
    return {
        "column": column.name,
        "kind": column.kind,
        "missing": share(int(missing), source.rows, "the table has no rows"),
        "values": int(values),
    }


def says(source: Source, column: Column, label: Column, positive: list[Any]) -> dict[str, Any]:
    """How much ``column`` alone says about the label, over the rows where both have a value.

    Args:
        positive: the label's values, as the engine gives them, that are the positive outcome.
    """
    hit = case((equals(label.key, positive), literal(1)), else_=literal(0))
    both = ~or_(column.empty, label.empty)
    if source.numeric(column):
        return _area(source, column, hit, both)
    present = source.ask(select(func.count(column.key.distinct())).where(both))[0][0]
    if present > VALUES:
        return {"measure": "cramers_v"} | Undefined(_ALONE, int(present)).encoded()
    counted = source.ask(select(column.key.label("v"), func.count(), func.sum(hit)).where(both).group_by(column.key))
    return {"measure": "cramers_v"} | _cramer([(int(n) - int(hits), int(hits)) for _, n, hits in counted])


def positives(source: Source, label: Column, positive: str) -> list[Any]:
    """The values of the label, as the engine gives them, whose name is ``positive``."""
    found = source.ask(select(label.key.label("v")).where(~label.empty).group_by(label.key).limit(VALUES))
    return [value for (value,) in found if text(value) == positive]


def _area(source: Source, column: Column, hit: Any, both: Any) -> dict[str, Any]:
    by_value = (
        select(column.number.label("x"), func.count().label("n"), func.sum(hit).label("h"))
        .where(both, column.number.is_not(None))
        .group_by(column.number)
        .subquery()
    )
    c = by_value.c
    below = func.sum(c.n - c.h).over(order_by=c.x)
    ranked = select(c.n.label("n"), c.h.label("h"), below.label("below")).subquery()
    r = ranked.c
    wins = func.sum(r.h * (r.below - (r.n - r.h) * 0.5))
    rows, hits, won = source.ask(select(func.sum(r.n), func.sum(r.h), wins))[0]
    rows, hits = int(rows or 0), int(hits or 0)
    if not hits or hits == rows:
        return {"measure": "auc"} | Undefined("its rows have one class", rows).encoded()
    area = float(won) / (hits * (rows - hits))
    return {"measure": "auc", "value": decimal_text(max(area, 1 - area))}


def _cramer(table: list[tuple[int, int]]) -> dict[str, Any]:
    import numpy as np

    counts = np.array(table, dtype=float).reshape(-1, 2)
    rows, (high, wide) = counts.sum(), counts.shape
    if high < 2 or not counts.sum(axis=0).all():
        return Undefined("there is one value, or one class", int(rows)).encoded()
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0, keepdims=True) / rows
    square = float(((counts - expected) ** 2 / expected).sum()) / rows
    corrected = max(0.0, square - (high - 1) * (wide - 1) / (rows - 1))
    sides = [side - (side - 1) ** 2 / (rows - 1) for side in (high, wide)]
    if min(sides) <= 1:
        return Undefined("there are as many values as rows", int(rows)).encoded()
    return {"value": decimal_text(min(1.0, (corrected / (min(sides) - 1)) ** 0.5))}
