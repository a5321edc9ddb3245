"""Small tables to measure, from how many rows are of which kind."""

from __future__ import annotations

from typing import Any

from registry_app.measure.fairness.document import fairness
from registry_app.measure.result import Result
from registry_app.measure.table.mapping import Feature, Mapping
from registry_app.measure.table.memory import Memory


def measured(
    columns: dict[str, Any], *sensitive: str, seed: int = 1, more: dict[str, Any] | None = None, **said: Any
) -> Result:
    """The fairness of ``columns``: label ``y``, prediction ``p`` of 0 and 1, unless ``said`` otherwise."""
    given: dict[str, Any] = {"label": "y", "positive": "1", "prediction": "p"} | said
    mapping = Mapping(sensitive=tuple(Feature.parse(name) for name in sensitive), **given)
    with Memory(columns, mapping.columns) as source:
        return fairness(source, mapping, seed, **(more or {}))


def selected(*groups: tuple[str, int, int]) -> dict[str, list[Any]]:
    """Groups by name, rows and how many of them are selected; labels alternate."""
    rows = [(place % 2, int(place < hits), name) for name, n, hits in groups for place in range(n)]
    return {"y": [row[0] for row in rows], "p": [row[1] for row in rows], "g": [row[2] for row in rows]}


def group(result: Result, **by: str) -> dict[str, Any]:
    return next(each for each in result.result["groups"] if each["by"] == by)


def disparity(result: Result, metric: str, *by: str) -> dict[str, Any]:
    return next(each for each in result.result["disparities"] if each["metric"] == metric and each["by"] == list(by))
