"""Concept drift: how well predictions came true, by day, month or year."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from sqlalchemy import String, cast, func, literal, select

from registry_app.errors import UsageError
from registry_app.measure.result import Undefined, decimal_text, share
from registry_app.measure.table.column import text
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.problem import quoted
from registry_app.measure.table.source import Source

Every = Literal["day", "month", "year"]

LETTERS: dict[Every, int] = {"day": 10, "month": 7, "year": 4}
"""Letters of an ISO 8601 time that name its window."""

MOST = 1_000
"""Windows."""

_RATES = ("accuracy", "true_positive_rate", "false_positive_rate", "selection_rate")


def windows(source: Source, mapping: Mapping, every: Every) -> dict[str, Any]:
    """Rates with intervals by window, oldest first, and whether accuracy differs between them (chi-square).

    Raises:
        UsageError: no time is mapped, it is not ISO 8601, or there are too many windows.
    """
    if mapping.time is None or mapping.task != "binary" or not mapping.predicts:
        raise UsageError("Performance over time needs a binary prediction and a time.", "Name both columns.")
    column = source.column(mapping.time)
    window = func.substr(cast(column.sql, String), 1, LETTERS[every])
    label = source.column(mapping.label).key
    said = source.column(mapping.prediction).key if mapping.prediction else None
    if said is None:
        said = source.column(mapping.score or "").number >= literal(mapping.threshold)
    asked = select(window.label("w"), label.label("y"), said.label("p"), func.count()).group_by(window, label, said)
    found: dict[str, list[int]] = {}
    for when, y, p, rows in source.ask(asked.limit(MOST * 8)):
        if not _is_iso(when, every):
            raise UsageError(
                f"Column {quoted(mapping.time)} holds {str(when)[:40]!r}, which is no time.",
                "Write times as 2026-11-21 or 2026-11-21T10:00:00.",
            )
        cells = found.setdefault(str(when), [0, 0, 0, 0])
        predicted = bool(p) if mapping.prediction is None else text(p) == mapping.positive
        cells[2 * (text(y) == mapping.positive) + predicted] += rows
    if len(found) > MOST:
        raise UsageError(f"There are more than {MOST:,} windows.", "Take longer ones.")
    lines = [_line(when, *found[when]) for when in sorted(found)]
    return {"every": every, "windows": lines, "accuracy_differs": _differs([found[when] for when in sorted(found)])}


def _is_iso(when: object, every: Every) -> bool:
    if not isinstance(when, str) or len(when) != LETTERS[every] or not when.isascii():
        return False
    try:
        date.fromisoformat(when + "0000-01-01"[len(when) :])
    except ValueError:
        return False
    return when.replace("-", "").isdigit()


def _line(when: str, tn: int, fp: int, fn: int, tp: int) -> dict[str, Any]:
    n = tn + fp + fn + tp
    hits = {
        "accuracy": (tn + tp, n, "the window has no rows"),
        "true_positive_rate": (tp, fn + tp, "no row of the window is positive"),
        "false_positive_rate": (fp, tn + fp, "no row of the window is negative"),
        "selection_rate": (fp + tp, n, "the window has no rows"),
    }
    return {"window": when, "n": n, "metrics": {rate: share(*hits[rate]) for rate in _RATES}}


def _differs(found: list[list[int]]) -> dict[str, Any]:
    import numpy as np
    from scipy.stats import chi2_contingency

    table = np.array([[tn + tp, fp + fn] for tn, fp, fn, tp in found])
    if len(table) < 2 or not table.sum(axis=0).all():
        return Undefined("there is one window, or every window is as accurate", int(table.sum())).encoded()
    tested = chi2_contingency(table, correction=False)
    if tested.expected_freq.min() < 5:
        return Undefined("a window is expected to have fewer than 5 right or wrong rows", int(table.sum())).encoded()
    return {"value": decimal_text(tested.statistic), "p_value": decimal_text(tested.pvalue), "degrees": int(tested.dof)}
