"""Single rows told: what moved each, and for those that do not pass the reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from registry_app.measure.explain.asked import picked
from registry_app.measure.explain.batches import Batches, batched
from registry_app.measure.explain.reasons import Grounds, Reasons, compared_with, furthest_below, usual
from registry_app.measure.explain.run import Run, Singles
from registry_app.measure.explain.sampling import Sampled
from registry_app.measure.result import decimal_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AGAIN = 10
"""The first time that reasons are found again; times before it are those of the ranking."""


def flagged(associations: Sequence[Mapping[str, Any]], forbidden: Sequence[str]) -> dict[str, list[str]]:
    """What is to be said of each feature that should be no reason, or that stands in for a sensitive one."""
    found: dict[str, list[str]] = {name: ["forbidden"] for name in forbidden}
    for each in associations:
        if each["proxy"]:
            found.setdefault(each["feature"], []).append(f"proxy for {each['sensitive']}")
    return found


def told_cases(
    run: Run, where: Batches, found: Sampled, single: Singles, reasons: Reasons | None, flags: Mapping[str, list[str]]
) -> list[dict[str, Any]]:
    """Each row by its number in the table and nothing else of it, with its contributions, largest first."""
    if not single.places:
        return []
    told = [_case(run, place, values) for place, values in zip(single.places, single.values, strict=True)]
    if reasons is None:
        return [{**each, "decision": None} for each in told]
    passing = reasons.passing(run.predictions[single.places])
    compared = compared_with(reasons, run.predictions)
    some = _some(run, compared)
    average = _average(run, where, found, compared, some)
    reference, holders = usual(run.table[some], run.parted.sources, len(run.parted.features))
    grounds = Grounds(
        reasons, run.parted.features, average, reference, _named(run, some, holders), run.parted.sources,
        run.explainer.subject.predictions, flags,
    )  # fmt: skip
    failing = [at for at, passes in enumerate(passing) if not passes]
    again = _again(run, reasons, some, [single.places[at] for at in failing])
    for at, each in enumerate(told):
        each["decision"] = {"passes": bool(passing[at]), "reasons": [], "flips_together": None}
    for number, at in enumerate(failing):
        reruns = [once[number] for once in again]
        told[at]["decision"] |= grounds.told(run.table[single.places[at]], single.values[at], reruns)
    return told


def _case(run: Run, place: int, values: NDArray[np.float64]) -> dict[str, Any]:
    features = run.parted.features
    order = sorted(range(len(features)), key=lambda each: (-abs(values[each]), features[each]))
    output = float(run.explainer.outputs(run.table[place : place + 1])[0])
    return {
        "row": f"row {run.positions[place] + 1}",
        "prediction": {"value": decimal_text(run.predictions[place])},
        "output": {"value": decimal_text(output)},
        "base_value": {"value": decimal_text(run.explainer.base)},
        "contributions": [{"feature": features[each], "value": decimal_text(values[each])} for each in order],
    }


def _some(run: Run, compared: list[int]) -> list[int]:
    """At most as many of the rows compared with as a ranking is made again from, evenly spread."""
    step = max(1, -(-len(compared) // run.checked))
    return compared[::step]


def _average(run: Run, where: Batches, found: Sampled, compared: list[int], some: list[int]) -> NDArray[np.float64]:
    """Mean SHAP values of the rows compared with: of all that importance used when they are everybody."""
    everybody = len(compared) == len(run.predictions)
    values = found.values if everybody else run.values_at(where, found, some)
    average: NDArray[np.float64] = values.mean(axis=0)
    return average


def _named(run: Run, some: list[int], holders: list[int]) -> list[str]:
    """The usual value of each feature as the table says it; empty for groups of columns, which the table does not have."""
    if run.parted.features != run.tables.names:
        return [""] * len(holders)
    rows = picked(run.tables.rows, [run.positions[some[each]] for each in holders])
    cells = [[rows.iloc[at, at] if hasattr(rows, "iloc") else rows[at, at]] for at in range(len(holders))]
    return [str(cell)[:200] for (cell,) in cells]


def _again(run: Run, reasons: Reasons, some: list[int], failing: list[int]) -> list[list[list[int]]]:
    """The reasons' features of each failing row, each time against another background."""
    if not failing:
        return []
    nearest = some[: max(1, run.checked // 4)]
    rows = run.table[failing + nearest]
    found = []
    for number in range(reasons.reruns):
        other = run.again(run.draws(AGAIN + number), anew=True)
        values = run.parted.summed(batched(other, rows, run.another_seed(AGAIN + number)))
        average = values[len(failing) :].mean(axis=0)
        found.append([[place for place, _ in furthest_below(reasons, row, average)] for row in values[: len(failing)]])
    return found
