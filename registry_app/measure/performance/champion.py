"""The champion beside its challenger on the same rows, and which is better."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from registry_app.measure.cells.significance import SIGNIFICANCE, holm
from registry_app.measure.performance import paired
from registry_app.measure.performance.number import number
from registry_app.measure.performance.paired import Agreement, Paired
from registry_app.measure.performance.scored import Scored
from registry_app.measure.progress import Progress
from registry_app.measure.result import Undefined, decimal_text
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.source import Source

CHALLENGER, CHAMPION, NEITHER = "challenger better", "champion better", "no difference shown"
EACH = "each better in something"

_HIGHER = ("accuracy", "roc_auc")
"""Metrics of which more is better; of all others less is."""

_CELLS = {
    "both_right": (True, True),
    "challenger_right": (True, False),
    "champion_right": (False, True),
    "both_wrong": (False, False),
}


def compared(
    source: Source, mapping: Mapping, champion: Mapping, found: Scored | None, progress: Progress
) -> dict[str, Any]:
    """``agreement``, ``tests`` and ``outcome``, for whatever both models say of a row.

    Args:
        found: what the challenger's score says.

    Raises:
        UsageError: the table cannot be counted so.
        Cancelled: ``progress`` said so.
        StorageError: the disk or the server failed.
    """
    progress.step("comparing")
    tests: list[Paired] = []
    agreed: Agreement | None = None
    if mapping.task == "regression":
        tests = paired.errors(source, mapping)
    elif mapping.predicts and champion.predicts:
        agreed = paired.agreement(source, mapping, champion)
        tests = [paired.accuracy(agreed)]
    if found is not None and champion.score is not None:
        progress.step("comparing")
        tests += [paired.area(source, mapping, found), paired.brier(source, mapping)]
    told = _tests(tests)
    return {
        "agreement": None if agreed is None else {name: agreed.rows[cell] for name, cell in _CELLS.items()},
        "tests": told,
        "outcome": _whole({str(each["outcome"]) for each in told}),
    }


def _tests(tests: Sequence[Paired]) -> list[dict[str, Any]]:
    """The tests as the document holds them, with p-values corrected by Holm over those that have one."""
    corrected = iter(holm([test.p_value for test in tests if test.p_value is not None]))
    found = []
    for test in tests:
        missing = Undefined(test.reason, test.n).encoded()
        adjusted = None if test.p_value is None else next(corrected)
        found.append(
            {
                "metric": test.metric,
                "method": test.method,
                "n": test.n,
                "difference": number(test.difference, test.ends, test.reason, test.n, test.reason),
                "p_value": missing if test.p_value is None else decimal_text(test.p_value),
                "adjusted": missing if adjusted is None else decimal_text(adjusted),
                "outcome": _outcome(test, adjusted),
            }
        )
    return found


def _outcome(test: Paired, adjusted: float | None) -> str:
    if adjusted is None or adjusted >= SIGNIFICANCE or not test.difference:
        return NEITHER
    return CHALLENGER if (test.difference > 0) == (test.metric in _HIGHER) else CHAMPION


def _whole(outcomes: set[str]) -> str:
    shown = outcomes - {NEITHER}
    return EACH if len(shown) > 1 else shown.pop() if shown else NEITHER
