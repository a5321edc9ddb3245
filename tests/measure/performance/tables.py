"""Small tables to measure, drawn by chance or written out."""

from __future__ import annotations

from typing import Any

import numpy as np

from registry_app.measure.performance.document import performance
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.result import Result
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.memory import Memory

Columns = dict[str, Any]


def measured(columns: Columns, seed: int = 1, progress: Progress = SILENT, **said: Any) -> Result:
    """The performance of ``columns``: label ``y``, positive outcome 1, and what ``said`` names."""
    given = {"label": "y"} | ({"positive": "1"} if said.get("task", "binary") == "binary" else {}) | said
    mapping = Mapping(**given)
    with Memory(columns, mapping.columns) as source:
        return performance(source, mapping, seed, progress)


def value(told: dict[str, Any]) -> float:
    """A number of a document."""
    return float(told["value"])


def ends(told: dict[str, Any]) -> tuple[float, float]:
    """Its interval."""
    low, high = told["ci"]
    return float(low), float(high)


def values(told: dict[str, Any]) -> dict[str, float]:
    """All of them by name."""
    return {name: value(each) for name, each in told.items()}


def binary(seed: int, n: int = 300, better: float = 0.05) -> dict[str, Any]:
    """Labels ``y``, scores ``s`` and ``t`` with ties, ``p`` and ``q`` at a threshold of 0.5, weights ``w``, some of them 0."""
    chance = np.random.default_rng(seed)
    y = chance.random(n) < 0.4
    both = chance.normal(0.4, 0.15, n)
    s, t = (np.round(np.clip(both + chance.normal(up * y, 0.1), 0, 1), 2) for up in (0.2 + better, 0.2))
    w = chance.integers(0, 9, n) / 7
    return {"y": y.astype(int), "s": s, "t": t, "p": (s >= 0.5).astype(int), "q": (t >= 0.5).astype(int), "w": w}


def numbers(seed: int, n: int = 300, noise: float = 1.5) -> dict[str, Any]:
    """Labels ``y`` far from 0, predictions ``p`` and ``q``, weights ``w``."""
    chance = np.random.default_rng(seed)
    y = chance.normal(1e4, 3, n)
    p, q = y + chance.normal(0.2, 1, n), y + chance.normal(0, noise, n)
    return {"y": y, "p": p, "q": q, "w": chance.integers(0, 9, n) / 7}
