"""A CSV file row by row, in Python: for its header, and to say where it is broken. Counting is DuckDB's."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator
from typing import IO, cast

from registry_app.errors import UsageError
from registry_app.measure.table.limits import Limits
from registry_app.measure.table.problem import Problem, quoted

PACKED = b"\x1f\x8b"
"""How a gzip file begins."""


def unpacked(name: str, file: IO[bytes]) -> IO[bytes]:
    """The content of a CSV file; gzip is told by its first bytes, not by the file's name."""
    file.seek(0)
    packed = file.read(2) == PACKED
    file.seek(0)
    return cast(IO[bytes], gzip.GzipFile(fileobj=file)) if packed else file


def broken(name: str) -> UsageError:
    """The error for half a gzip file."""
    return UsageError(f"{quoted(name)} is not a whole gzip file.", "Compress the table again.")


def header(name: str, file: IO[bytes], limits: Limits) -> list[str]:
    """The names of the columns.

    Raises:
        UsageError: there are none, too many, or the first row is not CSV.
    """
    first = next(rows(name, file, limits, header=True), None)
    if first is None:
        raise UsageError(f"{quoted(name)} is empty.", "Give a table with a header row and rows.")
    if isinstance(first, Problem):
        raise UsageError(f"{quoted(name)} is no CSV file: {first.text()}.", "Save the table as CSV in UTF-8.")
    names = first[1]
    if not any(cell.strip() for cell in names):
        raise UsageError(f"{quoted(name)} is empty.", "Give a table with a header row and rows.")
    if any("\n" in cell or "\r" in cell for cell in names):
        raise UsageError(f"{quoted(name)} has a line break in the name of a column.", "Take it out of the header.")
    if len(names) > limits.columns:
        raise UsageError(
            f"{quoted(name)} has more than {limits.columns:,} columns.", "Keep only those that are measured."
        )
    return names


def rows(
    name: str, file: IO[bytes], limits: Limits, *, header: bool = False
) -> Iterator[tuple[int, list[str]] | Problem]:
    """Each row with its number, and each problem of encoding and shape. Blank rows at the end are no rows.

    Args:
        header: begin with the header, not behind it.
    """
    waiting: list[Problem] = []
    reader = csv.reader(_lines(name, unpacked(name, file), waiting, limits), strict=True)
    width, blank = 0, list[int]()
    try:
        for row, cells in enumerate(reader, start=1):
            yield from waiting
            waiting.clear()
            if row == 1:
                width = len(cells)
                if header:
                    yield row, cells
                continue
            if not cells:
                blank.append(row)
                continue
            yield from (Problem(each, None, "the row is blank") for each in blank)
            blank.clear()
            if len(cells) != width:
                yield Problem(row, None, f"there are {len(cells)} cells, not {width}")
            else:
                yield row, cells
    except csv.Error as error:
        yield from waiting
        yield Problem(reader.line_num, None, f"the row is not CSV ({error})")
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise broken(name) from error


def _lines(name: str, stream: IO[bytes], problems: list[Problem], limits: Limits) -> Iterator[str]:
    """Decoded lines; one that is not UTF-8 is a problem of its row, and is read on with replacement characters."""
    row = 0
    while line := stream.readline(limits.line + 1):
        row += 1
        if len(line) > limits.line:
            raise UsageError(
                f"Row {row} of {quoted(name)} is longer than {limits.line:,} bytes.", "Check that this is a CSV file."
            )
        if row == 1 and line.startswith(b"\xef\xbb\xbf"):
            line = line[3:]
        try:
            decoded = line.decode("utf-8")
            if "\0" in decoded:
                problems.append(Problem(row, None, f"byte {line.index(0) + 1} is a NUL: save the table as UTF-8"))
            yield decoded
        except UnicodeDecodeError as error:
            problems.append(Problem(row, None, f"byte {error.start + 1} is not UTF-8: save the table as UTF-8"))
            yield line.decode("utf-8", errors="replace")
