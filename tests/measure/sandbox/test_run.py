"""Honest models predict inside the jail what they predict outside, in every format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from registry_app.errors import SandboxError, UsageError
from registry_app.measure.sandbox import level
from registry_app.measure.sandbox.run import Predicted, opened, predict
from registry_app.measure.sandbox.trust import HOLDS
from tests.measure.sandbox.hostile import trusted

DRAWS = np.random.default_rng(7)
TABLE = pd.DataFrame(
    {
        "age": DRAWS.integers(18, 90, 200),
        "income": DRAWS.normal(3, 1, 200),
        "member": DRAWS.integers(0, 2, 200).astype(bool),
        "region": DRAWS.choice(["north", "south", "wést"], 200),
    }
)
LABELS = np.where(TABLE["income"] + TABLE["age"] / 40 > 4.5, "granted", "refused")
NUMBERS = TABLE[["age", "income"]]


def fitted(last: Any) -> Any:
    first = make_column_transformer((OneHotEncoder(), ["region"]), remainder="passthrough")
    return make_pipeline(first, last).fit(TABLE, LABELS)


def same(found: Predicted, model: Any, table: Any) -> None:
    assert found.labels is not None
    assert found.scores is not None
    assert found.labels.tolist() == model.predict(table).tolist()
    assert np.array_equal(found.scores, model.predict_proba(table))
    assert found.classes == tuple(model.classes_)
    assert found.waiver is None
    assert found.level is level.probed()


@pytest.mark.parametrize(
    "last",
    [
        LogisticRegression(max_iter=2000),
        RandomForestClassifier(10, random_state=1),
        GradientBoostingClassifier(n_estimators=5, random_state=1),
        HistGradientBoostingClassifier(max_iter=5, random_state=1),
    ],
    ids=lambda last: type(last).__name__,
)
def test_skops_gives_the_same_predictions_inside(last: Any, tmp_path: Path) -> None:
    import skops.io

    model, path = fitted(last), tmp_path / "model.skops"
    skops.io.dump(model, path)
    shuffled = TABLE[["region", "income", "member", "age"]].assign(extra=1.0)
    same(predict(path, "skops", shuffled), model, TABLE)


@pytest.mark.parametrize("format", ["joblib", "pickle"])
def test_a_trusted_pickle_gives_the_same_predictions_inside(format: str, tmp_path: Path) -> None:
    import pickle

    import joblib

    model, path = fitted(RandomForestClassifier(10, random_state=1)), tmp_path / "model.bin"
    if format == "joblib":
        joblib.dump(model, path, compress=3)
    else:
        path.write_bytes(pickle.dumps(model))
    if level.probed().number < HOLDS:
        with pytest.raises(SandboxError, match="no sandbox that holds"):
            predict(path, format, TABLE, trust=trusted(path))
    else:
        found = predict(path, format, TABLE, trust=trusted(path))
        same(found, model, TABLE)
        assert found.digest == trusted(path).digest


def test_onnx_gives_the_same_predictions_inside(tmp_path: Path) -> None:
    from skl2onnx import to_onnx  # type: ignore[import-untyped]

    rows = NUMBERS.to_numpy(np.float32)
    model, path = LogisticRegression(max_iter=2000).fit(rows, LABELS), tmp_path / "model.onnx"
    path.write_bytes(to_onnx(model, rows[:1]).SerializeToString())
    found = predict(path, "onnx", NUMBERS)
    assert found.labels is not None
    assert found.scores is not None
    assert found.labels.tolist() == model.predict(rows).tolist()
    assert np.abs(found.scores - model.predict_proba(rows)).max() < 1e-5


@pytest.mark.parametrize("suffix", ["json", "ubj"])
def test_xgboost_gives_the_same_scores_inside(suffix: str, tmp_path: Path) -> None:
    import xgboost

    model, path = xgboost.XGBClassifier(n_estimators=4).fit(NUMBERS, LABELS == "granted"), tmp_path / f"model.{suffix}"
    model.save_model(path)
    found = predict(path, "xgboost", TABLE)
    assert found.labels is None
    assert found.scores is not None
    assert np.array_equal(found.scores[:, 0], model.predict_proba(NUMBERS)[:, 1])


def test_lightgbm_gives_the_same_scores_inside_with_its_categories(tmp_path: Path) -> None:
    import lightgbm

    table = TABLE.assign(region=TABLE["region"].astype("category"))
    model, path = (
        lightgbm.LGBMClassifier(n_estimators=4, verbose=-1).fit(table, LABELS == "granted"),
        tmp_path / "model.txt",
    )
    model.booster_.save_model(path)
    found = predict(path, "lightgbm", TABLE)
    assert found.scores is not None
    assert np.array_equal(found.scores[:, 0], np.asarray(model.predict_proba(table))[:, 1])


def test_a_regression_gives_values(tmp_path: Path) -> None:
    import skops.io

    model, path = LinearRegression().fit(NUMBERS.to_numpy(), TABLE["income"]), tmp_path / "model.skops"
    skops.io.dump(model, path)
    found = predict(path, "skops", {"age": TABLE["age"].tolist(), "income": TABLE["income"].tolist()})
    assert found.scores is None
    assert found.labels is not None
    assert found.labels.tolist() == model.predict(NUMBERS.to_numpy()).tolist()


def test_one_child_answers_several_questions_and_explains_as_outside(tmp_path: Path) -> None:
    import skops.io

    from registry_app.measure.explain import explain

    model, path = fitted(RandomForestClassifier(10, random_state=1)), tmp_path / "model.skops"
    skops.io.dump(model, path)
    with opened(path, "skops") as session:
        first, second = session.predict(TABLE), session.predict(TABLE.head(3))
        told = session.explain(TABLE.head(30), TABLE, seed=5, checks=False, positive="granted")
        with pytest.raises(UsageError, match="takes no 'code'"):
            session.explain(TABLE, TABLE, seed=5, code="print()")
    assert first.labels is not None
    assert second.labels is not None
    assert first.labels[:3].tolist() == second.labels.tolist()
    ours = explain(model, TABLE, TABLE.head(30), list(TABLE), 5, positive="granted", checks=False)
    assert told.result == ours.result
    assert told.data == ours.data


def test_a_table_without_a_column_that_the_model_learned_from_is_an_input_error(tmp_path: Path) -> None:
    import skops.io

    path = tmp_path / "model.skops"
    skops.io.dump(LogisticRegression(max_iter=2000).fit(NUMBERS, LABELS), path)
    with pytest.raises(UsageError, match="lacks the column 'income'"):
        predict(path, "skops", {"age": [1.0]})


def test_what_is_asked_wrongly_is_said_before_anything_is_started(tmp_path: Path) -> None:
    for format, model, words in (
        ("marshal", "x", "is no format"),
        ("skops", tmp_path / "missing", "cannot be read"),
        ("skops", tmp_path, "(is no file|cannot be read)"),
    ):
        with pytest.raises(UsageError, match=words):
            predict(model, format, {"age": [1.0]})
    if level.probed().number >= HOLDS:
        for call, folder, words in (
            ("os.system", tmp_path, "names no callable"),
            ("a:b", None, "folder of the callable"),
        ):
            with pytest.raises(UsageError, match=words):
                predict(call, "callable", {"age": [1.0]}, folder=folder)
