"""Figures as SVG: text stays text, the same figure gives the same bytes, colours come from the caller.

Every chart is an ``<svg role="img">`` with an ``aria-label`` that says what a person would read off it. All names are
escaped. A value's label steps to the other side of its bar's end when it would touch the limit line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from registry_app.measure.figure import Bar
from registry_app.text import harmless

FONT = "Inter, 'DejaVu Sans', sans-serif"
_WIDTH = 640
_LEFT = 190
_RIGHT = 130
_ROW = 34


@dataclass(frozen=True)
class Colours:
    """Okabe and Ito's colours by default: told apart by all common kinds of colour vision."""

    ink: str = "#1a1a1a"
    """Text."""
    muted: str = "#5f6672"
    """Notes and axes."""
    grid: str = "#e3e6ea"
    """Grid lines and empty bars."""
    bar: str = "#0072b2"
    """Bars without a limit, lines, positive contributions."""
    other: str = "#d55e00"
    """Negative contributions."""
    met: str = "#00795c"
    """Bars that keep the limit."""
    not_met: str = "#c24d00"
    """Bars that do not."""
    limit: str = "#1a1a1a"
    """The limit line."""


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
    span = _WIDTH - _LEFT - _RIGHT

    def x(value: float) -> float:
        return _LEFT + span * max(0.0, value) / top

    head, height = 56, 56 + _ROW * len(bars) + 12
    mark = None if limit is None else x(limit)
    parts = [_text(0, 16, title, paint.ink, size=13, weight=700)]
    told = []
    for row, bar in enumerate(bars):
        middle = head + _ROW * row + _ROW / 2
        parts.append(_text(_LEFT - 10, middle + 4, _cut(bar.name, 25), paint.ink, anchor="end"))
        parts.append(_rect(_LEFT, middle - 8, span, 16, paint.grid, 0.45))
        if bar.value is None:
            parts.append(_text(_LEFT + 6, middle + 4, _cut(bar.note, 62), paint.muted, size=11))
            told.append(f"{bar.name} undefined ({bar.note})")
            continue
        colour = {"met": paint.met, "not met": paint.not_met, "no limit": paint.bar}[bar.standing]
        end = x(bar.value)
        parts.append(_rect(_LEFT, middle - 8, end - _LEFT, 16, colour))
        reach = end
        if bar.low is not None and bar.high is not None:
            reach = max(end, x(bar.high))
            parts += _whisker(x(bar.low), x(bar.high), middle, paint.ink)
        sign = {"met": "✓ ", "not met": "✗ ", "no limit": ""}[bar.standing]
        words = f"{sign}{bar.value:.3f}"
        at = _beside(reach, len(words), mark, end if reach == end else None)
        inside = at < end
        parts.append(_text(at, middle + 4, words, "#ffffff" if inside else paint.ink, weight=700))
        parts.append(_text(_WIDTH, middle + 4, _cut(bar.note, 20), paint.muted, anchor="end", size=11))
        interval = "" if bar.low is None or bar.high is None else f", {number(bar.low)} to {number(bar.high)}"
        judged = f", limit {bar.standing}" if bar.standing != "no limit" else ""
        told.append(f"{bar.name} {number(bar.value)}{interval}{judged}")
    if mark is not None and limit is not None:
        parts.append(_line(mark, head - 6, mark, height - 8, paint.limit, dash="4 3", width=1.4))
        parts.append(_text(mark, head - 12, f"{limit_name} {number(limit)}", paint.ink, anchor="middle", size=11))
    return _svg(_WIDTH, height, f"{title}: {'; '.join(told)}", parts)


def shap_chart(bars: Sequence[Bar], title: str, unit: str = "", colours: Colours | None = None) -> str:
    """Horizontal bars around a zero line: contributions that raise the output to the right, that lower it to the left."""
    paint = colours or Colours()
    values = [bar.value or 0.0 for bar in bars]
    low = min([0.0, *values, *((bar.low or 0.0) for bar in bars)])
    high = max([0.0, *values, *((bar.high or 0.0) for bar in bars)])
    gap = 58
    beside = 92 if any(bar.note for bar in bars) else 0
    span = _WIDTH - _LEFT - gap - (gap if low < 0 else 0) - beside
    scale = span / ((high - low) or 1.0)
    zero = _LEFT + (gap if low < 0 else 0) - low * scale
    head, height = 34, 34 + 26 * len(bars) + 26
    parts = [_text(0, 16, title, paint.ink, size=13, weight=700)]
    told = []
    for row, bar in enumerate(bars):
        middle, value = head + 26 * row + 13, bar.value or 0.0
        end = zero + value * scale
        parts.append(_text(_LEFT - 10, middle + 4, _cut(bar.name, 25), paint.ink, anchor="end"))
        parts.append(_rect(min(zero, end), middle - 7, abs(end - zero), 14, paint.bar if value >= 0 else paint.other))
        reach = end
        if bar.low is not None and bar.high is not None:
            reach = max(end, zero + bar.high * scale)
            parts += _whisker(zero + bar.low * scale, zero + bar.high * scale, middle, paint.ink)
        words = f"{value:+.3f}" if low < 0 else f"{value:.3f}"
        if bar.value is None:
            parts.append(_text(zero + 6, middle + 4, _cut(bar.note, 40), paint.muted, size=11))
            told.append(f"{bar.name} undefined ({bar.note})")
            continue
        back = end if bar.low is None else min(end, zero + bar.low * scale)
        at, anchor = (reach + 6, "start") if value >= 0 else (back - 6, "end")
        parts.append(_text(at, middle + 4, words, paint.ink, anchor=anchor, size=11))
        if bar.note:
            parts.append(_text(_WIDTH, middle + 4, _cut(bar.note, 18), paint.muted, anchor="end", size=11))
        told.append(f"{bar.name} {words}" + (f" ({bar.note})" if bar.note else ""))
    parts.append(_line(zero, head, zero, height - 24, paint.muted))
    if unit:
        parts.append(_text(zero, height - 8, unit, paint.muted, anchor="middle" if low < 0 else "start", size=11))
    return _svg(_WIDTH, height, f"{title}: {'; '.join(told)}", parts)


