"""The numbers of a result as words and as bars, and figures on a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.text import Text
from textual.content import Content, Span

from registry_app.measure import bars
from registry_app.measure.figure import Bar
from registry_app.tui.pen import STYLES
from registry_app.tui.prose import Prose

MOST = 24
"""Bars of one figure."""
_THEMED = {
    bars.MET: STYLES["success"],
    bars.NOT_MET: STYLES["error"],
    bars.PLAIN: STYLES["plain"],
    bars.OTHER: STYLES["warning"],
    bars.MUTED: STYLES["muted"],
}


def brief(value: float) -> str:
    """A number as people read it: three places, fewer where it is large."""
    return f"{value:,.3f}" if abs(value) < 100 else f"{value:,.1f}"


def said(number: dict[str, Any] | None, *, interval: bool = True) -> str:
    """A number of a result and its interval in words, or why there is none; empty for nothing."""
    if number is None:
        return ""
    if "value" not in number:
        return f"undefined: {number['undefined']}"
    ends = number.get("ci")
    edges = f" ({brief(float(ends[0]))} to {brief(float(ends[1]))})" if interval and isinstance(ends, list) else ""
    return brief(float(number["value"])) + edges


def bar(name: str, number: dict[str, Any], note: str = "") -> Bar:
    """A number of a result as a bar, or with the reason why there is none."""
    if "value" not in number:
        return Bar(name, None, note=f"undefined: {number['undefined']}")
    ends = number.get("ci")
    low, high = (float(ends[0]), float(ends[1])) if isinstance(ends, list) else (None, None)
    return Bar(name, float(number["value"]), low, high, note)


def group(by: dict[str, Any]) -> str:
    """The values that make a group."""
    return ", ".join(str(value) for value in by.values())


def draw(page: Prose, lines: Sequence[Text]) -> None:
    """Put a figure on the page, in the colours of the theme."""
    for line in lines:
        spans = [Span(span.start, span.end, _THEMED.get(str(span.style), str(span.style))) for span in line.spans]
        page.drawn(Content(line.plain, spans=spans))


def draw_bars(page: Prose, shown: Sequence[Bar], limit: float | None = None) -> None:
    """Bars from 0, against a limit where there is one; at most :data:`MOST`."""
    if shown:
        draw(page, bars.bar_lines(shown[:MOST], limit, width=page.width, ascii=page.pen.ascii))
    if len(shown) > MOST:
        page.say(f"and {len(shown) - MOST:,} more", "muted")


def draw_around(page: Prose, shown: Sequence[Bar]) -> None:
    """Bars to both sides of 0."""
    if shown:
        draw(page, bars.shap_lines(shown, width=page.width, ascii=page.pen.ascii))
