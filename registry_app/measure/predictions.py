"""A table of predictions for a binary task: read, checked wholly, and kept as arrays.

Read from CSV or gzipped CSV (UTF-8, a header row, commas), or from columns in memory. What is wrong is listed at once.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import os
import stat
import zlib
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Columns
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from registry_app.errors import StorageError, UsageError
from registry_app.measure import quality
from registry_app.measure.quality import Problem, quoted
from registry_app.measure.result import decimal_text
from registry_app.vault import digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MISSING_GROUP = "(missing)"
"""The group of the rows whose cell for a sensitive feature is empty; they are counted, never dropped."""


@dataclass(frozen=True)
class Limits:
    """How much of a hostile table is read."""

    content: int = 2 << 30
    """Bytes, after unpacking."""
    rows: int = 50_000_000
    """Rows of data."""
    line: int = 1 << 20
    """Bytes of one line."""
    columns: int = 10_000
    """Columns of the header."""
    problems: int = 10_000
    """Reading stops when so many problems were found."""


@dataclass(frozen=True)
class Mapping:
    """Which column means what."""

    label: str
    """Column of the true outcome."""
    positive: str
    """The value, in label and prediction, that is the positive outcome: what a person hopes for or is warned of."""
    prediction: str | None = None
    """Column of the predicted outcome; without it the score and the threshold predict."""
    score: str | None = None
    """Column of the predicted probability of the positive outcome, 0 to 1."""
    threshold: float | None = None
    """A score of at least this predicts the positive outcome; 0 to 1."""
    sensitive: tuple[str, ...] = ()
    """Columns of the sensitive features."""
    row_id: str | None = None
    """Column that names each row; unique."""

    def __post_init__(self) -> None:
        if self.prediction is None and (self.score is None or self.threshold is None):
            raise UsageError(
                "The mapping has no prediction.", "Name a prediction column, or a score column and a threshold."
            )
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise UsageError(f"The threshold {self.threshold!r} is outside 0 to 1.", "Give one between 0 and 1.")
        if len(set(self.columns())) != len(self.columns()):
            raise UsageError("The mapping uses one column twice.", "Name each column for one purpose.")

    def columns(self) -> tuple[str, ...]:
        """All columns named."""
        single = (self.label, self.prediction, self.score, self.row_id)
        return (*(name for name in single if name is not None), *self.sensitive)

    def described(self) -> dict[str, Any]:
        """As it stands in a result's ``data``; the number is a decimal string."""
        return {
            "label": self.label,
            "positive": self.positive,
            "prediction": self.prediction,
            "score": self.score,
            "threshold": None if self.threshold is None else decimal_text(self.threshold),
            "sensitive": list(self.sensitive),
        }


@dataclass(frozen=True, eq=False)
class Predictions:
    """A checked table: both classes occur, each sensitive feature has at least two groups, every score is in 0 to 1."""

    mapping: Mapping
    """What the columns meant."""
    digest: str
    """SHA-256 of the file's bytes as they lie on disk, 64 hexadecimal digits; for columns in memory, of the CSV they make."""
    rows: int
    """How many rows."""
    labels: NDArray[np.bool_]
    """Shape (rows,): whether the true outcome is the positive one."""
    predicted: NDArray[np.bool_]
    """Shape (rows,): whether the prediction is the positive outcome."""
    scores: NDArray[np.float64] | None
    """Shape (rows,), 0 to 1; ``None`` without a score column."""
    sensitive: dict[str, NDArray[np.str_]] = field(default_factory=dict)
    """Group of each row by sensitive feature, each of shape (rows,)."""
    row_ids: tuple[str, ...] | None = None
    """Names of the rows; never part of a result."""

    def described(self) -> dict[str, Any]:
        """The ``data`` of a result: digest, rows and mapping."""
        return {"digest": self.digest, "rows": self.rows, **self.mapping.described()}

    @classmethod
    def from_frame(cls, frame: Any, mapping: Mapping) -> Predictions:
        """Predictions from a data frame or a dictionary of equally long sequences.

        Values are taken as ``str(value)`` writes them; ``None`` and NaN are missing cells. The digest is that of the CSV which
        the mapped columns make (in the order label, prediction, score, row id, sensitive; ``csv`` defaults, LF).

        Raises:
            UsageError: something is wrong; all of it is listed.
        """
        header = [str(name) for name in (frame.keys() if isinstance(frame, Columns) else frame.columns)]
        quality.refuse(
            "the frame", (*quality.duplicate_headers(header), *quality.unknown_columns(header, mapping.columns()))
        )
        columns = {name: [_cell(value) for value in frame[name]] for name in mapping.columns()}
        if len({len(values) for values in columns.values()}) > 1:
            raise UsageError("The columns are of different lengths.", "Give one value per row in each column.")
        return _checked("the frame", columns, mapping, _csv_digest(columns), (), None)

    @classmethod
    def from_file(cls, path: Path, mapping: Mapping, limits: Limits | None = None) -> Predictions:
        """Predictions from a CSV or gzipped CSV file (told by its first bytes, not by its name).

        Raises:
            UsageError: something is wrong; all of it is listed.
            StorageError: the operating system could not read the file.
        """
        return read(path, mapping, limits)


