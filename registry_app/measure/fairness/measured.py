"""One metric of every group, of all rows and of every draw: what a document's numbers and distances are made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from registry_app.measure.cells import interval, metrics
from registry_app.measure.cells.cells import POSITIVE, Cells, Moments
from registry_app.measure.result import Z95, Undefined, decimal_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Metric:
    """One metric over the groups of one set."""

    name: str
    """fairlearn's; of one class among many, with the class: ``recall[cat]``."""
    values: Values
    """Shape (groups,); NaN where a group has none."""
    ends: list[Any]
    """Per group its interval, None where there is none, or how many draws had the number."""
    drawn: Values
    """Shape (draws, groups)."""
    overall: float
    """Over all rows."""
    drawn_overall: Values
    """Shape (draws,)."""
    lacking: str
    """Why a group may have none."""

    def encoded(self, place: int, n: int) -> dict[str, Any]:
        """The number of one group, as a document holds it."""
        return number(float(self.values[place]), self.ends[place], self.lacking, n)


def of_cells(cells: Cells, drawn: Values) -> list[Metric]:
    """Every metric of a binary or multiclass task.

    Args:
        drawn: shape (draws, groups, K, K), by the same groups.
    """
    if len(cells.classes) == 2:
        named = [(metric, metric, POSITIVE) for metric in metrics.BINARY]
    else:
        named = [(metric, metric, 0) for metric in metrics.MULTICLASS]
        named += [
            (f"{metric}[{name}]", metric, of) for of, name in enumerate(cells.classes) for metric in metrics.ONE_CLASS
        ]
    whole, drawn_whole = cells.weight.sum(axis=0), drawn.sum(axis=1)
    found: dict[str, Metric] = {}
    for name, metric, of in named:
        same = found.get(name.replace("recall", "true_positive_rate"))
        if same is not None:
            found[name] = replace(same, name=name)
            continue
        values = metrics.metric_of(drawn, metric, of)
        if metric in metrics.PROPORTIONS:
            ends: list[Any] = list(interval.wilsons(cells, metric, of))
        else:
            ends = list(interval.percentiles(list(values.T)))
        single, overall = metrics.metric_of(cells.weight, metric, of), float(metrics.metric_of(whole, metric, of))
        drawn_overall, lacking = metrics.metric_of(drawn_whole, metric, of), metrics.lacking(metric)
        found[name] = Metric(name, single, ends, values, overall, drawn_overall, lacking)
    return list(found.values())


def of_moments(moments: Moments, whole: Moments, seed: int) -> list[Metric]:
    """Every metric of a regression; a draw takes each group's number from the normal distribution of its interval.

    Args:
        whole: the same rows as one group.
    """
    import numpy as np

    chance = np.random.default_rng(seed)
    found = []
    for metric in metrics.REGRESSION:
        values, overall = metrics.regression(moments, metric), metrics.regression(whole, metric)
        ends, ends_whole = interval.walds(moments, metric), interval.walds(whole, metric)
        found.append(
            Metric(
                metric,
                values,
                list(ends),
                _normal(values, ends, chance),
                float(overall[0]),
                _normal(overall, ends_whole, chance)[:, 0],
                metrics.lacking(metric),
            )
        )
    return found


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
