"""One metric of every group and of all rows: what a document's numbers and distances are made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry_app.measure.cells import interval, metrics
from registry_app.measure.cells.cells import POSITIVE, Cells, Moments
from registry_app.measure.result import Z95, Undefined, decimal_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

Asked = tuple[str, int]
"""A metric, and the class that is set against the rest."""


@dataclass(frozen=True, eq=False)
class Metric:
    """One metric over the groups of one set."""

    name: str
    """fairlearn's; of one class among many, with the class: ``recall[cat]``."""
    values: Values
    """Shape (groups,); NaN where a group has none."""
    ends: list[Any]
    """Per group its interval, None where there is none, or how many draws had the number."""
    overall: float
    """Over all rows."""
    lacking: str
    """Why a group may have none."""

    def encoded(self, place: int, n: int) -> dict[str, Any]:
        """The number of one group, as a document holds it."""
        return number(float(self.values[place]), self.ends[place], self.lacking, n)


def asked(classes: Sequence[str]) -> dict[str, Asked]:
    """Every metric of a binary or multiclass task by its name; recall is the true positive rate by another one."""
    if len(classes) == 2:
        named = {metric: (metric, POSITIVE) for metric in metrics.BINARY}
    else:
        named = {metric: (metric, 0) for metric in metrics.MULTICLASS} | {
            f"{metric}[{name}]": (metric, of) for of, name in enumerate(classes) for metric in metrics.ONE_CLASS
        }
    return {name: (metric.replace("recall", "true_positive_rate"), of) for name, (metric, of) in named.items()}


def of_cells(cells: Cells, drawn: dict[Asked, list[Any]]) -> list[Metric]:
    """Every metric of a binary or multiclass task.

    Args:
        drawn: the intervals of the groups in the metrics that are no share of rows.
    """
    whole, found = cells.weight.sum(axis=0), []
    for name, (metric, of) in asked(cells.classes).items():
        if metric in metrics.PROPORTIONS:
            ends: list[Any] = list(interval.wilsons(cells, metric, of))
        else:
            ends = drawn[metric, of]
        values, overall = metrics.metric_of(cells.weight, metric, of), float(metrics.metric_of(whole, metric, of))
        found.append(Metric(name, values, ends, overall, metrics.lacking(name.partition("[")[0])))
    return found


def of_moments(moments: Moments, whole: Moments, seed: int) -> tuple[list[Metric], list[tuple[Values, Values]]]:
    """Every metric of a regression, and its draws: from the normal distribution of each group's interval, and of that of all rows.

    Args:
        whole: the same rows as one group.

    Returns:
        The metrics; and for each draws of shape (draws, groups) and (draws,).
    """
    import numpy as np

    chance = np.random.default_rng(seed)
    found, drawn = [], []
    for metric in metrics.REGRESSION:
        values, overall = metrics.regression(moments, metric), metrics.regression(whole, metric)
        ends, ends_whole = interval.walds(moments, metric), interval.walds(whole, metric)
        found.append(Metric(metric, values, list(ends), float(overall[0]), metrics.lacking(metric)))
        drawn.append((_normal(values, ends, chance), _normal(overall, ends_whole, chance)[:, 0]))
    return found, drawn


def _normal(values: Values, ends: list[Any], chance: np.random.Generator) -> Values:
    import numpy as np

    errors = [np.nan if each is None else (each[1] - value) / Z95 for value, each in zip(values, ends, strict=True)]
    return np.asarray(values + np.array(errors) * chance.standard_normal((interval.DRAWS, len(values))))


def number(value: float, ends: Any, lacking: str, n: int) -> dict[str, Any]:
    """A number with its interval as a document holds it; Undefined where it is NaN or infinite."""
    if not abs(value) < float("inf"):
        return Undefined(lacking, n).encoded()
    return {"value": decimal_text(value), "ci": limits(ends, n)}


def limits(ends: Any, n: int) -> Any:
    """An interval as a document holds it, or why there is none."""
    if isinstance(ends, tuple):
        return [decimal_text(end) for end in ends]
    if ends is None:
        return Undefined("the counts give no interval for it", n).encoded()
    return Undefined("too many draws had no such number", int(ends)).encoded()
