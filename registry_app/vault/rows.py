"""How folds write and rules read: plain rows of plain values, on either engine, with the positions they held between.

A table with ``since`` and ``until`` keeps its history: a row holds from the ledger position ``since`` up to, and not
including, ``until`` (``NULL``: it holds now). A table with ``since`` alone never changes a row.

Statements are composed once per table and column set and run on the driver's own cursor inside SQLAlchemy's
transaction: a point read costs 8 us this way, 136 us through Core, 272 us through the ORM.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Index, text
from sqlmodel import SQLModel

from registry_app.vault.sealed import Sealed, SealedType

Row = Mapping[str, Any]
Table = type[SQLModel]


def now_index(name: str, /, *columns: str) -> Index:
    """An index of the rows that hold now alone: to find one costs the same however many held before."""
    now = text("until IS NULL")
    return Index(name, *columns, sqlite_where=now, postgresql_where=now)


class Rows:
    """Rows of one transaction, as they stand now or as they stood after ledger position ``at``.

    Args:
        connection: an open transaction.
        at: read as of this ledger position; such rows cannot be written.
    """

    def __init__(self, connection: Connection, at: int | None = None) -> None:
        self.connection = connection
        self.at = at
        self.seq = -1
        """The ledger position that new rows hold from; set by whoever folds."""
        self._cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
        self._mark = "?" if connection.dialect.name == "sqlite" else "%s"

    def add(self, table: Table, /, **values: Any) -> None:
        """Insert one row; ``since`` is filled in."""
        if "since" in _columns(table):
            values.setdefault("since", self.seq)
        _refuse_unsealed(table, values)
        names = tuple(values)
        self._cursor.execute(_insert(table, names, self._mark), tuple(values.values()))

    def add_many(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert many rows with the same columns."""
        filled = [dict(row) for row in rows]
        if not filled:
            return
        if "since" in _columns(table):
            for row in filled:
                row.setdefault("since", self.seq)
        _refuse_unsealed(table, filled[0])
        names = tuple(filled[0])
        self._cursor.executemany(_insert(table, names, self._mark), [tuple(row[n] for n in names) for row in filled])

    def put(self, table: Table, key: Mapping[str, Any], /, **changes: Any) -> None:
        """Change columns of the rows that ``key`` names, in place (for tables that keep no history)."""
        _refuse_unsealed(table, changes)
        sql = _update(table, tuple(changes), tuple(key), self._mark)
        self._cursor.execute(sql, (*changes.values(), *key.values()))

    def end(self, table: Table, /, **key: Any) -> None:
        """Let the rows that hold now and match ``key`` hold no longer."""
        sql = _update(table, ("until",), tuple(key), self._mark) + " AND until IS NULL"
        self._cursor.execute(sql, (self.seq, *key.values()))

    def revise(self, table: Table, key: Mapping[str, Any], /, **changes: Any) -> None:
        """End the row that ``key`` names and let a copy with ``changes`` hold from here."""
        row = self.one(table, **key)
        if row is None:
            raise LookupError(f"{_name(table)} has no row {dict(key)!r}")
        if row["since"] == self.seq:
            self.put(table, {**key, "since": self.seq}, **changes)
            return
        self.end(table, **key)
        self.add(table, **{**row, **changes, "since": self.seq, "until": None})

    def one(self, table: Table, /, **equal: Any) -> Row | None:
        """The row that matches, or ``None``."""
        found = self._find(table, equal, limit=1)
        return found[0] if found else None

    def last(self, table: Table, column: str, /, **equal: Any) -> Row | None:
        """The row that matches with the greatest ``column``, or ``None``."""
        found = self._find(table, equal, limit=1, falling=column)
        return found[0] if found else None

    def all(self, table: Table, /, **equal: Any) -> list[Row]:
        """The rows that match, in the order of the primary key."""
        return self._find(table, equal, limit=None)

    def ever(self, table: Table, /, **equal: Any) -> bool:
        """Whether a row that matches holds now or ever held."""
        where = " AND ".join(f'"{name}" = {self._mark}' for name in equal)
        self._cursor.execute(f'SELECT 1 FROM "{_name(table)}" WHERE {where} LIMIT 1', tuple(equal.values()))
        return self._cursor.fetchone() is not None

    def among(self, table: Table, column: str, values: Collection[Any]) -> list[Row]:
        """The rows whose ``column`` is one of ``values`` (at most a few hundred), in no order."""
        if not values:
            return []
        names = _columns(table)
        terms = [f'"{column}" IN ({", ".join([self._mark] * len(values))})']
        given = list(values)
        if self.at is not None:
            terms += _past(table, self._mark)
            given += [self.at] * (len(_past(table, self._mark)))
        elif "until" in names:
            terms.append("until IS NULL")
        columns = ", ".join(f'"{name}"' for name in names)
        self._cursor.execute(f'SELECT {columns} FROM "{_name(table)}" WHERE {" AND ".join(terms)}', given)
        return [dict(zip(names, row, strict=True)) for row in self._cursor.fetchall()]

    def every(self, table: Table, /, **equal: Any) -> list[Row]:
        """The rows that match, whether they hold now or held once."""
        names = _columns(table)
        where = " AND ".join(f'"{name}" = {self._mark}' for name in equal)
        columns = ", ".join(f'"{name}"' for name in names)
        self._cursor.execute(f'SELECT {columns} FROM "{_name(table)}" WHERE {where}', tuple(equal.values()))
        return [dict(zip(names, row, strict=True)) for row in self._cursor.fetchall()]

    def _find(self, table: Table, equal: Mapping[str, Any], limit: int | None, falling: str = "") -> list[Row]:
        nulls = frozenset(name for name, value in equal.items() if value is None)
        sql = _select(table, tuple(equal), nulls, self.at is not None, limit, falling, self._mark)
        values: list[Any] = [value for value in equal.values() if value is not None]
        if self.at is not None:
            values += [self.at] * len(_past(table, self._mark))
        self._cursor.execute(sql, values)
        names = _columns(table)
        return [dict(zip(names, row, strict=True)) for row in self._cursor.fetchall()]


