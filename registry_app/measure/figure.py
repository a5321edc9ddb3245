"""What to draw, read from a result: plain numbers for ``charts`` (SVG) and ``bars`` (terminal)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from registry_app.measure.result import Result

if TYPE_CHECKING:
    from registry_app.measure.explain.comparison import Comparison

Standing = Literal["met", "not met", "no limit"]


@dataclass(frozen=True)
class Bar:
    """One bar, or the reason why there is none."""

    name: str
    """What is measured; the user's text, escaped by whoever draws it."""
    value: float | None
    """Length; may be negative; ``None`` when undefined."""
    low: float | None = None
    """Lower end of the 95 % interval."""
    high: float | None = None
    """Upper end of the 95 % interval."""
    note: str = ""
    """Said beside the bar: ``n = 310``, or why the value is undefined."""
    standing: Standing = "no limit"
    """Whether the value keeps the limit drawn with it."""


def impact_bars(result: Result, by: Sequence[str], limit: float) -> tuple[Bar, ...]:
    """The impact ratio of each group made by the features ``by``, judged by ``limit``."""
    bars = []
    for group in _groups(result, by):
        value = _value(group["impact_ratio"])
        standing: Standing = "no limit" if value is None else "met" if value >= limit else "not met"
        ends = _ends(group["impact_ratio"].get("ci"))
        bars.append(Bar(_said(group), value, *ends, _note(group, group["impact_ratio"]), standing))
    return tuple(bars)


def rate_bars(result: Result, by: Sequence[str], metric: str) -> tuple[Bar, ...]:
    """One metric, such as ``selection_rate``, of each group made by the features ``by`` that has it, with its interval."""
    return tuple(
        Bar(
            _said(group),
            _value(group["metrics"][metric]),
            *_ends(group["metrics"][metric].get("ci")),
            _note(group, group["metrics"][metric]),
        )
        for group in _groups(result, by)
        if metric in group["metrics"]
    )


def p_value(group: dict[str, Any]) -> str | None:
    """Of a group's test against the most selected group, in version 2 corrected by Holm; None for that group itself."""
    if "fisher" in group:
        return None if group["fisher"] is None else str(group["fisher"]["p_value"])
    return None if group["test"] is None else str(group["test"]["adjusted"])


@dataclass(frozen=True)
class Sweep:
    """What other thresholds would do, by one set of features."""

    by: tuple[str, ...]
    """The features."""
    used: float | None
    """The threshold that made the predictions."""
    thresholds: tuple[float, ...]
    """Rising."""
    rates: tuple[tuple[str, tuple[float | None, ...]], ...]
    """Per group its selection rate at each threshold."""
    ratios: tuple[float | None, ...]
    """The demographic parity ratio at each threshold."""


def sweeps(result: Result, metric: str = "selection_rate") -> tuple[Sweep, ...]:
    """The threshold sweeps of a fairness result, by single features; empty without scores."""
    found = []
    for sweep in result.result.get("thresholds", ()):
        points = sweep["points"]
        names = [_said(group) for group in points[0]["groups"]]
        used = [float(point["threshold"]) for point in points if point["used"]]
        rates = [tuple(_value(point["groups"][place][metric]) for point in points) for place in range(len(names))]
        found.append(
            Sweep(
                tuple(sweep["by"]),
                used[0] if used else None,
                tuple(float(point["threshold"]) for point in points),
                tuple(zip(names, rates, strict=True)),
                tuple(_value(point["demographic_parity_ratio"]) for point in points),
            )
        )
    return tuple(found)


def sweep_bars(sweep: Sweep, limit: float, most: int = 11) -> tuple[Bar, ...]:
    """The demographic parity ratio at some of the thresholds, the used one among them, judged by ``limit``."""
    step = -(-len(sweep.thresholds) // most)
    bars = []
    for place, (threshold, ratio) in enumerate(zip(sweep.thresholds, sweep.ratios, strict=True)):
        used = threshold == sweep.used
        if place % step == step // 2 or used:
            standing: Standing = "no limit" if ratio is None else "met" if ratio >= limit else "not met"
            note = "undefined" if ratio is None else ""
            bars.append(Bar(f"{threshold:.3g}{' (used)' if used else ''}", ratio, note=note, standing=standing))
    return tuple(bars)


def group_calibration(result: Result, by: Sequence[str]) -> tuple[tuple[str, tuple[tuple[float, float], ...]], ...]:
    """Per group made by the features ``by``: mean score and share of positives of each bin that is not empty."""
    found = []
    for each in result.result.get("calibration", ()):
        if set(each["by"]) == set(by):
            points = ((_value(row["mean_score"]), _value(row["positive_rate"])) for row in each["bins"])
            found.append((_said(each), tuple((a, b) for a, b in points if a is not None and b is not None)))
    return tuple(found)


def importance_bars(result: Result, most: int = 12) -> tuple[Bar, ...]:
    """The most important features with their intervals, largest first; tied ones say which ranks they may have."""
    found = result.result["importance"][:most]
    return tuple(Bar(each["feature"], float(each["value"]), *_ends(each["ci"]), _tied(each)) for each in found)


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
    bars = [Bar(each["feature"], float(each["value"]), *_ends(each["ci"])) for each in given[:most]]
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


def roc_points(result: Result) -> tuple[tuple[float, float], ...]:
    """False and true positive rate along the ROC curve; empty without scores."""
    curves = result.result["curves"] or {"roc": ()}
    return tuple((float(each["false_positive_rate"]), float(each["true_positive_rate"])) for each in curves["roc"])


def calibration_points(result: Result) -> tuple[tuple[float, float, float, float], ...]:
    """Mean score, share of positives and its interval, per bin that is not empty; empty without scores."""
    found = []
    for each in result.result["calibration"] or ():
        score, rate = _value(each["mean_score"]), _value(each["positive_rate"])
        low, high = _ends(each["positive_rate"].get("ci"))
        if score is not None and rate is not None:
            found.append((score, rate, rate if low is None else low, rate if high is None else high))
    return tuple(found)


def _groups(result: Result, by: Sequence[str]) -> list[dict[str, Any]]:
    return [group for group in result.result["groups"] if set(group["by"]) == set(by)]


def _said(group: dict[str, Any]) -> str:
    return ", ".join(str(value) for value in group["by"].values())


def _note(group: dict[str, Any], number: dict[str, Any]) -> str:
    small = ", small" if group["small"] else ""
    reason = f", undefined: {number['undefined']}" if "undefined" in number else ""
    return f"n = {group['n']:,}{small}{reason}"


def _value(number: dict[str, Any]) -> float | None:
    return float(number["value"]) if "value" in number else None


def _ends(ci: Any) -> tuple[float | None, float | None]:
    return (float(ci[0]), float(ci[1])) if isinstance(ci, list) else (None, None)
