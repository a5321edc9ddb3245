"""What each kind of measurement is asked with: its options, and the request they make. ``measure`` and ``evaluate`` share them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from registry_app.cli.measure_options import (
    Champion,
    Columns,
    Deciding,
    Groups,
    Label,
    MappingFile,
    ModelFile,
    Moment,
    Positive,
    Seed,
    Sensitive,
    Table,
    column_mapping,
    saved_mapping,
)
from registry_app.errors import UsageError
from registry_app.measure.requests.request import Request


def _every() -> list[str]:
    return ["day", "month", "year"]


def performance(data: Table, columns: Columns, champion: Champion, model: ModelFile, seed: Seed = 0) -> Request:
    """Measure how well a model predicts, with intervals.

    Of two classes, many, or numbers; beside a champion, if one is named.

    Example: registry-app measure performance --data scored.csv --label default --positive 1 --score p --threshold 0.5
    """
    from registry_app.measure.requests.performance import PerformanceRequest

    run = model.modelled()
    return PerformanceRequest(data, column_mapping(columns, champion, model=run is not None), seed, run)


def fairness(
    data: Table,
    columns: Columns,
    groups: Groups,
    model: ModelFile,
    seed: Seed = 0,
    limit: Annotated[
        float, typer.Option("--limit", help="The ratio between groups below which a disparity is shown.")
    ] = 0.8,
    small: Annotated[int, typer.Option("--small", help="Groups with fewer rows decide no outcome.")] = 30,
    left_out: Annotated[
        str, typer.Option("--left-out", metavar="REASON", help="Why Local Law 144's tables leave out groups under 2 %.")
    ] = "",
) -> Request:
    """Measure fairness between groups, with intervals and tests.

    The rates and disparities are fairlearn's.

    Example: registry-app measure fairness --data scored.csv --label default --positive 1 --prediction y --sensitive sex
    """
    from registry_app.measure.requests.fairness import FairnessRequest

    run = model.modelled()
    mapping = column_mapping(columns, groups, model=run is not None)
    return FairnessRequest(data, mapping, seed, limit, small, left_out, model=run)


def explain(
    data: Table,
    model: ModelFile,
    deciding: Deciding,
    background: Annotated[
        str,
        typer.Option(
            "--background",
            metavar="FILE-OR-URL",
            help="Rows that 'a feature is not known' is averaged over, such as the training data; those of --data, if left out.",
        ),
    ] = "",
    label: Label = None,
    positive: Positive = None,
    sensitive: Sensitive = None,
    mapping: MappingFile = None,
    cases: Annotated[int, typer.Option("--cases", help="Single rows to explain, from the lowest to the highest.")] = 5,
    row: Annotated[
        list[int] | None, typer.Option("--row", metavar="NUMBER", help="Explain this row, from 1; repeatable.")
    ] = None,
    forbidden: Annotated[
        list[str] | None,
        typer.Option("--forbidden", metavar="COLUMN", help="A feature that must not be a reason; repeatable."),
    ] = None,
    proxy_limit: Annotated[
        float, typer.Option("--proxy-limit", help="The association with a sensitive feature that makes one a proxy.")
    ] = 0.3,
    interventional: Annotated[
        bool, typer.Option("--interventional", help="Explain trees against background rows.")
    ] = False,
    precision: Annotated[
        float, typer.Option("--precision", help="Half width over value at which rows are enough; 0 takes all rows.")
    ] = 0.05,
    checks: Annotated[
        bool, typer.Option("--checks/--no-checks", help="Make the ranking again with another seed and background.")
    ] = True,
    n_jobs: Annotated[
        int,
        typer.Option(
            "--n-jobs", metavar="N", help="Explain rows in this many more sandboxes at once; -1: one per core."
        ),
    ] = 1,
    dask: Annotated[
        str,
        typer.Option(
            "--dask", metavar="tcp://HOST:PORT", help="Explain rows in sandboxes on this Dask cluster's workers."
        ),
    ] = "",
    seed: Seed = 0,
) -> Request:
    """Explain a model's file: what moves its output, and why.

    It also says through which features a gap between groups comes, and tells reasons for single decisions.

    Wherever rows are explained, the result is the same. A Dask cluster gets the model and the rows: name only one that is trusted
    as much as this machine.

    Example: registry-app measure explain --data test.csv --label default --model credit.skops --format skops --sensitive sex
    """
    from registry_app.measure.requests.explanation import ExplanationRequest
    from registry_app.measure.table.mapping import Feature

    run = model.modelled()
    if run is None:
        raise UsageError("An explanation is of a model, and none is named.", "Give --model FILE and --format.")
    saved = saved_mapping(mapping)
    features = tuple(map(Feature.parse, sensitive or ())) or (saved.sensitive if saved else ())
    apart = (*((label,) if label else ()), *(saved.columns if saved else ()))
    return ExplanationRequest(
        data,
        run,
        background,
        positive if positive is not None or saved is None else saved.positive,
        features,
        tuple(dict.fromkeys(apart)),
        tuple(row) if row else cases,
        deciding.reasons(),
        tuple(forbidden or ()),
        proxy_limit,
        interventional,
        precision or None,
        checks,
        seed,
        n_jobs=n_jobs,
        dask=dask,
    )


def drift(
    reference: Annotated[
        str,
        typer.Option(
            "--reference", metavar="FILE-OR-URL", help="The table it is compared with, such as the training data."
        ),
    ],
    data: Table,
    columns: Columns,
    moment: Moment,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="COLUMN", help="Compare this one; repeatable; all, if left out."),
    ] = None,
    limit: Annotated[
        float, typer.Option("--limit", help="The stability index beyond which a column has drifted.")
    ] = 0.2,
    every: Annotated[str, typer.Option("--every", help="day, month or year.", autocompletion=_every)] = "month",
) -> Request:
    """Measure how far data has moved from its reference.

    With --time and --label also how predictions came true over time.

    Example: registry-app measure drift --reference 2025.parquet --data 2026.parquet
    """
    from registry_app.measure.requests.drift import DriftRequest

    named = columns.label is not None or columns.mapping is not None
    if moment.time is not None and not named:
        raise UsageError(
            "Performance over time needs --time and --label.", "Give both, with the prediction, or neither."
        )
    mapping = column_mapping(columns, moment) if named else None
    return DriftRequest(data, reference, tuple(column or ()), limit, mapping, every)  # type: ignore[arg-type]


def load(
    data: Annotated[
        Path, typer.Option("--data", metavar="FILE", help="What k6, JMeter or Locust wrote: JSON lines, or CSV.")
    ],
) -> Request:
    """Read latency, throughput and error rate of a load test.

    Example: registry-app measure load --data k6.json
    """
    from registry_app.measure.requests.load import LoadRequest

    return LoadRequest(str(data))


def quality(
    data: Table,
    label: Annotated[str | None, typer.Option("--label", metavar="COLUMN", help="What is to be learned.")] = None,
    positive: Positive = None,
    sensitive: Sensitive = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="FILE-OR-URL", help="Another table: rows that stand in both are counted."),
    ] = None,
) -> Request:
    """Say what is odd about a table of data.

    Cells that miss, columns that are constant or tell the label, rows that repeat or stand in another table, labels out of balance.

    Example: registry-app measure quality --data test.csv --label default --positive 1 --against train.csv
    """
    from registry_app.measure.requests.quality import QualityRequest
    from registry_app.measure.table.mapping import Feature

    return QualityRequest(data, label, positive, tuple(map(Feature.parse, sensitive or ())), against)


KINDS = (performance, fairness, explain, drift, load, quality)
"""Each kind, by the name it has on the command line."""
