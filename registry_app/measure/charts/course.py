"""What changed: shares of bins before and now, and one number over time."""

from __future__ import annotations

from collections.abc import Sequence

from registry_app.measure.charts.pen import WIDTH, Colours, attr, cut, line, number, rect, svg, written
from registry_app.measure.figure.plot import Bar

_LEFT = 190
_ROW = 21


def sides_chart(
    rows: Sequence[tuple[str, float, float]], names: tuple[str, str], title: str, colours: Colours | None = None
) -> str:
    """Two bars for each bin, the one before above the one now."""
    paint = colours or Colours()
    top = max((max(before, now) for _, before, now in rows), default=0.0) or 1.0
    span = WIDTH - _LEFT - 70
    head, height = 48, 48 + _ROW * len(rows) + 8
    parts = [written(0, 16, title, paint.ink, size=13, weight=700)]
    for place, (name, colour) in enumerate(zip(names, (paint.muted, paint.bar), strict=True)):
        parts.append(rect(_LEFT + 130 * place, 27, 12, 9, colour))
        parts.append(written(_LEFT + 18 + 130 * place, 36, name, paint.ink, size=11))
    told = []
    for row, (name, before, now) in enumerate(rows):
        at = head + _ROW * row
        parts.append(written(_LEFT - 10, at + 13, cut(name, 25), paint.ink, anchor="end"))
        for step, (value, colour) in enumerate(((before, paint.muted), (now, paint.bar))):
            parts.append(rect(_LEFT, at + 1 + 9 * step, span * value / top, 8, colour))
            words = f"{value:.1%}"
            parts.append(written(_LEFT + span * value / top + 6, at + 9 + 9 * step, words, paint.ink, size=9))
        told.append(f"{cut(name, 60)} {before:.1%} before, {now:.1%} now")
    return svg(WIDTH, height, f"{title}: {'; '.join(told)}", parts)


def course_chart(points: Sequence[Bar], title: str, up: str, colours: Colours | None = None) -> str:
    """A number over time with its intervals; the scale reaches from the lowest to the highest of them."""
    paint = colours or Colours()
    left, right, top, bottom, height = 60, 600, 44, 214, 262
    ends = [
        end for each in points if each.value is not None for end in (each.value, each.low, each.high) if end is not None
    ]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    low, high = (low - 0.05, high + 0.05) if high - low < 0.02 else (low, high)
    step = (right - left) / max(1, len(points) - 1)

    def x(place: int) -> float:
        return (left + right) / 2 if len(points) == 1 else left + step * place

    def y(value: float) -> float:
        return bottom - (bottom - top) * (value - low) / (high - low)

    parts = [written(0, 16, title, paint.ink, size=13, weight=700)]
    parts.append(written(left - 44, 34, up, paint.muted, size=11))
    for share in range(5):
        value = low + (high - low) * share / 4
        parts.append(line(left, y(value), right, y(value), paint.grid))
        parts.append(written(left - 6, y(value) + 4, number(value), paint.muted, anchor="end", size=10))
    path, told = [], []
    spacing = -(-len(points) // 9)
    for place, each in enumerate(points):
        if place % spacing == 0:
            parts.append(written(x(place), bottom + 18, cut(each.name, 12), paint.muted, anchor="middle", size=10))
        if each.value is None:
            told.append(f"{cut(each.name, 40)} undefined ({each.note})")
            continue
        path.append(f"{round(x(place), 2)},{round(y(each.value), 2)}")
        if each.low is not None and each.high is not None:
            parts.append(line(x(place), y(each.low), x(place), y(each.high), paint.muted, width=1.2))
        parts.append(
            f'<circle cx="{round(x(place), 2)}" cy="{round(y(each.value), 2)}" r="3" fill="{attr(paint.bar)}"/>'
        )
        told.append(f"{cut(each.name, 40)} {number(each.value)}")
    if len(path) > 1:
        parts.append(f'<polyline points="{" ".join(path)}" fill="none" stroke="{attr(paint.bar)}" stroke-width="1.6"/>')
    return svg(WIDTH, height, f"{title}: {'; '.join(told)}", parts)
