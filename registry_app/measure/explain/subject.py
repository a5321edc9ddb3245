"""What of a model is explained: one class of a classifier, or the prediction of a regressor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from registry_app.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Task = Literal["binary", "multiclass", "regression"]
Way = Literal["boosted", "voting", "linear", "permutation"]

_VOTING = ("RandomForest", "ExtraTrees", "DecisionTree", "ExtraTree")
_IDENTITY = ("squared_error", "absolute_error", "quantile")
_FIT = "Fit a classifier with predict_proba, or a regressor."


@dataclass(frozen=True, eq=False)
class Subject:
    """A fitted estimator and the one output of it that is explained."""

    estimator: Any
    """The last step of the model; it is called."""
    task: Task
    """By the number of classes it knows."""
    place: int
    """Of the class explained among ``classes_``; 0 for a regression."""
    positive: str | None
    """Name of that class; ``None`` for a regression."""

    @property
    def way(self) -> Way:
        """Which explainer fits: trees that are summed, trees that vote, a linear model, or asking again and again."""
        module, name = type(self.estimator).__module__, type(self.estimator).__name__
        if module.startswith(("xgboost", "lightgbm")):
            return "boosted"
        if not module.startswith("sklearn."):
            return "permutation"
        if name.startswith("HistGradientBoosting"):
            plain = self.task != "regression" or self.estimator.loss in _IDENTITY
            return "boosted" if plain else "permutation"
        if name.startswith("GradientBoosting"):
            return "permutation" if self.task == "multiclass" else "boosted"
        if name.startswith(_VOTING):
            return "voting"
        linear = module.startswith("sklearn.linear_model") and hasattr(self.estimator, "coef_")
        straight = self.task != "regression" or not module.endswith("_glm.glm")
        return "linear" if linear and straight else "permutation"

    def predictions(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability of the class explained, or the predicted value; shape (rows,)."""
        import numpy as np

        if self.task == "regression":
            return np.asarray(self.estimator.predict(table), dtype=float).reshape(-1)
        return np.asarray(self.estimator.predict_proba(table), dtype=float)[:, self.place]

    def margins(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the trees or the coefficients sum to for the class explained, before any link; shape (rows,)."""
        import numpy as np

        if self.task == "regression" and not hasattr(self.estimator, "get_booster"):
            return self.predictions(table)
        if hasattr(self.estimator, "decision_function"):
            found = self.estimator.decision_function(table)
        elif type(self.estimator).__module__.startswith("xgboost"):
            found = self.estimator.predict(table, output_margin=True)
        else:
            found = self.estimator.predict(table, raw_score=True)
        margins = np.asarray(found, dtype=float)
        return margins[:, self.place] if margins.ndim == 2 else self.sign * margins

    @property
    def sign(self) -> float:
        """-1 where the class explained is the first of two, whose margin is the other's with the sign turned."""
        return -1.0 if self.task == "binary" and self.place == 0 else 1.0


def subject(estimator: Any, positive: Any) -> Subject:
    """What of ``estimator`` is explained: the class ``positive``, or the prediction of a regressor.

    Raises:
        UsageError: it is not fitted or not of either kind, the class is unknown, or there are several and none is named.
    """
    if not hasattr(estimator, "predict_proba"):
        if not _regressor(estimator):
            raise UsageError("The model is no fitted classifier with probabilities and no fitted regressor.", _FIT)
        if positive is not None:
            raise UsageError("A regression has no class to explain.", "Leave the positive class out.")
        return Subject(estimator, "regression", 0, None)
    classes = list(getattr(estimator, "classes_", ()))
    if len(classes) < 2:
        raise UsageError("The model is no fitted classifier with probabilities and no fitted regressor.", _FIT)
    if positive is None and len(classes) > 2:
        raise UsageError(f"The model knows {len(classes)} classes.", "Name the positive class that is explained.")
    if positive is not None and positive not in classes:
        raise UsageError(f"The model does not know the class {str(positive)[:40]!r}.", "Name one of its classes.")
    place = 1 if positive is None else classes.index(positive)
    return Subject(estimator, "binary" if len(classes) == 2 else "multiclass", place, str(classes[place]))


def _regressor(estimator: Any) -> bool:
    from sklearn.base import is_regressor
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(estimator)
        return bool(is_regressor(estimator))
    except (NotFittedError, TypeError, AttributeError):
        return False
