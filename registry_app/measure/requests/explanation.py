"""Which features move a model's output: the model explained behind the locks of the sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

from registry_app.errors import SandboxError, UsageError
from registry_app.measure.explain.associations import LIMIT
from registry_app.measure.explain.document import PRECISION
from registry_app.measure.explain.reasons import Reasons
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.requests.features import fitting, read_as
from registry_app.measure.requests.modelled import Modelled, as_before
from registry_app.measure.requests.request import Inputs, Request
from registry_app.measure.result import Kind, Result
from registry_app.measure.sandbox.explaining import PIECE
from registry_app.measure.sandbox.features import features as as_features
from registry_app.measure.table.check import named, unknown_columns
from registry_app.measure.table.column import text
from registry_app.measure.table.mapping import MISSING, Feature
from registry_app.measure.table.memory import Written
from registry_app.measure.table.problem import refuse
from registry_app.measure.table.source import Source, open_source

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from registry_app.measure.sandbox.crew import Crew
    from registry_app.measure.sandbox.run import Session

MANY = 50_000
"""Rows read at once."""

MOST_ROWS = 1_000_000
"""Rows of a table that is explained, all of which are held in memory."""


@dataclass(frozen=True)
class ExplanationRequest(Request):
    """As :func:`registry_app.measure.explain.explain` takes it, of a model's file and tables."""

    kind: ClassVar[Kind] = "explanation"
    data: str
    """The rows that are explained."""
    model: Modelled
    """What is explained."""
    background: str = ""
    """The rows that "a feature is not known" is averaged over; those of ``data`` when empty."""
    positive: str | None = None
    """The class explained; of two the second when it is left out."""
    sensitive: tuple[Feature, ...] = ()
    """Features whose groups are compared."""
    apart: tuple[str, ...] = ()
    """Columns that the model is not given, such as the label; where its features are not named."""
    cases: int | tuple[int, ...] = 5
    """How many single rows, or which, from 1."""
    reasons: Reasons | None = None
    """How the reasons of single decisions are found; none are told without it."""
    forbidden: tuple[str, ...] = ()
    """Features that must not be a reason."""
    proxy_limit: float = LIMIT
    interventional: bool = False
    precision: float | None = PRECISION
    checks: bool = True
    seed: int = 0
    hide_below: int | None = None
    """Groups with fewer explained rows are put together."""
    n_jobs: int = 1
    """Sandboxes here that explain rows beside the one that asks them, from 2; -1 is one per core. The result is the same."""
    dask: str = ""
    """Address of a running Dask scheduler whose workers do so instead, such as ``tcp://10.0.0.5:8786``."""

    def run(self, progress: Progress = SILENT) -> Result:
        """See :meth:`Request.run`."""
        with open_source(self.data, progress=progress) as table:
            groups = [feature.column for feature in self.sensitive]
            refuse(table.name, unknown_columns([each.name for each in table.header], groups))
            apart = [*groups, *(name for name in self.apart if name in {each.name for each in table.header})]
            features = fitting(table, self.model.features, tuple(dict.fromkeys(apart)))
            rows = _read(table, features, self.sensitive)
            about = _named(table, rows)
        near, about_near = rows, about
        if self.background:
            with open_source(self.background, progress=progress) as table:
                fitting(table, features, ())
                near = _read(table, features, ())
                about_near = _named(table, near)
        with self.model.running(progress) as session, self._crew(session, rows, near, progress) as others:
            progress.step("explaining")
            found = session.explain(
                rows.columns, near.columns, crew=others, sensitive=rows.groups, **self._asked()
            )  # fmt: skip
            ran = session if others is None else replace(session, level=others.level, waiver=others.waiver)
            model = self.model.described(ran, features)
        if not set(found.data["features"]) <= set(features):
            raise SandboxError(
                "The model's explanation speaks of features it was not given.",
                "Look at where the model comes from before you try it again.",
            )
        data = {
            **found.data,
            "digest": about["digest"],
            "digest_of": about["digest_of"],
            "background_digest": about_near["digest"],
            "background_digest_of": about_near["digest_of"],
            "groups": [feature.described() for feature in self.sensitive],
            "texts": {} if self.reasons is None else dict(self.reasons.texts),
            "model": model,
        }
        parameters = {
            **found.parameters, "interventional": int(self.interventional), "checks": int(self.checks),
        }  # fmt: skip
        return replace(found, data=data, parameters=parameters)

    def _crew(
        self, session: Session, rows: _Rows, near: _Rows, progress: Progress
    ) -> AbstractContextManager[Crew | None]:
        """Who explains rows beside the session."""
        from registry_app.measure.sandbox.crew import Job, crew

        model, asked = self.model, self._asked()
        job = Job(
            model.format, session.digest, as_features(rows.columns), as_features(near.columns),
            {name: asked[name] for name in PIECE}, model.trust, model.waiver, model.limits, model.keep_out,
        )  # fmt: skip
        return crew(job, model.file, session, self.n_jobs, self.dask, progress)

    def _asked(self) -> dict[str, Any]:
        """What crosses into the sandbox, as JSON has it."""
        reasons = None if self.reasons is None else {**asdict(self.reasons), "texts": dict(self.reasons.texts)}
        return {
            "seed": self.seed,
            "cases": self.cases if isinstance(self.cases, int) else list(self.cases),
            "positive": self.positive,
            "forbidden": list(self.forbidden),
            "proxy_limit": self.proxy_limit,
            "interventional": self.interventional,
            "precision": self.precision,
            "checks": self.checks,
            "reasons": reasons,
            "hide_below": self.hide_below,
        }

    @classmethod
    def of(cls, result: Result, inputs: Inputs) -> Self:
        """See :meth:`Request.of`."""
        model = as_before(result, inputs)
        if model is None:
            raise UsageError(
                "This explanation was made from code, which cannot be read back from it.",
                "Make it again with registry_app.measure.explain.",
            )
        chosen, data = result.parameters, result.data
        reasons = None
        if "pass_score" in chosen:
            reasons = Reasons(
                float(chosen["pass_score"]), data["texts"], chosen["passes"], chosen["reasons_against"], int(chosen["reruns"])
            )  # fmt: skip
        return cls(
            inputs.data,
            model,
            inputs.other,
            data["positive"],
            tuple(Feature.of(each) for each in data["groups"]),
            (),
            tuple(int(case["row"].removeprefix("row ")) for case in result.result["cases"]),
            reasons,
            tuple(result.result["forbidden"]),
            float(chosen["proxy_limit"]),
            bool(chosen["interventional"]),
            None if chosen["precision"] == "all rows" else float(chosen["precision"]),
            bool(chosen["checks"]),
            result.seed,
            chosen.get("hidden_below"),
        )


