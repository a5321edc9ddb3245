"""A window against its reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from registry_app.errors import UsageError
from registry_app.measure.drift.document import LIMIT, drift
from registry_app.measure.drift.windows import LETTERS, Every
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.requests.request import Inputs, Request
from registry_app.measure.result import Kind, Result
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.source import open_source


@dataclass(frozen=True)
class DriftRequest(Request):
    """As :func:`registry_app.measure.drift.document.drift` takes it.

    Raises:
        UsageError: there are no such windows, or a mapping without a time.
    """

    kind: ClassVar[Kind] = "drift"
    data: str
    reference: str
    columns: tuple[str, ...] = ()
    limit: float = LIMIT
    mapping: Mapping | None = None
    every: Every = "month"

    def __post_init__(self) -> None:
        if self.every not in LETTERS:
            raise UsageError(f"There are no windows of one {str(self.every)[:20]!r}.", "Use day, month or year.")
        if self.mapping is not None and self.mapping.time is None:
            raise UsageError(
                "Performance over time needs a time.", "Name the column of the time, or leave out the rest."
            )

    def run(self, progress: Progress = SILENT) -> Result:
        """See :meth:`Request.run`."""
        progress.step("measuring")
        with (
            open_source(self.reference, progress=progress) as before,
            open_source(self.data, progress=progress) as window,
        ):
            return drift(before, window, self.columns, self.limit, self.mapping, self.every)

    @classmethod
    def of(cls, result: Result, inputs: Inputs) -> Self:
        """See :meth:`Request.of`."""
        over = result.result["over_time"]
        mapping = result.data["mapping"]
        return cls(
            inputs.data,
            inputs.other,
            tuple(each["column"] for each in result.result["columns"]),
            float(result.parameters["limit"]),
            None if mapping is None else Mapping.of(mapping),
            "month" if over is None else over["every"],
        )
