"""What a load tool wrote."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from registry_app.measure.load.document import load
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.requests.request import Inputs, Request
from registry_app.measure.result import Kind, Result


@dataclass(frozen=True)
class LoadRequest(Request):
    """As :func:`registry_app.measure.load.document.load` takes it."""

    kind: ClassVar[Kind] = "load"
    data: str

    def run(self, progress: Progress = SILENT) -> Result:
        """See :meth:`Request.run`."""
        return load(Path(self.data), progress)

    @classmethod
    def of(cls, result: Result, inputs: Inputs) -> Self:  # noqa: ARG003  a load has no choices
        """See :meth:`Request.of`."""
        return cls(inputs.data)
