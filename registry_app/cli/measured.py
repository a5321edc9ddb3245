"""A measurement as other programs read it, and as people do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from registry_app.cli.table import heading, listing, short, table, words

if TYPE_CHECKING:
    from registry_app.measure.result import Result

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?").fullmatch
_NAMES = frozenset({
    "by", "against", "feature", "row", "metric", "reason", "outcome", "left_out", "deciding", "within", "class", "classes",
})  # fmt: skip


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
    parts = {
        "performance": _performance_text,
        "fairness": _fairness_text,
        "explanation": _explanation_text,
        "drift": _drift_text,
        "load": _load_text,
        "quality": _quality_text,
    }
    return "\n\n".join(parts[found.kind](found.result))


def number(found: Any, interval: bool = True) -> str:
    """A number of a result with its interval, or why there is none."""
    if found is None:
        return "-"
    if "undefined" in found:
        return f"undefined: {found['undefined']}"
    ci = found.get("ci")
    edges = f" [{_brief(ci[0])}, {_brief(ci[1])}]" if interval and isinstance(ci, list) else ""
    return _brief(found["value"]) + edges


def _brief(text: str) -> str:
    return text if text.lstrip("-").isdecimal() else f"{float(text):.3f}"


def _performance_text(result: dict[str, Any]) -> Iterator[str]:
    head = [("rows", f"{result['n']:,}")]
    if result["positives"] is not None:
        head.append(("positive", f"{result['positives']:,}"))
    if result.get("approximation"):
        head.append(("intervals", result["approximation"]))
    champion = result.get("champion")
    if champion is not None:
        head.append(("outcome", champion["outcome"]))
    yield listing(head)
    if result["confusion"] is not None:
        yield _confusion_text(result["confusion"])
    rows = [(words(name), number(value)) for name, value in result["metrics"].items()]
    if champion is None:
        yield table(("metric", "value [95 % interval]"), rows)
    else:
        beside = [
            (*row, number(champion["metrics"].get(name))) for row, name in zip(rows, result["metrics"], strict=True)
        ]
        yield table(("metric", "challenger [95 % interval]", "champion [95 % interval]"), beside)
    if result.get("by_class"):
        lines = [
            (each["class"], f"{each['n']:,}", f"{each['predicted']:,}", *map(number, each["metrics"].values()))
            for each in result["by_class"]
        ]
        names = [words(name) for name in result["by_class"][0]["metrics"]]
        yield table(("class", "rows", "predicted", *names), lines)
    if champion is not None:
        yield heading("Challenger and champion on the same rows") + "\n" + _tests_text(champion["tests"])


_MOST_CLASSES = 12
"""Classes whose confusion is printed; of more, what follows from it is."""


def _confusion_text(found: dict[str, Any]) -> str:
    if "classes" not in found:
        found = {
            "classes": ["positive", "negative"],
            "rows": [
                [found["true_positive"], found["false_negative"]],
                [found["false_positive"], found["true_negative"]],
            ],
        }
    if len(found["classes"]) > _MOST_CLASSES:
        return f"The confusion of {len(found['classes'])} classes is too wide to print; it is in the JSON."
    lines = [(name, *row) for name, row in zip(found["classes"], found["rows"], strict=True)]
    return table(("", *(f"predicted {name}" for name in found["classes"])), lines)


def _tests_text(tests: list[dict[str, Any]]) -> str:
    lines = [
        (
            words(each["metric"]), number(each["difference"]), each["method"],
            _brief(each["adjusted"]) if isinstance(each["adjusted"], str) else number(each["adjusted"]), each["outcome"],
        )
        for each in tests
    ]  # fmt: skip
    return table(("metric", "difference [95 % interval]", "test", "p (Holm)", "outcome"), lines)


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


def _drift_text(result: dict[str, Any]) -> Iterator[str]:
    rows = [("outcome", result["outcome"]), ("reference", f"{result['reference']['rows']:,} rows")]
    yield listing([*rows, ("window", f"{result['window']['rows']:,} rows")])
    lines = []
    for each in result["columns"]:
        p = each["p_value_corrected"]
        missing = f"{number(each['missing']['reference'], False)} / {number(each['missing']['window'], False)}"
        distances = number(each["psi"]), number(each["jensen_shannon"])
        lines.append((each["column"], *distances, _brief(p) if isinstance(p, str) else "-", missing, each["outcome"]))
    yield table(("column", "PSI", "Jensen-Shannon", "p (Holm)", "missing before / now", "outcome"), lines)
    if result["over_time"]:
        metrics = ("accuracy", "true_positive_rate", "false_positive_rate", "selection_rate")
        windows = [
            (each["window"], f"{each['n']:,}", *(number(each["metrics"][name]) for name in metrics))
            for each in result["over_time"]["windows"]
        ]
        yield table((result["over_time"]["every"], "rows", *map(words, metrics)), windows)


def _load_text(result: dict[str, Any]) -> Iterator[str]:
    yield listing(
        [
            ("requests", f"{result['requests']:,}"),
            ("errors", f"{result['errors']:,}"),
            ("seconds", number(result["seconds"])),
        ]
    )
    percentiles = ("mean", "p50", "p90", "p95", "p99", "max")
    lines = [
        (
            each.get("name", "all"),
            f"{each['requests']:,}",
            number(each["error_rate"]),
            number(each["throughput"]),
            *(number(each["latency_ms"][name]) for name in percentiles),
        )
        for each in (result, *(result["by_name"] if len(result["by_name"]) > 1 else ()))
    ]
    yield table(("request", "count", "error rate", "a second", *(f"{name} ms" for name in percentiles)), lines)


def _quality_text(result: dict[str, Any]) -> Iterator[str]:
    yield listing([("outcome", result["outcome"]), ("repeated rows", number(result["repeated_rows"]))])
    if result["findings"]:
        yield table(("column", "finding"), [(each["column"] or "(rows)", each["what"]) for each in result["findings"]])
    lines = [
        (each["column"], each["kind"], number(each["missing"], False), f"{each['values']:,}", number(each.get("says")))
        for each in result["columns"]
    ]
    yield table(("column", "kind", "missing", "values", "says about the label"), lines)
    if result["overlap"]:
        yield listing([("rows in the other table too", number(result["overlap"]["rows"]))])
    if result["balance"]:
        groups = [
            (
                ", ".join(f"{name} {value}" for name, value in each["by"].items()),
                f"{each['n']:,}",
                number(each["positive_rate"]),
            )
            for each in result["balance"]
        ]
        yield table(("group", "rows", "positive [95 % interval]"), groups)


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
