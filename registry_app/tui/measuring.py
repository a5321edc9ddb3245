"""A measurement on its way: what its thread says of it, what a screen may look at meanwhile, and the word to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from registry_app.measure.progress import Progress
from registry_app.tui.pen import Pen
from registry_app.tui.prose import Prose

BAR = 20
"""Cells of a bar of progress."""


@dataclass(slots=True)
class _Step:
    what: str
    began: float
    done: int = 0
    total: int = 0


class Measuring:
    """Touched by two threads: the one that measures adds to it, the screen's reads it.

    Args:
        steady: a clock that never goes back, in seconds.
    """

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._began = steady()
        self._stop = threading.Event()
        self._steps: list[_Step] = []

    @property
    def progress(self) -> Progress:
        """What the measurement is given."""
        return Progress(self._hear, self._stop.is_set)

    def stop(self) -> None:
        """Ask it to end at its next step."""
        self._stop.set()

    def page(self, pen: Pen, width: int, title: str) -> Prose:
        """What is being done, and for how long already."""
        page = Prose(pen, width)
        page.heading(title)
        now = self._steady()
        page.say(f"{now - self._began:,.0f} seconds so far", "muted")
        page.blank()
        steps = list(self._steps)
        for place, step in enumerate(steps):
            last = place + 1 == len(steps)
            ended = now if last else steps[place + 1].began
            shape = pen.mark("open").shape if last else pen.mark("met").shape
            far = f"  {_bar(pen, step)}" if last and step.total else ""
            page.item(
                (
                    (f"{shape} {step.what}", "strong" if last else ""),
                    (far, "plain"),
                    (f"  {ended - step.began:,.0f} s", "muted"),
                )
            )
        return page

    def _hear(self, what: str, done: int, total: int) -> None:
        if self._steps and self._steps[-1].what == what:
            self._steps[-1].done, self._steps[-1].total = done, total
        else:
            self._steps.append(_Step(what, self._steady(), done, total))


def _bar(pen: Pen, step: _Step) -> str:
    filled = min(BAR, max(0, step.done * BAR // step.total))
    full, rest = ("#", ".") if pen.ascii else ("█", "·")
    return f"{full * filled}{rest * (BAR - filled)} {step.done:,} of {step.total:,}"
