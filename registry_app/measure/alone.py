"""Groups of few people that a document tells of by themselves: what must not leave a registry unless somebody chose it.

The document may be anybody's: what is of no form tells of nobody here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from registry_app.measure.fairness.pooling import called

_SETS = (("groups", "n"), ("four_fifths", "n"), ("bias_audit", "applicants"), ("balance", "n"))
"""Parts of a result that tell of groups, and where each says how many rows it has."""


def below(parameters: Mapping[str, Any]) -> int | None:
    """Groups with fewer rows are put together; 0 where each may be told of by itself, ``None`` where nothing is said."""
    said = parameters.get("hidden_below")
    return said if type(said) is int and (said == 0 or said > 1) else None


def told_alone(parameters: Mapping[str, Any], result: Mapping[str, Any], unless: int) -> int | None:
    """The rows of the smallest group that is told of by itself and has too few for it; ``None`` where there is none.

    Args:
        parameters: of the document.
        result: its numbers, of any kind.
        unless: groups with fewer rows are too small where ``parameters`` say nothing.
    """
    size = below(parameters)
    size = unless if size is None else size
    return min((rows for names, rows in _groups(result) if rows < size and called(size) not in names), default=None)


def _groups(block: Mapping[str, Any]) -> Iterator[tuple[list[Any], int]]:
    """Names and rows of each group, of each stratum, and of the groups within it."""
    for part, count in _SETS:
        for each in _objects(block.get(part)):
            yield from _group(each, count)
            for inner in (*_objects(each.get("groups")), *_objects(each.get("rows"))):
                yield from _group(inner, count)
    for stratum in _objects(block.get("within")):
        named = stratum.get("within")
        if isinstance(named, dict) and type(stratum.get("n")) is int:
            yield list(named.values()), stratum["n"]
        yield from _groups({part: stratum.get(part) for part, _ in _SETS})


def _group(each: Mapping[str, Any], count: str) -> Iterator[tuple[list[Any], int]]:
    by, rows = each.get("by"), each.get(count)
    if type(rows) is int:
        yield (list(by.values()) if isinstance(by, dict) else [each.get("group")]), rows


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
