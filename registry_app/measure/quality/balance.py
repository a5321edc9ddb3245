"""The label by group: how many rows of each group have the positive outcome."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, literal, select

from registry_app.measure.cells.cells import Groups
from registry_app.measure.fairness.pooling import called, small
from registry_app.measure.result import share
from registry_app.measure.table.check import named
from registry_app.measure.table.column import Column, equals, text
from registry_app.measure.table.mapping import MISSING, Feature
from registry_app.measure.table.source import Source

MOST = 1_000
"""Groups of a feature."""


def balance(
    source: Source, feature: Feature, label: Column, positive: list[Any], below: int = 0
) -> list[dict[str, Any]]:
    """Rows and the share of the positive outcome, by the groups of one feature, in the order of their names.

    Args:
        below: groups with fewer rows are put together; 0 puts none together.
    """
    column = source.column(feature.column)
    hit = case((equals(label.key, positive), literal(1)), else_=literal(0))
    asked = select(column.key.label("v"), func.count(), func.sum(hit)).where(~label.empty).group_by(column.key)
    groups: dict[str, tuple[int, int]] = {}
    for value, rows, hits in source.ask(asked):
        name = named(feature, text(value)) if feature.cuts else text(value).strip() or MISSING
        before = groups.get(name, (0, 0))
        groups[name] = before[0] + int(rows), before[1] + int(hits)
    names = sorted(groups)
    held = Groups((feature.column,), tuple((name,) for name in names))
    for (name,) in sorted(small(held, [groups[name][0] for name in names], below)):
        rows, hits = groups.pop(name)
        before = groups.get(called(below), (0, 0))
        groups[called(below)] = before[0] + rows, before[1] + hits
    return [
        {"by": {feature.column: name}, "n": rows, "positive_rate": share(hits, rows, "the group has no rows")}
        for name, (rows, hits) in sorted(groups.items())[:MOST]
    ]
