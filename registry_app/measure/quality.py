"""What is wrong with a table of predictions, all of it at once, by row and column.

Rows are counted as a spreadsheet shows them: the header is row 1, the first row of data is row 2. Each check returns its
problems; :func:`refuse` turns them into one error. ``rows`` gives the row of each value where some rows were left out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry_app.errors import UsageError
from registry_app.text import harmless

SHOWN = 20
"""Problems named in the error; the rest are counted."""

MOST_GROUPS = 50
"""Values a sensitive feature may take."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong."""

    row: int | None
    """As a spreadsheet counts: 1 is the header; ``None`` when the whole column or file is meant."""
    column: str | None
    """Name of the column, as the file gives it; ``None`` when the row or file is meant."""
    sentence: str
    """What is wrong, without a full stop."""

    def text(self) -> str:
        """``row 7, column 'credit': the label is missing``."""
        row = f"row {self.row}" if self.row is not None else ""
        column = f"column {quoted(self.column)}" if self.column is not None else ""
        place = ", ".join(part for part in (row, column) if part)
        return f"{place}: {self.sentence}" if place else self.sentence


def quoted(value: str) -> str:
    """A value of the file, cut to 40 characters and harmless on a terminal."""
    return f"'{harmless(value if len(value) <= 40 else value[:39] + '…')}'"


def refuse(name: str, problems: Sequence[Problem], more: str = "") -> None:
    """Raise one error that lists the problems; do nothing when there are none.

    Args:
        name: what the table is called.
        more: a closing remark, such as that reading was given up.

    Raises:
        UsageError: there is a problem.
    """
    if not problems:
        return
    shown = "; ".join(problem.text() for problem in problems[:SHOWN])
    rest = f"; and {len(problems) - SHOWN:,} more" if len(problems) > SHOWN else ""
    count = f"{len(problems):,} problem{'s' if len(problems) > 1 else ''}"
    raise UsageError(
        f"{quoted(name)} has {count}{more}: {shown}{rest}.", "Correct them, or change the mapping, and measure again."
    )


def duplicate_headers(header: Sequence[str]) -> tuple[Problem, ...]:
    """Columns with a name that stands twice, or with none."""
    counts = Counter(header)
    twice = [Problem(1, name, f"{count} columns have this name") for name, count in counts.items() if count > 1]
    return tuple(twice)


def unknown_columns(header: Sequence[str], wanted: Iterable[str]) -> tuple[Problem, ...]:
    """Columns that the mapping names and the header does not have."""
    known = ", ".join(quoted(name) for name in header[:12]) + (", …" if len(header) > 12 else "")
    return tuple(
        Problem(1, name, f"there is no such column; there are {known}")
        for name in dict.fromkeys(wanted)
        if name not in header
    )


def missing(column: str, values: Sequence[str], what: str, rows: Sequence[int] | None = None) -> tuple[Problem, ...]:
    """Cells with nothing but blanks where ``what`` must stand."""
    return tuple(
        Problem(row, column, f"the {what} is missing") for row, value in _numbered(values, rows) if not value.strip()
    )


def labels(column: str, values: Sequence[str], positive: str, rows: Sequence[int] | None = None) -> tuple[Problem, ...]:
    """Labels that cannot be measured: missing cells, one class only, more than two, or never the positive outcome."""
    found = list(missing(column, values, "label", rows))
    classes = sorted({value for value in values if value.strip()})
    named = ", ".join(quoted(each) for each in classes[:5]) + (", …" if len(classes) > 5 else "")
    if values and len(classes) == 1:
        found.append(Problem(None, column, f"all labels are {named}: two classes are needed"))
    if len(classes) > 2:
        found.append(Problem(None, column, f"there are {len(classes):,} classes ({named}): two are needed"))
    if classes and positive not in classes:
        found.append(Problem(None, column, f"the positive outcome {quoted(positive)} never occurs, only {named}"))
    return tuple(found)


def predictions(
    column: str, values: Sequence[str], classes: Iterable[str], rows: Sequence[int] | None = None
) -> tuple[Problem, ...]:
    """Predictions that are missing or name a class that no label has."""
    known = frozenset(classes)
    odd = (
        Problem(row, column, f"the prediction {quoted(value)} is none of the label's classes")
        for row, value in _numbered(values, rows)
        if value.strip() and value not in known
    )
    return (*missing(column, values, "prediction", rows), *odd)


def scores(column: str, values: Sequence[str], rows: Sequence[int] | None = None) -> tuple[Problem, ...]:
    """Scores that are missing, no number, NaN or infinite, or outside 0 to 1."""
    return tuple(
        Problem(row, column, sentence)
        for row, value in _numbered(values, rows)
        if (sentence := _score_problem(value)) is not None
    )


def _numbered(values: Sequence[str], rows: Sequence[int] | None) -> Iterable[tuple[int, str]]:
    return enumerate(values, start=2) if rows is None else zip(rows, values, strict=True)


def _score_problem(value: str) -> str | None:
    if not value.strip():
        return "the score is missing"
    try:
        score = float(value)
    except ValueError:
        return f"the score {quoted(value)} is not a number"
    if not math.isfinite(score):
        return f"the score {quoted(value)} is not a finite number"
    return None if 0 <= score <= 1 else f"the score {quoted(value)} is outside 0 to 1"


def groups(column: str, values: Sequence[str]) -> tuple[Problem, ...]:
    """A sensitive feature that has one group only, or so many that it must be a number or an identifier."""
    found = set(values)
    if values and len(found) == 1:
        return (Problem(None, column, f"all rows are in the group {quoted(values[0])}: two groups are needed"),)
    if len(found) > MOST_GROUPS:
        said = f"there are {len(found):,} groups, more than {MOST_GROUPS}: put numbers into bands first"
        return (Problem(None, column, said),)
    return ()


def row_ids(column: str, values: Sequence[str], rows: Sequence[int] | None = None) -> tuple[Problem, ...]:
    """Row ids that are missing or stand twice."""
    first: dict[str, int] = {}
    twice = [
        Problem(row, column, f"the row id is the same as in row {first[value]}")
        for row, value in _numbered(values, rows)
        if first.setdefault(value, row) != row and value.strip()
    ]
    return (*missing(column, values, "row id", rows), *twice)
