"""What can be drawn, as plain numbers: ``charts`` draws each as SVG, ``lines`` as text for the terminal.

Names are the user's text; whoever draws them makes them harmless.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Standing = Literal["met", "not met", "no limit"]

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Bar:
    """One bar, or the reason why there is none."""

    name: str
    """What is measured."""
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


@dataclass(frozen=True)
class Bars:
    """Bars from 0, and a limit."""

    title: str
    bars: tuple[Bar, ...]
    limit: float | None = None
    limit_name: str = "limit"


@dataclass(frozen=True)
class Leaning:
    """Bars to both sides of 0."""

    title: str
    bars: tuple[Bar, ...]
    unit: str = ""
    """What the numbers are of."""


@dataclass(frozen=True)
class Curves:
    """Curves within the unit square."""

    title: str
    across: str
    """Name of the axis from left to right."""
    up: str
    """Name of the other."""
    curves: tuple[tuple[str, Points], ...]
    """Each with its name; points from left to right."""
    note: str = ""
    """Said beside the only curve, such as its area."""
    diagonal: str = ""
    """What the diagonal means; it is not drawn where nothing is said."""
    mark: float | None = None
    """A place from left to right that is marked: the threshold in use."""
    limit: float | None = None
    """A height that is marked."""


@dataclass(frozen=True)
class Calibrated:
    """Share of positives over mean score, against the diagonal."""

    title: str
    points: tuple[tuple[float, float, float, float], ...]
    """Mean score, share, and the ends of its interval, per bin."""


@dataclass(frozen=True)
class Sides:
    """Two shares of everything, bin by bin: before and now."""

    title: str
    names: tuple[str, str]
    """What the two are."""
    rows: tuple[tuple[str, float, float], ...]
    """Bin and both shares, 0 to 1."""


@dataclass(frozen=True)
class Course:
    """One number over time, each with its interval."""

    title: str
    up: str
    """What the number is."""
    points: tuple[Bar, ...]
    """Oldest first; the name is the time."""


@dataclass(frozen=True)
class Matrix:
    """Counts of label (down) by prediction (across)."""

    title: str
    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    """One row per label."""


Plot = Bars | Leaning | Curves | Calibrated | Sides | Course | Matrix
"""All of them."""
