"""Which features move a model, as bars: importance, what lies between groups, what changed, and single cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from registry_app.measure.figure.number import ends_of
from registry_app.measure.figure.plot import Bar
from registry_app.measure.result import Result

if TYPE_CHECKING:
    from registry_app.measure.explain.comparison import Comparison


def importance_bars(result: Result, most: int = 12) -> tuple[Bar, ...]:
    """The most important features with their intervals, largest first; tied ones say which ranks they may have."""
    found = result.result["importance"][:most]
    return tuple(Bar(each["feature"], float(each["value"]), *ends_of(each), _tied(each)) for each in found)


def _tied(told: dict[str, Any]) -> str:
    best, worst = told.get("ranks", (told["rank"], told["rank"]))
    return "" if best == worst else f"rank {best} to {worst}"


def gap_bars(result: Result, by: str, group: str, most: int = 10) -> tuple[Bar, ...]:
    """Through which features ``group`` differs from the largest group: the widest gaps, then all others, then their sum.

    Empty in version 1, and where the result does not compare that group.
    """
    for told in result.result.get("groups", ()):
        for each in told["differences"]:
            if (told["by"], each["group"]) == (by, group):
                return _gap(each, most)
    return ()


def _gap(told: dict[str, Any], most: int) -> tuple[Bar, ...]:
    given, whole = told["contributions"], float(told["output"]["value"])
    bars = [Bar(each["feature"], float(each["value"]), *ends_of(each)) for each in given[:most]]
    if len(given) > most:
        bars.append(Bar(f"{len(given) - most} other features", whole - sum(bar.value or 0.0 for bar in bars)))
    return (*bars, Bar("difference in all", whole))


def moved_bars(comparison: Comparison, most: int = 8) -> tuple[Bar, ...]:
    """Each feature before and now, by rank now; what changed beyond the intervals is said beside the second."""
    bars = []
    for each in comparison.features[:most]:
        said: str = each.change if each.change in ("more", "less") else ""
        if each.reranked and each.first is not None and each.second is not None:
            said = f"{said}, rank {each.first.rank} → {each.second.rank}".removeprefix(", ")
        for side, when in ((each.first, "before"), (each.second, "now")):
            name, note = f"{each.feature}, {when}", said if when == "now" else ""
            if side is None:
                bars.append(Bar(name, None, note="no such feature"))
            else:
                low, high = side.ends or (None, None)
                bars.append(Bar(name, side.value, low, high, note))
    return tuple(bars)


def case_bars(case: dict[str, Any], most: int = 8) -> tuple[Bar, ...]:
    """The contributions to one case, largest first; the rest are summed in the last bar, so that all still add up."""
    given = case["contributions"]
    bars = [Bar(each["feature"], float(each["value"])) for each in given[:most]]
    if len(given) > most:
        rest = sum(float(each["value"]) for each in given[most:])
        bars.append(Bar(f"{len(given) - most} other features", rest))
    return tuple(bars)