def read(path: Path, mapping: Mapping, limits: Limits | None = None) -> Predictions:
    """See :meth:`Predictions.from_file`."""
    name = os.path.basename(path) or str(path)
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise UsageError(f"{quoted(name)} is not a file.", "Name a CSV file with a header row.")
        with open(path, "rb") as file:
            before = os.fstat(file.fileno())
            hashed = digest.Running()
            while piece := file.read(1 << 20):
                hashed.update(piece)
            file.seek(0)
            columns, rows, problems = _parse(name, file, mapping, limits or Limits())
            after = os.fstat(file.fileno())
    except (FileNotFoundError, ValueError) as error:
        raise UsageError(f"There is no file {quoted(str(path))}.", "Check the path and try again.") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UsageError(f"{quoted(name)} is not a whole gzip file.", "Compress the table again.") from error
    except OSError as error:
        raise StorageError(
            f"{quoted(name)} cannot be read: {error.strerror}.", "Check the file and the disk."
        ) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise UsageError(f"{quoted(name)} changed while it was being read.", "Wait until nothing writes to it.")
    return _checked(name, columns, mapping, hashed.hex(), problems, rows)


def _checked(
    name: str,
    columns: dict[str, list[str]],
    mapping: Mapping,
    sha256: str,
    problems: Sequence[Problem],
    rows: Sequence[int] | None,
) -> Predictions:
    """The predictions, after every check of ``quality`` has spoken."""
    import numpy as np

    found = list(problems)
    labels = columns[mapping.label]
    if not labels and not found:
        raise UsageError(f"{quoted(name)} has a header and no rows.", "Give a table with rows.")
    found += quality.labels(mapping.label, labels, mapping.positive, rows)
    if mapping.prediction is not None:
        found += quality.predictions(mapping.prediction, columns[mapping.prediction], labels, rows)
    if mapping.score is not None:
        found += quality.scores(mapping.score, columns[mapping.score], rows)
    for feature in mapping.sensitive:
        found += quality.groups(feature, columns[feature])
    if mapping.row_id is not None:
        found += quality.row_ids(mapping.row_id, columns[mapping.row_id], rows)
    found.sort(key=lambda problem: (problem.row is None, problem.row or 0))
    quality.refuse(name, found)
    scores = None if mapping.score is None else np.array([float(value) for value in columns[mapping.score]])
    if mapping.prediction is not None:
        predicted = np.array([value == mapping.positive for value in columns[mapping.prediction]])
    else:
        predicted = cast("NDArray[np.float64]", scores) >= cast(float, mapping.threshold)
    return Predictions(
        mapping,
        sha256,
        len(labels),
        np.array([value == mapping.positive for value in labels]),
        predicted,
        scores,
        {
            feature: np.array([value.strip() or MISSING_GROUP for value in columns[feature]])
            for feature in mapping.sensitive
        },
        None if mapping.row_id is None else tuple(columns[mapping.row_id]),
    )


