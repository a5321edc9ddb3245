"""The quality of a table of data, as one document: every column, repeated rows, rows shared with another table, the label by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from registry_app.errors import UsageError
from registry_app.measure.quality.balance import balance
from registry_app.measure.quality.columns import described, positives, says
from registry_app.measure.quality.rows import repeated, shared
from registry_app.measure.result import Result, decimal_text, finished, share
from registry_app.measure.table import check
from registry_app.measure.table.mapping import Feature
from registry_app.measure.table.problem import quoted, refuse
from registry_app.measure.table.source import Source
from registry_app.vault import clock

COLUMNS = 2_000
"""Columns that are looked at."""

LEAKS = {"auc": 0.99, "cramers_v": 0.95}
"""A column that alone says at least this much about the label is suspected of giving it away."""

MISSING = 0.2
"""A column with a larger share of missing cells is a finding."""


def quality(
    source: Source,
    label: str | None = None,
    positive: str | None = None,
    sensitive: Sequence[Feature] = (),
    against: Source | None = None,
    hide_below: int | None = None,
) -> Result:
    """Look at a table of data.

    Args:
        label: the column that is learned; with ``positive``, every other column is compared with it.
        positive: the label's value that is the positive outcome.
        sensitive: features whose groups the label is shown by.
        against: another table, such as the training data: rows that stand in both are counted.
        hide_below: groups with fewer rows are put together, 2 or more; 0 or ``None`` puts none together.

    Raises:
        UsageError: a column is not there, stands twice or holds nothing plain, no row is positive, or ``against`` shares no column.
        StorageError: the disk or a server failed.
    """
    began = clock.now()
    names = [column.name for column in source.header]
    wanted = [*([label] if label else []), *(feature.column for feature in sensitive)]
    refuse(source.name, (*check.duplicate_headers(names), *check.unknown_columns(names, wanted)))
    columns = [column for column in source.header if column.kind != "other"]
    if not 1 <= len(columns) <= COLUMNS or (label is None) != (positive is None):
        raise UsageError(
            "The table has no plain column, too many, or a label without its positive outcome.",
            f"Give 1 to {COLUMNS:,} columns, and --positive with --label.",
        )
    lines = [described(source, column) for column in columns]
    groups: list[dict[str, Any]] = []
    if label is not None and positive is not None:
        target = source.column(label)
        hits = positives(source, target, positive)
        if not hits:
            raise UsageError(f"No row has {quoted(positive)} as its {label}.", "Give a value that the label takes.")
        for line, column in zip(lines, columns, strict=True):
            line["says"] = None if column.name == label else says(source, column, target, hits)
        groups = [line for feature in sensitive for line in balance(source, feature, target, hits, hide_below or 0)]
    twice = repeated(source, columns)
    overlap = None if against is None else _overlap(source, against)
    findings = _findings(lines, twice, overlap)
    result: dict[str, Any] = {
        "columns": lines,
        "repeated_rows": share(twice, source.rows, "the table has no rows"),
        "overlap": overlap,
        "balance": groups,
        "findings": findings,
        "outcome": f"{len(findings)} finding{'s' if len(findings) > 1 else ''}" if findings else "nothing found",
    }
    data = {
        **source.described(),
        "against": None if against is None else against.described(),
        "label": label,
        "positive": positive,
        "sensitive": [feature.described() for feature in sensitive],
    }
    limits = {name: decimal_text(limit) for name, limit in LEAKS.items()}
    parameters: dict[str, Any] = {"leak_limits": limits, "missing_limit": decimal_text(MISSING), "interval": "0.95"}
    if hide_below is not None:
        parameters["hidden_below"] = hide_below
    return finished("quality", data, parameters, 0, ("duckdb",), began, result)


def _overlap(source: Source, against: Source) -> dict[str, Any]:
    theirs = {column.name for column in against.header if column.kind != "other"}
    names = [column.name for column in source.header if column.name in theirs and column.kind != "other"]
    if not names:
        raise UsageError("The two tables share no column.", "Give two tables of the same data.")
    rows, different = shared(source, against, names)
    return {"columns": names, "rows": share(rows, source.rows, "the table has no rows"), "different": different}


def _findings(lines: list[dict[str, Any]], twice: int, overlap: dict[str, Any] | None) -> list[dict[str, str]]:
    found = []
    for line in lines:
        said = line.get("says") or {}
        if line["values"] <= 1:
            found.append((line["column"], "it has one value, or none"))
        if float(line["missing"]["value"]) > MISSING:
            found.append((line["column"], f"{float(line['missing']['value']):.1%} of its cells are missing"))
        if "value" in said and float(said["value"]) >= LEAKS[said["measure"]]:
            found.append((line["column"], "it gives the label away: was it written after the outcome was known?"))
    if twice:
        found.append(("", f"{twice:,} {'row stands' if twice == 1 else 'rows stand'} in the table already"))
    if overlap is not None and float(overlap["rows"]["value"]) > 0:
        found.append(("", f"{float(overlap['rows']['value']):.1%} of the rows stand in the other table too"))
    return [{"column": column, "what": what} for column, what in found]
