"""The table that goes in: columns by name, all of one length. Labels have no place in it.

A column is numbers (float64, int64), truth values, or text with ``None`` where it is missing. On the pipe it is its raw bytes,
little-endian, or a JSON list for text.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from registry_app.errors import UsageError
from registry_app.text import harmless

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_COLUMNS = 10_000
"""Columns of one table."""

_KINDS = {"float": "<f8", "int": "<i8", "bool": "|b1"}


@dataclass(frozen=True, eq=False)
class Features:
    """A checked table."""

    columns: dict[str, NDArray[np.generic]]
    """Name to values of shape (rows,): float64, int64, bool, or object holding str and ``None``."""

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def head(self) -> dict[str, Any]:
        """Rows, and name and kind of each column, as JSON has it."""
        return {"rows": self.rows, "columns": [[name, kind_of(each)] for name, each in self.columns.items()]}

    def bodies(self) -> Iterable[bytes]:
        """Each column as bytes, in order."""
        for column in self.columns.values():
            kind = kind_of(column)
            if kind == "text":
                yield json.dumps(column.tolist(), ensure_ascii=True).encode()
            else:
                yield column.astype(_KINDS[kind]).tobytes()

    def frame(self, text: str = "object") -> Any:
        """The table as a pandas data frame, its text columns of the dtype ``text``."""
        import pandas as pd

        return pd.DataFrame(
            {
                name: pd.Series(each, dtype=text if kind_of(each) == "text" else None)
                for name, each in self.columns.items()
            },
            copy=False,
        )

    def matrix(self) -> NDArray[np.float64]:
        """The table as float64, shape (rows, columns).

        Raises:
            UsageError: a column is text.
        """
        import numpy as np

        words = [name for name, each in self.columns.items() if kind_of(each) == "text"]
        if words:
            raise UsageError(
                f"The model takes numbers, and the column {harmless(words[0])[:80]!r} is text.",
                "Encode the column as it was encoded for training.",
            )
        return np.column_stack([each.astype(np.float64) for each in self.columns.values()])


def features(columns: Mapping[str, Any] | Any) -> Features:
    """Check columns given by name (a mapping, or a data frame).

    Raises:
        UsageError: there is no column, no row, two lengths, a column that is no list of numbers, truth values or text.
    """
    import numpy as np

    found: dict[str, NDArray[np.generic]] = {}
    for name, values in columns.items():
        column = np.asarray(values)
        if column.ndim != 1:
            raise _wrong(name, "has more than one dimension")
        if column.dtype.kind == "b":
            found[str(name)] = column
        elif column.dtype.kind in "iu":
            found[str(name)] = column.astype(np.int64)
        elif column.dtype.kind == "f":
            found[str(name)] = column.astype(np.float64)
        else:
            found[str(name)] = _text(name, column)
    lengths = {len(each) for each in found.values()}
    if not found or len(found) > MOST_COLUMNS or lengths == {0}:
        raise UsageError(
            "There is no row to predict.", f"Give a table of 1 to {MOST_COLUMNS:,} columns with rows in it."
        )
    if len(lengths) > 1:
        raise UsageError("The columns of the table are not of one length.", "Give each row a value in each column.")
    return Features(found)


def from_bodies(head: dict[str, Any], bodies: list[bytes]) -> Features:
    """What :meth:`Features.head` and :meth:`Features.bodies` told."""
    import numpy as np

    columns: dict[str, NDArray[np.generic]] = {}
    for (name, kind), body in zip(head["columns"], bodies, strict=True):
        if kind == "text":
            values = np.empty(head["rows"], dtype=object)
            values[:] = json.loads(body)
            columns[name] = values
        else:
            columns[name] = np.frombuffer(body, dtype=_KINDS[kind])
    return Features(columns)


def kind_of(column: NDArray[np.generic]) -> str:
    """``float``, ``int``, ``bool`` or ``text``."""
    return {"f": "float", "i": "int", "b": "bool"}.get(column.dtype.kind, "text")


def _text(name: Any, column: Any) -> NDArray[np.generic]:
    import numpy as np

    values = np.empty(len(column), dtype=object)
    for place, each in enumerate(column.tolist()):
        if isinstance(each, str):
            values[place] = each
        elif each is not None and not (isinstance(each, float) and math.isnan(each)):
            raise _wrong(name, f"holds {type(each).__name__} in row {place + 1:,}")
    return cast("NDArray[np.generic]", values)


def _wrong(name: Any, what: str) -> UsageError:
    return UsageError(
        f"The column {harmless(str(name))[:80]!r} {what}.", "Give columns of numbers, of truth values, or of text."
    )
