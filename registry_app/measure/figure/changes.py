"""What changed between two explanations: of two versions, or of one that was measured twice."""

from __future__ import annotations

from registry_app.measure.explain.comparison import Moved, Side, compare
from registry_app.measure.figure.attribution import moved_bars
from registry_app.measure.figure.part import Part, table
from registry_app.measure.figure.plot import Leaning
from registry_app.measure.result import Result


def part_of_changes(before: Result, now: Result, what: str) -> Part:
    """Importances side by side.

    Args:
        what: the explanation before, in words: ``the one recorded on 2026-11-21``.

    Raises:
        UsageError: one of them is no explanation.
    """
    found = compare(before, now)
    alone = sum(each.first is None or each.second is None for each in found.changed)
    moved = len(found.changed) - alone
    said_of = [
        *([f"{_features(moved)} changed beyond the intervals"] if moved else []),
        *([f"{_features(alone)} in one of the two models only"] if alone else []),
    ]
    outcome = "; ".join(said_of) or "nothing changed beyond the intervals"
    rows = [
        (each.feature, _value(each.first), _value(each.second), _rank(each), _said(each)) for each in found.features
    ]
    columns = [
        ("Feature", 34, False), ("Before", 14, True), ("Now", 14, True), ("Rank", 16, False), ("Change", 22, False),
    ]  # fmt: skip
    said = [f"Compared with {what}."]
    if found.outputs[0] != found.outputs[1]:
        said.append(
            f"The values are of different things ({found.outputs[0]}; {found.outputs[1]}), so only ranks are compared."
        )
    plot = Leaning("Importance before and now", moved_bars(found), found.outputs[1])
    return Part(
        "What changed", outcome, "warn" if found.changed else "good", tuple(said), (table(columns, rows),), (plot,)
    )


def _value(side: Side | None) -> str:
    return "–" if side is None else f"{side.value:.3f}"


def _rank(moved: Moved) -> str:
    first, second = moved.first, moved.second
    if first is None or second is None:
        return f"{(first or second).rank}" if first or second else "–"  # type: ignore[union-attr]
    return f"{first.rank}" if first.rank == second.rank else f"{first.rank} → {second.rank}"


def _features(n: int) -> str:
    return f"{n} {'feature' if n == 1 else 'features'}"


def _said(moved: Moved) -> str:
    if moved.first is None or moved.second is None:
        return "only now" if moved.first is None else "only before"
    return f"{moved.change}, another rank" if moved.reranked else moved.change
