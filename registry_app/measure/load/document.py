"""Latency percentiles, throughput and error rate of one load test.

A percentile is the nearest rank: the smallest latency that at least that share of requests did not exceed. Its 95 % interval is
between two order statistics, by the binomial distribution (Conover, Practical Nonparametric Statistics, 3.2); it takes requests
for independent of each other, which those of one overloaded server are not: ``approximation`` says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry_app.errors import UsageError
from registry_app.measure.load import jmeter, k6, locust
from registry_app.measure.load.requests import Requests, lines
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.result import Result, Undefined, decimal_text, finished, share
from registry_app.vault import clock, digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PERCENTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
"""Percentiles of the latency."""

TURN = 10_000
"""Lines between two looks at whether it is to stop."""

NO_REQUESTS = "no request was made"
ONLY_TOTALS = "the file holds totals, not single requests"

_KNOWN = "Give k6's --out json or csv, JMeter's JTL as CSV, or Locust's PREFIX_stats.csv."


def load(path: Path, progress: Progress = SILENT) -> Result:
    """Measure the test that ``path`` holds; the tool is told by the first line.

    Raises:
        UsageError: it is no result file of a known tool, or not as that tool writes it.
        StorageError: it cannot be read.
        Cancelled: ``progress`` said so.
    """
    began = clock.now()
    hashed = digest.Running()
    found = _told(lines(path, hashed), progress)
    header = next(found, "")
    if header.startswith("<"):
        raise UsageError(
            "The file is XML.", "Let JMeter save its samples as CSV (jmeter.save.saveservice.output_format)."
        )
    if header.startswith("{"):
        tool, result = "k6", _requests(k6.from_json(chain([header], found)))
    elif header.startswith("metric_name,"):
        tool, result = "k6", _requests(k6.from_csv(header, found))
    elif "timeStamp" in header and "elapsed" in header:
        tool, result = "JMeter", _requests(jmeter.from_csv(header, found))
    elif header.startswith(("Type,Name,", '"Type","Name",')):
        tool, result = "Locust", _statistics(locust.from_csv(header, found))
    else:
        raise UsageError("The file is of no known load tool.", _KNOWN)
    data = {"digest": hashed.hex(), "rows": result["requests"], "tool": tool}
    parameters = {
        "interval": "0.95",
        "percentile": "nearest rank",
        "approximation": "requests independent of each other",
    }
    return finished("load", data, parameters, 0, ("scipy",), began, result)


def _told(found: Iterator[str], progress: Progress) -> Iterator[str]:
    for number, line in enumerate(found):
        if number % TURN == 0:
            progress.step("reading", number)
        yield line


def _requests(requests: Requests) -> dict[str, Any]:
    import numpy as np

    latency, failed = np.array(requests.latency), np.array(requests.failed, dtype=bool)
    which, began = np.array(requests.name), np.array(requests.began)
    if not len(latency):
        raise UsageError("The file holds no requests.", _KNOWN)
    seconds = float((began + latency / 1000).max() - began.min())
    order = sorted(range(len(requests.names)), key=lambda place: requests.names[place])
    return {
        **_line(latency, failed, seconds),
        "seconds": {"value": decimal_text(seconds)},
        "by_name": [
            {"name": requests.names[place], **_line(latency[which == place], failed[which == place], seconds)}
            for place in order
        ],
    }


def _line(latency: NDArray[np.float64], failed: NDArray[np.bool_], seconds: float) -> dict[str, Any]:
    rows = len(latency)
    latency = latency.copy()
    latency.sort()
    return {
        "requests": rows,
        "errors": int(failed.sum()),
        "error_rate": share(int(failed.sum()), rows, NO_REQUESTS),
        "throughput": {"value": decimal_text(rows / seconds)}
        if seconds
        else Undefined("it took no time", rows).encoded(),
        "latency_ms": {
            "mean": {"value": decimal_text(latency.mean())},
            **{name: _percentile(latency, at) for name, at in PERCENTILES.items()},
            "max": {"value": decimal_text(latency[-1])},
        },
    }


def _percentile(latency: NDArray[np.float64], at: float) -> dict[str, Any]:
    import numpy as np
    from scipy.stats import binom

    rows = len(latency)
    value = latency[int(np.ceil(at * rows)) - 1]
    low, high = int(binom.ppf(0.025, rows, at)), int(binom.ppf(0.975, rows, at)) + 1
    if low < 1 or high > rows:
        return {"value": decimal_text(value), "ci": Undefined("too few requests for an interval", rows).encoded()}
    return {"value": decimal_text(value), "ci": [decimal_text(latency[low - 1]), decimal_text(latency[high - 1])]}


def _statistics(found: list[locust.Line]) -> dict[str, Any]:
    whole, *rest = found
    if not whole.requests:
        raise UsageError("The file holds no requests.", _KNOWN)
    return {
        **_given(whole),
        "seconds": Undefined(ONLY_TOTALS, whole.requests).encoded(),
        "by_name": [{"name": line.name, **_given(line)} for line in sorted(rest, key=lambda line: line.name)],
    }


def _given(line: locust.Line) -> dict[str, Any]:
    none = Undefined(NO_REQUESTS, 0).encoded()
    unknown = Undefined(ONLY_TOTALS, line.requests).encoded()
    values = {"mean": line.mean, **line.percentiles}
    latency: dict[str, Any] = {"mean": none, **dict.fromkeys(PERCENTILES, none), "max": none}
    if line.requests:
        latency = {
            name: {"value": decimal_text(values[name])} | ({"ci": unknown} if name in PERCENTILES else {})
            for name in latency
        }
    return {
        "requests": line.requests,
        "errors": line.failures,
        "error_rate": share(line.failures, line.requests, NO_REQUESTS),
        "throughput": {"value": decimal_text(line.per_second)},
        "latency_ms": latency,
    }
