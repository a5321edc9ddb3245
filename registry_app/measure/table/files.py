"""Tables in files: CSV, gzipped CSV, and Parquet, one or many.

Each file is hashed before it is counted, and looked at again after each count: one that changed meanwhile is refused.
"""

from __future__ import annotations

import glob
import gzip
import os
import re
import stat
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from sqlalchemy import false

from registry_app.errors import StorageError, UsageError
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.table import lines
from registry_app.measure.table.duck import DuckSource, kind, quote
from registry_app.measure.table.limits import Limits
from registry_app.measure.table.problem import Problem, quoted, refuse
from registry_app.measure.table.source import Row
from registry_app.vault import digest

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

_PARQUET = b"PAR1"
_BLANK = re.compile(rb"\n\r?\n[^\r\n]")
_PIECE = 1 << 20

State = tuple[int, int, int, int, int]


class Files(DuckSource):
    """One file, or several that are one table."""

    digest = ""
    digest_of = ""

    def __init__(self, name: str, paths: Sequence[str], limits: Limits, progress: Progress = SILENT) -> None:
        self._states, hashes = {}, []
        for path in paths:
            with opened(path) as file:
                self._states[path] = _state(file)
                hashes.append(_hashed(file, progress))
        self.digest_of = "file" if len(paths) == 1 else "files"
        self.digest = hashes[0] if len(paths) == 1 else _manifest(paths, self._states, hashes)
        super().__init__(name, limits, paths, progress)

    _states: dict[str, State]

    def ask(self, statement: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        answer = super().ask(statement)
        self.unchanged()
        return answer

    def stream(self, columns: Sequence[ColumnElement[Any]], many: int) -> Iterator[list[tuple[Any, ...]]]:
        yield from super().stream(columns, many)
        self.unchanged()

    def unchanged(self) -> None:
        """Refuse a file that is not as it was when it was hashed."""
        for path, state in self._states.items():
            with opened(path) as file:
                if _state(file) != state:
                    raise self.changed()


class Csv(Files):
    """One CSV file, packed with gzip or not. All its values are texts."""

    def __init__(self, name: str, path: str, limits: Limits, progress: Progress = SILENT) -> None:
        with opened(path) as file:
            names = lines.header(name, file, limits)
            self.doubtful, self._lines = _looked_through(name, file, limits, progress)
            packed = lines.unpacked(name, file) is not file
        super().__init__(name, [path], limits, progress)
        self._path = path
        columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(names)))
        self.run(
            f"CREATE VIEW data AS SELECT * FROM read_csv({quote(path)}, auto_detect = false, header = true, delim = ',', "
            f"quote = '\"', escape = '\"', comment = '', nullstr = '', strict_mode = true, columns = {{{columns}}}, "
            f"max_line_size = {limits.line}, compression = '{'gzip' if packed else 'none'}')"
        )
        self.columns(names, ["text"] * len(names))

    def counted(self, rows: int) -> None:
        """Besides: a count that is not that of the lines is believed only when reading row by row gives the same, for DuckDB takes the
        kind of the line breaks from the first one and may lose rows that end in another."""
        super().counted(rows)
        if rows == self._lines - 1:
            return
        found = [row if isinstance(row, Problem) else None for row in self.listed([], false())]
        refuse(self.name, [problem for problem in found if problem is not None][: self.limits.problems])
        if len(found) != rows:
            raise UsageError(f"{quoted(self.name)} has line breaks of several kinds.", "Save the table with one kind.")
        self._lines = rows + 1

    def listed(self, names: Sequence[str], where: ColumnElement[bool]) -> Iterator[Row | Problem]:
        header = [column.name for column in self.header]
        places = [header.index(name) for name in names]
        with opened(self._path) as file:
            for each in lines.rows(self.name, file, self.limits):
                if isinstance(each, Problem):
                    yield each
                else:
                    row, cells = each
                    yield None, row, tuple(cells[place] for place in places)
        self.unchanged()


class Parquet(Files):
    """Parquet files with the same columns."""

    def __init__(self, name: str, paths: Sequence[str], limits: Limits, progress: Progress = SILENT) -> None:
        super().__init__(name, paths, limits, progress)
        many = f"[{', '.join(map(quote, paths))}]"
        schemas: dict[str, list[tuple[Any, ...]]] = {}
        for file, *rest in self.run(
            "SELECT file_name, name, type, converted_type, logical_type, num_children, repetition_type IS NOT DISTINCT FROM "
            f"'REPEATED', scale, precision FROM parquet_schema({many})"
        ):
            schemas.setdefault(file, []).append(tuple(rest))
        names = _top(schemas[paths[0]])
        for path in paths[1:]:
            if schemas[path][1:] != schemas[paths[0]][1:]:
                raise UsageError(
                    f"{quoted(os.path.basename(path))} has other columns, or of other types, than "
                    f"{quoted(os.path.basename(paths[0]))}.",
                    "Measure files that were written alike.",
                )
        if len(names) > limits.columns:
            raise UsageError(
                f"{quoted(name)} has more than {limits.columns:,} columns.", "Keep only those that are measured."
            )
        read = f"read_parquet({many}, hive_partitioning = false, union_by_name = false)"
        kinds = [kind(described) for _, described, *_ in self.run(f"DESCRIBE SELECT * FROM {read}")]
        columns = ", ".join(f"c{place}" for place in range(len(names)))
        self.run(
            f"CREATE VIEW data({columns}, row, file) AS SELECT * FROM read_parquet({many}, hive_partitioning = false, "
            f"union_by_name = false, file_row_number = true, filename = true)"
        )
        self.columns(names, kinds)

    def listed(self, names: Sequence[str], where: ColumnElement[bool]) -> Iterator[Row | Problem]:
        for each in super().listed(names, where):
            if isinstance(each, Problem):
                yield each
            else:
                file, row, values = each
                yield None if len(self._paths) == 1 else os.path.basename(file or ""), row, values


