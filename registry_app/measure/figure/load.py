"""The figure of a load test: latency, throughput and errors, in all and by the name of the request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry_app.measure.figure.number import both, cut, ends_of, number, ordered, share, shown, value_of
from registry_app.measure.figure.part import BARS, Part, table
from registry_app.measure.figure.plot import Bar, Bars, Plot
from registry_app.measure.result import Result

PERCENTILES = ("p50", "p90", "p95", "p99")
LATENCIES = ("mean", *PERCENTILES, "max")


def parts(result: Result) -> tuple[Part, ...]:
    """All passages, in the order in which they are read."""
    named: Sequence[Mapping[str, Any]] = result.result.get("by_name", ())
    return (_whole(result), _by_name(named)) if named else (_whole(result),)


def latency_bars(told: Mapping[str, Any]) -> tuple[Bar, ...]:
    """Latencies in milliseconds: the percentiles with their intervals, and the longest."""
    return tuple(_bar(name, each) for name, each in ordered(told["latency_ms"], LATENCIES).items() if name != "mean")


def error_bars(named: Sequence[Mapping[str, Any]]) -> tuple[Bar, ...]:
    """The error rate of each request, the highest first."""
    order = sorted(named, key=lambda each: (-(value_of(each["error_rate"]) or 0.0), str(each["name"])))
    return tuple(_bar(_called(each), each["error_rate"], f"n = {each['requests']:,}") for each in order[:BARS])


def _whole(result: Result) -> Part:
    told = result.result
    seconds = told.get("seconds")
    took = f" within {shown(seconds, 1)} seconds" if seconds and "value" in seconds else ""
    tool = result.data.get("tool", "")
    outcome = f"{told['errors']:,} of {told['requests']:,} requests failed ({share(told['error_rate'])})"
    said = (
        (
            f"Read from what {tool} wrote: {told['requests']:,} requests{took}, {_rate(told['throughput'])}. Percentiles are of the nearest "
            "rank; their intervals take requests for independent of each other, which those of one overloaded server are not."
        ),
    )
    rows = [(name, *both(each, 1)) for name, each in ordered(told["latency_ms"], LATENCIES).items()]
    columns = [("Latency", 34, False), ("Milliseconds", 24, True), ("95 % interval", 42, False)]
    error = both(told["error_rate"])
    head = [("Of all requests", 34, False), ("Share", 24, True), ("95 % interval", 42, False)]
    rates = table(head, [("failed", *error)])
    plot = Bars("Latency in milliseconds", latency_bars(told))
    return Part("All requests", outcome, "plain", said, (rates, table(columns, rows)), (plot,))


def _by_name(named: Sequence[Mapping[str, Any]]) -> Part:
    rows = [
        (
            _called(each), f"{each['requests']:,}", share(each["error_rate"]), shown(each["throughput"], 1),
            *(shown(each["latency_ms"][name], 1) for name in PERCENTILES),
        )
        for each in named
    ]  # fmt: skip
    columns = [
        ("Request", 28, False), ("Requests", 12, True), ("Failed", 10, True), ("A second", 10, True),
        *((name, 10, True) for name in PERCENTILES),
    ]  # fmt: skip
    note = "Percentiles of the latency in milliseconds."
    slowest = sorted(named, key=lambda each: (-(value_of(each["latency_ms"]["p95"]) or 0.0), str(each["name"])))[:BARS]
    slow = tuple(_bar(_called(each), each["latency_ms"]["p95"], f"n = {each['requests']:,}") for each in slowest)
    plots: tuple[Plot, ...] = (
        Bars("Error rate by request, the highest first", error_bars(named)),
        Bars("95th percentile of the latency in milliseconds, the slowest first", slow),
    )
    return Part("By request", tables=(table(columns, rows, note=note),), plots=plots)


def _called(each: Mapping[str, Any]) -> str:
    return str(each["name"]) or "(no name)"


def _bar(name: str, told: Mapping[str, Any], note: str = "") -> Bar:
    value = value_of(told)
    return Bar(name, value, *ends_of(told), note=note if value is not None else f"undefined: {told['undefined']}")


def _rate(told: Mapping[str, Any]) -> str:
    return (
        f"{number(str(told['value']), 1)} a second"
        if "value" in told
        else f"throughput undefined ({cut(str(told['undefined']), 80)})"
    )
