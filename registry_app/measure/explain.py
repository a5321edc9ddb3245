"""Which features move a binary classifier's output: SHAP values, checked against the output they must add up to.

A scikit-learn pipeline is explained behind its preprocessing; the values of columns that one feature was turned into
(one-hot) are summed back to that feature, which is exact because SHAP values add up. Tree models get shap's
``TreeExplainer`` and linear ones its ``LinearExplainer`` (output: log-odds, or the probability where the model votes), all
others the permutation explainer over the probability, on at most :data:`PERMUTED` rows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry_app.errors import UsageError
from registry_app.measure.pipeline import part
from registry_app.measure.result import Result, Undefined, checked_seed, decimal_text, finished
from registry_app.vault import clock, digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PERMUTED = 200
"""Rows explained when the explainer asks the model again and again."""

BACKGROUND = 100
"""Rows of background used, drawn with the seed; for the permutation explainer half as many."""

MOST_ROWS = 20_000
"""Rows explained at most, drawn with the seed; the result says how many."""


ADDITIVE = 1e-5
"""With a larger additivity error against a background, trees are explained without one and the better of both is kept
(shap compares with thresholds in single precision there, and a value that lies on one can fall to the wrong side)."""


@dataclass(frozen=True, eq=False)
class _Explained:
    explainer: str
    output: str
    base: float
    values: NDArray[np.float64]
    outputs: NDArray[np.float64]

    def error(self) -> float:
        """How far base and values are from the output, at the row where they are furthest."""
        return float(abs(self.base + self.values.sum(axis=1) - self.outputs).max())


def explain(
    model: Any,
    background: Any,
    rows: Any,
    feature_names: Sequence[str],
    seed: int,
    cases: int = 5,
    feature_groups: Mapping[str, Sequence[str]] | None = None,
    positive: Any = None,
) -> Result:
    """Explain what ``model`` says about ``rows``.

    Args:
        model: fitted binary classifier with ``predict_proba``, or a Pipeline that ends in one. It is called: only ever pass a
            model that you would run.
        background: table of shape (any, features) that "a feature is not known" is averaged over.
        rows: table of shape (rows, features) to explain; data frames or arrays.
        feature_names: name of each column of both tables.
        seed: of the background draw, row draw and permutations, 0 to 2^32 - 1.
        cases: how many single rows to explain, spread from the lowest to the highest prediction.
        feature_groups: source feature to the transformed columns made from it; found by itself for a ColumnTransformer.
        positive: class explained; the second of ``classes_`` when not given.

    Raises:
        UsageError: tables and names do not fit, the model is no binary classifier, or its columns cannot be traced back.
    """
    import numpy as np

    began = clock.now()
    checked_seed(seed)
    names = tuple(str(name) for name in feature_names)
    _checked(names, background, rows, cases)
    parted = part(model, names, feature_groups)
    draws = np.random.default_rng(seed)
    place = _class(parted.classifier, positive)
    near = parted.table(_some(background, BACKGROUND, draws)[0])
    limit = MOST_ROWS if _kind(parted.classifier) != "permutation" else PERMUTED
    chosen, positions = _some(rows, limit, draws)
    inside = parted.table(chosen)
    try:
        found = _explained(parted.classifier, near, inside, place, seed)
    except (TypeError, AttributeError, MemoryError, NotImplementedError) as error:
        raise UsageError(
            f"The model cannot be explained ({type(error).__name__}).",
            "Use a fitted binary classifier that shap knows.",
        ) from error
    values = parted.summed(found.values)
    probability = np.asarray(parted.classifier.predict_proba(inside), dtype=float)[:, place]
    result = {
        "n": len(positions),
        "output": found.output,
        "base_value": {"value": decimal_text(found.base)},
        "additivity": {"max_abs_error": {"value": decimal_text(found.error())}},
        "importance": _importance(parted.features, values),
        "cases": _cases(parted.features, values, found, probability, positions, cases),
    }
    data = {
        "digest": _digest(names, rows),
        "rows": len(rows),
        "background_digest": _digest(names, background),
        "background_rows": len(background),
        "features": list(names),
        "positive": str(list(parted.classifier.classes_)[place]),
    }
    parameters = {
        "explainer": found.explainer,
        "model": type(parted.classifier).__name__,
        "explained_rows": len(positions),
        "background_used": 0 if "path" in found.explainer else len(near),
        "interval": "0.95",
        "cases": cases,
    }
    return finished("explanation", data, parameters, seed, ("shap", "scikit-learn", "scipy"), began, result)


def _checked(names: tuple[str, ...], background: Any, rows: Any, cases: int) -> None:
    if len(set(names)) != len(names) or not names:
        raise UsageError("The feature names are empty or one stands twice.", "Give each column its own name.")
    if not 0 <= cases <= 100:
        raise UsageError(f"{cases} cases cannot be shown.", "Ask for 0 to 100.")
    for table, what in ((background, "background"), (rows, "rows")):
        shape: tuple[int, ...] = tuple(getattr(table, "shape", ()))
        if len(shape) != 2 or shape[0] == 0 or shape[1] != len(names):
            raise UsageError(
                f"The {what} to explain have the shape {shape}, not (1 or more, {len(names)}).",
                "Give a data frame or a two-dimensional array with one column per feature name.",
            )


def _class(classifier: Any, positive: Any) -> int:
    classes = list(getattr(classifier, "classes_", ()))
    if len(classes) != 2 or not hasattr(classifier, "predict_proba"):
        raise UsageError(
            "The model is not a fitted binary classifier with probabilities.", "Fit one that has predict_proba."
        )
    if positive is None:
        return 1
    if positive not in classes:
        raise UsageError(f"The model does not know the class {str(positive)[:40]!r}.", "Name one of its two classes.")
    return classes.index(positive)


def _some(table: Any, most: int, draws: np.random.Generator) -> tuple[Any, list[int]]:
    """The table, or ``most`` rows of it drawn without replacement and kept in order; with their positions."""
    if len(table) <= most:
        return table, list(range(len(table)))
    positions = sorted(int(each) for each in draws.choice(len(table), size=most, replace=False))
    return (table.iloc[positions] if hasattr(table, "iloc") else table[positions]), positions


def _kind(classifier: Any) -> str:
    module, name = type(classifier).__module__, type(classifier).__name__
    boosted = module.startswith(("xgboost", "lightgbm")) or "GradientBoosting" in name
    voting = name in ("RandomForestClassifier", "ExtraTreesClassifier", "DecisionTreeClassifier", "ExtraTreeClassifier")
    if boosted:
        return "boosted"
    if voting and module.startswith("sklearn."):
        return "voting"
    return "linear" if module.startswith("sklearn.linear_model") and hasattr(classifier, "coef_") else "permutation"


def _explained(
    classifier: Any, near: NDArray[np.float64], inside: NDArray[np.float64], place: int, seed: int
) -> _Explained:
    """SHAP values of shape (rows, transformed columns) for the class at ``place``, with the output they add up to."""
    import numpy as np
    import shap

    kind = _kind(classifier)
    sign = 1.0 if place == 1 else -1.0
    if kind in ("boosted", "voting"):
        first = _trees(classifier, near, inside, place, kind)
        if first.error() <= ADDITIVE:
            return first
        return min(first, _trees(classifier, None, inside, place, kind), key=lambda each: each.error())
    if kind == "linear":
        line = shap.LinearExplainer(classifier, shap.maskers.Independent(near, max_samples=len(near)))
        values, base = np.asarray(line.shap_values(inside)), float(np.asarray(line.expected_value).reshape(-1)[0])
        outputs = np.asarray(classifier.decision_function(inside), dtype=float)
        return _Explained("linear", "log-odds", sign * base, sign * values, sign * outputs)

    def probability(table: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(classifier.predict_proba(table), dtype=float)[:, place]

    masker = shap.maskers.Independent(near[: BACKGROUND // 2], max_samples=BACKGROUND // 2)
    again = shap.explainers.Permutation(probability, masker, seed=seed)
    explanation = again(inside, max_evals=4 * inside.shape[1] + 2, silent=True)
    base = float(np.asarray(explanation.base_values).reshape(-1)[0])
    return _Explained("permutation", "probability", base, np.asarray(explanation.values), probability(inside))


def _trees(
    classifier: Any, near: NDArray[np.float64] | None, inside: NDArray[np.float64], place: int, kind: str
) -> _Explained:
    """Exact values against the background ``near``, or, without one, against the rows each tree was grown from."""
    import numpy as np
    import shap

    how = "tree_path_dependent" if near is None else "interventional"
    tree = shap.TreeExplainer(classifier, near, feature_perturbation=how)
    values, base = np.asarray(tree.shap_values(inside, check_additivity=False)), np.asarray(tree.expected_value)
    if kind == "voting":
        outputs = np.asarray(classifier.predict_proba(inside), dtype=float)[:, place]
        return _Explained(f"tree, {how}", "probability", float(base[place]), values[:, :, place], outputs)
    sign = 1.0 if place == 1 else -1.0
    outputs = sign * _margin(classifier, inside)
    return _Explained(f"tree, {how}", "log-odds", sign * float(base.reshape(-1)[0]), sign * values, outputs)


def _margin(classifier: Any, inside: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds of the second class."""
    import numpy as np

    if hasattr(classifier, "decision_function"):
        return np.asarray(classifier.decision_function(inside), dtype=float)
    if type(classifier).__module__.startswith("xgboost"):
        return np.asarray(classifier.predict(inside, output_margin=True), dtype=float)
    return np.asarray(classifier.predict(inside, raw_score=True), dtype=float)


