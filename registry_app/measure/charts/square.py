"""Curves within the unit square: one with a note, several with a legend, and calibration."""

from __future__ import annotations

from collections.abc import Sequence

from registry_app.measure.charts.pen import Colours, attr, cut, line, number, svg, written

INSIDE = 2
"""Curves that are named within the square; of more, or with a threshold, the names stand beside it."""


def curve_chart(
    curves: Sequence[tuple[str, Sequence[tuple[float, float]]]],
    title: str,
    across: str,
    up: str,
    note: str = "",
    diagonal: bool = True,
    colours: Colours | None = None,
) -> str:
    """One curve or two, named inside; over the diagonal where that means something.

    Args:
        curves: name and points of each.
        note: said in place of the name of an only curve, such as ``AUC 0.79 (0.76 to 0.82)``.
    """
    paint = colours or Colours()
    parts = _square(title, across, up, paint, diagonal)
    names = [note] if len(curves) == 1 else [cut(name, 44) for name, _ in curves[:INSIDE]]
    left = max(92.0, 324 - 6.2 * max(map(len, names), default=0))
    told = []
    for place, ((name, points), said) in enumerate(zip(curves, names, strict=False)):
        colour, dash = (paint.bar, paint.other)[place], ("", "6 3")[place]
        path = " ".join(f"{_px(a)},{_py(b)}" for a, b in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(f'<polyline points="{path}" fill="none" stroke="{attr(colour)}" stroke-width="2.2"{dashed}/>')
        if said:
            down = 336 - 17 * (len(names) - place)
            parts.append(line(left, down - 4, left + 22, down - 4, colour, dash=dash, width=2.2))
            parts.append(written(left + 28, down, said, paint.ink, size=11, weight=700 if place == 0 else 400))
        told.append(f"{name}, a curve of {len(points)} points")
    return svg(380, 390, f"{title}: {up} over {across}. {'; '.join(told)}. {note}", parts)


def calibration_chart(
    points: Sequence[tuple[float, float, float, float]], title: str, colours: Colours | None = None
) -> str:
    """Share of positives over mean score, with intervals, against the diagonal of perfect calibration."""
    paint = colours or Colours()
    parts = _square(title, "mean score", "share of positives", paint, diagonal=True)
    path = " ".join(f"{_px(score)},{_py(rate)}" for score, rate, _, _ in points)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{attr(paint.bar)}" stroke-width="1.4" opacity="0.5"/>')
    for score, rate, low, high in points:
        parts.append(line(_px(score), _py(low), _px(score), _py(high), paint.muted, width=1.4))
        parts.append(f'<circle cx="{_px(score)}" cy="{_py(rate)}" r="4" fill="{attr(paint.bar)}"/>')
    told = "; ".join(f"score {number(a)}, positive {number(b)}" for a, b, _, _ in points)
    return svg(380, 390, f"{title}: {told}", parts)


def curves_chart(
    curves: Sequence[tuple[str, Sequence[tuple[float, float]]]],
    title: str,
    across: str,
    up: str,
    mark: float | None = None,
    limit: float | None = None,
    diagonal: bool = False,
    colours: Colours | None = None,
) -> str:
    """Named curves within the unit square, told apart by colour and dashes; ``mark`` stands upright, ``limit`` lies across."""
    paint = colours or Colours()
    parts = _square(title, across, up, paint, diagonal)
    told = []
    if mark is not None:
        parts.append(line(_px(mark), _py(0), _px(mark), _py(1), paint.ink, dash="2 3", width=1.2))
        told.append(f"used {number(mark)}")
    if limit is not None:
        parts.append(line(_px(0), _py(limit), _px(1), _py(limit), paint.limit, dash="4 3", width=1.2))
        told.append(f"limit {number(limit)}")
    for place, (name, points) in enumerate(curves):
        colour, dashes = (paint.bar, paint.other, paint.met, paint.muted)[place % 4], ("", "6 3", "2 2")[place // 4 % 3]
        path = " ".join(f"{_px(a)},{_py(b)}" for a, b in points)
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        parts.append(f'<polyline points="{path}" fill="none" stroke="{attr(colour)}" stroke-width="2"{dashed}/>')
        row = 44 + 20 * place
        parts.append(line(376, row, 400, row, colour, dash=dashes, width=2))
        parts.append(written(408, row + 4, cut(name, 26), paint.ink, size=11))
        ends = f" {number(points[0][1])} to {number(points[-1][1])}" if points else " none"
        told.append(f"{name}{ends}")
    return svg(580, max(390, 60 + 20 * len(curves)), f"{title}: {'; '.join(told)}", parts)


def _square(title: str, across: str, up: str, paint: Colours, diagonal: bool) -> list[str]:
    parts = [written(0, 16, title, paint.ink, size=13, weight=700)]
    for step in range(6):
        at = step / 5
        parts.append(line(_px(0), _py(at), _px(1), _py(at), paint.grid))
        parts.append(line(_px(at), _py(0), _px(at), _py(1), paint.grid))
        parts.append(written(_px(at), _py(0) + 15, f"{at:.1f}", paint.muted, anchor="middle", size=10))
        parts.append(written(_px(0) - 6, _py(at) + 4, f"{at:.1f}", paint.muted, anchor="end", size=10))
    if diagonal:
        parts.append(line(_px(0), _py(0), _px(1), _py(1), paint.muted, dash="4 3"))
    parts.append(written((_px(0) + _px(1)) / 2, 376, across, paint.muted, anchor="middle", size=11))
    turned = f'transform="rotate(-90 12 {round((_py(0) + _py(1)) / 2, 1)})"'
    parts.append(written(12, (_py(0) + _py(1)) / 2, up, paint.muted, anchor="middle", size=11, more=turned))
    return parts


def _px(value: float) -> float:
    return round(50 + 306 * value, 2)


def _py(value: float) -> float:
    return round(340 - 306 * value, 2)
