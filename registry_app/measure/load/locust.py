"""Locust: the table of statistics (``--csv PREFIX`` writes ``PREFIX_stats.csv``). It holds totals and percentiles per name."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from registry_app.errors import UsageError
from registry_app.measure.load.requests import NAMES, number

PERCENTILES = {"p50": "50%", "p90": "90%", "p95": "95%", "p99": "99%", "max": "100%"}
"""Our names of percentiles, and Locust's columns."""


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    name: str
    """What was asked, with its method; empty for all together."""
    requests: int
    failures: int
    per_second: float
    mean: float
    """Milliseconds."""
    percentiles: dict[str, float]
    """Milliseconds, by our names; empty without requests."""


def from_csv(header: str, found: Iterable[str]) -> list[Line]:
    """The rows, the one for all together first.

    Raises:
        UsageError: a row is not as Locust writes it.
    """
    lines: list[Line] = []
    try:
        for place, row in enumerate(csv.DictReader(chain([header], found), strict=True), start=2):
            if len(lines) > NAMES:
                raise UsageError(f"The requests have more than {NAMES} names.", "Group their URLs under fewer names.")
            lines.append(_line(row, place))
    except (csv.Error, KeyError) as error:
        raise UsageError("The table is not as Locust writes it.", "Give the file PREFIX_stats.csv.") from error
    whole = [line for line in lines if not line.name]
    if len(whole) != 1:
        raise UsageError(
            "The table has no row for all requests together.", "Give the file PREFIX_stats.csv, unchanged."
        )
    return [*whole, *(line for line in lines if line.name)]


def _line(row: dict[str, str], place: int) -> Line:
    together = row["Name"] == "Aggregated"
    count, failures = number(row["Request Count"], place), number(row["Failure Count"], place)
    if not 0 <= failures <= count < 1e12 or count != int(count) or failures != int(failures):
        raise UsageError(f"Line {place} has counts that cannot be.", "Give the file PREFIX_stats.csv, unchanged.")
    return Line(
        "" if together else f"{row['Type']} {row['Name']}".strip(),
        int(count),
        int(failures),
        number(row["Requests/s"], place),
        number(row["Average Response Time"], place),
        {ours: number(row[theirs], place) for ours, theirs in PERCENTILES.items()} if count else {},
    )
