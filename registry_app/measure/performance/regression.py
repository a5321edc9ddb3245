"""Errors of a number, and the share of its variance that is explained."""

from __future__ import annotations

import math
from typing import Any

from sqlalchemy import literal

from registry_app.measure.cells.count import Count, bounds, flushed
from registry_app.measure.performance.number import bounded, effective, normal, number
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.source import Source

_SUMS = ("n", "w", "ww", "wd", "wee", "weeee", "wabs", "wz", "wzz", "wzzzz", "weezz")
"""e = prediction - label; d and z are e and the label less a number near their means."""


def of_numbers(source: Source, mapping: Mapping) -> tuple[dict[str, Any], bool]:
    """``metrics`` of a regression, and whether any weight differs from one. It reads the table twice: for the mean, then around it.

    Raises:
        UsageError: something is wrong with the table; all of it is listed.
        StorageError: the disk or the server failed.
    """
    y, p = source.column(mapping.label).number, source.column(mapping.prediction or "").number
    count = Count(source, mapping, ())
    near_e, near_y = count.near(p - y, y)
    values = {"e": flushed(p - y), "d": flushed(p - y - literal(near_e)), "z": flushed(y - literal(near_y))}
    rows = count.tallied({}, _SUMS, values, bounds(source, values))
    count.trusted(rows)
    (row,) = rows
    bounded(source, *row.sums)
    sums = dict(zip(_SUMS, row.sums, strict=True))
    weighted = (sums["w"], sums["ww"]) != (sums["n"], sums["n"])
    sums["we"] = sums["wd"] + near_e * sums["w"]
    return {"metrics": _metrics(sums, near_y)}, weighted


def _metrics(sums: dict[str, float], near: float) -> dict[str, Any]:
    w, n = sums["w"], int(sums["n"])
    rows = effective(w, sums["ww"])
    absolute, squared, bias = sums["wabs"] / w, sums["wee"] / w, sums["we"] / w
    ends = normal(squared, sums["weeee"] / w - squared * squared, rows, 0.0)
    root = None if ends is None else _root(squared, ends[1] - squared)
    return {
        "mean_absolute_error": number(absolute, normal(absolute, squared - absolute * absolute, rows, 0.0), "", n),
        "mean_squared_error": number(squared, ends, "", n),
        "root_mean_squared_error": number(math.sqrt(squared), root, "", n),
        "mean_error": number(bias, normal(bias, squared - bias * bias, rows), "", n),
        "r2": _explained(sums, near, rows),
    }


def _root(squared: float, half: float) -> tuple[float, float]:
    """The interval of the root of a mean, by the delta method."""
    root = math.sqrt(squared)
    half = half / (2 * root) if root > 0 else 0.0
    return max(0.0, root - half), root + half


def _explained(sums: dict[str, float], near: float, rows: float) -> dict[str, Any]:
    """R squared, with the normal interval of a ratio of two means by the delta method.

    It does not exist where the labels do not vary by more than rounding leaves around their mean.
    """
    w, n = sums["w"], int(sums["n"])
    around = sums["wzz"] - sums["wz"] * sums["wz"] / w
    if n < 2 or around <= 1e-28 * near * near * w:
        return number(None, None, "the labels are all the same", n)
    left = sums["wee"] / around
    variance = (
        (sums["weeee"] - 2 * left * sums["weezz"] + left * left * sums["wzzzz"]) / w * (w / around) * (w / around)
    )
    return number(1 - left, normal(1 - left, variance, rows, high=1.0), "", n)
