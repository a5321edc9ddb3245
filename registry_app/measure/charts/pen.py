"""What every chart is drawn with: colours, lines, rectangles, texts; the same figure gives the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from registry_app.text import harmless

FONT = "Inter, 'DejaVu Sans', sans-serif"

WIDTH = 640
"""Of a wide chart."""

MOST = 3_000
"""Letters of what is told to those who cannot see a chart."""


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


def number(value: float) -> str:
    """A limit or an interval's end as a chart shows it: three decimals at most, two at least."""
    text = f"{value:.3f}"
    return text[:-1] if text.endswith("0") else text


def reading(value: float) -> str:
    """A bar's value as a chart shows it: three decimals, fewer of large numbers."""
    size = abs(value)
    return f"{value:.3f}" if size < 100 else f"{value:,.1f}" if size < 10_000 else f"{value:,.0f}"


def whisker(low: float, high: float, middle: float, colour: str) -> list[str]:
    """An interval around a bar's end."""
    return [
        line(low, middle, high, middle, colour, width=1.4),
        line(low, middle - 4, low, middle + 4, colour, width=1.4),
        line(high, middle - 4, high, middle + 4, colour, width=1.4),
    ]


def line(x1: float, y1: float, x2: float, y2: float, colour: str, dash: str = "", width: float = 1) -> str:
    """A line."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{round(x1, 2)}" y1="{round(y1, 2)}" x2="{round(x2, 2)}" y2="{round(y2, 2)}" '
        f'stroke="{attr(colour)}" stroke-width="{width}"{dashed}/>'
    )


def rect(x: float, y: float, width: float, height: float, colour: str, opacity: float = 1) -> str:
    """A rectangle."""
    seen = f' fill-opacity="{opacity}"' if opacity != 1 else ""
    size = f'width="{round(max(0.0, width), 2)}" height="{height}"'
    return f'<rect x="{round(x, 2)}" y="{round(y, 2)}" {size} rx="2" fill="{attr(colour)}"{seen}/>'


def written(
    x: float,
    y: float,
    words: str,
    colour: str,
    anchor: str = "start",
    size: int = 12,
    weight: int = 400,
    more: str = "",
) -> str:
    """Words at a place."""
    bold = f' font-weight="{weight}"' if weight != 400 else ""
    return (
        f'<text x="{round(x, 2)}" y="{round(y, 2)}" fill="{attr(colour)}" font-size="{size}" '
        f'text-anchor="{anchor}"{bold} {more}>{attr(words)}</text>'.replace(" >", ">")
    )


def svg(width: int, height: float, label: str, parts: Sequence[str]) -> str:
    """The whole drawing; ``label`` says what a person would read off it."""
    size = f'viewBox="0 0 {width} {round(height)}" width="{width}" height="{round(height)}"'
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{attr(cut(label, MOST))}" {size} font-family="{FONT}">'
    return opening + "".join(parts) + "</svg>"


def attr(text: str) -> str:
    """``text`` within markup: escaped and harmless."""
    return escape(harmless(text), quote=True)


def cut(text: str, most: int) -> str:
    """At most ``most`` characters of ``text``, harmless."""
    shown = harmless(text)
    return shown if len(shown) <= most else shown[: most - 1] + "…"
