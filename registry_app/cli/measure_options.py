"""The options that say what is measured, in groups that several kinds of measurement share."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from registry_app.errors import UsageError

if TYPE_CHECKING:
    from registry_app.measure.explain.reasons import Reasons
    from registry_app.measure.requests.modelled import Modelled
    from registry_app.measure.table.mapping import Mapping

MOST_MAPPING = 1 << 20
"""Bytes of a mapping's file."""

GIB = 1 << 30


def _formats() -> list[str]:
    from registry_app.measure.sandbox.loading import FORMATS

    return list(FORMATS)


def _tasks() -> list[str]:
    return ["binary", "multiclass", "regression"]


Table = Annotated[
    str,
    typer.Option(
        "--data",
        metavar="FILE-OR-URL",
        help="The table: CSV, gzipped or not, Parquet, a glob, or a database's URL with #schema.table.",
    ),
]
MappingFile = Annotated[
    Path | None,
    typer.Option(
        "--mapping", metavar="FILE", help="A mapping.json that says what the columns mean; options beside it go first."
    ),
]
Label = Annotated[str | None, typer.Option("--label", metavar="COLUMN", help="The true outcome.")]
Positive = Annotated[
    str | None, typer.Option("--positive", metavar="VALUE", help="Of a binary task: the positive outcome.")
]
Sensitive = Annotated[
    list[str] | None,
    typer.Option("--sensitive", metavar="COLUMN", help="A sensitive feature; age:25,60 cuts numbers; repeatable."),
]
Seed = Annotated[int, typer.Option("--seed", help="Of every random draw.")]


@dataclass(frozen=True)
class Columns:
    """What the columns of a table of predictions mean."""

    mapping: MappingFile = None
    label: Label = None
    task: Annotated[
        str | None,
        typer.Option("--task", help="binary (if left out), multiclass or regression.", autocompletion=_tasks),
    ] = None
    positive: Positive = None
    prediction: Annotated[str | None, typer.Option("--prediction", metavar="COLUMN", help="The predicted outcome.")] = (
        None
    )
    score: Annotated[
        str | None, typer.Option("--score", metavar="COLUMN", help="The predicted probability, 0 to 1.")
    ] = None
    threshold: Annotated[
        float | None, typer.Option("--threshold", help="A score of at least this predicts the positive.")
    ] = None
    weights: Annotated[str | None, typer.Option("--weights", metavar="COLUMN", help="How much each row counts.")] = None
    row_id: Annotated[
        str | None, typer.Option("--row-id", metavar="COLUMN", help="Names each row; checked to be unique.")
    ] = None


@dataclass(frozen=True)
class Groups:
    """Which columns put rows into groups."""

    sensitive: Sensitive = None
    control: Annotated[
        list[str] | None,
        typer.Option("--control", metavar="COLUMN", help="Groups are compared within its groups as well; repeatable."),
    ] = None


@dataclass(frozen=True)
class Champion:
    """Another model's predictions of the same rows."""

    champion_prediction: Annotated[
        str | None,
        typer.Option(
            "--champion-prediction", metavar="COLUMN", help="What the model in use predicts of the same rows."
        ),
    ] = None
    champion_score: Annotated[
        str | None,
        typer.Option("--champion-score", metavar="COLUMN", help="The score that the model in use gives them."),
    ] = None


@dataclass(frozen=True)
class Moment:
    """When a row was predicted."""

    time: Annotated[
        str | None, typer.Option("--time", metavar="COLUMN", help="Performance by its day, month or year as well.")
    ] = None


