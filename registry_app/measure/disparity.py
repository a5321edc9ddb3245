"""How far groups lie apart: fairlearn's disparities from counts, intervals by bootstrap, tests, and the outcome in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from registry_app.measure.result import Undefined, decimal_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIGNIFICANCE = 0.05
"""A p-value below this is not put down to chance."""

PARTS: dict[str, tuple[str, ...]] = {
    "demographic_parity": ("selection_rate",),
    "equalized_odds": ("true_positive_rate", "false_positive_rate"),
    "equal_opportunity": ("true_positive_rate",),
}
"""fairlearn's disparities by the rates they compare; of two rates the worse one counts."""

_BASES = {"true_positive_rate": "positive", "false_positive_rate": "negative", "selection_rate": ""}


@dataclass(frozen=True, eq=False)
class Counts:
    """Rows of each group by label and prediction."""

    DRAWS: ClassVar[int] = 1_000

    by: tuple[str, ...]
    """The sensitive features."""
    names: tuple[tuple[str, ...], ...]
    """The value of each feature, per group; sorted."""
    cells: NDArray[np.int64]
    """Shape (groups, 4): negative and not predicted, negative and predicted, positive and not, positive and predicted."""

    def named(self, place: int) -> dict[str, str]:
        """``{"sex": "female"}``."""
        return dict(zip(self.by, self.names[place], strict=True))

    def said(self, place: int) -> str:
        """``sex female, age up to 25``."""
        return ", ".join(f"{feature} {value}" for feature, value in self.named(place).items())

    def of(self, place: int, base: str) -> int:
        """Rows of a group: ``n``, ``positives``, ``negatives`` or ``selected``."""
        tn, fp, fn, tp = (int(count) for count in self.cells[place])
        return {"n": tn + fp + fn + tp, "positives": fn + tp, "negatives": tn + fp, "selected": fp + tp}[base]

    def hits(self, place: int, metric: str) -> int:
        """The numerator of a rate of a group."""
        tn, fp, _, tp = (int(count) for count in self.cells[place])
        hits = {"selection_rate": fp + tp, "false_positive_rate": fp, "accuracy": tn + tp}
        return hits.get(metric, tp)


def rates(cells: NDArray[np.int64], metric: str) -> NDArray[np.float64]:
    """A rate from counts of shape (…, groups, 4); NaN, inside this file only, where the group has no such rows."""
    import numpy as np

    tn, fp, fn, tp = (cells[..., place].astype(float) for place in range(4))
    above, below = {
        "selection_rate": (fp + tp, tn + fp + fn + tp),
        "true_positive_rate": (tp, fn + tp),
        "false_positive_rate": (fp, tn + fp),
    }[metric]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(above / below, dtype=float)


def disparities(counts: Counts, seed: int) -> list[dict[str, Any]]:
    """Difference and ratio of each of fairlearn's disparities between the groups, each with its 95 % interval."""
    import numpy as np

    total = int(counts.cells.sum())
    drawn = np.random.default_rng(seed).multinomial(total, counts.cells.reshape(-1) / total, size=Counts.DRAWS)
    drawn = drawn.reshape(Counts.DRAWS, *counts.cells.shape)
    return [
        _disparity(counts, drawn, name, parts, how) for name, parts in PARTS.items() for how in ("difference", "ratio")
    ]


def _disparity(counts: Counts, drawn: NDArray[np.int64], name: str, parts: tuple[str, ...], how: str) -> dict[str, Any]:
    import numpy as np

    found: dict[str, Any] = {"metric": f"{name}_{how}", "by": list(counts.by)}
    left_out = [
        {"by": counts.named(int(place)), "metric": metric, "reason": f"no row of the group is {_BASES[metric]}", "n": 0}
        for metric in parts
        for place in np.flatnonzero(np.isnan(rates(counts.cells, metric)))
    ]
    single = {metric: _spread(rates(counts.cells, metric), how) for metric in parts}
    if any(np.isnan(value) for value in single.values()):
        lacking = next(metric for metric in parts if np.isnan(single[metric]))
        groups = int((~np.isnan(rates(counts.cells, lacking))).sum())
        reason = f"the {lacking} of every group is 0" if groups > 1 else f"fewer than two groups have a {lacking}"
        return found | Undefined(reason, groups).encoded() | {"left_out": left_out}
    worst = (max if how == "difference" else min)(parts, key=lambda metric: single[metric])
    spreads = np.stack([_spread(rates(drawn, metric), how) for metric in parts])
    with np.errstate(invalid="ignore"):
        sampled = spreads.max(axis=0) if how == "difference" else spreads.min(axis=0)
    sampled = sampled[~np.isnan(sampled)]
    value = rates(counts.cells, worst)
    high, low = int(np.nanargmax(value)), int(np.nanargmin(value))
    found["value"] = decimal_text(single[worst])
    if len(sampled) >= Counts.DRAWS * 0.95:
        found["ci"] = [decimal_text(edge) for edge in np.quantile(sampled, [0.025, 0.975])]
    else:
        found["ci"] = Undefined("too many draws had no such rate", len(sampled)).encoded()
    for end, place in (("highest", high), ("lowest", low)):
        found[end] = {"by": counts.named(place), "metric": worst, "value": decimal_text(value[place])}
    return found | {"left_out": left_out}


