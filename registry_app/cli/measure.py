"""Measuring a table of predictions: ``measure`` prints, ``evaluate`` signs and records as well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from registry_app.cli.desk import give, opened, progress
from registry_app.cli.measured import numbers, result_text
from registry_app.cli.options import Room, Version, wishes
from registry_app.errors import UsageError

if TYPE_CHECKING:
    from registry_app.measure.result import Result

measure_app = Room(
    help="Measure a table of predictions; needs no registry and records nothing. Explanations need the model object: "
    "use the SDK, registry_app.measure.explain."
)
evaluate_app = Room(
    help="Measure a table of predictions, and sign the result as evidence about a version. Explanations need the model "
    "object: use the SDK, registry_app.measure.explain."
)

Data = Annotated[
    Path, typer.Option("--data", metavar="FILE", help="The table: CSV in UTF-8 with a header, gzipped or not.")
]
Label = Annotated[str, typer.Option("--label", metavar="COLUMN", help="The true outcome.")]
Positive = Annotated[str, typer.Option("--positive", metavar="VALUE", help="The value that is the positive outcome.")]
Prediction = Annotated[str | None, typer.Option("--prediction", metavar="COLUMN", help="The predicted outcome.")]
Score = Annotated[str | None, typer.Option("--score", metavar="COLUMN", help="The predicted probability, 0 to 1.")]
Threshold = Annotated[float | None, typer.Option("--threshold", help="A score of at least this predicts the positive.")]
Table = Annotated[
    str,
    typer.Option(
        "--data",
        metavar="FILE-OR-URL",
        help="The table: CSV, gzipped or not, Parquet, a glob, or a database's URL with #schema.table.",
    ),
]
Reference = Annotated[
    str,
    typer.Option(
        "--reference", metavar="FILE-OR-URL", help="The table it is compared with, such as the training data."
    ),
]
Task = Annotated[str, typer.Option("--task", help="binary, multiclass or regression.")]
MaybePositive = Annotated[
    str | None, typer.Option("--positive", metavar="VALUE", help="Of a binary task: the positive outcome.")
]
Features = Annotated[
    list[str] | None,
    typer.Option("--sensitive", metavar="COLUMN", help="A sensitive feature; age:25,60 cuts numbers; repeatable."),
]
Control = Annotated[
    list[str] | None,
    typer.Option("--control", metavar="COLUMN", help="Groups are compared within its groups as well; repeatable."),
]
Weights = Annotated[str | None, typer.Option("--weights", metavar="COLUMN", help="How much each row counts.")]
LeftOut = Annotated[
    str, typer.Option("--left-out", metavar="REASON", help="Why Local Law 144's tables leave out groups under 2 %.")
]
RowId = Annotated[str | None, typer.Option("--row-id", metavar="COLUMN", help="Names each row; checked to be unique.")]
Seed = Annotated[int, typer.Option("--seed", help="Of every random draw.")]
Ratio = Annotated[float, typer.Option("--limit", help="The ratio between groups below which a disparity is shown.")]
Small = Annotated[int, typer.Option("--small", help="Groups with fewer rows decide no outcome.")]


@measure_app.command("performance")
def measure_performance(
    ctx: typer.Context,
    data: Data,
    label: Label,
    positive: Positive,
    prediction: Prediction = None,
    score: Score = None,
    threshold: Threshold = None,
    row_id: RowId = None,
    seed: Seed = 0,
) -> None:
    """Measure how well a binary classifier predicts: rates with intervals, areas, calibration.

    Example: registry-app measure performance --data scored.csv --label default --positive 1 --score p --threshold 0.5
    """
    found = _performance(data, (label, positive, prediction, score, threshold, (), row_id), seed)
    give(wishes(ctx), numbers(found), lambda: result_text(found))


@measure_app.command("fairness")
def measure_fairness(
    ctx: typer.Context,
    data: Table,
    label: Label,
    positive: MaybePositive = None,
    prediction: Prediction = None,
    score: Score = None,
    threshold: Threshold = None,
    sensitive: Features = None,
    control: Control = None,
    weights: Weights = None,
    task: Task = "binary",
    row_id: RowId = None,
    seed: Seed = 0,
    limit: Ratio = 0.8,
    small: Small = 30,
    left_out: LeftOut = "",
) -> None:
    """Measure fairness between groups: fairlearn's rates and disparities, with intervals and tests.

    Example: registry-app measure fairness --data scored.csv --label default --positive 1 --prediction y --sensitive sex
    """
    columns = {
        "label": label, "task": task, "positive": positive, "prediction": prediction, "score": score,
        "threshold": threshold, "weights": weights, "row_id": row_id,
    }  # fmt: skip
    found = _fairness(data, columns, (sensitive or [], control or []), (seed, limit, small, left_out))
    give(wishes(ctx), numbers(found), lambda: result_text(found))


@evaluate_app.command("performance")
def evaluate_performance(
    ctx: typer.Context,
    version: Version,
    data: Data,
    label: Label,
    positive: Positive,
    prediction: Prediction = None,
    score: Score = None,
    threshold: Threshold = None,
    row_id: RowId = None,
    seed: Seed = 0,
) -> None:
    """Measure performance, and sign the result as evidence about a version; prints the evidence's id.

    Example: registry-app evaluate performance credit-risk:3 --data scored.csv --label default --positive 1 --prediction y
    """
    found = _performance(data, (label, positive, prediction, score, threshold, (), row_id), seed)
    _record(ctx, version, found)


@evaluate_app.command("fairness")
def evaluate_fairness(
    ctx: typer.Context,
    version: Version,
    data: Table,
    label: Label,
    positive: MaybePositive = None,
    prediction: Prediction = None,
    score: Score = None,
    threshold: Threshold = None,
    sensitive: Features = None,
    control: Control = None,
    weights: Weights = None,
    task: Task = "binary",
    row_id: RowId = None,
    seed: Seed = 0,
    limit: Ratio = 0.8,
    small: Small = 30,
    left_out: LeftOut = "",
) -> None:
    """Measure fairness, and sign the result as evidence about a version; prints the evidence's id.

    Example: registry-app evaluate fairness credit-risk:3 --data scored.csv --label default --positive 1 --prediction y
    --sensitive sex
    """
    columns = {
        "label": label, "task": task, "positive": positive, "prediction": prediction, "score": score,
        "threshold": threshold, "weights": weights, "row_id": row_id,
    }  # fmt: skip
    found = _fairness(data, columns, (sensitive or [], control or []), (seed, limit, small, left_out))
    _record(ctx, version, found)


@measure_app.command("drift")
def measure_drift(
    ctx: typer.Context,
    reference: Reference,
    data: Table,
    columns: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="COLUMN", help="Compare this one; repeatable; all, if left out."),
    ] = None,
    limit: Annotated[
        float, typer.Option("--limit", help="The stability index beyond which a column has drifted.")
    ] = 0.2,
    label: Annotated[
        str | None, typer.Option("--label", metavar="COLUMN", help="With --time: the true outcome.")
    ] = None,
    positive: MaybePositive = None,
    prediction: Prediction = None,
    score: Score = None,
    threshold: Threshold = None,
    time: Annotated[
        str | None, typer.Option("--time", metavar="COLUMN", help="Performance by its day, month or year as well.")
    ] = None,
    every: Annotated[str, typer.Option("--every", help="day, month or year.")] = "month",
) -> None:
    """Measure how far a window of data has moved from its reference, and how predictions came true over time.

    Example: registry-app measure drift --reference 2025.parquet --data 2026.parquet
    """
    from registry_app.measure.drift.document import drift
    from registry_app.measure.drift.windows import LETTERS
    from registry_app.measure.table.mapping import Mapping
    from registry_app.measure.table.source import open_source

    if every not in LETTERS:
        raise UsageError(f"There are no windows of one {every[:20]!r}.", "Use day, month or year.")
    if (time is None) != (label is None):
        raise UsageError(
            "Performance over time needs --time and --label.", "Give both, with the prediction, or neither."
        )
    mapping = None
    if label is not None:
        mapping = Mapping(label, "binary", positive, prediction, score, threshold, time=time)
    with measuring(), open_source(reference) as before, open_source(data) as window:
        found = drift(before, window, columns or (), limit, mapping, every)
    give(wishes(ctx), numbers(found), lambda: result_text(found))


@measure_app.command("load")
def measure_load(
    ctx: typer.Context,
    data: Annotated[
        Path, typer.Option("--data", metavar="FILE", help="What k6, JMeter or Locust wrote: JSON lines, or CSV.")
    ],
) -> None:
    """Read latency percentiles, throughput and error rate from a load test's result file.

    Example: registry-app measure load --data k6.json
    """
    from registry_app.measure.load.document import load

    with measuring():
        found = load(data)
    give(wishes(ctx), numbers(found), lambda: result_text(found))


@measure_app.command("quality")
def measure_quality(
    ctx: typer.Context,
    data: Table,
    label: Annotated[str | None, typer.Option("--label", metavar="COLUMN", help="What is to be learned.")] = None,
    positive: MaybePositive = None,
    sensitive: Features = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="FILE-OR-URL", help="Another table: rows that stand in both are counted."),
    ] = None,
) -> None:
    """Say what is odd about a table of data: missing, constant, repeated, leaking, overlapping, unbalanced.

    Example: registry-app measure quality --data test.csv --label default --positive 1 --against train.csv
    """
    from registry_app.measure.quality.document import quality
    from registry_app.measure.table.mapping import Feature
    from registry_app.measure.table.source import open_source

    features = tuple(Feature.parse(each) for each in sensitive or ())
    with measuring(), open_source(data) as source, ExitStack() as stack:
        other = stack.enter_context(open_source(against)) if against else None
        found = quality(source, label, positive, features, other)
    give(wishes(ctx), numbers(found), lambda: result_text(found))


@contextmanager
def measuring() -> Iterator[None]:
    """Say on a terminal that it is being measured."""
    with progress() as tell:
        if tell is not None:
            tell("measuring", 0, 0)
        yield


def _performance(data: Path, columns: tuple[Any, ...], seed: int) -> Result:
    with measuring():
        from registry_app.measure.requests.performance import PerformanceRequest
        from registry_app.measure.table.mapping import Mapping

        label, positive, prediction, score, threshold, _, row_id = columns
        mapping = Mapping(label, "binary", positive, prediction, score, threshold, row_id=row_id)
        return PerformanceRequest(str(data), mapping, seed).run()


def _fairness(
    data: str, columns: dict[str, Any], features: tuple[list[str], list[str]], chosen: tuple[int, float, int, str]
) -> Result:
    with progress() as tell:
        if tell is not None:
            tell("measuring", 0, 0)
        from registry_app.measure.fairness.document import fairness
        from registry_app.measure.table.mapping import Feature, Mapping
        from registry_app.measure.table.source import open_source

        sensitive, control = (tuple(Feature.parse(each) for each in named) for named in features)
        mapping = Mapping(**columns, sensitive=sensitive, control=control)
        with open_source(data) as source:
            return fairness(source, mapping, *chosen)


def _record(ctx: typer.Context, version: str, found: Result) -> None:
    from registry_app.evidence.actions import RecordEvidence

    with opened(ctx) as desk:
        receipt = desk.workspace.run(RecordEvidence(version, found))
        name = str(getattr(receipt.facts[0], "evidence", ""))
        desk.receipt(receipt, f"{name}\n\n{result_text(found)}", evidence=name, result=numbers(found))