def _importance(features: tuple[str, ...], values: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Mean absolute SHAP value of each feature with its t-interval over the rows, largest first."""
    import numpy as np
    from scipy.stats import t

    size = np.abs(values)
    n, mean = len(size), size.mean(axis=0)
    half = t.ppf(0.975, n - 1) * size.std(axis=0, ddof=1) / math.sqrt(n) if n > 1 else None
    found = []
    for rank, place in enumerate(sorted(range(len(features)), key=lambda each: (-mean[each], features[each])), start=1):
        ci: Any = Undefined("one row has no spread", n).encoded()
        if half is not None:
            ci = [decimal_text(max(0.0, mean[place] - half[place])), decimal_text(mean[place] + half[place])]
        found.append({"feature": features[place], "rank": rank, "value": decimal_text(mean[place]), "ci": ci})
    return found


def _cases(
    features: tuple[str, ...],
    values: NDArray[np.float64],
    found: _Explained,
    probability: NDArray[np.float64],
    positions: list[int],
    cases: int,
) -> list[dict[str, Any]]:
    """Single rows from the lowest to the highest prediction, each named by its place in the table and nothing else."""
    order = sorted(range(len(positions)), key=lambda each: (float(probability[each]), positions[each]))
    steps = [round(step * (len(order) - 1) / max(1, cases - 1)) for step in range(cases)]
    told = []
    for each in dict.fromkeys(order[step] for step in steps):
        ranked = sorted(range(len(features)), key=lambda place: (-abs(values[each, place]), features[place]))
        told.append(
            {
                "row": f"row {positions[each] + 1}",
                "prediction": {"value": decimal_text(probability[each])},
                "output": {"value": decimal_text(found.outputs[each])},
                "base_value": {"value": decimal_text(found.base)},
                "contributions": [
                    {"feature": features[place], "value": decimal_text(values[each, place])} for place in ranked
                ],
            }
        )
    return told


def _digest(names: tuple[str, ...], table: Any) -> str:
    """SHA-256 over the names and each cell as ``str`` writes it, each closed by U+001F, rows closed by U+001E."""
    import numpy as np

    running = digest.Running()
    running.update(("\x1f".join(names) + "\x1e").encode("utf-8", "surrogatepass"))
    for row in np.asarray(table, dtype=object):
        running.update(("\x1f".join(str(cell) for cell in row) + "\x1e").encode("utf-8", "surrogatepass"))
    return running.hex()
