"""In the child: a model file made into something that predicts. Runs inside the jail and nowhere else.

A scikit-learn model gives labels, and scores where it has ``predict_proba``; a booster's own file and an ONNX graph what they were
made to give. A table with more columns than the model learned from is cut down to those, by name.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from registry_app.errors import SandboxError, UsageError
from registry_app.measure.sandbox.features import Features, kind_of
from registry_app.measure.sandbox.outputs import Outputs
from registry_app.text import harmless

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMATS = ("skops", "onnx", "xgboost", "lightgbm", "joblib", "pickle", "callable")
"""What can be loaded."""

_FAMILIAR = ("sklearn.", "numpy.", "scipy.", "xgboost.", "lightgbm.")
_KEPT: dict[str, Loaded] = {}


@dataclass(frozen=True)
class Loaded:
    """A loaded model."""

    predict: Callable[[Features], Outputs]
    """From the table to what the model says of each row."""
    model: Any
    """The object itself, where there is one that explainers know; otherwise ``None``."""


def loaded(setting: dict[str, Any]) -> Loaded:
    """The model of this child, loaded when it is first asked for.

    Raises:
        UsageError: the library is missing, or the file is not of this format.
        SandboxError: it holds what it may not hold.
    """
    if "model" not in _KEPT:
        try:
            _KEPT["model"] = _LOADERS[setting["format"]](setting)
        except (UsageError, SandboxError, OSError, MemoryError):
            raise
        except Exception as error:
            raise UsageError(
                f"The model cannot be loaded as {setting['format']} ({type(error).__name__}: {str(error)[:200]}).",
                "Name the format it was saved in, and the library the version it was saved with.",
            ) from error
    return _KEPT["model"]


def _skops(setting: dict[str, Any]) -> Loaded:
    import skops.io

    unknown = sorted(skops.io.get_untrusted_types(file=setting["file"]))
    strange = [] if setting["trusted"] else [each for each in unknown if not each.startswith(_FAMILIAR)]
    if strange:
        raise SandboxError(
            f"The skops file holds {harmless(strange[0])[:120]!r}, which is not known to be harmless"
            + (f", and {len(strange) - 1} more such types." if strange[1:] else "."),
            "Look at the types, and record a decision to trust the file if they are yours.",
        )
    return _estimator(skops.io.load(setting["file"], trusted=unknown))


def _pickle(setting: dict[str, Any]) -> Loaded:
    import joblib

    return _estimator(joblib.load(setting["file"]))


def _callable(setting: dict[str, Any]) -> Loaded:
    sys.path.insert(0, setting["folder"])
    module, _, name = setting["call"].partition(":")
    function = getattr(importlib.import_module(module), name)
    return Loaded(lambda table: Outputs.of(function(table.frame()), None), None)


def _estimator(model: Any) -> Loaded:
    if not hasattr(model, "predict"):
        raise UsageError(
            f"The file holds {harmless(type(model).__name__)[:80]!r}, which has no predict.",
            "Name the file of a fitted model.",
        )
    return Loaded(partial(_ask, model), model)


def _ask(model: Any, table: Features) -> Outputs:
    rows = table_for(model, table)
    scores = model.predict_proba(rows) if hasattr(model, "predict_proba") else None
    return Outputs.of(model.predict(rows), scores, getattr(model, "classes_", None))


def table_for(model: Any, table: Features) -> Any:
    """The rows as the model learned them: a data frame of its columns, or an array where it knows no names.

    Raises:
        UsageError: a column that the model learned from is missing.
    """
    names = getattr(model, "feature_names_in_", None)
    if names is None:
        words = any(kind_of(each) == "text" for each in table.columns.values())
        return table.frame() if words else table.matrix()
    return cut(table, [str(name) for name in names]).frame()


def cut(table: Features, names: list[str]) -> Features:
    """The table with these columns alone, in this order.

    Raises:
        UsageError: one of them is missing.
    """
    missing = [name for name in names if name not in table.columns]
    if missing:
        raise UsageError(
            f"The table lacks the column {harmless(missing[0])[:80]!r}, which the model learned from"
            + (f", and {len(missing) - 1} more." if missing[1:] else "."),
            "Give the columns the model was trained with, under the same names.",
        )
    return Features({name: table.columns[name] for name in names})


def _xgboost(setting: dict[str, Any]) -> Loaded:
    import json

    xgboost = _library("xgboost", "boost")
    with open(setting["file"], "rb") as file:
        booster = xgboost.Booster(model_file=bytearray(file.read()))
    objective = str(json.loads(booster.save_config())["learner"]["objective"]["name"])

    def predict(table: Features) -> Outputs:
        rows = cut(table, list(booster.feature_names)) if booster.feature_names else table
        found = booster.predict(xgboost.DMatrix(rows.frame("category"), enable_categorical=True))
        return _boosted(found, objective.startswith(("binary:", "multi:softprob")))

    return Loaded(predict, booster)


def _lightgbm(setting: dict[str, Any]) -> Loaded:
    lightgbm = _library("lightgbm", "boost")
    booster = lightgbm.Booster(model_file=setting["file"])
    with open(setting["file"], encoding="utf-8", errors="replace") as lines:
        objective = next((line for line in lines if line.startswith("objective=")), "")

    def predict(table: Features) -> Outputs:
        rows = cut(table, list(booster.feature_name())) if set(booster.feature_name()) & set(table.columns) else table
        found = booster.predict(rows.frame("category"))
        return _boosted(found, objective.startswith(("objective=binary", "objective=multiclass", "objective=cross")))

    return Loaded(predict, booster)


def _boosted(found: NDArray[np.float64], scores: bool) -> Outputs:
    if not scores:
        return Outputs.of(found, None)
    return Outputs.of(None, found.reshape(len(found), -1))


def _onnx(setting: dict[str, Any]) -> Loaded:
    onnxruntime = _library("onnxruntime", "onnx")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = setting["threads"]
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(setting["file"], options, providers=["CPUExecutionProvider"])
    return Loaded(lambda table: _inferred(session, table), None)


def _inferred(session: Any, table: Features) -> Outputs:
    import numpy as np

    wanted = session.get_inputs()
    kinds = {
        "tensor(float)": np.float32,
        "tensor(double)": np.float64,
        "tensor(int64)": np.int64,
        "tensor(bool)": np.bool_,
    }
    feed: dict[str, Any] = {}
    if len(wanted) == 1 and wanted[0].name not in table.columns:
        feed[wanted[0].name] = table.matrix().astype(kinds.get(wanted[0].type, np.float32))
    else:
        for name, column in cut(table, [each.name for each in wanted]).columns.items():
            kind = next(each.type for each in wanted if each.name == name)
            feed[name] = column.astype(kinds.get(kind, object)).reshape(-1, 1)
    labels, scores, classes = None, None, None
    for given, found in zip(session.get_outputs(), session.run(None, feed), strict=True):
        if isinstance(found, list) and found and isinstance(found[0], dict):
            classes = list(found[0])
            scores = np.array([[row[each] for each in classes] for row in found])
        elif found.ndim == 2 and found.shape[1] > 1 and "float" in given.type:
            scores = found
        elif labels is None:
            labels = found.reshape(len(found))
    return Outputs.of(labels, scores, classes)


def _library(name: str, extra: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UsageError(f"{name} is not installed.", f"Install registry-app[{extra}] beside the program.") from error


_LOADERS: dict[str, Callable[[dict[str, Any]], Loaded]] = {
    "skops": _skops,
    "onnx": _onnx,
    "xgboost": _xgboost,
    "lightgbm": _lightgbm,
    "joblib": _pickle,
    "pickle": _pickle,
    "callable": _callable,
}
