from __future__ import annotations

import pytest

from registry_app.errors import UsageError
from registry_app.measure.load import locust

HEADER = "Type,Name,Request Count,Failure Count,Average Response Time,Requests/s,50%,90%,95%,99%,100%"
SCORE = "POST,/score,80,2,11.5,4.5,10,20,25,30,99"
WHOLE = ",Aggregated,90,2,12.5,5.5,11,21,26,31,99"


def test_the_row_for_all_together_comes_first() -> None:
    whole, score = locust.from_csv(HEADER, [SCORE, WHOLE])
    assert (whole.name, whole.requests, whole.failures) == ("", 90, 2)
    assert (score.name, score.per_second, score.mean) == ("POST /score", 4.5, 11.5)
    assert score.percentiles == {"p50": 10, "p90": 20, "p95": 25, "p99": 30, "max": 99}


def test_without_requests_there_are_no_percentiles() -> None:
    (whole,) = locust.from_csv(HEADER, [",Aggregated,0,0,0,0,N/A,N/A,N/A,N/A,N/A"])
    assert whole.percentiles == {}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([SCORE], "no row for all requests together"),
        ([WHOLE, WHOLE], "no row for all requests together"),
        ([WHOLE.replace("90,2", "2,90")], "counts that cannot be"),
        ([WHOLE.replace("90,2", "90.5,2")], "counts that cannot be"),
        ([WHOLE.replace("90,2", "90,-1")], "counts that cannot be"),
        ([WHOLE.replace("90,2", "nan,2")], "counts that cannot be"),
        ([WHOLE.replace("90,2", "1e300,2")], "counts that cannot be"),
        ([WHOLE.replace("12.5", "slow")], "Line 2 has 'slow' where a number belongs"),
        ([",Aggregated,90"], "Line 2 has 'None' where a number belongs"),
        (['"open'], "not as Locust writes it"),
    ],
)
def test_a_hostile_table_is_refused(rows: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        locust.from_csv(HEADER, rows)


def test_a_table_of_another_kind_is_refused() -> None:
    with pytest.raises(UsageError, match="not as Locust writes it"):
        locust.from_csv("a,b", ["1,2"])


def test_too_many_names_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locust, "NAMES", 1)
    with pytest.raises(UsageError, match="more than 1 names"):
        locust.from_csv(HEADER, [SCORE, SCORE.replace("score", "x"), WHOLE])
