"""Rows that stand more than once, in one table or in two. Two tables are compared by MD5 of each row, which their engines take: it tells
rows apart by accident, not against somebody who makes them collide."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, cast, func, literal, select

from registry_app.errors import UsageError
from registry_app.measure.table.column import Column
from registry_app.measure.table.problem import quoted
from registry_app.measure.table.source import Source

MOST = 20_000_000
"""Different rows of a table that are compared with another."""


def repeated(source: Source, columns: list[Column]) -> int:
    """Rows that stand in the table already."""
    different = select(*(column.key.label(f"c{place}") for place, column in enumerate(columns))).distinct().subquery()
    return source.rows - int(source.ask(select(func.count()).select_from(different))[0][0])


def shared(source: Source, other: Source, names: list[str]) -> tuple[int, int]:
    """How many rows of ``source`` stand in ``other`` too, by the columns named, and how many different ones those are.

    Raises:
        UsageError: there are too many rows, or the engine of a table has no MD5 (SQLite).
    """
    theirs = set(_hashes(other, names))
    found = rows = 0
    for hashed, count in _hashes(source, names).items():
        if hashed in theirs:
            found += 1
            rows += count
    return rows, found


def _hashes(source: Source, names: list[str]) -> dict[bytes, int]:
    columns = [source.column(name) for name in names]
    parts = [func.coalesce(cast(column.sql, String), literal("\x02")) for column in columns]
    row: Any = func.md5(func.concat_ws("\x1f", *parts))
    counted: dict[bytes, int] = {}
    for hashed, count in source.ask(select(row.label("h"), func.count()).group_by(row).limit(MOST + 1)):
        counted[bytes.fromhex(hashed)] = int(count)
    if len(counted) > MOST:
        raise UsageError(f"{quoted(source.name)} has more than {MOST:,} rows.", "Compare a part of it.")
    return counted
