"""What is asked of a measurement in the fields of a form, and the request that they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from registry_app.errors import UsageError
from registry_app.measure.requests.request import Request
from registry_app.measure.result import Kind
from registry_app.measure.table.mapping import Feature
from registry_app.measure.table.mapping import Mapping as Columns

Typed = Mapping[str, str]
"""What stands in each field, by its name."""

TABLES: tuple[Kind, ...] = ("fairness", "performance", "drift")
"""Kinds that are measured from predictions."""


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
    """``column``, ``path``, ``number`` or ``whole`` number; empty for words."""
    value: str = ""
    """What it holds at first."""


FIELDS = (
    Field("data", "data", "file, glob, folder of Parquet files, or database URL with #table",
          (*TABLES, "load", "quality"), (*TABLES, "load", "quality"), "path"),
    Field("reference", "reference", "the table it is compared with, such as the training data", ("drift",), ("drift",), "path"),
    Field("against", "against", "another table: rows that stand in both are counted", ("quality",), (), "path"),
    Field("mapping", "mapping.json", "columns as they were saved; enter fills them in", TABLES, (), "path"),
    Field("task", "task", "binary, multiclass or regression", ("fairness", "performance"), ("fairness", "performance"), "", "binary"),
    Field("label", "label", "column of the true outcome", (*TABLES, "quality"), ("fairness", "performance"), "column"),
    Field("positive", "positive", "the label's value that is the positive outcome", (*TABLES, "quality")),
    Field("prediction", "prediction", "column of the predicted outcome, or a score below", TABLES, (), "column"),
    Field("score", "score", "column of the predicted probability, 0 to 1", TABLES, (), "column"),
    Field("threshold", "threshold", "a score of at least this predicts the positive", TABLES, (), "number"),
    Field("champion_prediction", "champion", "column of what the model in use predicts of the same rows", ("performance",), (), "column"),
    Field("champion_score", "champion's score", "column of its score", ("performance",), (), "column"),
    Field("sensitive", "sensitive", "columns, parted by semicolons; age:25,60 cuts numbers", ("fairness", "quality"), ("fairness",), "column"),
    Field("control", "control", "groups are compared within the groups of these too", ("fairness",), (), "column"),
    Field("weights", "weights", "column that says how much each row counts", ("fairness",), (), "column"),
    Field("row_id", "row id", "column that names each row; checked to be unique", ("fairness", "performance"), (), "column"),
    Field("time", "time", "column: performance by day, month or year as well", ("drift",), (), "column"),
    Field("every", "windows of a", "day, month or year", ("drift",), (), "", "month"),
    Field("columns", "columns", "compare these alone, parted by semicolons", ("drift",), (), "column"),
    Field("limit", "ratio limit", "below it a disparity is shown", ("fairness",), ("fairness",), "number", "0.8"),
    Field("small", "small group", "groups with fewer rows decide no outcome", ("fairness",), ("fairness",), "whole", "30"),
    Field("left_out", "left out", "why Local Law 144's tables leave out groups under 2 %", ("fairness",)),
    Field("psi", "index limit", "the stability index beyond which a column has drifted", ("drift",), ("drift",), "number", "0.2"),
    Field("seed", "seed", "of every random draw", ("fairness", "performance"), ("fairness", "performance"), "whole", "0"),
)  # fmt: skip


def fields_of(kind: Kind) -> tuple[Field, ...]:
    """The fields that a measurement asks for."""
    return tuple(field for field in FIELDS if kind in field.kinds)


def header(data: str) -> tuple[str, ...]:
    """Names of the columns of a table.

    Raises:
        UsageError: there is no such table.
        StorageError: the disk or the server failed.
    """
    from registry_app.measure.table.source import open_source

    with open_source(place(data)) as source:
        return tuple(column.name for column in source.header)


def request(kind: Kind, typed: Typed) -> Request:
    """The request that the form asks for.

    Raises:
        UsageError: something is missing or wrong; all of it is listed.
    """
    given = {field.name: typed.get(field.name, "").strip() for field in fields_of(kind)}
    problems = [*_missing(kind, given), *_no_numbers(kind, given)]
    made: Request | None = None
    if not problems:
        try:
            made = _MADE[kind](given)
        except UsageError as error:
            problems.append(f"{error.what[:-1]}: {error.todo[:-1]}")
    if made is not None:
        return made
    problems += _unknown(kind, given)
    raise UsageError(
        f"The form has {len(problems)} problem{'' if len(problems) == 1 else 's'}.",
        "Correct what is listed, and measure again.",
        problems,
    )


def columns(typed: Typed) -> Columns:
    """What the columns mean, for a ``mapping.json``.

    Raises:
        UsageError: it says too little or too much.
    """
    given = {field.name: typed.get(field.name, "").strip() for field in FIELDS}
    return _columns(given)


def typed_of(mapping: Columns) -> dict[str, str]:
    """What stands in the fields for a mapping."""
    found = {name: getattr(mapping, name) or "" for name in _NAMES}
    found["threshold"] = "" if mapping.threshold is None else repr(mapping.threshold)
    for name in ("sensitive", "control"):
        found[name] = "; ".join(_said(feature) for feature in getattr(mapping, name))
    return found


def place(text: str) -> str:
    """A path with its ``~`` written out; a URL as it is."""
    return text if "://" in text else str(Path(text).expanduser())


def parts(text: str) -> tuple[str, ...]:
    """What is parted by semicolons."""
    return tuple(part.strip() for part in text.split(";") if part.strip())


_NAMES = (
    "task", "label", "positive", "prediction", "score", "weights", "row_id", "time", "champion_prediction", "champion_score"
)  # fmt: skip
"""Parts of a mapping that are a text."""


def _missing(kind: Kind, given: Typed) -> list[str]:
    return [f"{field.label}: it is missing; {field.hint}" for field in fields_of(kind)
            if kind in field.needed and not given[field.name]]  # fmt: skip


def _no_numbers(kind: Kind, given: Typed) -> list[str]:
    found = []
    for field in fields_of(kind):
        text, read = given[field.name], _READ.get(field.holds)
        if text and read is not None:
            try:
                read(text)
            except ValueError:
                found.append(f"{field.label}: {text[:40]!r} is no {'whole ' if field.holds == 'whole' else ''}number")
    return found


def _unknown(kind: Kind, given: Typed) -> list[str]:
    """Columns that the table does not have; nothing is said of a table that is not there, or is named nowhere."""
    from registry_app.measure.table.check import unknown_columns

    if not given.get("data") or kind == "load":
        return []
    try:
        names = header(given["data"])
    except UsageError as error:
        return [f"data: {error.what[:-1]}"]
    wanted: list[str] = []
    for field in fields_of(kind):
        if field.holds == "column":
            wanted += _named(field.name, given[field.name])
    return [problem.text() for problem in unknown_columns(names, wanted)]


def _named(field: str, text: str) -> list[str]:
    if field in ("sensitive", "control"):
        return [Feature.parse(each).column for each in parts(text)]
    return list(parts(text)) if field == "columns" else [text] if text else []


def _columns(given: Typed) -> Columns:
    made: dict[str, Any] = {name: given[name] or None for name in _NAMES if given.get(name)}
    if given.get("threshold"):
        made["threshold"] = float(given["threshold"])
    for name in ("sensitive", "control"):
        made[name] = tuple(Feature.parse(each) for each in parts(given.get(name, "")))
    if "label" not in made:
        raise UsageError("The columns name no label.", "Name the column of the true outcome.")
    return Columns(**made)


def _fairness(given: Typed) -> Request:
    from registry_app.measure.requests.fairness import FairnessRequest

    return FairnessRequest(
        place(given["data"]),
        _columns(given),
        int(given["seed"]),
        float(given["limit"]),
        int(given["small"]),
        given["left_out"],
    )


def _drift(given: Typed) -> Request:
    from registry_app.measure.drift.windows import Every
    from registry_app.measure.requests.drift import DriftRequest

    mapping = _columns(given) if given["label"] or given["time"] else None
    return DriftRequest(
        place(given["data"]), place(given["reference"]), parts(given["columns"]), float(given["psi"]), mapping,
        cast(Every, given["every"]),
    )  # fmt: skip


def _load(given: Typed) -> Request:
    from registry_app.measure.requests.load import LoadRequest

    return LoadRequest(place(given["data"]))


def _quality(given: Typed) -> Request:
    from registry_app.measure.requests.quality import QualityRequest

    return QualityRequest(
        place(given["data"]),
        given["label"] or None,
        given["positive"] or None,
        tuple(Feature.parse(each) for each in parts(given["sensitive"])),
        place(given["against"]) if given["against"] else None,
    )


def _said(feature: Feature) -> str:
    return f"{feature.column}:{','.join(f'{cut:g}' for cut in feature.cuts)}" if feature.cuts else feature.column


_READ: dict[str, Callable[[str], object]] = {"number": float, "whole": int}
_MADE: dict[Kind, Callable[[Typed], Request]] = {
    "fairness": _fairness,
    "drift": _drift,
    "load": _load,
    "quality": _quality,
}
KINDS: tuple[Kind, ...] = tuple(_MADE)
"""What can be measured from the screen."""