@dataclass(frozen=True)
class ModelFile:
    """A model that is run in the sandbox to make the predictions."""

    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="FILE",
            help="Run this model in the sandbox instead of reading predictions; module:function with --format callable.",
        ),
    ] = None
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="What the model's file is: skops, onnx, xgboost, lightgbm, joblib, pickle or callable.",
            autocompletion=_formats,
        ),
    ] = None
    feature: Annotated[
        list[str] | None,
        typer.Option(
            "--feature",
            metavar="COLUMN",
            help="A column the model is given; repeatable; all that mean nothing else, if left out. A sensitive column "
            "only goes in when it is named here, a label never.",
        ),
    ] = None
    model_folder: Annotated[
        Path | None,
        typer.Option(
            "--model-folder", metavar="DIR", help="Of a callable: where its module lies; nothing else should."
        ),
    ] = None
    memory: Annotated[
        float | None, typer.Option("--memory", metavar="GIB", help="Memory that the model may take; 4, if left out.")
    ] = None
    seconds: Annotated[
        float | None, typer.Option("--seconds", help="Time that the model may take; 300, if left out.")
    ] = None

    def modelled(self) -> Modelled | None:
        """The model to run; ``None`` when none is named.

        Raises:
            UsageError: there are options for a model and no model, or none of its format.
        """
        named = [f"--{each.name.replace('_', '-')}" for each in fields(self) if getattr(self, each.name)]
        if self.model is None:
            if named:
                raise UsageError(f"{named[0]} is about a model, and none is named.", "Give --model FILE as well.")
            return None
        if self.format is None:
            raise UsageError(
                "The format of the model is not said.", f"Give --format with one of {', '.join(_formats())}."
            )
        from registry_app.measure.requests.modelled import Modelled
        from registry_app.measure.sandbox.limits import Limits

        if not 0 < (self.memory or 4) <= 1 << 20 or not 0 < (self.seconds or 300) <= 1 << 20:
            raise UsageError("The model cannot run with such limits.", "Give --memory in GiB and --seconds, above 0.")
        plain = Limits()
        seconds = self.seconds or plain.seconds
        limits = Limits(
            seconds=seconds,
            cpu=max(plain.cpu, 2 * round(seconds)),
            memory=plain.memory if self.memory is None else int(self.memory * GIB),
        )
        return Modelled(self.model, self.format, tuple(self.feature or ()), limits=limits, folder=self.model_folder)


@dataclass(frozen=True)
class Deciding:
    """How the reasons of single decisions are found."""

    pass_score: Annotated[
        float | None, typer.Option("--pass-score", help="Tell reasons for the cases that do not reach this score.")
    ] = None
    texts: Annotated[
        Path | None,
        typer.Option(
            "--texts", metavar="FILE", help="What is told for each feature: CSV of feature and text, or JSON."
        ),
    ] = None
    at_most: Annotated[
        bool, typer.Option("--at-most", help="A score of at most --pass-score passes, not of at least.")
    ] = False
    against_all: Annotated[
        bool,
        typer.Option("--against-all", help="Compare with all applicants, not with those just above the pass score."),
    ] = False

    def reasons(self) -> Reasons | None:
        """How reasons are found; ``None`` when none are asked for.

        Raises:
            UsageError: there is a part of it and not the rest, or the texts cannot be read.
        """
        if (self.pass_score is None) != (self.texts is None):
            raise UsageError("Reasons need a pass score and texts.", "Give --pass-score and --texts, or neither.")
        if self.pass_score is None or self.texts is None:
            if self.at_most or self.against_all:
                raise UsageError("There is no pass score.", "Give --pass-score and --texts as well.")
            return None
        from registry_app.measure.explain.reasons import Reasons
        from registry_app.measure.explain.texts import read_texts

        return Reasons(
            self.pass_score,
            read_texts(self.texts),
            "at most" if self.at_most else "at least",
            "all applicants" if self.against_all else "just above",
        )


def saved_mapping(path: Path | None) -> Mapping | None:
    """The mapping in a file; ``None`` when none is named.

    Raises:
        UsageError: it cannot be read, or is none.
    """
    if path is None:
        return None
    from registry_app.cli.desk import read_file
    from registry_app.measure.table.mapping import Mapping

    try:
        return Mapping.from_json(read_file(str(path), "mapping", MOST_MAPPING).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UsageError("The mapping is not text in UTF-8.", "Save it as UTF-8.") from None


def column_mapping(*groups: Columns | Groups | Champion | Moment, model: bool = False) -> Mapping:
    """What the columns mean: as the mapping's file says, and as the options beside it say instead.

    Args:
        model: whether a model makes the predictions.

    Raises:
        UsageError: the file is no mapping, or all of it together says too little or too much.
    """
    from registry_app.measure.requests.modelled import columns_made
    from registry_app.measure.table.mapping import Feature, Mapping

    given: dict[str, Any] = {}
    for group in groups:
        given |= {each.name: getattr(group, each.name) for each in fields(group)}
    saved = saved_mapping(given.pop("mapping", None))
    given = {name: value for name, value in given.items() if value is not None}
    given |= {name: tuple(map(Feature.parse, given[name])) for name in ("sensitive", "control") if name in given}
    if model and {"prediction", "score"} & set(given):
        raise UsageError("The predictions are both named and made by a model.", "Leave out --prediction and --score.")
    found = {} if saved is None else {each.name: getattr(saved, each.name) for each in fields(saved)}
    for name, other in (("prediction", "threshold"), ("threshold", "prediction")):
        if name in given:
            found[other] = None
    found |= given
    if "label" not in found:
        raise UsageError("The label is not named.", "Give --label COLUMN, or --mapping FILE.")
    if model:
        found |= columns_made(found.get("threshold"))
    return Mapping(**found)