def _parse(
    name: str, file: IO[bytes], mapping: Mapping, limits: Limits
) -> tuple[dict[str, list[str]], list[int], list[Problem]]:
    """The mapped columns as text, the row of each value, and what was wrong with encoding and shape."""
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    stream = cast(IO[bytes], gzip.GzipFile(fileobj=file)) if packed else file
    problems: list[Problem] = []
    reader = csv.reader(_lines(name, stream, problems, limits), strict=True)
    try:
        header = next(reader, [])
        if not any(cell.strip() for cell in header):
            raise UsageError(f"{quoted(name)} is empty.", "Give a table with a header row and rows.")
        if len(header) > limits.columns:
            raise UsageError(
                f"{quoted(name)} has more than {limits.columns:,} columns.", "Keep only those that are measured."
            )
        header_problems = (*quality.duplicate_headers(header), *quality.unknown_columns(header, mapping.columns()))
        quality.refuse(name, (*problems, *header_problems))
        places = [(header.index(column), column) for column in mapping.columns()]
        columns: dict[str, list[str]] = {column: [] for _, column in places}
        rows = _rows(name, reader, len(header), places, columns, problems, limits)
    except csv.Error as error:
        problems.append(Problem(reader.line_num, None, f"the row is not CSV ({error})"))
        quality.refuse(name, problems, " and was not read further")
    return columns, rows, problems


def _rows(
    name: str,
    reader: Iterator[list[str]],
    width: int,
    places: list[tuple[int, str]],
    columns: dict[str, list[str]],
    problems: list[Problem],
    limits: Limits,
) -> list[int]:
    """Fill ``columns``; returns the row of each value. Blank rows at the end are no rows, elsewhere they are problems."""
    rows: list[int] = []
    blank: list[int] = []
    words: dict[str, str] = {}
    for row, cells in enumerate(reader, start=2):
        if row - 1 > limits.rows:
            raise UsageError(f"{quoted(name)} has more than {limits.rows:,} rows.", "Measure a part of it.")
        if not cells:
            blank.append(row)
            continue
        if blank:
            problems += [Problem(each, None, "the row is blank") for each in blank]
            blank.clear()
        if len(cells) != width:
            problems.append(Problem(row, None, f"there are {len(cells)} cells, not {width}"))
        else:
            rows.append(row)
            for place, column in places:
                cell = cells[place]
                columns[column].append(words.setdefault(cell, cell) if len(words) < 100_000 else cell)
        if len(problems) >= limits.problems:
            quality.refuse(name, problems, " in the part that was read")
    return rows


def _lines(name: str, stream: IO[bytes], problems: list[Problem], limits: Limits) -> Iterator[str]:
    """Decoded lines; a line that is not UTF-8 is a problem of its row, and is read on with replacement characters."""
    total, row = 0, 0
    while line := stream.readline(limits.line + 1):
        row += 1
        total += len(line)
        if len(line) > limits.line:
            raise UsageError(
                f"Row {row} of {quoted(name)} is longer than {limits.line:,} bytes.", "Check that this is a CSV file."
            )
        if total > limits.content:
            raise UsageError(
                f"{quoted(name)} holds more than {limits.content:,} bytes.", "Measure a part of it, or raise the limit."
            )
        if row == 1 and line.startswith(b"\xef\xbb\xbf"):
            line = line[3:]
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError as error:
            problems.append(Problem(row, None, f"byte {error.start + 1} is not UTF-8: save the table as UTF-8"))
            if len(problems) >= limits.problems or row == 1:
                quality.refuse(name, problems, " and was not read further")
            yield line.decode("utf-8", errors="replace")


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in ("<NA>", "NaT"):
        return ""
    return str(value)


def _csv_digest(columns: dict[str, list[str]]) -> str:
    running = digest.Running()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow(row)
        if text.tell() > 1 << 20:
            running.update(text.getvalue().encode("utf-8", "surrogatepass"))
            text.seek(0)
            text.truncate()
    running.update(text.getvalue().encode("utf-8", "surrogatepass"))
    return running.hex()