@dataclass(frozen=True, eq=False)
class _Rows:
    """A table in memory."""

    columns: dict[str, Any]
    """Feature to its values."""
    groups: dict[str, list[str]]
    """Sensitive feature to the group of each row."""
    digest: str
    """Of what was read, where the table has none of its own."""


def _read(table: Source, features: Sequence[str], sensitive: Sequence[Feature]) -> _Rows:
    """The features of a table, and the groups of its rows.

    Raises:
        UsageError: it is broken, has too many rows, or a feature with cut points holds no numbers.
    """
    import numpy as np

    given = read_as(table, features)
    groups: list[ColumnElement[Any]] = [table.column(each.column).key for each in sensitive]
    parts: list[list[Any]] = [[] for _ in features]
    found: dict[str, list[str]] = {each.column: [] for each in sensitive}
    written, many = Written([*features, *found]), 0
    for rows in table.stream([*(each.sql for each in given), *groups], MANY):
        many += len(rows)
        if many > MOST_ROWS:
            raise UsageError(f"There are more than {MOST_ROWS:,} rows to explain.", "Explain a part of the table.")
        values = list(zip(*rows, strict=True))
        for part, each, column in zip(parts, given, values, strict=False):
            part.append(each.array(column))
        for feature, column in zip(sensitive, values[len(given) :], strict=True):
            found[feature.column] += [_group(feature, text(value).strip()) for value in column]
        if table.digest_of == "counts":
            written.add(rows)
    table.counted(many)
    columns = {name: np.concatenate(part) for name, part in zip(features, parts, strict=True)}
    return _Rows(columns, found, written.hex())


def _group(feature: Feature, value: str) -> str:
    return named(feature, value) if feature.cuts else value or MISSING


def _named(table: Source, rows: _Rows) -> dict[str, str]:
    """What the table is called by."""
    counts = table.digest_of == "counts"
    return {
        "digest": rows.digest if counts else table.digest,
        "digest_of": "columns" if counts else table.digest_of,
    }
