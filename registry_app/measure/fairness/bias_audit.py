"""Tables in the shape of New York City's Local Law 144 (Admin Code 20-870..872; 6 RCNY 5-300..304), without a judgement.

The rule has no pass mark, so there is none here. It counts people, so weights are not used. A selection table (5-301(b)) has the
share selected; a scoring table (5-301(c)) the share that scores above the median of the sample. Persons of unknown category are
counted and in no row. A category of less than 2 % of the rows may be left out of the ratios (5-301(d)): only with a reason, and
then its count and its rate are still given.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any, Literal

from registry_app.measure.cells.cells import Cells
from registry_app.measure.cells.metrics import share
from registry_app.measure.fairness.pooling import pooled
from registry_app.measure.result import Undefined, decimal_text
from registry_app.measure.table.mapping import MISSING

FEW = 0.02
"""A category with a smaller share of the rows may be left out, with a reason."""

UNKNOWN = frozenset({MISSING, "unknown"})
"""Categories, in small letters, of persons whose category is not known."""

Kind = Literal["selection", "scoring"]


def bias_audit(
    cells: Cells, kind: Kind, sensitive: tuple[str, ...], reason: str = "", below: int = 0
) -> list[dict[str, Any]]:
    """A table by each sensitive feature, and by each two of them together.

    Args:
        cells: a binary task; for a scoring table the prediction is whether the score lies above the median.
        kind: which of the rule's two tables.
        reason: why categories with few rows are left out; empty where they are not.
        below: categories with fewer rows are put together; 0 for none.
    """
    sets = [(feature,) for feature in sensitive] + list(combinations(sensitive, 2))
    return [_table(pooled(cells.over(by), below), kind, reason) for by in sets]


def _table(cells: Cells, kind: Kind, reason: str) -> dict[str, Any]:
    selected, applicants = (each.tolist() for each in share(cells.rows, "selection_rate"))
    total = sum(applicants)
    unknown = [any(value.lower() in UNKNOWN for value in name) for name in cells.groups.names]
    left_out = [bool(reason) and n < FEW * total for n in applicants]
    rates = [hits / n for hits, n in zip(selected, applicants, strict=True)]
    held = [rate for rate, no, out in zip(rates, unknown, left_out, strict=True) if not no and not out]
    highest = max(held, default=0.0)
    rows = []
    for place, n in enumerate(applicants):
        if unknown[place]:
            continue
        row: dict[str, Any] = {"by": cells.groups.named(place), "applicants": round(n)}
        if kind == "selection":
            row["selected"] = round(selected[place])
        row["selection_rate" if kind == "selection" else "scoring_rate"] = {"value": decimal_text(rates[place])}
        if left_out[place]:
            row |= {"impact_ratio": Undefined("the category is left out", round(n)).encoded(), "left_out": reason}
        elif highest > 0:
            row["impact_ratio"] = {"value": decimal_text(rates[place] / highest)}
        else:
            row["impact_ratio"] = Undefined("the rate of every category is 0", round(n)).encoded()
        rows.append(row)
    missing = sum(n for n, no in zip(applicants, unknown, strict=True) if no)
    return {"kind": kind, "by": list(cells.groups.by), "rows": rows, "unknown": round(missing)}