def open_files(name: str, limits: Limits, progress: Progress = SILENT) -> Files:
    """The table in the file, the glob or the folder that ``name`` names. What a file is, its first bytes tell.

    Raises:
        UsageError: there is none, it is no plain file, or it is broken.
        StorageError: the operating system could not read it.
    """
    paths = _paths(name, limits)
    called = os.path.basename(name.rstrip("/")) or name
    if any("\n" in path or "\0" in path for path in paths):
        raise UsageError(f"The name {quoted(called)} cannot be used.", "Rename the file, and try again.")
    packed = []
    for path in paths:
        with opened(path) as file:
            packed.append(file.read(4) == _PARQUET)
    if all(packed):
        return Parquet(called, paths, limits, progress)
    if len(paths) > 1:
        odd = os.path.basename(paths[packed.index(False)])
        raise UsageError(f"{quoted(odd)} is no Parquet file.", "Name one CSV file, or Parquet files alone.")
    return Csv(called, paths[0], limits, progress)


def _paths(name: str, limits: Limits) -> list[str]:
    try:
        if os.path.isdir(name):
            found = sorted(glob.glob(os.path.join(glob.escape(name), "**", "*.parquet"), recursive=True))
        elif os.path.lexists(name):
            found = [name]
        else:
            found = sorted(glob.glob(name, recursive=True))
    except ValueError:
        found = []
    if not found:
        raise UsageError(f"There is no file {quoted(name)}.", "Check the path and try again.")
    if len(found) > limits.files:
        raise UsageError(f"{quoted(name)} is more than {limits.files:,} files.", "Measure a part of them.")
    return [os.path.abspath(path) for path in found]


@contextmanager
def opened(path: str) -> Iterator[IO[bytes]]:
    """A plain file to read, neither a link, a folder, a pipe nor a device; what goes wrong is said in our words."""
    name = os.path.basename(path) or path
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise UsageError(f"{quoted(name)} is not a file.", "Name a CSV or Parquet file itself, not a link to it.")
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with open(handle, "rb") as file:
            yield file
    except (FileNotFoundError, ValueError) as error:
        raise UsageError(f"There is no file {quoted(path)}.", "Check the path and try again.") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise lines.broken(name) from error
    except OSError as error:
        raise StorageError(
            f"{quoted(name)} cannot be read: {error.strerror}.", "Check the file and the disk."
        ) from error


def _state(file: IO[bytes]) -> State:
    found = os.fstat(file.fileno())
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _hashed(file: IO[bytes], progress: Progress) -> str:
    running = digest.Running()
    while piece := file.read(_PIECE):
        progress.step("reading")
        running.update(piece)
    return running.hex()


def _manifest(paths: Sequence[str], states: dict[str, State], hashes: Sequence[str]) -> str:
    """SHA-256 over a line ``<sha256> <bytes> <name>`` for each file, in the order of the lines."""
    made = sorted(
        f"{sha256} {states[path][2]} {os.path.basename(path)}\n" for path, sha256 in zip(paths, hashes, strict=True)
    )
    return digest.sha256_hex("".join(made).encode("utf-8", "surrogateescape"))


def _looked_through(name: str, file: IO[bytes], limits: Limits, progress: Progress) -> tuple[bool, int]:
    """Whether a NUL or a blank line before the end stands in a CSV file, and how many lines it has.

    Raises:
        UsageError: it unpacks to more than is read.
    """
    stream, total, breaks, last, doubtful = lines.unpacked(name, file), 0, 0, b"", False
    while piece := stream.read(_PIECE):
        progress.step("reading")
        total += len(piece)
        if total > limits.content:
            raise UsageError(
                f"{quoted(name)} holds more than {limits.content:,} bytes.", "Measure a part of it, or raise the limit."
            )
        breaks += piece.count(b"\n")
        whole = last + piece
        if not doubtful and (b"\0" in piece or b"\n\n" in whole or b"\n\r\n" in whole):
            doubtful = b"\0" in piece or _BLANK.search(whole) is not None
        last = whole[-3:]
    return doubtful, breaks + (not last.endswith(b"\n"))


def _top(schema: Sequence[tuple[Any, ...]]) -> list[str]:
    """Names of the columns at the top of a Parquet schema, which lists its tree depth first."""
    names: list[str] = []
    open_branches = [schema[0][4] or 0]
    for name, _, _, _, children, *_ in schema[1:]:
        while open_branches and open_branches[-1] == 0:
            open_branches.pop()
        if len(open_branches) == 1:
            names.append(name)
        open_branches[-1] -= 1
        if children:
            open_branches.append(children)
    return names
