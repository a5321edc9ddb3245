from __future__ import annotations

import pytest

from registry_app.errors import UsageError
from registry_app.measure.load import jmeter

HEADER = "timeStamp,elapsed,label,success,bytes"


def test_each_sample_is_a_request_in_seconds_and_milliseconds() -> None:
    found = jmeter.from_csv(HEADER, ["1700000000500,17,score,true,9", '1700000001000,3,"a, ""b""", FALSE ,1'])
    assert (found.tool, found.names) == ("JMeter", ["score", 'a, "b"'])
    assert (list(found.began), list(found.latency)) == ([1700000000.5, 1700000001.0], [17.0, 3.0])
    assert list(found.failed) == [0, 1]


def test_a_sample_may_run_over_lines() -> None:
    found = jmeter.from_csv(HEADER, ['1,1,"two', 'lines",true,1', "2,2,b,true,1"])
    assert found.names == ["two\nlines", "b"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1,2,score", "Sample 1 lacks one of timeStamp, elapsed, label, success"),
        ("soon,2,score,true", "Line 2 has 'soon' where a number belongs"),
        ("1,-2,score,true", "Line 2 has a time that is out of range"),
        ("1,inf,score,true", "Line 2 has a time that is out of range"),
    ],
)
def test_a_hostile_sample_is_refused(row: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        jmeter.from_csv(HEADER, [row])


def test_a_table_without_the_columns_is_refused() -> None:
    with pytest.raises(UsageError, match="Sample 1 lacks one of"):
        jmeter.from_csv("timeStamp,elapsed", ["1,2"])


def test_a_cell_too_long_for_csv_is_refused() -> None:
    with pytest.raises(UsageError, match="not as JMeter writes it"):
        jmeter.from_csv(HEADER, [f"1,2,{'x' * 200_000},true,1"])
