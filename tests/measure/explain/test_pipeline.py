from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, PolynomialFeatures, StandardScaler

from registry_app.errors import UsageError
from registry_app.measure.explain import pipeline
from registry_app.measure.explain.pipeline import part

NAMES = ("a", "a_b", "n")
FRAME = pd.DataFrame({"a": ["b_x", "y", "y", "b_x"], "a_b": ["x", "x", "z", "z"], "n": [1.0, 2.0, 3.0, 4.0]})
LABELS = [0, 1, 0, 1]


def fitted(*steps: tuple[str, Any]) -> Pipeline:
    return Pipeline([*steps, ("classify", LogisticRegression())]).fit(FRAME, LABELS)


def test_one_hot_columns_find_their_feature_though_the_names_are_ambiguous() -> None:
    model = fitted(
        ("prepare", ColumnTransformer([("w", OneHotEncoder(), ["a", "a_b"]), ("n", StandardScaler(), ["n"])]))
    )
    parted = part(model, NAMES, None)
    assert [parted.features[place] for place in parted.sources] == ["a", "a", "a_b", "a_b", "n"]


def test_columns_passed_through_and_given_by_number_are_traced() -> None:
    prepare = ColumnTransformer([("w", OneHotEncoder(), [0])], remainder="passthrough")
    model = Pipeline([("p", prepare), ("c", LogisticRegression())]).fit(FRAME.drop(columns="a"), LABELS)
    parted = part(model, ("a_b", "n"), None)
    assert [parted.features[place] for place in parted.sources] == ["a_b", "a_b", "n"]


def test_columns_made_from_several_features_are_refused() -> None:
    made = Pipeline([("p", PolynomialFeatures()), ("c", LogisticRegression())]).fit(FRAME[["n"]], LABELS)
    with pytest.raises(UsageError, match="cannot be traced to one source feature"):
        part(made, ("n",), None)


def test_nested_pipelines_and_dropped_categories_are_traced_by_name() -> None:
    words = Pipeline([("fill", SimpleImputer(strategy="most_frequent")), ("hot", OneHotEncoder(drop="first"))])
    model = fitted(
        ("prepare", ColumnTransformer([("w", words, ["a"]), ("d", "drop", ["a_b"]), ("n", "passthrough", ["n"])]))
    )
    parted = part(model, NAMES, None)
    assert [parted.features[place] for place in parted.sources] == ["a", "n"]


def test_a_name_that_fits_two_features_is_refused_and_never_guessed() -> None:
    hot = OneHotEncoder(sparse_output=False)
    model = Pipeline([("p", hot), ("c", LogisticRegression())]).fit(FRAME[["a", "a_b"]], LABELS)
    with pytest.raises(UsageError, match="'a_b_x' cannot be traced to one source feature"):
        part(model, ("a", "a_b"), None)


def test_steps_after_the_columns_keep_their_sources() -> None:
    prepare = ColumnTransformer([("w", OneHotEncoder(sparse_output=False), ["a"]), ("n", StandardScaler(), ["n"])])
    parted = part(fitted(("prepare", prepare), ("scale", StandardScaler())), NAMES, None)
    assert [parted.features[place] for place in parted.sources] == ["a", "a", "n"]


def test_groups_given_by_the_caller_are_used() -> None:
    model = fitted(("prepare", ColumnTransformer([("w", OneHotEncoder(), ["a"]), ("n", StandardScaler(), ["n"])])))
    groups = {"words": ["w__a_b_x", "w__a_y"], "numbers": ["n__n"]}
    parted = part(model, NAMES, groups)
    assert parted.features == ("words", "numbers")
    assert parted.summed(np.array([[1.0, 2.0, 4.0]])).tolist() == [[3.0, 4.0]]


@pytest.mark.parametrize(
    "groups",
    [
        {"words": ["w__a_b_x"], "numbers": ["n__n"]},
        {"words": ["w__a_b_x", "w__a_y", "other"], "numbers": ["n__n"]},
        {"words": ["w__a_b_x", "w__a_y"], "numbers": ["n__n", "w__a_y"]},
    ],
)
def test_groups_that_do_not_fit_are_refused(groups: dict[str, list[str]]) -> None:
    model = fitted(("prepare", ColumnTransformer([("w", OneHotEncoder(), ["a"]), ("n", StandardScaler(), ["n"])])))
    with pytest.raises(UsageError, match=r"feature groups"):
        part(model, NAMES, groups)


def test_steps_that_do_not_name_their_columns_are_refused() -> None:
    numbers = FRAME[["n"]].to_numpy()
    model = Pipeline([("f", FunctionTransformer()), ("c", LogisticRegression())]).fit(numbers, LABELS)
    with pytest.raises(UsageError, match="do not name their columns"):
        part(model, ("n",), None)


def test_a_table_too_large_to_make_dense_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "MOST_CELLS", 10)
    parted = part(LogisticRegression(), ("x",), None)
    with pytest.raises(UsageError, match="too large"):
        parted.table(np.zeros((11, 1)))
