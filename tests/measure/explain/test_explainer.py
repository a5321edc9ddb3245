from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pytest
import shap
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor
from xgboost import XGBClassifier, XGBRegressor

from registry_app.errors import UsageError
from registry_app.measure.explain.explainer import Explainer, fitted
from registry_app.measure.explain.subject import subject

DRAW = np.random.default_rng(2)
TABLE = DRAW.normal(0, 1, (300, 4))
LEAN = TABLE[:, 0] + TABLE[:, 1] * TABLE[:, 2]
TWO = (LEAN > 0.2).astype(int)
THREE = np.digitize(LEAN, [-0.5, 0.7])
AMOUNT = np.exp(LEAN / 3)


def explainer(model: Any, target: Any, positive: Any = None, interventional: bool = False) -> Explainer:
    model.fit(TABLE, target)
    return fitted(subject(model, positive), TABLE[:60], TABLE[:50], interventional)


@pytest.mark.parametrize(
    ("model", "target", "positive", "name", "output"),
    [
        (HistGradientBoostingClassifier(max_iter=20), TWO, None, "tree, tree_path_dependent", "log-odds"),
        (HistGradientBoostingClassifier(max_iter=20), THREE, 2, "tree, tree_path_dependent", "margin"),
        (RandomForestClassifier(10), THREE, 0, "tree, tree_path_dependent", "probability"),
        (XGBClassifier(n_estimators=20, n_jobs=1), TWO, 0, "tree, tree_path_dependent", "log-odds"),
        (XGBClassifier(n_estimators=20, n_jobs=1), THREE, 1, "tree, tree_path_dependent", "margin"),
        (LGBMClassifier(n_estimators=20, verbose=-1, n_jobs=1), TWO, 1, "tree, tree_path_dependent", "log-odds"),
        (LGBMClassifier(n_estimators=20, verbose=-1, n_jobs=1), THREE, 1, "tree, tree_path_dependent", "margin"),
        (LogisticRegression(), THREE, 1, "linear", "margin"),
        (LinearRegression(), AMOUNT, None, "linear", "prediction"),
        (RandomForestRegressor(10), AMOUNT, None, "tree, tree_path_dependent", "prediction"),
        (GradientBoostingRegressor(n_estimators=20), AMOUNT, None, "tree, tree_path_dependent", "prediction"),
        (HistGradientBoostingRegressor(max_iter=20), AMOUNT, None, "tree, tree_path_dependent", "prediction"),
        (XGBRegressor(n_estimators=20, n_jobs=1), AMOUNT, None, "tree, tree_path_dependent", "prediction"),
        (
            XGBRegressor(n_estimators=20, n_jobs=1, objective="count:poisson"),
            AMOUNT, None, "tree, tree_path_dependent", "margin",
        ),
        (LGBMRegressor(n_estimators=20, verbose=-1, n_jobs=1), AMOUNT, None, "tree, tree_path_dependent", "prediction"),
    ],
)  # fmt: skip
def test_base_and_values_add_up_to_the_output_of_every_kind_of_model(
    model: Any, target: Any, positive: Any, name: str, output: str
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = explainer(model, target, positive)
        assert (found.name, found.output) == (name, output)
        values = found.values(TABLE[:40], 0)
        assert values.shape == (40, 4)
        assert found.error(TABLE[:40], values) < 1e-5
        again = pickle.loads(pickle.dumps(found))
        assert (again.values(TABLE[:40], 0) == values).all()


@pytest.mark.parametrize(
    ("model", "target"),
    [
        (PoissonRegressor(), AMOUNT),
        (HistGradientBoostingRegressor(max_iter=5, loss="poisson"), AMOUNT),
        (GradientBoostingClassifier(n_estimators=5), THREE),
    ],
)
def test_what_shap_would_get_wrong_is_asked_again_and_again(model: Any, target: Any) -> None:
    found = explainer(model, target, None if target is AMOUNT else 1)
    assert found.name == "permutation"
    assert found.background is not None
    assert found.base == pytest.approx(found.subject.predictions(TABLE[:50]).mean())


def test_the_values_are_shaps_own() -> None:
    model = HistGradientBoostingClassifier(max_iter=20)
    ours = explainer(model, TWO).values(TABLE, 0)
    theirs = shap.TreeExplainer(model).shap_values(TABLE)
    assert abs(ours - theirs).max() < 1e-9


def test_trees_are_explained_against_a_background_when_asked() -> None:
    found = explainer(GradientBoostingClassifier(n_estimators=20), TWO, interventional=True)
    assert found.name == "tree, interventional"
    assert found.background is not None
    assert found.base == pytest.approx(found.subject.margins(TABLE[:60]).mean(), abs=1e-6)


def test_a_background_that_does_not_add_up_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def error(self: Explainer, table: Any, values: Any) -> float:
        return 1.0 if self.background is not None else 0.0

    monkeypatch.setattr(Explainer, "error", error)
    found = explainer(GradientBoostingClassifier(n_estimators=5), TWO, interventional=True)
    assert found.name == "tree, tree_path_dependent"


def test_a_model_that_shap_does_not_know_is_refused() -> None:
    class Broken(GradientBoostingClassifier):  # type: ignore[misc]
        __module__ = "sklearn.ensemble.other"

    model = Broken(n_estimators=5).fit(TABLE, TWO)
    del model.init_
    with pytest.raises(UsageError, match="cannot be explained"):
        fitted(subject(model, None), TABLE[:60], TABLE[:50], interventional=False)
