"""What is odd about a table: findings first, then its columns, rows shared with another table, and the label by group."""

from __future__ import annotations

from typing import Any

from registry_app.measure.result import Result
from registry_app.tui.pages.number import bar, draw_bars, group, said
from registry_app.tui.prose import Prose


def quality(page: Prose, result: Result) -> None:
    """The part of a page about the quality of one table."""
    found = result.result
    page.blank()
    page.item((("Outcome: ", "strong"), (found["outcome"], "warning" if found["findings"] else "")), 0)
    for each in found["findings"]:
        page.pair(each["column"] or "rows", each["what"], "warning")
    page.blank()
    page.pair("repeated rows", said(found["repeated_rows"]))
    if found["overlap"] is not None:
        page.pair("shared rows", f"{said(found['overlap']['rows'])} stand in the other table too")
    page.blank()
    rows = [
        (
            each["column"],
            each["kind"],
            said(each["missing"], interval=False),
            f"{each['values']:,}",
            _says(each.get("says")),
        )
        for each in found["columns"]
    ]
    page.table(("column", "kind", "missing", "values", "says about the label"), rows)
    if found["balance"]:
        page.blank()
        page.say("Share of positive labels by group", "strong")
        draw_bars(
            page, [bar(group(each["by"]), each["positive_rate"], f"n = {each['n']:,}") for each in found["balance"]]
        )


def _says(told: dict[str, Any] | None) -> str:
    if told is None:
        return ""
    if "value" not in told:
        return said(told)
    return f"{said(told)} {'AUC' if told['measure'] == 'auc' else 'V'}"
