"""Drift between a reference and a window: per feature and for the score, and performance over time, with the outcome in words.

The outcome is *drift shown* where a column's PSI is beyond the limit and its test, corrected by Holm over all columns, puts it not down to
chance; *cannot tell* where the PSI is beyond the limit and the test does not say so; else *no drift beyond the limit*.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from registry_app.errors import UsageError
from registry_app.measure.cells.significance import holm
from registry_app.measure.drift import distance
from registry_app.measure.drift.histogram import MISSING, OTHER, Bins, bins, histogram
from registry_app.measure.drift.windows import Every, windows
from registry_app.measure.result import Result, Undefined, decimal_text, finished, share
from registry_app.measure.table import check
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.source import Source
from registry_app.vault import clock

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIMIT = 0.2
"""A PSI above this is beyond the limit; customary are 0.1 (look) and 0.25 (act)."""

SIGNIFICANCE = 0.05
"""A corrected p-value below this is not put down to chance."""

COLUMNS = 2_000
"""Columns that are compared."""

SHOWN = 20
"""Bins of a column that stand in the document."""


def drift(
    reference: Source,
    window: Source,
    columns: Sequence[str] = (),
    limit: float = LIMIT,
    mapping: Mapping | None = None,
    every: Every = "month",
) -> Result:
    """Compare ``window`` with ``reference``, column by column.

    Args:
        columns: those compared; all that both have, if left out.
        limit: PSI beyond which a column has drifted, above 0.
        mapping: of the window, with a time and a prediction: performance over time is measured too.

    Raises:
        UsageError: the tables share no column, a column is of two kinds, or ``limit`` is out of range.
        StorageError: the disk or a server failed.
    """
    began = clock.now()
    if not 0 < limit < 1_000:
        raise UsageError("The limit is out of range.", "Give a population stability index above 0, such as 0.2.")
    names = _names(reference, window, columns)
    found = [_column(reference, window, name) for name in names]
    corrected = holm([float(each["p"]) for each in found if each["p"] is not None])
    for each in found:
        p = each.pop("p")
        each["p_value_corrected"] = (
            decimal_text(corrected.pop(0)) if p is not None else Undefined("there is no test", 0).encoded()
        )
        each["outcome"] = _outcome(each, limit)
    result: dict[str, Any] = {
        "reference": {"rows": reference.rows},
        "window": {"rows": window.rows},
        "columns": found,
        "over_time": None,
        "outcome": _whole(found),
    }
    if mapping is not None and mapping.time is not None:
        check.check(window, mapping)
        result["over_time"] = windows(window, mapping, every)
    data = {
        **window.described(),
        "reference": reference.described(),
        "mapping": None if mapping is None else mapping.described(),
    }
    parameters = {"limit": decimal_text(limit), "limit_metric": "psi", "significance": "0.05", "correction": "Holm"}
    return finished("drift", data, parameters, 0, ("scipy", "duckdb"), began, result)


def _names(reference: Source, window: Source, columns: Sequence[str]) -> list[str]:
    from registry_app.measure.table.problem import refuse

    here, there = [column.name for column in reference.header], [column.name for column in window.header]
    for source, header in ((reference, here), (window, there)):
        refuse(source.name, (*check.duplicate_headers(header), *check.unknown_columns(header, columns)))
    names = list(dict.fromkeys(columns)) or [name for name in here if name in there]
    if not names or len(names) > COLUMNS:
        raise UsageError(f"The tables share {len(names)} columns.", f"Name 1 to {COLUMNS} columns that both have.")
    return names


def _column(reference: Source, window: Source, name: str) -> dict[str, Any]:
    cut = bins(reference, name)
    before, after = histogram(reference, cut), histogram(window, cut)
    rows, rows_after = int(before.sum()), int(after.sum())
    said: dict[str, Any] = {
        "column": name,
        "kind": "numeric" if cut.numeric else "categorical",
        "missing": {
            "reference": share(int(before[-1]), rows, "the reference has no rows"),
            "window": share(int(after[-1]), rows_after, "the window has no rows"),
        },
        "p": None,
    }
    if before[:-1].sum() == 0 or after[:-1].sum() == 0:
        none = Undefined("one of the tables has no value in this column", 0).encoded()
        return said | {"psi": none, "jensen_shannon": none, "test": none, "bins": []}
    if cut.numeric:
        test = {"name": "kolmogorov_smirnov", **distance.kolmogorov_smirnov(before[:-1], after[:-1])}
        coarse = distance.merged(before[:-1], before[:-1]), distance.merged(after[:-1], before[:-1])
    else:
        test = {"name": "chi_square", **distance.chi_square(before[:-1], after[:-1])}
        coarse = before[:-1], after[:-1]
    coarse = _with_missing(coarse[0], before), _with_missing(coarse[1], after)
    return said | {
        "psi": {"value": decimal_text(distance.psi(*coarse))},
        "jensen_shannon": {"value": decimal_text(distance.jensen_shannon(*coarse))},
        "test": test,
        "p": test.get("p_value"),
        "bins": _shown(cut, before, after),
    }


def _with_missing(coarse: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.int64]:
    import numpy as np

    return np.append(coarse, whole[-1])


def _shown(cut: Bins, before: NDArray[np.int64], after: NDArray[np.int64]) -> list[dict[str, Any]]:
    """The bins of a text column with most rows; of a numeric one the tenths of the reference."""
    if cut.numeric:
        old, new = distance.merged(before[:-1], before[:-1]), distance.merged(after[:-1], before[:-1])
        names = [f"{place + 1} of {len(old)}" for place in range(len(old))]
        lines = list(zip(names, old, new, strict=True))
    else:
        rows = list(zip([*cut.values, OTHER], before[:-1], after[:-1], strict=True))
        lines = sorted((row for row in rows if row[1] or row[2]), key=lambda row: (-int(row[1] + row[2]), row[0]))[
            :SHOWN
        ]
    lines.append((MISSING, before[-1], after[-1]))
    return [{"bin": name, "reference": int(one), "window": int(other)} for name, one, other in lines if one or other]


def _outcome(column: dict[str, Any], limit: float) -> str:
    if "undefined" in column["psi"]:
        return f"cannot tell: {column['psi']['undefined']}"
    if float(column["psi"]["value"]) <= limit:
        return "no drift beyond the limit"
    corrected = column["p_value_corrected"]
    if isinstance(corrected, str) and float(corrected) < SIGNIFICANCE:
        return "drift shown"
    return "cannot tell: the distance may be chance, for there are few rows"


def _whole(columns: list[dict[str, Any]]) -> str:
    shown = [column["column"] for column in columns if column["outcome"] == "drift shown"]
    if shown:
        more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
        return f"drift shown: {', '.join(shown[:3])}{more}"
    unclear = [column["column"] for column in columns if column["outcome"].startswith("cannot tell")]
    return f"cannot tell: {', '.join(unclear[:3])}" if unclear else "no drift beyond the limit"