def roc_chart(points: Sequence[tuple[float, float]], title: str, note: str = "", colours: Colours | None = None) -> str:
    """The ROC curve over the diagonal of chance; ``note`` such as ``AUC 0.79 (0.76 to 0.82)`` stands inside."""
    paint = colours or Colours()
    parts = _square(title, "false positive rate", "true positive rate", paint)
    path = " ".join(f"{_px(a)},{_py(b)}" for a, b in points)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{_attr(paint.bar)}" stroke-width="2.2"/>')
    if note:
        parts.append(_text(346, 320, note, paint.ink, anchor="end", weight=700))
    return _svg(380, 390, f"{title}: ROC curve of {len(points)} points. {note}", parts)


def calibration_chart(
    points: Sequence[tuple[float, float, float, float]], title: str, colours: Colours | None = None
) -> str:
    """Share of positives over mean score, with intervals, against the diagonal of perfect calibration."""
    paint = colours or Colours()
    parts = _square(title, "mean score", "share of positives", paint)
    path = " ".join(f"{_px(score)},{_py(rate)}" for score, rate, _, _ in points)
    parts.append(
        f'<polyline points="{path}" fill="none" stroke="{_attr(paint.bar)}" stroke-width="1.4" opacity="0.5"/>'
    )
    for score, rate, low, high in points:
        parts.append(_line(_px(score), _py(low), _px(score), _py(high), paint.muted, width=1.4))
        parts.append(f'<circle cx="{_px(score)}" cy="{_py(rate)}" r="4" fill="{_attr(paint.bar)}"/>')
    told = "; ".join(f"score {number(a)}, positive {number(b)}" for a, b, _, _ in points)
    return _svg(380, 390, f"{title}: {told}", parts)


