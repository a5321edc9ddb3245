"""A load test's file gives the percentiles, rates and errors that counting by hand gives, whichever tool wrote it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from registry_app.errors import UsageError
from registry_app.measure.load.document import load
from registry_app.measure.result import decode

Sample = tuple[float, float, str, bool]
"""Seconds since the epoch, milliseconds, name, failed."""

SAMPLES: list[Sample] = [
    (1_700_000_000 + place / 100, float(place % 1000 + 1), ("score", "explain")[place % 5 == 0], place % 50 == 0)
    for place in range(1_000)
]


def k6_json(folder: Path, samples: list[Sample] = SAMPLES) -> Path:
    path = folder / "out.json"
    written = [{"type": "Metric", "data": {"name": "http_req_duration"}, "metric": "http_req_duration"}]
    for began, latency, name, failed in samples:
        whole = int(began)
        time = f"2023-11-14T22:13:{20 + (whole - 1_700_000_000):02d}.{round((began - whole) * 1e6):06d}Z"
        tags = {"name": name, "expected_response": str(not failed).lower()}
        for metric, value in (("http_req_duration", latency), ("http_req_waiting", latency - 0.5)):
            written.append({"type": "Point", "metric": metric, "data": {"time": time, "value": value, "tags": tags}})
    path.write_text("\n".join(json.dumps(line) for line in written) + "\n")
    return path


def k6_csv(folder: Path) -> Path:
    path = folder / "out.csv"
    rows = ["metric_name,timestamp,metric_value,check,error,expected_response,name"]
    for began, latency, name, failed in SAMPLES:
        rows += [
            f"{metric},{began},{latency},,,{str(not failed).lower()},{name}" for metric in ("http_req_duration", "vus")
        ]
    path.write_text("\n".join(rows) + "\n")
    return path


def jtl(folder: Path) -> Path:
    path = folder / "out.jtl"
    rows = ["timeStamp,elapsed,label,responseCode,success,bytes"]
    rows += [f"{round(b * 1000)},{m:.0f},{n},{500 if f else 200},{str(not f).lower()},17" for b, m, n, f in SAMPLES]
    path.write_text("\n".join(rows) + "\n")
    return path


def locust(folder: Path, aggregated: str = "Aggregated", failures: str = "20") -> Path:
    path = folder / "run_stats.csv"
    path.write_text(
        "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,"
        "Max Response Time,Average Content Size,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%\n"
        f"POST,/score,1000,{failures},500,500.5,1,1000,17,100.0,2.0,500,660,750,800,900,950,980,990,999,1000,1000\n"
        "GET,/never,0,0,N/A,0,0,0,0,0.0,0.0,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A\n"
        f",{aggregated},1000,20,500,500.5,1,1000,17,100.0,2.0,500,660,750,800,900,950,980,990,999,1000,1000\n"
    )
    return path


def said(result: dict[str, Any]) -> dict[str, str]:
    return {name: number["value"] for name, number in result["latency_ms"].items()}


@pytest.mark.parametrize("write", [k6_json, k6_csv, jtl])
def test_single_requests_give_percentiles_with_intervals(write: Any, tmp_path: Path) -> None:
    found = load(write(tmp_path))
    result = found.result
    assert said(result) == {
        "mean": "500.5",
        "p50": "500.0",
        "p90": "900.0",
        "p95": "950.0",
        "p99": "990.0",
        "max": "1000.0",
    }
    assert (result["requests"], result["errors"], result["error_rate"]["value"]) == (1_000, 20, "0.02")
    assert result["latency_ms"]["p50"]["ci"] == ["469.0", "532.0"]
    assert float(result["seconds"]["value"]) == pytest.approx(10.99, abs=1e-4)
    assert float(result["throughput"]["value"]) == pytest.approx(1_000 / 10.99, abs=1e-2)
    by_name = {line["name"]: line for line in result["by_name"]}
    assert {name: (line["requests"], line["errors"]) for name, line in by_name.items()} == {
        "explain": (200, 20),
        "score": (800, 0),
    }
    assert decode(found.encode()) == found


def test_totals_are_taken_as_given_and_say_that_they_have_no_interval(tmp_path: Path) -> None:
    found = load(locust(tmp_path))
    result = found.result
    assert found.data["tool"] == "Locust"
    assert said(result) == {
        "mean": "500.5",
        "p50": "500.0",
        "p90": "900.0",
        "p95": "950.0",
        "p99": "990.0",
        "max": "1000.0",
    }
    assert result["latency_ms"]["p95"]["ci"]["undefined"] == "the file holds totals, not single requests"
    assert result["seconds"]["n"] == 1_000
    never = result["by_name"][0]
    assert (never["name"], never["latency_ms"]["p50"]) == ("GET /never", {"undefined": "no request was made", "n": 0})
    assert decode(found.encode()) == found


def test_few_requests_have_no_interval_far_out(tmp_path: Path) -> None:
    latency = load(k6_json(tmp_path, SAMPLES[:30])).result["latency_ms"]
    assert latency["p99"]["ci"] == {"undefined": "too few requests for an interval", "n": 30}
    assert isinstance(latency["p50"]["ci"], list)


def test_the_digest_is_that_of_the_file(tmp_path: Path) -> None:
    import hashlib

    path = jtl(tmp_path)
    assert load(path).data["digest"] == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "of no known load tool"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b'<?xml version="1.0"?>', "is XML"),
        (b"a,b\n1,2\n", "of no known load tool"),
        (b"{}\n", "holds no requests"),
        (b'{}\n{"type":"Point","metric":"http_req_duration","data":7}\n', "Line 2 is no point"),
        (b'{}\n{"metric":"http_req_duration",\n', "Line 2 is no point"),
        (b'{"type":"Point","metric":"http_req_duration","data":{"time":"2023-11-14T22:13:20Z","value":-1,"tags":{}}}\n', "out of range"),
        (b"metric_name,timestamp,metric_value\nhttp_req_duration,now,3\n", "'now' where a number belongs"),
        (b"metric_name,timestamp,metric_value\nhttp_req_duration,1,inf\n", "out of range"),
        (b"metric_name,timestamp\nhttp_req_duration,1\n", "not as k6 writes it"),
        (b"timeStamp,elapsed,label\n1,2,x\n", "lacks one of"),
        (b"timeStamp,elapsed,label,success\n1,nan,x,true\n", "out of range"),
        (b"timeStamp,elapsed,label,success\n1\n", "lacks one of"),
        (b"Type,Name,Request Count\nPOST,/x,1\n", "not as Locust writes it"),
        (b"x" * ((1 << 20) + 1), "longer than"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_with_what_and_where(content: bytes, what: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=what):
        load(path)


def test_statistics_that_cannot_be_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no row for all"):
        load(locust(tmp_path, aggregated="/other"))
    with pytest.raises(UsageError, match="counts that cannot be"):
        load(locust(tmp_path, failures="1001"))


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path, Path("a\0b")):
        with pytest.raises(UsageError):
            load(path)


def test_names_without_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="more than 500 names"):
        load(k6_json(tmp_path, [(1.7e9, 1.0, f"n{place}", False) for place in range(501)]))
