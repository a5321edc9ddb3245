"""The columns of a table that a model is given: numbers, truth values or text, as they were when it learned."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, false, func, literal, select

from registry_app.errors import UsageError
from registry_app.measure.table.check import duplicate_headers, unknown_columns
from registry_app.measure.table.column import Column, Kind
from registry_app.measure.table.problem import Problem, refuse
from registry_app.measure.table.source import Source

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


@dataclass(frozen=True, eq=False)
class Given:
    """One column as it is read for a model."""

    name: str
    """As the table gives it."""
    kind: Kind
    """``number``, ``truth`` or ``text``."""
    sql: ColumnElement[Any]
    """What is read."""

    def array(self, values: Sequence[Any]) -> Any:
        """The values as the sandbox takes them: doubles with NaN for what is missing, truth values, or text with ``None``."""
        import numpy as np

        if self.kind == "number" or (self.kind == "truth" and None in values):
            return np.array([math.nan if value is None else float(value) for value in values])
        if self.kind == "truth":
            return np.array([bool(value) for value in values])
        return np.array([None if value is None or value == "" else str(value) for value in values], dtype=object)


def fitting(table: Source, wanted: Iterable[str], apart: Sequence[str]) -> tuple[str, ...]:
    """The columns that a model is given.

    Args:
        wanted: their names; every column but those of ``apart`` when there is none.
        apart: columns with a meaning of their own.

    Raises:
        UsageError: the table has not these columns, or is broken; or no column is left.
    """
    header = [column.name for column in table.header]
    features = tuple(wanted) or tuple(name for name in header if name not in apart)
    problems = [*duplicate_headers(header), *unknown_columns(header, [*apart, *features])]
    problems += [
        Problem(None, column.name, "it holds bytes, lists or structures, which no model is given")
        for column in table.header
        if column.kind == "other" and column.name in features
    ]
    refuse(table.name, problems)
    if not features:
        raise UsageError("No column is left to give to the model.", "Name its features with --feature.")
    if len(set(features)) != len(features):
        raise UsageError("A feature is named twice.", "Name each column once.")
    if table.doubtful:
        refuse(table.name, [each for each in table.listed(features[:1], false()) if isinstance(each, Problem)])
    return features


def read_as(table: Source, names: Sequence[str]) -> list[Given]:
    """Each column as numbers where all its cells are numbers or empty, as truth values, or as text."""
    columns = [table.column(name) for name in names]
    texts = [column for column in columns if column.kind == "text"]
    words = {column.name for column in columns if column.kind == "named"}
    if texts:
        odd = (func.sum(case((column.no_band(), literal(1)), else_=literal(0))) for column in texts)
        found = table.ask(select(*odd).select_from(table.data))[0]
        words |= {column.name for column, many in zip(texts, found, strict=True) if many}
    return [_given(column, column.name in words) for column in columns]


def _given(column: Column, words: bool) -> Given:
    if column.kind == "truth":
        return Given(column.name, "truth", column.sql)
    return Given(column.name, "text", column.key) if words else Given(column.name, "number", column.number)
