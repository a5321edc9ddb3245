"""Groups of a table of predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from registry_app.measure.fairness.document import SMALL, fairness
from registry_app.measure.fairness.four_fifths import FOUR_FIFTHS
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.requests.modelled import Modelled, as_before, predicted
from registry_app.measure.requests.request import Inputs, Request
from registry_app.measure.result import Kind, Result
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.source import open_source


@dataclass(frozen=True)
class FairnessRequest(Request):
    """As :func:`registry_app.measure.fairness.document.fairness` takes it."""

    kind: ClassVar[Kind] = "fairness"
    data: str
    mapping: Mapping
    seed: int = 0
    limit: float = FOUR_FIFTHS
    small: int = SMALL
    left_out: str = ""
    model: Modelled | None = None
    hide_below: int | None = None

    def run(self, progress: Progress = SILENT) -> Result:
        """See :meth:`Request.run`."""
        with (
            open_source(self.data, progress=progress) as table,
            predicted(table, self.mapping, self.model, progress) as (source, mapping),
        ):
            return fairness(source, mapping, self.seed, self.limit, self.small, self.left_out, self.hide_below)

    @classmethod
    def of(cls, result: Result, inputs: Inputs) -> Self:
        """See :meth:`Request.of`."""
        chosen = result.parameters
        return cls(
            inputs.data,
            Mapping.of(result.data),
            result.seed,
            float(chosen["limit"]),
            int(chosen["small"]),
            str(chosen.get("left_out", "")),
            as_before(result, inputs),
            chosen.get("hidden_below"),
        )
