"""How well the predictions of a table came true, and whether better than a champion's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from registry_app.measure.performance.document import performance
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.requests.modelled import Modelled, as_before, predicted
from registry_app.measure.requests.request import Inputs, Request
from registry_app.measure.result import Kind, Result
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.source import open_source


@dataclass(frozen=True)
class PerformanceRequest(Request):
    """As :func:`registry_app.measure.performance.document.performance` takes it."""

    kind: ClassVar[Kind] = "performance"
    data: str
    mapping: Mapping
    seed: int = 0
    model: Modelled | None = None

    def run(self, progress: Progress = SILENT) -> Result:
        """See :meth:`Request.run`."""
        with (
            open_source(self.data, progress=progress) as table,
            predicted(table, self.mapping, self.model, progress) as (source, mapping),
        ):
            return performance(source, mapping, self.seed, progress)

    @classmethod
    def of(cls, result: Result, inputs: Inputs) -> Self:
        """See :meth:`Request.of`."""
        return cls(inputs.data, Mapping.of(result.data), result.seed, as_before(result, inputs))
