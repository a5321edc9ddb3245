"""One explanation while it is made: the model taken apart, the rows in their order, and what explains them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry_app.measure.explain.asked import Tables, picked
from registry_app.measure.explain.batches import BATCH, Batches, batched
from registry_app.measure.explain.explainer import BACKGROUND, Explainer, against, fitted
from registry_app.measure.explain.pipeline import Parted, part
from registry_app.measure.explain.sampling import Sampled, sampled
from registry_app.measure.explain.stability import bootstrap
from registry_app.measure.explain.subject import subject

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PERMUTED = 200
"""Rows explained at most when the explainer asks the model again and again."""

MOST_ROWS = 100_000
"""Rows explained at most otherwise; the result says how many."""

CHECKED, CHECKED_PERMUTED = 200, 20
"""Rows that a ranking is made again from; the second for the permutation explainer."""


Elsewhere = Callable[[int, int, int, int], "NDArray[np.float64]"]
"""Gives what :meth:`Run.piece` does, made by somebody else: of ``start``, ``stop``, the number of the estimator's columns, and how many
rows there are at most."""


@dataclass(frozen=True, eq=False)
class Singles:
    """Rows explained one by one."""

    places: list[int]
    """Among the rows kept."""
    values: NDArray[np.float64]
    """SHAP values, shape (places, features)."""


@dataclass(frozen=True, eq=False)
class Run:
    """What an explanation is computed from."""

    parted: Parted
    """The model taken apart."""
    tables: Tables
    """What was given."""
    explainer: Explainer
    """Fitted to the estimator."""
    positions: list[int]
    """In the table given, of the rows kept: first those that importance may use, in the order it takes them."""
    takeable: int
    """How many those are."""
    table: NDArray[np.float64]
    """The estimator's columns of the rows kept."""
    predictions: NDArray[np.float64]
    """For the rows kept."""
    seed: int
    """Of everything."""
    interventional: bool
    """Whether trees are explained against a background."""

    @property
    def permutes(self) -> bool:
        """Whether the model is asked again and again."""
        return self.explainer.subject.way == "permutation"

    @property
    def checked(self) -> int:
        """Rows that a ranking is made again from, at most."""
        return CHECKED_PERMUTED if self.permutes else CHECKED

    def piece(self, start: int, stop: int) -> NDArray[np.float64]:
        """SHAP values of the rows from ``start``, a multiple of :data:`BATCH`, up to ``stop``: the same in every process.

        Shape (rows, columns of the estimator).
        """
        return batched(self.explainer, self.table[start:stop], self.seed + start // BATCH)

    def sampled(self, where: Batches, precision: float | None, elsewhere: Elsewhere | None = None) -> Sampled:
        """The importance of the features, from as many rows as it takes, explained by ``where`` or ``elsewhere``."""

        def take(start: int, stop: int) -> NDArray[np.float64]:
            if elsewhere is None:
                values = where.values(self.table[start:stop], start, self.takeable)
            else:
                values = elsewhere(start, stop, self.table.shape[1], self.takeable)
            return self.parted.summed(values)

        return sampled(take, self.takeable, precision, limited=self.takeable < len(self.tables.rows))

    def singles(self, where: Batches, found: Sampled, cases: int | Sequence[int]) -> Singles:
        """The rows asked for by number, or so many from the lowest to the highest prediction."""
        if isinstance(cases, int):
            keys = [(float(self.predictions[each]), self.positions[each]) for each in range(len(self.positions))]
            order = sorted(range(len(keys)), key=keys.__getitem__)
            steps = (round(step * (len(order) - 1) / max(1, cases - 1)) for step in range(cases))
            places = list(dict.fromkeys(order[step] for step in steps))
        else:
            at = {position: place for place, position in enumerate(self.positions)}
            places = [at[each - 1] for each in cases]
        return Singles(places, self.values_at(where, found, places))

    def values_at(self, where: Batches, found: Sampled, places: Sequence[int]) -> NDArray[np.float64]:
        """SHAP values of single rows, shape (places, features); those that importance used are taken from there."""
        import numpy as np

        values = np.zeros((len(places), len(self.parted.features)))
        known = len(found.values)
        fresh = [at for at, place in enumerate(places) if place >= known]
        for at, place in enumerate(places):
            if place < known:
                values[at] = found.values[place]
        if fresh:
            first = -(-len(self.table) // BATCH) * BATCH
            rows = self.table[[places[at] for at in fresh]]
            values[fresh] = self.parted.summed(where.values(rows, first, first + len(rows)))
        return values

    def error(self, found: Sampled, outputs: NDArray[np.float64], single: Singles) -> float:
        """How far base and values are from the output, over all rows explained."""
        errors = [self.explainer.base + found.values.sum(axis=1) - outputs]
        if single.places:
            own = self.explainer.outputs(self.table[single.places])
            errors.append(self.explainer.base + single.values.sum(axis=1) - own)
        return max(float(abs(each).max()) for each in errors)

    def draws(self, number: int) -> np.random.Generator:
        """The random draws of the ``number``-th time that something is done again; 0 is the first time."""
        import numpy as np

        return np.random.default_rng([self.seed, number])

    def another_seed(self, number: int) -> int:
        """The permutations' seed when something is done again."""
        return int(self.draws(number).integers(0, 1 << 32))

    def again(self, draws: np.random.Generator, anew: bool = False) -> Explainer:
        """The explainer fitted again against rows of the background drawn by ``draws``, with replacement.

        Args:
            anew: trees are explained against them in any case, for without them there is nothing that could differ; how exactly
                they add up matters less to a ranking.
        """
        places = bootstrap(len(self.tables.background), BACKGROUND, draws)
        near = self.parted.table(picked(self.tables.background, places))
        probe = self.table[: min(BATCH, len(self.table))]
        what = self.explainer.subject
        if anew and what.way in ("boosted", "voting"):
            return against(what, near, probe)
        return fitted(what, near, probe, self.interventional)


def begun(
    model: Any,
    tables: Tables,
    feature_groups: Mapping[str, Sequence[str]] | None,
    positive: Any,
    cases: int | Sequence[int],
    seed: int,
    interventional: bool,
) -> Run:
    """Take the model apart, put the rows in their seeded order, prepare them and fit the explainer."""
    import numpy as np

    parted = part(model, tables.names, feature_groups)
    what = subject(parted.classifier, positive)
    draws = np.random.default_rng([seed, 0])
    count = len(tables.background)
    near = parted.table(picked(tables.background, sorted(draws.permutation(count)[:BACKGROUND].tolist())))
    limit = PERMUTED if what.way == "permutation" else MOST_ROWS
    positions = draws.permutation(len(tables.rows))[:limit].tolist()
    takeable = len(positions)
    if not isinstance(cases, int):
        kept = set(positions)
        positions += [each - 1 for each in cases if each - 1 not in kept]
    table = parted.table(picked(tables.rows, positions))
    explainer = fitted(what, near, table[: min(BATCH, len(table))], interventional)
    predictions = what.predictions(table)
    return Run(parted, tables, explainer, positions, takeable, table, predictions, seed, interventional)