def _spread(value: NDArray[np.float64], how: str) -> Any:
    """Largest minus smallest, or smallest by largest, over the groups that have the rate; NaN when it does not exist."""
    import numpy as np

    several = (~np.isnan(value)).sum(axis=-1) > 1
    top = np.where(np.isnan(value), -np.inf, value).max(axis=-1)
    bottom = np.where(np.isnan(value), np.inf, value).min(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = top - bottom if how == "difference" else np.where(top > 0, bottom / top, np.nan)
    return np.where(several, spread, np.nan)[()]


def reference(counts: Counts, small: int) -> int:
    """The group with the highest selection rate among those that are not small (among all when all are)."""
    large = [place for place in range(len(counts.names)) if counts.of(place, "n") >= small]
    selected = rates(counts.cells, "selection_rate")
    return max(large or range(len(counts.names)), key=lambda place: float(selected[place]))


def tested(counts: Counts, small: int) -> list[dict[str, Any]]:
    """Per group: impact ratio and Fisher's exact p-value, both against the most selected group that is not small."""
    against = reference(counts, small)
    selected = rates(counts.cells, "selection_rate")
    found: list[dict[str, Any]] = []
    for place in range(len(counts.names)):
        if selected[against] > 0:
            ratio: dict[str, Any] = {"value": decimal_text(selected[place] / selected[against])}
        else:
            ratio = Undefined("nobody is selected in the most selected group", counts.of(against, "n")).encoded()
        test = None if place == against else {"p_value": decimal_text(fisher(counts, place, against))}
        found.append({"impact_ratio": ratio, "fisher": test, "against": counts.named(against)})
    return found


def fisher(counts: Counts, place: int, against: int) -> float:
    """Two-sided p-value of Fisher's exact test that two groups are selected at one rate (scipy)."""
    from scipy.stats import fisher_exact

    table = [
        [counts.of(each, "selected"), counts.of(each, "n") - counts.of(each, "selected")] for each in (place, against)
    ]
    return min(1.0, float(fisher_exact(table).pvalue))


def outcome(counts: Counts, limit: float, small: int) -> dict[str, Any]:
    """What the demographic parity ratio over the groups that are not small says about ``limit``, in words."""
    large = [place for place in range(len(counts.names)) if counts.of(place, "n") >= small]
    if len(large) < 2:
        return {"outcome": f"cannot tell: fewer than two groups have {small} rows", "limit": decimal_text(limit)}
    selected = rates(counts.cells, "selection_rate")
    against = reference(counts, small)
    if selected[against] == 0:
        return {"outcome": "cannot tell: nobody is selected in any group", "limit": decimal_text(limit)}
    below = [place for place in range(len(counts.names)) if selected[place] / selected[against] < limit]
    shown = [place for place in below if place in large and fisher(counts, place, against) < SIGNIFICANCE]
    said = "no disparity beyond the limit"
    if shown:
        said = "disparity shown"
    elif any(place in large for place in below):
        place = min((place for place in below if place in large), key=lambda each: float(selected[each]))
        p = fisher(counts, place, against)
        said = (
            f"cannot tell: the gap of {counts.said(place)} could be chance (p = {p:.2g}, n = {counts.of(place, 'n')})"
        )
    elif below:
        place = min(below, key=lambda each: float(selected[each]))
        said = f"cannot tell: {counts.said(place)} has {counts.of(place, 'n')} rows, fewer than {small}"
    return {"outcome": said, "limit": decimal_text(limit)}
