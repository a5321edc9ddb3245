"""A table of predictions for a binary task as checked arrays, for what counts cannot give: curves from every score.

Reading and checking are those of :mod:`registry_app.measure.table`.
"""

from __future__ import annotations

from collections.abc import Mapping as Columns
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import true

from registry_app.errors import UsageError
from registry_app.measure.result import decimal_text
from registry_app.measure.table import check
from registry_app.measure.table import mapping as table
from registry_app.measure.table.column import text
from registry_app.measure.table.limits import Limits
from registry_app.measure.table.problem import Problem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from registry_app.measure.table.source import Source


@dataclass(frozen=True)
class Mapping:
    """Which column means what."""

    label: str
    """Column of the true outcome."""
    positive: str
    """The value, in label and prediction, that is the positive outcome: what a person hopes for or is warned of."""
    prediction: str | None = None
    """Column of the predicted outcome; without it the score and the threshold predict."""
    score: str | None = None
    """Column of the predicted probability of the positive outcome, 0 to 1."""
    threshold: float | None = None
    """A score of at least this predicts the positive outcome; 0 to 1."""
    sensitive: tuple[str, ...] = ()
    """Columns of the sensitive features."""
    row_id: str | None = None
    """Column that names each row; unique."""

    def __post_init__(self) -> None:
        if self.prediction is None and (self.score is None or self.threshold is None):
            raise UsageError(
                "The mapping has no prediction.", "Name a prediction column, or a score column and a threshold."
            )
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise UsageError(f"The threshold {self.threshold!r} is outside 0 to 1.", "Give one between 0 and 1.")
        if len(set(self.columns())) != len(self.columns()):
            raise UsageError("The mapping uses one column twice.", "Name each column for one purpose.")

    def columns(self) -> tuple[str, ...]:
        """All columns named."""
        single = (self.label, self.prediction, self.score, self.row_id)
        return (*(name for name in single if name is not None), *self.sensitive)

    def of_table(self) -> table.Mapping:
        """The same as the table's mapping; a threshold beside predictions decides nothing."""
        return table.Mapping(
            self.label,
            positive=self.positive,
            prediction=self.prediction,
            score=self.score,
            threshold=self.threshold if self.prediction is None else None,
            sensitive=tuple(map(table.Feature, self.sensitive)),
            row_id=self.row_id,
        )

    def described(self) -> dict[str, Any]:
        """As it stands in a result's ``data``; the number is a decimal string."""
        return {
            "label": self.label,
            "positive": self.positive,
            "prediction": self.prediction,
            "score": self.score,
            "threshold": None if self.threshold is None else decimal_text(self.threshold),
            "sensitive": list(self.sensitive),
        }


@dataclass(frozen=True, eq=False)
class Predictions:
    """A checked table: both classes occur, each sensitive feature has at least two groups, every score is in 0 to 1."""

    mapping: Mapping
    """What the columns meant."""
    digest: str
    """SHA-256 of the file's bytes as they lie on disk, 64 hexadecimal digits; for columns in memory, of the CSV they make."""
    rows: int
    """How many rows."""
    labels: NDArray[np.bool_]
    """Shape (rows,): whether the true outcome is the positive one."""
    predicted: NDArray[np.bool_]
    """Shape (rows,): whether the prediction is the positive outcome."""
    scores: NDArray[np.float64] | None
    """Shape (rows,), 0 to 1; ``None`` without a score column."""
    sensitive: dict[str, NDArray[np.str_]] = field(default_factory=dict)
    """Group of each row by sensitive feature, each of shape (rows,)."""
    row_ids: tuple[str, ...] | None = None
    """Names of the rows; never part of a result."""

    def described(self) -> dict[str, Any]:
        """The ``data`` of a result: digest, rows and mapping."""
        return {"digest": self.digest, "rows": self.rows, **self.mapping.described()}

    @classmethod
    def from_frame(cls, frame: Any, mapping: Mapping) -> Predictions:
        """Predictions from a data frame or a dictionary of equally long sequences (:class:`~registry_app.measure.table.memory.Memory`).

        Raises:
            UsageError: something is wrong; all of it is listed.
        """
        from registry_app.measure.table.memory import Memory

        with Memory(frame, mapping.columns()) as source:
            check.check(source, mapping.of_table())
            keys = list(frame.keys() if isinstance(frame, Columns) else frame.columns)
            named = {str(key): key for key in keys}
            columns = {name: [text(value) for value in frame[named[name]]] for name in mapping.columns()}
            return _made(source, columns, mapping)

    @classmethod
    def from_file(cls, path: Path, mapping: Mapping, limits: Limits | None = None) -> Predictions:
        """Predictions from a CSV or gzipped CSV file (told by its first bytes, not by its name).

        Raises:
            UsageError: something is wrong; all of it is listed.
            StorageError: the operating system could not read the file.
        """
        from registry_app.measure.table.files import Csv, open_files

        with open_files(str(path), limits or Limits()) as source:
            if not isinstance(source, Csv):
                raise UsageError("Curves are drawn from the rows of a CSV file.", "Save the table as CSV.")
            check.check(source, mapping.of_table())
            names = mapping.columns()
            columns: dict[str, list[str]] = {name: [] for name in names}
            words: dict[str, str] = {}
            for each in source.listed(names, true()):
                if not isinstance(each, Problem):
                    for name, cell in zip(names, each[2], strict=True):
                        columns[name].append(words.setdefault(cell, cell) if len(words) < 100_000 else cell)
            return _made(source, columns, mapping)


def _made(source: Source, columns: dict[str, list[str]], mapping: Mapping) -> Predictions:
    """The predictions of a table that was checked."""
    import numpy as np

    def positive(values: Sequence[str]) -> NDArray[np.bool_]:
        return np.array([value == mapping.positive for value in values])

    source.counted(len(columns[mapping.label]))
    scores = None if mapping.score is None else np.array([float(value) for value in columns[mapping.score]])
    if mapping.prediction is not None:
        predicted = positive(columns[mapping.prediction])
    else:
        predicted = cast("NDArray[np.float64]", scores) >= cast(float, mapping.threshold)
    return Predictions(
        mapping,
        source.digest,
        len(columns[mapping.label]),
        positive(columns[mapping.label]),
        predicted,
        scores,
        {
            feature: np.array([value.strip() or table.MISSING for value in columns[feature]])
            for feature in mapping.sensitive
        },
        None if mapping.row_id is None else tuple(columns[mapping.row_id]),
    )
