"""Which column of a table means what; saved beside a dataset as ``mapping.json``."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal, get_args

from registry_app.errors import UsageError
from registry_app.measure.result import decimal_text
from registry_app.measure.table.problem import quoted

Task = Literal["binary", "multiclass", "regression"]

MISSING = "(missing)"
"""The group of the rows whose cell for a feature is empty; they are counted, never dropped."""

_TODO = "Correct the mapping, and measure again."
_MOST = 1 << 20


@dataclass(frozen=True)
class Feature:
    """A column that puts rows into groups."""

    column: str
    """Its name."""
    cuts: tuple[float, ...] = ()
    """Of a numeric column, rising: where one band ends and the next begins."""

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, self.cuts)) or list(self.cuts) != sorted(set(self.cuts)):
            raise UsageError("The cut points of a feature do not rise.", "Give numbers, such as age:25,60.")

    @classmethod
    def parse(cls, text: str) -> Feature:
        """``age:25,60`` is the column ``age`` with two cut points; a text without numbers after its last colon is a column."""
        column, colon, numbers = text.rpartition(":")
        if not colon:
            return cls(text)
        try:
            return cls(column, tuple(float(number) for number in numbers.split(",")))
        except ValueError:
            return cls(text)

    @property
    def bands(self) -> tuple[str, ...]:
        """Names of the groups that the cut points make: ``under 25``, ``25 to under 60``, ``60 and over``."""
        said = [_short(cut) for cut in self.cuts]
        between = [f"{low} to under {high}" for low, high in itertools.pairwise(said)]
        return (f"under {said[0]}", *between, f"{said[-1]} and over") if said else ()

    @classmethod
    def of(cls, described: dict[str, Any]) -> Feature:
        """The feature that :meth:`described` told of."""
        return cls(described["column"], tuple(float(cut) for cut in described["cuts"]))

    def described(self) -> dict[str, Any]:
        """``{"column": "age", "cuts": ["25.0", "60.0"]}``."""
        return {"column": self.column, "cuts": [decimal_text(cut) for cut in self.cuts]}


@dataclass(frozen=True)
class Mapping:
    """Which column means what.

    Raises:
        UsageError: it says too little or too much for its task, or one column has two meanings.
    """

    label: str
    """Column of the true outcome."""
    task: Task = "binary"
    """Two classes, several, or a number."""
    positive: str | None = None
    """Of a binary task: the value, in label and prediction, that a person hopes for or is warned of."""
    prediction: str | None = None
    """Column of the predicted outcome; for a binary task a score may stand instead."""
    score: str | None = None
    """Of a binary task: column of the predicted probability of the positive outcome, 0 to 1."""
    threshold: float | None = None
    """A score of at least this predicts the positive outcome; 0 to 1."""
    sensitive: tuple[Feature, ...] = ()
    """The sensitive features."""
    control: tuple[Feature, ...] = ()
    """Features within whose groups the sensitive groups are compared."""
    weights: str | None = None
    """Column of the rows' weights, 0 or more."""
    row_id: str | None = None
    """Column that names each row; unique."""
    time: str | None = None
    """Column of the time each row belongs to."""
    champion_prediction: str | None = None
    """Column of what the model in use, the champion, predicts of the same rows."""
    champion_score: str | None = None
    """Of a binary task: column of the champion's score; without its prediction, the threshold decides for it too."""

    def __post_init__(self) -> None:
        if self.task not in get_args(Task):
            raise UsageError(f"The task {str(self.task)[:40]!r} is not known.", "Say binary, multiclass or regression.")
        if self.task == "binary":
            self._binary()
        elif self.prediction is None:
            raise UsageError("The mapping has no prediction.", "Name the column of the predictions.")
        elif (self.positive, self.score, self.threshold, self.champion_score) != (None, None, None, None):
            raise UsageError(
                "Only a binary task has a positive outcome, a score and a threshold.",
                "Leave them out, or say that the task is binary.",
            )
        if len(set(self.columns)) != len(self.columns):
            twice = next(name for name in self.columns if self.columns.count(name) > 1)
            raise UsageError(f"The mapping uses the column {quoted(twice)} twice.", "Name each column for one purpose.")
        champion = self.champion
        if champion is not None and not (self.predicts and champion.predicts) and not (self.score and champion.score):
            raise UsageError(
                "There is nothing in which the champion can be compared: one is named by predictions, the other by scores.",
                "Name the same for both: a prediction each, or a score each.",
            )

    def _binary(self) -> None:
        if not self.positive:
            raise UsageError(
                "The mapping has no positive outcome.", "Say which value of the label is the positive one."
            )
        if self.prediction is None and self.score is None:
            raise UsageError("The mapping has no prediction.", "Name a prediction column, or a score column.")
        if self.threshold is None:
            return
        if self.score is None or self.prediction is not None:
            raise UsageError(
                "A threshold makes predictions from a score.", "Name a score column and no prediction column with it."
            )
        if not 0 <= self.threshold <= 1:
            raise UsageError(f"The threshold {self.threshold!r} is outside 0 to 1.", "Give one between 0 and 1.")

    @property
    def predicts(self) -> bool:
        """Whether there are predictions, or scores alone."""
        return self.prediction is not None or self.threshold is not None

    @property
    def champion(self) -> Mapping | None:
        """The same with the champion's columns in place of the model's own; None without a champion."""
        if self.champion_prediction is None and self.champion_score is None:
            return None
        return replace(
            self,
            prediction=self.champion_prediction,
            score=self.champion_score,
            threshold=self.threshold if self.champion_prediction is None else None,
            champion_prediction=None,
            champion_score=None,
        )

    @property
    def features(self) -> tuple[Feature, ...]:
        """Control features, then the sensitive ones."""
        return (*self.control, *self.sensitive)

    @property
    def by(self) -> tuple[str, ...]:
        """The columns of :attr:`features`."""
        return tuple(feature.column for feature in self.features)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns named."""
        single = (
            self.label, self.prediction, self.score, self.weights, self.row_id, self.time,
            self.champion_prediction, self.champion_score,
        )  # fmt: skip
        return (*(name for name in single if name is not None), *self.by)

    def described(self) -> dict[str, Any]:
        """As it stands in a result's ``data`` and in ``mapping.json``; numbers are decimal strings."""
        return {
            "task": self.task,
            "label": self.label,
            "positive": self.positive,
            "prediction": self.prediction,
            "score": self.score,
            "threshold": None if self.threshold is None else decimal_text(self.threshold),
            "sensitive": [feature.described() for feature in self.sensitive],
            "control": [feature.described() for feature in self.control],
            "weights": self.weights,
            "row_id": self.row_id,
            "time": self.time,
            "champion_prediction": self.champion_prediction,
            "champion_score": self.champion_score,
        }

    @classmethod
    def of(cls, described: dict[str, Any]) -> Mapping:
        """The mapping that :meth:`described` told of; what else stands in a result's ``data`` is passed over.

        Raises:
            UsageError: it tells of none.
        """
        try:
            return cls._read({name: described.get(name) for name in cls.__dataclass_fields__})
        except ValueError as error:
            raise UsageError(f"This is not a column mapping: {error}.", _TODO) from error

    def to_json(self) -> str:
        """The content of a ``mapping.json``."""
        return json.dumps(self.described(), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Mapping:
        """The mapping that :meth:`to_json` wrote, or a person: what is left out is null, a number may stand for its text, a
        column's name for a feature without cut points.

        Raises:
            UsageError: it is not such a text.
        """
        try:
            if len(text) > _MOST:
                raise ValueError("it is too long")
            content = json.loads(text, object_pairs_hook=_unique, parse_constant=_no)
            return cls._read(content)
        except (ValueError, RecursionError) as error:
            plain = type(error) is ValueError
            said = str(error)[:200] if plain else "it is not JSON"
            raise UsageError(f"This is not a column mapping: {said}.", _TODO) from error

    @classmethod
    def _read(cls, content: object) -> Mapping:
        if not isinstance(content, dict):
            raise ValueError("it is not an object")
        unknown = sorted(set(content) - set(cls.__dataclass_fields__))
        if unknown:
            raise ValueError(f"{unknown[0][:40]!r} is no part of one")
        given: dict[str, Any] = {}
        for key, value in content.items():
            if value is None:
                continue
            if key in ("sensitive", "control"):
                if not isinstance(value, list):
                    raise ValueError(f"{key} is not a list")
                given[key] = tuple(_feature(each) for each in value)
            elif key == "threshold":
                given[key] = _number(value)
            elif isinstance(value, str):
                given[key] = value
            else:
                raise ValueError(f"{key} is not a text")
        if "label" not in given:
            raise ValueError("it names no label")
        return cls(**given)


def _feature(value: object) -> Feature:
    if isinstance(value, str):
        return Feature(value)
    if not isinstance(value, dict) or not isinstance(value.get("column"), str) or set(value) - {"column", "cuts"}:
        raise ValueError("a feature is not a column with cut points")
    cuts = value.get("cuts", [])
    if not isinstance(cuts, list):
        raise ValueError("cut points are not a list")
    return Feature(value["column"], tuple(_number(cut) for cut in cuts))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError("a number is none")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise ValueError("a number is none") from None
    if not math.isfinite(number):
        raise ValueError("a number is not finite")
    return number


def _short(number: float) -> str:
    return format(Decimal(repr(number)).normalize() + 0, "f")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no(_text: str) -> Any:
    raise ValueError("a number is not finite")
