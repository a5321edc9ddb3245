"""The four-fifths table of 29 CFR 1607.4(D): rates against the most selected group, and how firm what they say is.

The rule counts people, so weights are not used here. A ratio below four fifths is a screen that asks for a closer look: beside
it stand what the rule adds, statistical significance (a test, corrected by Holm), practical significance (would one more
person selected change it? 44 FR 11996, question 21) and a warning where there are few rows.
"""

from __future__ import annotations

import math
from typing import Any

from registry_app.measure.cells.cells import Cells
from registry_app.measure.cells.metrics import share
from registry_app.measure.cells.significance import SIGNIFICANCE, Group, corrected, reference
from registry_app.measure.result import Z95, Undefined, decimal_text

FOUR_FIFTHS = 0.8


def four_fifths(cells: Cells, small: int) -> dict[str, Any]:
    """The table by the features of ``cells``.

    Args:
        small: groups with fewer rows are warned of, and are not the group that others are held to.
    """
    hits, rows = (each.tolist() for each in share(cells.rows, "selection_rate"))
    groups = [Group(str(place), hit, n, int(n)) for place, (hit, n) in enumerate(zip(hits, rows, strict=True))]
    at = reference(groups, small)
    tests = corrected(groups, at)
    return {
        "by": list(cells.groups.by),
        "against": cells.groups.named(at),
        "groups": [
            {"by": cells.groups.named(place)} | _line(group, groups[at], tests[place], small)
            for place, group in enumerate(groups)
        ],
    }


def _line(group: Group, against: Group, test: Any, small: int) -> dict[str, Any]:
    selected, n = round(group.hits), group.rows
    line: dict[str, Any] = {
        "n": n, "selected": selected, "selection_rate": {"value": decimal_text(group.rate)},
        "impact_ratio": ratio(group, against), "test": None, "shortfall": 0, "one_more_changes_it": False,
        "below": False, "statistically_significant": False, "practically_significant": False,
        "warning": f"fewer than {small} rows" if n < small else "",
    }  # fmt: skip
    if test is not None:
        comparison, p_value = test
        line["test"] = {
            "method": comparison.method, "p_value": decimal_text(comparison.p_value), "adjusted": decimal_text(p_value),
        }  # fmt: skip
        line["statistically_significant"] = p_value < SIGNIFICANCE
    if against.hits > 0 and group.rate < FOUR_FIFTHS * against.rate:
        line["below"] = True
        line["shortfall"] = math.ceil(FOUR_FIFTHS * against.rate * n - selected - 1e-9)
        one_fewer = (against.hits - 1) / against.n
        line["one_more_changes_it"] = (selected + 1) / n >= FOUR_FIFTHS * one_fewer
        line["practically_significant"] = not line["one_more_changes_it"]
    return line


def ratio(group: Group, against: Group) -> dict[str, Any]:
    """The impact ratio with the interval of its logarithm (Katz et al. 1978); of the group itself it is 1, surely."""
    if against.hits <= 0:
        return Undefined("nobody is selected in the most selected group", against.rows).encoded()
    value = group.rate / against.rate
    if group is against:
        return {"value": decimal_text(value)}
    if group.hits <= 0:
        return {"value": decimal_text(value), "ci": Undefined("nobody of the group is selected", group.rows).encoded()}
    error = math.sqrt(max(0.0, 1 / group.hits - 1 / group.n + 1 / against.hits - 1 / against.n))
    ends = [decimal_text(value * math.exp(sign * Z95 * error)) for sign in (-1, 1)]
    return {"value": decimal_text(value), "ci": ends}
