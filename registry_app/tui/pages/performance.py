"""How well a version predicts: metrics with their intervals, confusion, curves, and a champion on the same rows."""

from __future__ import annotations

from typing import Any

from registry_app.measure import curves, figure
from registry_app.measure.result import Result
from registry_app.tui.pages.number import bar, draw, draw_bars, said
from registry_app.tui.prose import Prose


def performance(page: Prose, result: Result) -> None:
    """The part of a page about one measurement of performance, of any version and task."""
    found = result.result
    page.blank()
    draw_bars(page, [bar(name.replace("_", " "), number) for name, number in found["metrics"].items()])
    page.blank()
    _confusion(page, found.get("confusion"))
    rows = f"{found['n']:,}"
    page.pair(
        "rows", f"{rows}, of which {found['positives']:,} positive" if found.get("positives") is not None else rows
    )
    _curves(page, result)


def _confusion(page: Prose, table: Any) -> None:
    if isinstance(table, dict) and "true_positive" in table:
        page.pair("confusion", f"{table['true_positive']:,} true and {table['false_positive']:,} false positives, "
                               f"{table['true_negative']:,} true and {table['false_negative']:,} false negatives")  # fmt: skip


def _curves(page: Prose, result: Result) -> None:
    roc, calibration = figure.roc_points(result), figure.calibration_points(result)
    if roc:
        page.blank()
        page.say("ROC curve", "strong")
        area = f"AUC {said(result.result['metrics'].get('roc_auc'))}"
        draw(page, curves.roc_lines(roc, area, width=page.width, ascii=page.pen.ascii))
    if calibration:
        page.blank()
        page.say("Calibration", "strong")
        draw(page, curves.calibration_lines(calibration, width=page.width, ascii=page.pen.ascii))
    if not roc and not calibration:
        page.pair("curves", "none: it was measured without scores", "muted")
