"""Horizontal bars: from 0 with a limit, or around a zero line.

A value's label steps to the other side of its bar's end when it would touch the limit line.
"""

from __future__ import annotations

from collections.abc import Sequence

from registry_app.measure.charts.pen import WIDTH, Colours, cut, line, number, reading, rect, svg, whisker, written
from registry_app.measure.figure.plot import Bar

_LEFT = 190
_RIGHT = 130
_ROW = 34


def bar_chart(
    bars: Sequence[Bar],
    title: str,
    limit: float | None = None,
    limit_name: str = "limit",
    colours: Colours | None = None,
) -> str:
    """Horizontal bars from 0 with intervals, and a dashed, labelled limit."""
    paint = colours or Colours()
    top = max([1.0 if limit is not None else 0.0, *(max(bar.value or 0.0, bar.high or 0.0) for bar in bars)]) or 1.0
    span = WIDTH - _LEFT - _RIGHT

    def x(value: float) -> float:
        return _LEFT + span * max(0.0, value) / top

    head, height = 56, 56 + _ROW * len(bars) + 12
    mark = None if limit is None else x(limit)
    parts = [written(0, 16, title, paint.ink, size=13, weight=700)]
    told = []
    for row, bar in enumerate(bars):
        middle = head + _ROW * row + _ROW / 2
        parts.append(written(_LEFT - 10, middle + 4, cut(bar.name, 25), paint.ink, anchor="end"))
        parts.append(rect(_LEFT, middle - 8, span, 16, paint.grid, 0.45))
        if bar.value is None:
            parts.append(written(_LEFT + 6, middle + 4, cut(bar.note, 62), paint.muted, size=11))
            told.append(f"{bar.name} undefined ({bar.note})")
            continue
        colour = {"met": paint.met, "not met": paint.not_met, "no limit": paint.bar}[bar.standing]
        end = x(bar.value)
        parts.append(rect(_LEFT, middle - 8, end - _LEFT, 16, colour))
        reach = end
        if bar.low is not None and bar.high is not None:
            reach = max(end, x(bar.high))
            parts += whisker(x(bar.low), x(bar.high), middle, paint.ink)
        sign = {"met": "✓ ", "not met": "✗ ", "no limit": ""}[bar.standing]
        words = f"{sign}{reading(bar.value)}"
        at = _beside(reach, len(words), mark, end if reach == end else None)
        inside = at < end
        parts.append(written(at, middle + 4, words, "#ffffff" if inside else paint.ink, weight=700))
        parts.append(written(WIDTH, middle + 4, cut(bar.note, 20), paint.muted, anchor="end", size=11))
        interval = "" if bar.low is None or bar.high is None else f", {number(bar.low)} to {number(bar.high)}"
        judged = f", limit {bar.standing}" if bar.standing != "no limit" else ""
        told.append(f"{bar.name} {number(bar.value)}{interval}{judged}")
    if mark is not None and limit is not None:
        parts.append(line(mark, head - 6, mark, height - 8, paint.limit, dash="4 3", width=1.4))
        parts.append(written(mark, head - 12, f"{limit_name} {number(limit)}", paint.ink, anchor="middle", size=11))
    return svg(WIDTH, height, f"{title}: {'; '.join(told)}", parts)


def shap_chart(bars: Sequence[Bar], title: str, unit: str = "", colours: Colours | None = None) -> str:
    """Horizontal bars around a zero line: contributions that raise the output to the right, that lower it to the left."""
    paint = colours or Colours()
    values = [bar.value or 0.0 for bar in bars]
    low = min([0.0, *values, *((bar.low or 0.0) for bar in bars)])
    high = max([0.0, *values, *((bar.high or 0.0) for bar in bars)])
    gap = 58
    beside = 92 if any(bar.note for bar in bars) else 0
    span = WIDTH - _LEFT - gap - (gap if low < 0 else 0) - beside
    scale = span / ((high - low) or 1.0)
    zero = _LEFT + (gap if low < 0 else 0) - low * scale
    head, height = 34, 34 + 26 * len(bars) + 26
    parts = [written(0, 16, title, paint.ink, size=13, weight=700)]
    told = []
    for row, bar in enumerate(bars):
        middle, value = head + 26 * row + 13, bar.value or 0.0
        end = zero + value * scale
        parts.append(written(_LEFT - 10, middle + 4, cut(bar.name, 25), paint.ink, anchor="end"))
        parts.append(rect(min(zero, end), middle - 7, abs(end - zero), 14, paint.bar if value >= 0 else paint.other))
        reach = end
        if bar.low is not None and bar.high is not None:
            reach = max(end, zero + bar.high * scale)
            parts += whisker(zero + bar.low * scale, zero + bar.high * scale, middle, paint.ink)
        words = f"{value:+.3f}" if low < 0 else f"{value:.3f}"
        if bar.value is None:
            parts.append(written(zero + 6, middle + 4, cut(bar.note, 40), paint.muted, size=11))
            told.append(f"{bar.name} undefined ({bar.note})")
            continue
        back = end if bar.low is None else min(end, zero + bar.low * scale)
        at, anchor = (reach + 6, "start") if value >= 0 else (back - 6, "end")
        parts.append(written(at, middle + 4, words, paint.ink, anchor=anchor, size=11))
        if bar.note:
            parts.append(written(WIDTH, middle + 4, cut(bar.note, 18), paint.muted, anchor="end", size=11))
        told.append(f"{bar.name} {words}" + (f" ({bar.note})" if bar.note else ""))
    parts.append(line(zero, head, zero, height - 24, paint.muted))
    if unit:
        parts.append(written(zero, height - 8, unit, paint.muted, anchor="middle" if low < 0 else "start", size=11))
    return svg(WIDTH, height, f"{title}: {'; '.join(told)}", parts)


def _beside(reach: float, letters: int, mark: float | None, bar_end: float | None) -> float:
    """Where a label begins: after the bar, unless it would touch the limit line; then past the line or inside the bar."""
    width = letters * 7.4
    at = reach + 7
    if mark is None or not at - 5 < mark < at + width + 5:
        return at
    if bar_end is not None and bar_end < mark and bar_end - _LEFT > width + 12:
        return bar_end - width - 6
    return mark + 7
