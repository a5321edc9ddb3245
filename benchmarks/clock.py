"""How things are timed: minima and medians over repeats, in milliseconds."""

from __future__ import annotations

import gc
import resource
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Timing:
    """What repeats of one thing took."""

    best: float
    """The shortest, in milliseconds."""
    median: float
    """The median, in milliseconds."""
    repeats: int
    """How many there were."""


def each(work: Callable[[Any], Any], items: Iterable[Any], warm: int = 2) -> Timing:
    """Time ``work`` on each item; the first ``warm`` do not count."""
    taken = []
    gc.collect()
    gc.disable()
    try:
        for item in items:
            start = time.perf_counter()
            work(item)
            taken.append((time.perf_counter() - start) * 1e3)
    finally:
        gc.enable()
    counted = taken[warm:] or taken
    return Timing(min(counted), statistics.median(counted), len(counted))


def peak_mb() -> float:
    """The most memory this process ever had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def once(work: Callable[[], Any]) -> float:
    """Seconds that ``work`` took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
