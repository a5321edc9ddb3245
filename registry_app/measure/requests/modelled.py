"""A model's file in place of a column of predictions: run in the sandbox, so that its predictions can be measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from registry_app.measure.progress import Progress
from registry_app.measure.sandbox.limits import Limits
from registry_app.measure.sandbox.trust import Trust, Waiver
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.source import Source


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
def predicted(
    table: Source, mapping: Mapping, model: Modelled | None, progress: Progress
) -> Iterator[tuple[Source, Mapping]]:
    """``table`` with the model's predictions beside its columns, and the mapping that names them; both as they are without a model."""
    progress.step("measuring")
    yield table, mapping
