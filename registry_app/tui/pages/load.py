"""How fast a version answers: latency percentiles, throughput and errors."""

from __future__ import annotations

from typing import Any

from registry_app.measure.result import Result
from registry_app.tui.pages.number import bar, draw_bars, said
from registry_app.tui.prose import Prose

NAMES = {"mean": "mean", "p50": "median", "p90": "90 %", "p95": "95 %", "p99": "99 %", "max": "slowest"}
"""Of the latencies, as they are said."""


def load(page: Prose, result: Result) -> None:
    """The part of a page about one load test."""
    found = result.result
    page.blank()
    page.say("Latency in milliseconds, of all requests or of this share of them at most", "strong")
    draw_bars(page, [bar(words, found["latency_ms"][name]) for name, words in NAMES.items()])
    page.blank()
    page.pair("requests", f"{found['requests']:,} in {said(found['seconds'])} seconds, {said(found['throughput'])} a second"
              if "value" in found["seconds"] else f"{found['requests']:,}, {said(found['throughput'])} a second")  # fmt: skip
    page.pair(
        "errors", f"{found['errors']:,}, a share of {said(found['error_rate'])}", "warning" if found["errors"] else ""
    )
    page.pair("written by", str(result.data.get("tool", "")), "muted")
    if len(found["by_name"]) > 1:
        page.blank()
        page.table(
            ("request", "count", "error rate", "median", "95 %", "99 %"), [_line(each) for each in found["by_name"]]
        )


def _line(told: dict[str, Any]) -> tuple[str, ...]:
    latency = told["latency_ms"]
    percentiles = (said(latency[name], interval=False) for name in ("p50", "p95", "p99"))
    return told["name"], f"{told['requests']:,}", said(told["error_rate"], interval=False), *percentiles
