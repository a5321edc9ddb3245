"""What an explanation is asked for, checked before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry_app.errors import UsageError
from registry_app.measure.explain.reasons import Reasons
from registry_app.measure.explain.texts import checked_texts
from registry_app.vault import digest

MOST_CASES = 100
"""Single rows in one result."""


@dataclass(frozen=True, eq=False)
class Tables:
    """The tables of an explanation."""

    names: tuple[str, ...]
    """Of the columns of both."""
    background: Any
    """Data frame or array, shape (any, columns)."""
    rows: Any
    """Data frame or array, shape (rows, columns)."""
    sensitive: Mapping[str, Sequence[str]]
    """The group of each of ``rows``, by sensitive feature."""

    def chosen(self, places: Sequence[int]) -> Any:
        """The rows at ``places``, in that order."""
        return picked(self.rows, places)

    def digest(self) -> str:
        """SHA-256 over names and rows, the sensitive columns last; see :func:`table_digest`."""
        extra = list(self.sensitive.values())
        return table_digest((*self.names, *self.sensitive), self.rows, extra)


def checked(
    names: tuple[str, ...],
    background: Any,
    rows: Any,
    cases: int | Sequence[int],
    precision: float | None,
    proxy_limit: float,
    reasons: Reasons | None,
    features: Sequence[str],
    forbidden: Sequence[str],
) -> None:
    """See that tables, names and wishes fit each other.

    Raises:
        UsageError: they do not.
    """
    if len(set(names)) != len(names) or not names:
        raise UsageError("The feature names are empty or one stands twice.", "Give each column its own name.")
    for table, what in ((background, "background"), (rows, "rows")):
        shape: tuple[int, ...] = tuple(getattr(table, "shape", ()))
        if len(shape) != 2 or shape[0] == 0 or shape[1] != len(names):
            raise UsageError(
                f"The {what} to explain have the shape {shape}, not (1 or more, {len(names)}).",
                "Give a data frame or a two-dimensional array with one column per feature name.",
            )
    many = cases if isinstance(cases, int) else len(cases)
    if not 0 <= many <= MOST_CASES:
        raise UsageError(f"{many} cases cannot be shown.", f"Ask for 0 to {MOST_CASES}.")
    if not isinstance(cases, int):
        wrong = [each for each in cases if type(each) is not int or not 1 <= each <= len(rows)]
        if wrong or len(set(cases)) != len(cases):
            raise UsageError(
                "A row asked for is not in the table, or is asked for twice.",
                f"Name rows from 1 to {len(rows):,} once.",
            )
    if precision is not None and not 0 < precision < 1:
        raise UsageError(f"{precision} is no precision.", "Give a share such as 0.05, or none for all rows.")
    if not 0 < proxy_limit <= 1:
        raise UsageError(f"{proxy_limit} is no limit of an association.", "Give a number above 0, at most 1.")
    unknown = [each for each in forbidden if each not in features and each not in names]
    if unknown:
        raise UsageError(f"There is no feature {unknown[0][:40]!r} to forbid.", "Name features of the table.")
    if reasons is not None:
        checked_texts(reasons.texts, features)


def picked(table: Any, places: Sequence[int]) -> Any:
    """The rows of a data frame or an array at ``places``."""
    at = list(places)
    return table.iloc[at] if hasattr(table, "iloc") else table[at]


def table_digest(names: Sequence[str], table: Any, extra: Sequence[Sequence[str]] = ()) -> str:
    """SHA-256 over the columns, one after the other, those of ``extra`` last.

    A column is its name, its kind and its number of rows, then its cells: numbers and truth values as eight bytes each, little-endian
    (``f``: IEEE 754 doubles, ``i``: integers); anything else (``t``) as the length of its text in bytes, a colon, and its text.
    """
    running = digest.Running()
    for place, name in enumerate(names):
        if place >= len(names) - len(extra):
            cells: Any = extra[place - len(names) + len(extra)]
        else:
            cells = table.iloc[:, place] if hasattr(table, "iloc") else table[:, place]
        kind, content = _cells(cells)
        running.update(_text(name) + f"{kind}{len(cells)}:".encode())
        running.update(content)
    return running.hex()


def _cells(cells: Any) -> tuple[str, bytes]:
    import numpy as np

    values = np.asarray(cells)
    if values.dtype.kind == "f":
        plain = values.astype("<f8")
        plain[np.isnan(plain)] = np.nan
        return "f", plain.tobytes()
    if values.dtype.kind in "bi":
        return "i", values.astype("<i8").tobytes()
    return "t", b"".join(_text(str(each)) for each in values.tolist())


def _text(text: str) -> bytes:
    content = text.encode("utf-8", "surrogatepass")
    return f"{len(content)}:".encode() + content
