"""Measuring a table of predictions: ``measure`` prints, ``evaluate`` signs and records as well."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from registry_app.cli.desk import give, opened, progress
from registry_app.cli.options import Room, Version, wishes
from registry_app.cli.table import heading, listing, short, table, words

if TYPE_CHECKING:
    from registry_app.measure.predictions import Predictions
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

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?").fullmatch
_NAMES = frozenset({"by", "against", "feature", "row", "metric", "reason", "outcome", "left_out", "deciding", "within"})


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


def _read(data: Path, columns: tuple[Any, ...]) -> Predictions:
    from registry_app.measure.predictions import Mapping, Predictions

    label, positive, prediction, score, threshold, sensitive, row_id = columns
    return Predictions.from_file(data, Mapping(label, positive, prediction, score, threshold, sensitive, row_id))


def _performance(data: Path, columns: tuple[Any, ...], seed: int) -> Result:
    with progress() as tell:
        if tell is not None:
            tell("reading", 0, 0)
        predictions = _read(data, columns)
        if tell is not None:
            tell("measuring", 0, 0)
        from registry_app.measure.performance import performance

        return performance(predictions, seed)


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


def numbers(found: Result) -> dict[str, Any]:
    """A result as JSON for other programs: its numbers as numbers, ``groups`` and the like at the top."""
    about = {
        name: getattr(found, name)
        for name in ("kind", "version", "data", "parameters", "seed", "libraries", "platform", "duration_ms")
    }
    return {**_numeric(found.result), **about}


def _numeric(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: item if key in _NAMES else _numeric(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numeric(item) for item in value]
    if isinstance(value, str) and _NUMBER(value):
        return int(value) if value.lstrip("-").isdecimal() else float(value)
    return value


def result_text(found: Result) -> str:
    """A measurement as tables."""
    parts = {"performance": _performance_text, "fairness": _fairness_text, "explanation": _explanation_text}
    return "\n\n".join(parts[found.kind](found.result))


def number(found: Any) -> str:
    """A number of a result with its interval, or why there is none."""
    if found is None:
        return "-"
    if "undefined" in found:
        return f"undefined: {found['undefined']}"
    ci = found.get("ci")
    edges = f" [{_brief(ci[0])}, {_brief(ci[1])}]" if isinstance(ci, list) else ""
    return _brief(found["value"]) + edges


def _brief(text: str) -> str:
    return text if text.lstrip("-").isdecimal() else f"{float(text):.3f}"


def _performance_text(result: dict[str, Any]) -> Iterator[str]:
    cells = result["confusion"]
    yield listing([("rows", f"{result['n']:,}"), ("positive", f"{result['positives']:,}")])
    yield table(
        ("", "predicted positive", "predicted negative"),
        [
            ("positive", cells["true_positive"], cells["false_negative"]),
            ("negative", cells["false_positive"], cells["true_negative"]),
        ],
    )
    rows = [(words(name), number(value)) for name, value in result["metrics"].items()]
    yield table(("metric", "value [95 % interval]"), rows)


def _fairness_text(result: dict[str, Any]) -> Iterator[str]:
    head = [("outcome", result["outcome"]), ("rows", f"{result['n']:,}")]
    yield listing([*head, *((("intervals", result["approximation"]),) if result.get("approximation") else ())])
    yield _groups_text(result)
    if result["disparities"]:
        yield _disparities_text(result["disparities"], "Disparities")
    for part in result.get("within", ()):
        said = ", ".join(f"{feature} {value}" for feature, value in part["within"].items())
        yield heading(f"Within {said}: {part['outcome']}") + "\n" + _groups_text(part)
        yield _disparities_text(part["disparities"], f"Disparities within {said}")
    for said in result.get("disagreements", ()):
        yield said


_COLUMNS = (
    "selection_rate", "true_positive_rate", "false_positive_rate", "accuracy", "precision", "roc_auc",
    "mean_prediction", "mean_absolute_error", "root_mean_squared_error", "r2",
)  # fmt: skip
"""Metrics of groups that are shown, where there are any."""


def _groups_text(result: dict[str, Any]) -> str:
    has = {name for group in result["groups"] for name in group["metrics"]}
    names = [name for name in _COLUMNS if name in has]
    rows = []
    for group in result["groups"]:
        said = ", ".join(f"{feature} {value}" for feature, value in group["by"].items())
        n = f"{group['n']:,}" + (" (small)" if group["small"] else "")
        rows.append((said, n, *(number(group["metrics"][name]) for name in names), number(group["impact_ratio"])))
    return table(("group", "rows", *(words(name) for name in names), "impact ratio"), rows)


def _disparities_text(found: list[dict[str, Any]], title: str) -> str:
    spread = [(words(each["metric"]), ", ".join(each["by"]), number(each)) for each in found]
    return heading(title) + "\n" + table(("disparity", "by", "value [95 % interval]"), spread)


def _explanation_text(result: dict[str, Any]) -> Iterator[str]:
    yield listing(
        [
            ("rows", f"{result['n']:,}"),
            ("output", result["output"]),
            ("additivity error", number(result["additivity"]["max_abs_error"])),
        ]
    )
    rows = [(each["rank"], each["feature"], number(each)) for each in result["importance"]]
    yield table(("rank", "feature", "mean |SHAP| [95 % interval]"), rows)


def about_text(found: Result) -> str:
    """What a measurement was made from and with."""
    mapping = [
        (words(name), ", ".join(map(_column, value)) if isinstance(value, list) else str(value))
        for name, value in found.data.items()
        if name not in ("digest", "rows") and value
    ]
    return listing(
        [
            ("data", f"sha256:{short(found.data['digest'])}, {found.data['rows']:,} rows"),
            *mapping,
            ("seed", found.seed),
            ("made with", ", ".join(f"{name} {version}" for name, version in found.libraries.items())),
            ("on", f"{found.platform}, {found.duration_ms:,} ms"),
        ]
    )


def _column(found: Any) -> str:
    """A feature as version 1 writes it, by its name alone, or with cut points."""
    if isinstance(found, str):
        return found
    cuts = ", ".join(_brief(cut) for cut in found["cuts"])
    return f"{found['column']} (cut at {cuts})" if cuts else str(found["column"])
