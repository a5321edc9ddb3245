"""A table before anything is learned from it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import ClassVar, Self

from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.quality.document import quality
from registry_app.measure.requests.request import Inputs, Request
from registry_app.measure.result import Kind, Result
from registry_app.measure.table.mapping import Feature
from registry_app.measure.table.source import open_source


@dataclass(frozen=True)
class QualityRequest(Request):
    """As :func:`registry_app.measure.quality.document.quality` takes it."""

    kind: ClassVar[Kind] = "quality"
    data: str
    label: str | None = None
    positive: str | None = None
    sensitive: tuple[Feature, ...] = ()
    against: str | None = None
    hide_below: int | None = None

    def run(self, progress: Progress = SILENT) -> Result:
        """See :meth:`Request.run`."""
        progress.step("measuring")
        with open_source(self.data, progress=progress) as source, ExitStack() as stack:
            other = stack.enter_context(open_source(self.against, progress=progress)) if self.against else None
            return quality(source, self.label, self.positive, self.sensitive, other, self.hide_below)

    @classmethod
    def of(cls, result: Result, inputs: Inputs) -> Self:
        """See :meth:`Request.of`."""
        data = result.data
        features = tuple(Feature.of(each) for each in data["sensitive"])
        return cls(
            inputs.data,
            data["label"],
            data["positive"],
            features,
            inputs.other or None,
            result.parameters.get("hidden_below"),
        )
