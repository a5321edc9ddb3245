"""One thing that is wrong with a table, and the error that lists all of them.

Rows are counted as a spreadsheet shows them: the header is row 1, the first row of data is row 2, in every kind of table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry_app.errors import UsageError
from registry_app.text import counted, harmless


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong."""

    row: int | None
    """As a spreadsheet counts: 1 is the header; ``None`` when the whole column or table is meant, or rows have no order."""
    column: str | None
    """Name of the column, as the table gives it; ``None`` when the row or table is meant."""
    sentence: str
    """What is wrong, without a full stop."""
    file: str | None = None
    """Name of the file, where the table is many."""

    def text(self) -> str:
        """``row 7, column 'credit': the label is missing``."""
        file = quoted(self.file) if self.file is not None else ""
        row = f"row {self.row}" if self.row is not None else ""
        column = f"column {quoted(self.column)}" if self.column is not None else ""
        place = ", ".join(part for part in (file, row, column) if part)
        return f"{place}: {self.sentence}" if place else self.sentence

    def order(self) -> tuple[bool, str, int]:
        """Rows first, in their order, then columns and the table."""
        return (self.row is None, self.file or "", self.row or 0)


def quoted(value: str) -> str:
    """A value of the table, cut to 40 characters and harmless on a terminal."""
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
    raise UsageError(
        f"{quoted(name)} has {counted(len(problems), 'problem')}{more}.",
        "Correct what is listed, or change the mapping, and measure again.",
        [problem.text() for problem in problems],
    )
