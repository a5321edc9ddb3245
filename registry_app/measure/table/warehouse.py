"""A table of a PostgreSQL or SQLite database. The server counts it; no row of it is fetched but those that are wrong.

Everything is asked in one transaction that can only read and sees one state of the table. A table of a server has no bytes to hash: it is
named by the SHA-256 of the counts that were taken from it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, inspect, make_url, select, table, types
from sqlalchemy import column as place
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.sql import quoted_name

from registry_app.errors import AuthenticationError, RegistryError, StorageCut, UsageError
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.table.column import Column, Kind
from registry_app.measure.table.limits import Limits
from registry_app.measure.table.problem import Problem, quoted
from registry_app.measure.table.source import Row, Source
from registry_app.text import harmless
from registry_app.vault import digest

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

_FORM = "Write it as postgresql://USER@HOST/DATABASE#SCHEMA.TABLE or sqlite:///FILE#TABLE."


class Warehouse(Source):
    """One table or view of a database.

    Args:
        url: the database, and after ``#`` the table, with its schema or without.

    Raises:
        UsageError: the URL cannot be read, names no table, or its driver is not installed; the error does not repeat it.
        AuthenticationError: the server does not let this user in.
        StorageCut: there is no server.
    """

    digest_of = "counts"

    def __init__(self, url: str, limits: Limits, progress: Progress = SILENT) -> None:
        address, _, named = url.partition("#")
        schema, _, name = named.rpartition(".")
        self.name, self.limits, self.progress = named, limits, progress
        self._counts: list[str] = []
        self._engine = _engine(address)
        if not name:
            raise UsageError("The database's URL names no table.", _FORM)
        try:
            self._connection = _began(self._engine)
            self._describe(name, schema or None)
        except (SQLAlchemyError, RegistryError) as error:
            self._engine.dispose()
            raise self._said(error) from None

    def _describe(self, name: str, schema: str | None) -> None:
        found = inspect(self._connection)
        if name not in (*found.get_table_names(schema), *found.get_view_names(schema)):
            raise UsageError(
                f"There is no table {quoted(self.name)} in the database.", "Check its name, or the rights."
            )
        columns = found.get_columns(name, schema)
        if len(columns) > self.limits.columns:
            raise UsageError(
                f"{quoted(self.name)} has more than {self.limits.columns:,} columns.", "Make a view of it."
            )
        data = table(
            quoted_name(name, True),
            *(place(quoted_name(each["name"], True)) for each in columns),
            schema=quoted_name(schema, True) if schema else None,
        )
        self.data = data
        self.header = tuple(Column(each["name"], self._kind(each["type"]), data.c[each["name"]]) for each in columns)

    def _kind(self, described: types.TypeEngine[Any]) -> Kind:
        if self._engine.dialect.name == "sqlite":
            return "text"  # whatever was declared, a cell holds what was put there
        if isinstance(described, types.Boolean):
            return "truth"
        if isinstance(described, (types.Integer, types.Numeric, types.Float)):
            return "number"
        if isinstance(described, (types.Date, types.DateTime, types.Time, types.Enum, types.Uuid)):
            return "named"
        return "text" if isinstance(described, types.String) else "other"

    @property
    def digest(self) -> str:
        """Of what was counted so far, numbers to nine digits, whatever the order of the server's answers."""
        return digest.sha256_hex("\n".join(sorted(self._counts)).encode())

    def ask(self, statement: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        answer = self._fetched(statement)
        self._counts += [_line(row) for row in answer]
        return answer

    def _fetched(self, statement: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        try:
            with self.working(), self._connection.begin_nested():
                return [tuple(row) for row in self._connection.execute(statement)]
        except SQLAlchemyError as error:
            raise self._said(error) from None

    def listed(self, names: Sequence[str], where: ColumnElement[bool]) -> Iterator[Row | Problem]:
        values = [self.column(name).key for name in names]
        statement = select(*values).select_from(self.data).where(where).limit(self.limits.problems)
        for row in self._fetched(statement):
            yield None, None, row

    def stream(self, columns: Sequence[ColumnElement[Any]], many: int) -> Iterator[list[tuple[Any, ...]]]:
        named = (each.label(f"v{place}") for place, each in enumerate(columns))
        statement = select(*named).select_from(self.data)
        try:
            with self.working():
                answer = self._connection.execute(statement, execution_options={"stream_results": True})
            parts = answer.partitions(many)
            while True:
                with self.working():
                    some = next(parts, None)
                if some is None:
                    return
                yield [tuple(row) for row in some]
        except SQLAlchemyError as error:
            raise self._said(error) from None

    def interrupt(self) -> None:
        driver: Any = self._connection.connection.dbapi_connection
        (driver.cancel if self._engine.dialect.name == "postgresql" else driver.interrupt)()

    def _said(self, error: Exception) -> RegistryError:
        """Our error for one of the driver's. What a driver says may repeat an address, never here a password."""
        if isinstance(error, RegistryError):
            return error
        driver = getattr(error, "orig", None) or error
        state = str(getattr(driver, "sqlstate", None) or "")
        diagnosis = getattr(driver, "diag", None)
        said = str(getattr(diagnosis, "message_primary", None) or driver).partition("\n")[0]
        secret = self._engine.url.password
        said = harmless(said.replace(secret, "***") if secret else said)[:200].rstrip(".")
        if state.startswith("28") or "authentication failed" in said or "no password supplied" in said:
            return AuthenticationError(
                "The PostgreSQL server does not let this user in.",
                "Check the user and password of the URL, or PGPASSWORD.",
            )
        if state.startswith(("08", "57P")) or (not state and "connection" in said):
            return StorageCut(
                "There is no connection to the PostgreSQL server, or it broke.",
                "Check the server and the network, and try again.",
            )
        return UsageError(f"The database cannot count {quoted(self.name)}: {said}.", "Check the table and the mapping.")

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()


def _engine(address: str) -> Engine:
    try:
        url = make_url(address)
        if url.get_backend_name() == "postgresql":
            import psycopg  # noqa: F401

            return create_engine(
                url.set(drivername="postgresql+psycopg"),
                hide_parameters=True,
                poolclass=NullPool,
                isolation_level="REPEATABLE READ",
            )
    except ImportError:
        raise UsageError(
            "The driver for PostgreSQL is not installed.", "Install it: pip install 'registry-app[postgres]'."
        ) from None
    except (ArgumentError, ValueError):
        raise UsageError("The database's URL cannot be read.", _FORM) from None
    if url.get_backend_name() != "sqlite" or not url.database:
        raise UsageError("The database is neither PostgreSQL nor SQLite.", _FORM)
    return _sqlite(url)


def _sqlite(url: URL) -> Engine:
    path = os.path.abspath(url.database or "")
    if not os.path.isfile(path):
        raise UsageError(f"There is no file {quoted(path)}.", "Check the path and try again.")

    def connect() -> Any:
        import sqlite3

        connection = sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True, isolation_level=None)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        return connection

    return create_engine("sqlite://", creator=connect, hide_parameters=True, poolclass=NullPool)


def _began(engine: Engine) -> Connection:
    if engine.dialect.name == "postgresql":
        return engine.connect().execution_options(postgresql_readonly=True)
    connection = engine.connect()
    connection.exec_driver_sql("BEGIN")
    return connection


def _line(row: Sequence[Any]) -> str:
    return repr([f"{value:.9g}" if isinstance(value, float) else str(value) for value in row])