def _refuse_unsealed(table: Table, values: Mapping[str, Any]) -> None:
    for name in _sealed_columns(table):
        value = values.get(name)
        if value is not None and not isinstance(value, Sealed):
            raise TypeError(f"{_name(table)}.{name} takes sealed values only")


def _name(table: Table) -> str:
    return str(table.__table__.name)  # type: ignore[attr-defined]


@cache
def _columns(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.__table__.columns)  # type: ignore[attr-defined]


@cache
def _sealed_columns(table: Table) -> tuple[str, ...]:
    return tuple(c.name for c in table.__table__.columns if isinstance(c.type, SealedType))  # type: ignore[attr-defined]


@cache
def _insert(table: Table, names: tuple[str, ...], mark: str) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    return f'INSERT INTO "{_name(table)}" ({columns}) VALUES ({", ".join([mark] * len(names))})'


@cache
def _update(table: Table, names: tuple[str, ...], key: tuple[str, ...], mark: str) -> str:
    sets = ", ".join(f'"{name}" = {mark}' for name in names)
    where = " AND ".join(f'"{name}" = {mark}' for name in key)
    return f'UPDATE "{_name(table)}" SET {sets} WHERE {where}'


@cache
def _past(table: Table, mark: str) -> tuple[str, ...]:
    columns = _columns(table)
    began = (f"since <= {mark}",) if "since" in columns else ()
    return (*began, f"(until IS NULL OR until > {mark})") if "until" in columns else began


@cache
def _select(
    table: Table, names: tuple[str, ...], nulls: frozenset[str], past: bool, limit: int | None, falling: str, mark: str
) -> str:
    columns = _columns(table)
    terms = [f'"{name}" IS NULL' if name in nulls else f'"{name}" = {mark}' for name in names]
    if past:
        terms += _past(table, mark)
    elif "until" in columns:
        terms.append("until IS NULL")
    where = f" WHERE {' AND '.join(terms)}" if terms else ""
    key = ", ".join(f'"{c.name}"' for c in table.__table__.primary_key.columns)  # type: ignore[attr-defined]
    order = f'"{falling}" DESC' if falling else key
    tail = f" ORDER BY {order}" + (f" LIMIT {limit}" if limit else "")
    return f'SELECT {", ".join(f"{chr(34)}{c}{chr(34)}" for c in columns)} FROM "{_name(table)}"{where}{tail}'
