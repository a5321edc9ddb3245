from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from registry_app.errors import UsageError
from registry_app.measure.load import k6

HEADER = "metric_name,timestamp,metric_value,expected_response,name"


def point(**changes: Any) -> dict[str, Any]:
    data = {
        "time": "2026-11-21T10:00:00.5+01:00",
        "value": 12.5,
        "tags": {"name": "score", "expected_response": "true"},
    }
    return {"type": "Point", "metric": k6.DURATION, "data": data | changes}


def test_each_point_of_the_duration_is_a_request() -> None:
    other = point() | {"metric": "http_req_waiting"}
    metric = {"type": "Metric", "metric": k6.DURATION, "data": {}}
    failed = point(tags={"name": "x", "expected_response": "false"})
    found = k6.from_json(json.dumps(each) for each in (metric, point(), other, failed, point(tags=None)))
    assert (found.tool, found.names, list(found.name)) == ("k6", ["score", "x", ""], [0, 1, 2])
    assert list(found.latency) == [12.5] * 3
    assert list(found.failed) == [0, 1, 0]
    assert found.began[0] == 1795251600.5


@pytest.mark.parametrize(
    "text",
    [
        "http_req_duration",
        '["http_req_duration"]',
        '{"metric": "http_req_duration"}',
        json.dumps(point(time="today")),
        json.dumps(point(time=5)),
        json.dumps(point(tags=[1])),
        json.dumps(point(tags="x")),
        json.dumps({"type": "Point", "metric": k6.DURATION, "data": None}),
        json.dumps(point(time="0001-01-01T00:00:00+23:59")),
        "[" * 5_000 + k6.DURATION,
    ],
)
def test_a_hostile_line_is_refused_by_its_number(text: str) -> None:
    with pytest.raises(UsageError, match=r"Line 2 (is no point|has)"):
        k6.from_json([json.dumps(point()), text])


def test_a_time_that_the_machine_cannot_count_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Narrow(datetime):
        def timestamp(self) -> float:
            raise OverflowError("timestamp out of range for platform time_t")

    monkeypatch.setattr(k6, "datetime", Narrow)
    with pytest.raises(UsageError, match="Line 1 is no point"):
        k6.from_json([json.dumps(point(time="9999-12-31T23:59:59"))])


@pytest.mark.parametrize("value", ["fast", None, [1], {}])
def test_a_value_that_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(UsageError, match="Line 1 has"):
        k6.from_json([json.dumps(point(value=value))])


def test_each_row_of_the_duration_is_a_request() -> None:
    rows = [f"{k6.DURATION},100.5,7.5,true,a", "vus,100,1,,", f"{k6.DURATION},101,8,false,", f"{k6.DURATION},102,9"]
    found = k6.from_csv(HEADER, rows)
    assert (list(found.began), list(found.latency)) == ([100.5, 101.0, 102.0], [7.5, 8.0, 9.0])
    assert (found.names, list(found.failed)) == (["a", ""], [0, 1, 0])


@pytest.mark.parametrize(
    "row",
    [f'{k6.DURATION},"1', f"{k6.DURATION},x,1,,", f"{k6.DURATION}", f"{k6.DURATION},-5,1,,", f"{k6.DURATION},1,nan,,"],
)
def test_a_hostile_row_is_refused(row: str) -> None:
    with pytest.raises(UsageError):
        k6.from_csv(HEADER, [row])


def test_a_table_without_the_columns_is_refused() -> None:
    with pytest.raises(UsageError, match="not as k6 writes it"):
        k6.from_csv("a,b", ["1,2"])
