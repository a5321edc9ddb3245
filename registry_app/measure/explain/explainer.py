"""The shap explainer that fits a model, fitted to it once and asked for batches of rows.

Trees get ``TreeExplainer``, by default from the rows each tree was grown from (``tree_path_dependent``), against a background
when asked (``interventional``); linear models ``LinearExplainer``; all others the permutation explainer, which asks the model
again and again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry_app.errors import UsageError
from registry_app.measure.explain.subject import Subject

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BACKGROUND = 100
"""Rows of background used, drawn with the seed; for the permutation explainer half as many."""

ADDITIVE = 1e-5
"""With a larger additivity error against a background, trees are explained without one if that is nearer (shap compares with
thresholds in single precision there, and a value that lies on one can fall to the wrong side)."""


@dataclass(frozen=True, eq=False)
class Explainer:
    """Gives the SHAP values of rows; can be pickled, and gives the same values wherever it runs."""

    subject: Subject
    """What it explains."""
    name: str
    """``tree, tree_path_dependent``, ``tree, interventional``, ``linear`` or ``permutation``."""
    output: str
    """What base and values add up to: ``log-odds``, ``margin``, ``probability`` or ``prediction``."""
    base: float
    """The output when no feature is known."""
    inner: Any
    """shap's explainer; ``None`` for the permutation explainer, which is made anew with each batch's seed."""
    background: NDArray[np.float64] | None
    """Rows that "a feature is not known" is averaged over; ``None`` without."""

    def values(self, table: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
        """SHAP values, shape (rows, columns of the estimator); ``seed`` is of the permutations, if there are any."""
        import numpy as np

        if self.name == "permutation":
            import shap

            masker = shap.maskers.Independent(self.background, max_samples=BACKGROUND)
            again = shap.explainers.Permutation(self.subject.predictions, masker, seed=seed)
            return np.asarray(again(table, max_evals=4 * table.shape[1] + 2, silent=True).values)
        if self.name == "linear":
            return self._of_class(np.asarray(self.inner.shap_values(table)))
        return self._of_class(np.asarray(self.inner.shap_values(table, check_additivity=False)))

    def outputs(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """The model's own output, which base and values must add up to; shape (rows,)."""
        if self.output in ("log-odds", "margin"):
            return self.subject.margins(table)
        return self.subject.predictions(table)

    def error(self, table: NDArray[np.float64], values: NDArray[np.float64]) -> float:
        """How far base and values are from the output, at the row where they are furthest."""
        return float(abs(self.base + values.sum(axis=1) - self.outputs(table)).max())

    def _of_class(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return values[:, :, self.subject.place] if values.ndim == 3 else self.subject.sign * values


def fitted(
    what: Subject, background: NDArray[np.float64], probe: NDArray[np.float64], interventional: bool
) -> Explainer:
    """The explainer for ``what``.

    Args:
        background: at most :data:`BACKGROUND` rows of the estimator's columns.
        probe: a few rows that additivity is tried on before the explainer is chosen.
        interventional: explain trees against the background too.

    Raises:
        UsageError: shap does not know the model.
    """
    try:
        if what.way in ("boosted", "voting"):
            if not interventional:
                return _trees(what, None, probe)
            first = against(what, background, probe)
            if first.error(probe, first.values(probe, 0)) <= ADDITIVE:
                return first
            return min(first, _trees(what, None, probe), key=lambda each: each.error(probe, each.values(probe, 0)))
        if what.way == "linear":
            return _line(what, background)
        near = background[: BACKGROUND // 2]
        output = "prediction" if what.task == "regression" else "probability"
        return Explainer(what, "permutation", output, float(what.predictions(near).mean()), None, near)
    except (TypeError, AttributeError, MemoryError, NotImplementedError, AssertionError) as error:
        raise UsageError(
            f"The model cannot be explained ({type(error).__name__}).", "Use a fitted model that shap knows."
        ) from error


def against(what: Subject, background: NDArray[np.float64], probe: NDArray[np.float64]) -> Explainer:
    """Trees explained against ``background``, however exactly they add up."""
    return _trees(what, background, probe)


def _trees(what: Subject, background: NDArray[np.float64] | None, probe: NDArray[np.float64]) -> Explainer:
    import shap

    how = "tree_path_dependent" if background is None else "interventional"
    tree = shap.TreeExplainer(what.estimator, background, feature_perturbation=how)
    tree.shap_values(probe[:1], check_additivity=False)  # some boosters know their base only after the first values
    return Explainer(what, f"tree, {how}", _output(what, probe), _base(what, tree), tree, background)


def _line(what: Subject, background: NDArray[np.float64]) -> Explainer:
    import shap

    line = shap.LinearExplainer(what.estimator, shap.maskers.Independent(background, max_samples=len(background)))
    return Explainer(what, "linear", _output(what, background), _base(what, line), line, background)


def _base(what: Subject, inner: Any) -> float:
    import numpy as np

    base = np.asarray(inner.expected_value, dtype=float).reshape(-1)
    return float(base[what.place]) if len(base) > 1 else what.sign * float(base[0])


def _output(what: Subject, probe: NDArray[np.float64]) -> str:
    import numpy as np

    if what.task == "regression":
        return "prediction" if np.allclose(what.margins(probe), what.predictions(probe)) else "margin"
    if what.way == "voting":
        return "probability"
    return "log-odds" if what.task == "binary" else "margin"
