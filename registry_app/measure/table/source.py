"""What every source can do, whatever keeps the rows, and the source that a text names."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Self

from registry_app.errors import Cancelled, UsageError
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.table.column import Column
from registry_app.measure.table.limits import Limits
from registry_app.measure.table.problem import Problem, quoted

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause, Select

Row = tuple[str | None, int | None, tuple[Any, ...]]
"""File, row as a spreadsheet counts, and values."""


TURN = 0.1
"""Seconds between two looks at whether the engine is to stop."""


class Source(ABC):
    """One table that counts itself. Close it, or use it in a ``with``."""

    name: str
    """What it is called in messages."""
    header: tuple[Column, ...]
    """Its columns; names may stand twice."""
    data: FromClause
    """The table that selects are made from."""
    limits: Limits
    """How much of it is read."""
    doubtful: bool = False
    """Whether it must be read row by row before a count of it is believed."""
    progress: Progress = SILENT
    """Hears how far the engine is, and is asked whether to go on."""
    _rows: int | None = None

    def column(self, name: str) -> Column:
        """The column of this name; :mod:`~registry_app.measure.table.check` has seen that there is one."""
        return next(column for column in self.header if column.name == name)

    def counted(self, rows: int) -> None:
        """Note how many rows a count found.

        Raises:
            UsageError: there are none, too many, or another number than the last time.
        """
        if rows == 0:
            raise UsageError(f"{quoted(self.name)} has a header and no rows.", "Give a table with rows.")
        if rows > self.limits.rows:
            raise UsageError(f"{quoted(self.name)} has more than {self.limits.rows:,} rows.", "Measure a part of it.")
        if self._rows not in (None, rows):
            raise self.changed()
        self._rows = rows

    def changed(self) -> UsageError:
        """The error for a table that something else writes to."""
        return UsageError(
            f"{quoted(self.name)} changed while it was being read.", "Wait until nothing writes to it, and try again."
        )

    @property
    def rows(self) -> int:
        """How many rows there are."""
        if self._rows is None:
            from sqlalchemy import func, select

            self.counted(int(self.ask(select(func.count()).select_from(self.data))[0][0]))
        return self._rows or 0

    def strange(self, column: Column) -> bool:
        """Whether a cell of the column holds something that is no number; a file or SQLite may keep numbers as text."""
        from sqlalchemy import func, select

        if column.kind != "text":
            return column.kind not in ("number", "truth")
        return bool(self.ask(select(func.count()).where(column.no_band()))[0][0])

    def numeric(self, column: Column) -> bool:
        """Whether there are values in the column and each is a number."""
        from sqlalchemy import func, select

        return not self.strange(column) and bool(self.ask(select(func.count(column.number)))[0][0])

    def extremes(self, values: Sequence[ColumnElement[float]]) -> list[tuple[float, float]]:
        """Of each the smallest distance from 0 that is not 0, and the largest; 0 where there is none. Nothing at all of an engine whose
        threads do not add in another order each time."""
        return []

    def described(self) -> dict[str, Any]:
        """As it stands in a result's ``data``: ``digest`` (64 hexadecimal digits), ``digest_of`` what, and ``rows``."""
        rows = self.rows
        return {"digest": self.digest, "digest_of": self.digest_of, "rows": rows}

    @property
    @abstractmethod
    def digest(self) -> str:
        """SHA-256 that names the content."""

    @property
    @abstractmethod
    def digest_of(self) -> str:
        """What the digest is taken of: ``file``, ``files``, ``columns`` or ``counts``."""

    @abstractmethod
    def ask(self, statement: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """The answer of the engine to an aggregate over :attr:`data`.

        Raises:
            UsageError: the table is broken or cannot be counted so.
            StorageError: the disk or the server failed.
        """

    @abstractmethod
    def listed(self, names: Sequence[str], where: ColumnElement[bool]) -> Iterator[Row | Problem]:
        """The rows for which ``where`` holds, or more of them, with the values of the named columns; and what breaks a row."""

    @abstractmethod
    def stream(self, columns: Sequence[ColumnElement[Any]], many: int) -> Iterator[list[tuple[Any, ...]]]:
        """The values of the expressions in every row, in the order of the table, at most ``many`` rows at a time.

        Nothing else may be asked before the last of them was taken.

        Raises:
            UsageError: the table is broken, or changed meanwhile.
            StorageError: the disk or the server failed.
        """

    @abstractmethod
    def interrupt(self) -> None:
        """End what the engine is doing; called from another thread."""

    def share(self) -> int:
        """How many hundredths of its work the engine has done; -1 where it cannot say."""
        return -1

    @contextmanager
    def working(self) -> Iterator[None]:
        """Around what the engine does: it is interrupted when :attr:`progress` says so.

        Raises:
            Cancelled: it was.
        """
        if self.progress is SILENT:
            yield
            return
        self.progress.step("counting")
        done, stopped = Event(), Event()
        watch = Thread(target=self._watch, args=(done, stopped), daemon=True)
        watch.start()
        try:
            yield
        except Exception as error:
            if stopped.is_set():
                raise Cancelled() from error
            raise
        finally:
            done.set()
            watch.join()
        if stopped.is_set():
            raise Cancelled()

    def _watch(self, done: Event, stopped: Event) -> None:
        while not done.wait(TURN):
            if self.progress.cancelled():
                stopped.set()
                self.interrupt()
            elif (share := self.share()) >= 0:
                self.progress.tell("counting", share, 100)

    @abstractmethod
    def close(self) -> None:
        """Let go of what it holds; it cannot be asked any more."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_source(name: str, limits: Limits | None = None, progress: Progress = SILENT) -> Source:
    """The table that ``name`` names: a CSV, gzipped CSV or Parquet file, a glob or a folder of Parquet files, or a database's URL
    with the table behind it (``postgresql://…/db#schema.table``, ``sqlite:///file.db#table``).

    Raises:
        Cancelled: ``progress`` said so.
        UsageError: there is no such table, or it is none.
        StorageError: the disk or the server failed.
    """
    if "://" in name:
        from registry_app.measure.table.warehouse import Warehouse

        return Warehouse(name, limits or Limits(), progress)
    from registry_app.measure.table.files import open_files

    return open_files(name, limits or Limits(), progress)
