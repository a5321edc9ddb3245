"""DuckDB with nothing but the table in reach: no extension, no network, no file but those named, no way to change that."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import column, func, literal, select, table
from sqlalchemy.dialects.postgresql.base import PGDialect

from registry_app.errors import StorageError, StorageFull, UsageError
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.table.column import Column, Kind
from registry_app.measure.table.limits import Limits
from registry_app.measure.table.problem import Problem, quoted
from registry_app.measure.table.source import Row, Source
from registry_app.text import harmless

if TYPE_CHECKING:
    import duckdb
    from sqlalchemy import ColumnElement, Select

_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
            "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL")  # fmt: skip
_NAMED = ("DATE", "TIME", "ENUM", "UUID")

FILE, ROW = "file", "row"
"""Columns of the view beside those of the table: where a row lies."""


class _Dialect(PGDialect):
    """DuckDB reads PostgreSQL's SQL."""

    name = "duckdb"
    supports_statement_cache = True


class DuckSource(Source):
    """A table that DuckDB counts: the view ``data`` with columns ``c0``, ``c1``, … (no name of the table stands in SQL)."""

    def __init__(self, name: str, limits: Limits, paths: Sequence[str] = (), progress: Progress = SILENT) -> None:
        self.name, self.limits, self.progress = name, limits, progress
        self._paths = paths
        self._scratch = tempfile.mkdtemp(prefix="registry-app-")
        self._swept = weakref.finalize(self, shutil.rmtree, self._scratch, True)
        self.connection = _connect(limits, paths, self._scratch)
        self._dialect = _Dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
        self._extremes: dict[str, list[tuple[float, float]]] = {}

    def columns(self, names: Sequence[str], kinds: Sequence[Kind]) -> None:
        """Say what the columns of the view are."""
        places = [f"c{place}" for place in range(len(names))]
        data = table("data", *(column(place) for place in places))
        self.data = data
        self.header = tuple(
            Column(name, kind, data.c[place]) for name, kind, place in zip(names, kinds, places, strict=True)
        )

    def run(self, sql: str, parameters: object = None) -> list[tuple[Any, ...]]:
        """All rows of the answer; DuckDB's errors become ours."""
        import duckdb

        try:
            with self.working():
                return self.connection.execute(sql, parameters).fetchall()
        except duckdb.Error as error:
            raise self.said(error) from error

    def ask(self, statement: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return self.run(*self.compiled(statement))

    def extremes(self, values: Sequence[ColumnElement[float]]) -> list[tuple[float, float]]:
        far = [func.abs(each) for each in values]
        ends = [end for each in far for end in (func.min(func.nullif(each, literal(0.0))), func.max(each))]
        statement = select(*ends).select_from(self.data)
        asked = repr(self.compiled(statement))
        if asked not in self._extremes:
            found = [float(each or 0) for each in self.ask(statement)[0]]
            self._extremes[asked] = list(zip(found[::2], found[1::2], strict=True))
        return self._extremes[asked]

    def compiled(self, statement: Select[*tuple[Any, ...]]) -> tuple[str, list[Any]]:
        """SQL with ``$1``, ``$2``, … and the values for them."""
        compiled = statement.compile(dialect=self._dialect)
        return str(compiled), [compiled.params[name] for name in compiled.positiontup or ()]

    def listed(self, names: Sequence[str], where: ColumnElement[bool]) -> Iterator[Row | Problem]:
        places: tuple[ColumnElement[Any], ...] = (column(FILE), column(ROW))
        values = (self.column(name).key for name in names)
        statement = select(*places, *values).select_from(self.data).where(where).order_by(*places)
        for some in self._fetched(statement.limit(self.limits.problems), 1_000):
            for file, row, *rest in some:
                yield file, row + 2, tuple(rest)

    def stream(self, columns: Sequence[ColumnElement[Any]], many: int) -> Iterator[list[tuple[Any, ...]]]:
        named = (each.label(f"v{place}") for place, each in enumerate(columns))
        return self._fetched(select(*named).select_from(self.data), many)

    def _fetched(self, statement: Select[*tuple[Any, ...]], many: int) -> Iterator[list[tuple[Any, ...]]]:
        import duckdb

        try:
            answer = self.connection.execute(*self.compiled(statement))
            while True:
                with self.working():
                    some = answer.fetchmany(many)
                if not some:
                    return
                yield some
        except duckdb.Error as error:
            raise self.said(error) from error

    def interrupt(self) -> None:
        self.connection.interrupt()

    def share(self) -> int:
        return min(100, int(self.connection.query_progress()))

    def said(self, error: duckdb.Error) -> UsageError | StorageError:
        """Our error for one of DuckDB's."""
        import duckdb

        first = harmless(str(error).partition("\n")[0])
        for path in self._paths:
            first = first.replace(path, os.path.basename(path))
        first = first.partition(": ")[2][:200].rstrip(". ") or type(error).__name__
        if isinstance(error, duckdb.OutOfMemoryException):
            return StorageFull(
                f"{quoted(self.name)} takes more memory or disk to count than is allowed.",
                "Measure fewer columns at once.",
            )
        if "Could not read" in first or "I/O" in first:
            return StorageError(f"{quoted(self.name)} cannot be read: {first}.", "Check the file and the disk.")
        return UsageError(f"{quoted(self.name)} cannot be read: {first}.", "Write the table again, and measure that.")

    def close(self) -> None:
        self.connection.close()
        self._swept()


def kind(described: str) -> Kind:
    """What a column of one of DuckDB's types holds."""
    name = described.partition("(")[0].partition(" ")[0]
    if described.endswith("]"):
        return "other"
    if name == "BOOLEAN":
        return "truth"
    if name in _NUMBERS:
        return "number"
    if name.startswith(_NAMED):
        return "named"
    return "text" if name == "VARCHAR" else "other"


def _connect(limits: Limits, paths: Sequence[str], scratch: str) -> duckdb.DuckDBPyConnection:
    import duckdb

    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    connection = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "python_enable_replacements": "false",
            "memory_limit": f"{limits.memory}B",
            "max_temp_directory_size": f"{limits.disk}B",
            "temp_directory": scratch,
            "threads": str(threads),
        },
    )
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    connection.execute(f"SET allowed_paths = [{', '.join(map(quote, paths))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def quote(value: str) -> str:
    """A text as SQL writes it, for where no parameter can stand."""
    return "'" + value.replace("'", "''") + "'"
