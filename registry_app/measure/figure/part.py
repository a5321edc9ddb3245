"""A passage of a figure: what came out in words, then the numbers, then the plots. A page and a terminal read it alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from registry_app.measure.figure.number import cut
from registry_app.measure.figure.plot import Plot

Tone = Literal["good", "bad", "warn", "plain"]

ROWS = 60
"""Rows of a table; the rest stand in the result alone."""

NAME = 120
"""Letters of a name in a table."""

BARS = 24
"""Bars of a plot."""

CURVES = 8
"""Groups whose curves are drawn."""


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    width: int
    """Its share of the table's width; those of a table sum to 100."""
    number: bool = False
    """Numbers stand to the right."""


@dataclass(frozen=True)
class Table:
    """Numbers in rows."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    """At most :data:`ROWS`, a cell for each column."""
    title: str = ""
    note: str = ""
    """Said below it."""
    more: int = 0
    """Rows that are left out."""


@dataclass(frozen=True)
class Part:
    """What belongs together under one heading."""

    title: str
    outcome: str = ""
    """In words; empty where nothing is judged."""
    tone: Tone = "plain"
    """Of the outcome."""
    said: tuple[str, ...] = ()
    """Whole sentences."""
    tables: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()


def table(
    columns: Sequence[tuple[str, int, bool]],
    rows: Sequence[Sequence[str]],
    title: str = "",
    note: str = "",
    most: int = ROWS,
) -> Table:
    """A table of the first ``most`` rows; names in it are cut to :data:`NAME` letters.

    Args:
        columns: name, width in percent, and whether it holds numbers.
    """
    kept = tuple(tuple(cut(cell, NAME) for cell in row) for row in rows[:most])
    return Table(tuple(Column(*each) for each in columns), kept, title, note, max(0, len(rows) - most))


def toned(outcome: str) -> Tone:
    """The tone of an outcome in words."""
    if outcome.startswith("cannot tell"):
        return "warn"
    return "good" if outcome.startswith("no") else "bad"
