"""A model's file in place of a column of predictions: run in the sandbox, so that its predictions can be measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry_app.errors import UsageError
from registry_app.measure.progress import Progress
from registry_app.measure.sandbox.limits import Limits
from registry_app.measure.sandbox.trust import Trust, Waiver
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.source import Source

if TYPE_CHECKING:
    from registry_app.measure.requests.request import Inputs
    from registry_app.measure.result import Result
    from registry_app.measure.sandbox.run import Session

PREDICTION, SCORE = "(prediction)", "(score)"
"""Names of the columns that a model makes, in a mapping."""

CUT = 0.5
"""The threshold of a binary model that gives scores alone, where none was chosen."""


@dataclass(frozen=True)
class Modelled:
    """A model that is run, and by whose decision."""

    file: str
    """Its path; for a callable ``module:function``."""
    format: str
    """One of :data:`~registry_app.measure.sandbox.loading.FORMATS`."""
    features: tuple[str, ...] = ()
    """The columns it is given, in this order; every column without a meaning of its own when empty."""
    trust: Trust | None = None
    """What lets a pickle be loaded."""
    waiver: Waiver | None = None
    """What lets code run where no sandbox holds."""
    limits: Limits | None = None
    """What it may use."""
    folder: Path | None = None
    """Of a callable's module."""
    keep_out: tuple[Path, ...] = ()
    """What it must not be able to read."""

    @contextmanager
    def running(self, progress: Progress) -> Iterator[Session]:
        """The model in a child of its own, behind its locks.

        Raises:
            UsageError: there is no such file or format.
            SandboxError: it may not be run, or misbehaved.
            Cancelled: ``progress`` said so.
        """
        from registry_app.measure.sandbox.run import opened

        progress.step("starting the sandbox")
        with opened(
            self.file, self.format, trust=self.trust, waiver=self.waiver, limits=self.limits, folder=self.folder,
            keep_out=self.keep_out, progress=progress,
        ) as session:  # fmt: skip
            yield session

    def described(self, session: Session, features: tuple[str, ...]) -> dict[str, Any]:
        """As it stands in a result's ``data["model"]``."""
        return {
            "digest": session.digest,
            "format": self.format,
            "features": list(features),
            "sandbox": session.level.encoded(),
            "trust": None
            if self.trust is None
            else {"by": self.trust.by, "scan": self.trust.scan, "scanner": self.trust.scanner},
            "waiver": None if session.waiver is None else asdict(session.waiver),
        }


def columns_made(threshold: float | None) -> dict[str, str | None]:
    """The part of a mapping that names the columns a model makes: its predictions, or its score where a threshold cuts it."""
    return {"prediction": PREDICTION, "score": None} if threshold is None else {"prediction": None, "score": SCORE}


def as_before(result: Result, inputs: Inputs) -> Modelled | None:
    """The model of ``inputs`` with the columns that it was given when ``result`` was made; ``None`` where none was run.

    Raises:
        UsageError: one was run and none is given, or the other way round.
    """
    told = result.data.get("model")
    if told is None and inputs.model is None:
        return None
    if told is None or inputs.model is None:
        raise UsageError(
            f"This {result.kind} was {'not ' if told is None else ''}measured by running a model.",
            "Leave the model out." if told is None else "Name the model's file as well.",
        )
    return replace(inputs.model, format=told["format"], features=tuple(told["features"]))


@contextmanager
def predicted(
    table: Source, mapping: Mapping, model: Modelled | None, progress: Progress
) -> Iterator[tuple[Source, Mapping]]:
    """``table`` with the model's predictions beside its columns, and the mapping that names them; both as they are without a model.

    The label never goes into the sandbox, nor does any other column of the mapping that is not named as a feature.

    Raises:
        UsageError: the table lacks a column or is broken, the model does not take it, or predicts other classes than the label has.
        SandboxError: the model may not be run, or misbehaved.
        Cancelled: ``progress`` said so.
    """
    if model is None:
        progress.step("measuring")
        yield table, mapping
        return
    from registry_app.measure.requests.predicting import predictions

    with predictions(table, mapping, model, progress) as found:
        progress.step("measuring")
        yield found