def curves_chart(
    curves: Sequence[tuple[str, Sequence[tuple[float, float]]]],
    title: str,
    across: str,
    up: str,
    mark: float | None = None,
    limit: float | None = None,
    colours: Colours | None = None,
) -> str:
    """Named curves within the unit square, told apart by colour and dashes; ``mark`` stands upright, ``limit`` lies across."""
    paint = colours or Colours()
    parts = _square(title, across, up, paint, diagonal=False)
    told = []
    if mark is not None:
        parts.append(_line(_px(mark), _py(0), _px(mark), _py(1), paint.ink, dash="2 3", width=1.2))
        told.append(f"used {number(mark)}")
    if limit is not None:
        parts.append(_line(_px(0), _py(limit), _px(1), _py(limit), paint.limit, dash="4 3", width=1.2))
        told.append(f"limit {number(limit)}")
    for place, (name, points) in enumerate(curves):
        colour, dashes = (paint.bar, paint.other, paint.met, paint.muted)[place % 4], ("", "6 3", "2 2")[place // 4 % 3]
        path = " ".join(f"{_px(a)},{_py(b)}" for a, b in points)
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        parts.append(f'<polyline points="{path}" fill="none" stroke="{_attr(colour)}" stroke-width="2"{dashed}/>')
        row = 44 + 20 * place
        parts.append(_line(376, row, 400, row, colour, dash=dashes, width=2))
        parts.append(_text(408, row + 4, _cut(name, 26), paint.ink, size=11))
        ends = f" {number(points[0][1])} to {number(points[-1][1])}" if points else " none"
        told.append(f"{name}{ends}")
    return _svg(580, max(390, 60 + 20 * len(curves)), f"{title}: {'; '.join(told)}", parts)


def confusion_chart(
    confusion: dict[str, int], title: str, positive: str, negative: str = "other", colours: Colours | None = None
) -> str:
    """Counts of label by prediction; the darker, the more rows, and each with its share of all rows."""
    paint = colours or Colours()
    total = sum(confusion.values()) or 1
    parts = [_text(0, 16, title, paint.ink, size=13, weight=700)]
    yes, no = _cut(positive, 14), _cut(negative, 14)
    for place, name in enumerate((yes, no)):
        parts.append(_text(170 + 130 * place, 48, f"predicted {name}", paint.muted, anchor="middle", size=11))
        parts.append(_text(98, 102 + 84 * place, f"is {name}", paint.muted, anchor="end", size=11))
    told = []
    for place, cell in enumerate(("true_positive", "false_negative", "false_positive", "true_negative")):
        column, row = place % 2, place // 2
        count = confusion[cell]
        share = count / total
        left, top = 108 + 130 * column, 58 + 84 * row
        right = cell.startswith("true")
        opacity = round(0.12 + 0.88 * share, 3)
        ink = "#ffffff" if opacity > 0.8 else paint.ink
        parts.append(_rect(left, top, 124, 78, paint.bar if right else paint.other, opacity))
        parts.append(_text(left + 62, top + 38, f"{count:,}", ink, anchor="middle", size=18, weight=700))
        parts.append(_text(left + 62, top + 58, f"{share:.1%}", ink, anchor="middle", size=11))
        told.append(f"{cell.replace('_', ' ')} {count}")
    return _svg(372, 232, f"{title}: {'; '.join(told)}", parts)


def number(value: float) -> str:
    """A limit or an interval's end as a chart shows it: three decimals at most, two at least."""
    text = f"{value:.3f}"
    return text[:-1] if text.endswith("0") else text


def _beside(reach: float, letters: int, mark: float | None, bar_end: float | None) -> float:
    """Where a label begins: after the bar, unless it would touch the limit line; then past the line or inside the bar."""
    width = letters * 7.4
    at = reach + 7
    if mark is None or not at - 5 < mark < at + width + 5:
        return at
    if bar_end is not None and bar_end < mark and bar_end - _LEFT > width + 12:
        return bar_end - width - 6
    return mark + 7


def _square(title: str, across: str, up: str, paint: Colours, diagonal: bool = True) -> list[str]:
    parts = [_text(0, 16, title, paint.ink, size=13, weight=700)]
    for step in range(6):
        at = step / 5
        parts.append(_line(_px(0), _py(at), _px(1), _py(at), paint.grid))
        parts.append(_line(_px(at), _py(0), _px(at), _py(1), paint.grid))
        parts.append(_text(_px(at), _py(0) + 15, f"{at:.1f}", paint.muted, anchor="middle", size=10))
        parts.append(_text(_px(0) - 6, _py(at) + 4, f"{at:.1f}", paint.muted, anchor="end", size=10))
    if diagonal:
        parts.append(_line(_px(0), _py(0), _px(1), _py(1), paint.muted, dash="4 3"))
    parts.append(_text((_px(0) + _px(1)) / 2, 376, across, paint.muted, anchor="middle", size=11))
    turned = f'transform="rotate(-90 12 {round((_py(0) + _py(1)) / 2, 1)})"'
    parts.append(_text(12, (_py(0) + _py(1)) / 2, up, paint.muted, anchor="middle", size=11, more=turned))
    return parts


def _px(value: float) -> float:
    return round(50 + 306 * value, 2)


def _py(value: float) -> float:
    return round(340 - 306 * value, 2)


def _whisker(low: float, high: float, middle: float, colour: str) -> list[str]:
    return [
        _line(low, middle, high, middle, colour, width=1.4),
        _line(low, middle - 4, low, middle + 4, colour, width=1.4),
        _line(high, middle - 4, high, middle + 4, colour, width=1.4),
    ]


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dash: str = "", width: float = 1) -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{round(x1, 2)}" y1="{round(y1, 2)}" x2="{round(x2, 2)}" y2="{round(y2, 2)}" '
        f'stroke="{_attr(colour)}" stroke-width="{width}"{dashed}/>'
    )


def _rect(x: float, y: float, width: float, height: float, colour: str, opacity: float = 1) -> str:
    seen = f' fill-opacity="{opacity}"' if opacity != 1 else ""
    size = f'width="{round(max(0.0, width), 2)}" height="{height}"'
    return f'<rect x="{round(x, 2)}" y="{round(y, 2)}" {size} rx="2" fill="{_attr(colour)}"{seen}/>'


def _text(
    x: float,
    y: float,
    words: str,
    colour: str,
    anchor: str = "start",
    size: int = 12,
    weight: int = 400,
    more: str = "",
) -> str:
    bold = f' font-weight="{weight}"' if weight != 400 else ""
    return (
        f'<text x="{round(x, 2)}" y="{round(y, 2)}" fill="{_attr(colour)}" font-size="{size}" '
        f'text-anchor="{anchor}"{bold} {more}>{_attr(words)}</text>'.replace(" >", ">")
    )


def _svg(width: int, height: float, label: str, parts: Sequence[str]) -> str:
    size = f'viewBox="0 0 {width} {round(height)}" width="{width}" height="{round(height)}"'
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{_attr(label)}" {size} font-family="{FONT}">'
    )
    return opening + "".join(parts) + "</svg>"


def _attr(text: str) -> str:
    return escape(harmless(text), quote=True)


def _cut(text: str, most: int) -> str:
    shown = harmless(text)
    return shown if len(shown) <= most else shown[: most - 1] + "…"
