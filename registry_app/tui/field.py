"""The fields of the form by which a measurement is asked for, in their order."""

from __future__ import annotations

from dataclasses import dataclass

from registry_app.evidence.facts import SMALL
from registry_app.measure.result import Kind

PREDICTED: tuple[Kind, ...] = ("fairness", "performance")
"""Kinds that are measured from predictions, or by running a model."""
RUN: tuple[Kind, ...] = (*PREDICTED, "explanation")
"""Kinds for which a model can be run."""
MAPPED: tuple[Kind, ...] = (*PREDICTED, "drift")
"""Kinds whose columns a ``mapping.json`` tells."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form."""

    name: str
    label: str
    hint: str
    """Stands in it while it is empty."""
    kinds: tuple[Kind, ...]
    """Measurements that ask for it."""
    needed: tuple[Kind, ...] = ()
    """Measurements that cannot do without it."""
    holds: str = ""
    """``column``, ``columns``, ``features`` (columns with cut points), ``path``, ``number`` or ``whole`` number; empty for words."""
    value: str = ""
    """What it holds at first."""


_ALL: tuple[Kind, ...] = (*RUN, "drift", "load", "quality")
_FAIR: tuple[Kind, ...] = ("fairness",)
_PERFORMANCE: tuple[Kind, ...] = ("performance",)
_EXPLANATION: tuple[Kind, ...] = ("explanation",)
_DRIFT: tuple[Kind, ...] = ("drift",)
_QUALITY: tuple[Kind, ...] = ("quality",)

FIELDS = (
    Field("data", "data", "file, glob, folder of Parquet files, or database URL with #table", _ALL, _ALL, "path"),
    Field("reference", "reference", "the table it is compared with, such as the training data", _DRIFT, _DRIFT, "path"),
    Field("against", "against", "another table: rows that stand in both are counted", _QUALITY, (), "path"),
    Field("mapping", "mapping.json", "columns as they were saved; enter fills them in", MAPPED, (), "path"),
    Field("task", "task", "binary, multiclass or regression", PREDICTED, PREDICTED, "", "binary"),
    Field("label", "label", "column of the true outcome", (*MAPPED, "explanation", "quality"), PREDICTED, "column"),
    Field("positive", "positive", "the label's value that is the positive outcome", (*MAPPED, "explanation", "quality")),
    Field("prediction", "prediction", "column of the predicted outcome, or a score below", MAPPED, (), "column"),
    Field("score", "score", "column of the predicted probability, 0 to 1", MAPPED, (), "column"),
    Field("threshold", "threshold", "a score of at least this predicts the positive", MAPPED, (), "number"),
    Field("model", "model", "the version's own file: run in the sandbox, in place of predictions", RUN, _EXPLANATION, "path"),
    Field("format", "format", "skops, onnx, xgboost, lightgbm; joblib and pickle once trusted", RUN, _EXPLANATION),
    Field("features", "features", "columns it is given, parted by semicolons; all others if empty", RUN, (), "columns"),
    Field("background", "background", "rows for 'a feature is not known'; those of the data if empty", _EXPLANATION, (), "path"),
    Field("champion_prediction", "champion", "column of what the model in use predicts of the same rows", _PERFORMANCE, (), "column"),
    Field("champion_score", "champion's score", "column of its score", _PERFORMANCE, (), "column"),
    Field("sensitive", "sensitive", "columns, parted by semicolons; age:25,60 cuts numbers", (*_FAIR, *_EXPLANATION, *_QUALITY), _FAIR, "features"),
    Field("control", "control", "groups are compared within the groups of these too", _FAIR, (), "features"),
    Field("forbidden", "forbidden", "columns that must not be a reason", _EXPLANATION, (), "columns"),
    Field("weights", "weights", "column that says how much each row counts", _FAIR, (), "column"),
    Field("row_id", "row id", "column that names each row; checked to be unique", PREDICTED, (), "column"),
    Field("time", "time", "column: performance by day, month or year as well", _DRIFT, (), "column"),
    Field("every", "windows of a", "day, month or year", _DRIFT, (), "", "month"),
    Field("columns", "columns", "compare these alone, parted by semicolons", _DRIFT, (), "columns"),
    Field("limit", "ratio limit", "below it a disparity is shown", _FAIR, _FAIR, "number", "0.8"),
    Field("small", "small group", "groups with fewer rows decide no outcome", _FAIR, _FAIR, "whole", "30"),
    Field("below", "hide below", "rows: smaller groups are put together in what leaves the registry; 0 hides none", _FAIR, _FAIR, "whole", str(SMALL)),
    Field("left_out", "left out", "why Local Law 144's tables leave out groups under 2 %", _FAIR),
    Field("psi", "index limit", "the stability index beyond which a column has drifted", _DRIFT, _DRIFT, "number", "0.2"),
    Field("cases", "cases", "how many single rows to explain", _EXPLANATION, _EXPLANATION, "whole", "5"),
    Field("pass_score", "pass score", "prediction from which a case passes: reasons are told for the others", _EXPLANATION, (), "number"),
    Field("texts", "reason texts", "CSV of feature and text, or JSON: what is told for each", _EXPLANATION, (), "path"),
    Field("seed", "seed", "of every random draw", RUN, RUN, "whole", "0"),
)  # fmt: skip


def fields_of(kind: Kind) -> tuple[Field, ...]:
    """The fields that a measurement asks for."""
    return tuple(field for field in FIELDS if kind in field.kinds)
