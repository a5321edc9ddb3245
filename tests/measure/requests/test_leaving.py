"""What may leave a registry, and what stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registry_app.errors import UsageError
from registry_app.measure.explain.groups import hiding
from registry_app.measure.fairness.pooling import called
from registry_app.measure.requests.fairness import FairnessRequest
from registry_app.measure.requests.leaving import leaving
from registry_app.measure.requests.load import LoadRequest
from registry_app.measure.requests.quality import QualityRequest
from registry_app.measure.requests.request import Request
from registry_app.measure.table.mapping import Feature, Mapping

FEW = 10


@pytest.fixture
def table(tmp_path: Path) -> str:
    """200 rows, of which 3 belong to a group by themselves."""
    lines = [f"{row % 2},{row % 3 % 2},{'c' if row < 3 else 'ab'[row % 2]}" for row in range(200)]
    path = tmp_path / "scored.csv"
    path.write_text("y,p,race\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def requests(table: str) -> tuple[Request, Request]:
    mapping = Mapping("y", positive="1", prediction="p", sensitive=(Feature("race"),))
    return FairnessRequest(table, mapping), QualityRequest(table, "y", "1", (Feature("race"),))


def groups(result: dict[str, Any]) -> dict[str, int]:
    """Rows by group, in whichever part tells of groups."""
    return {each["by"]["race"]: each["n"] for each in result.get("groups") or result["balance"]}


@pytest.mark.parametrize("place", [0, 1], ids=["fairness", "quality"])
def test_a_small_group_stays_and_leaves_only_together_with_another(table: str, place: int) -> None:
    shown, whole = leaving(requests(table)[place], FEW)
    assert whole is not None
    assert groups(whole.result)["c"] == 3
    assert set(groups(shown.result)) == {called(FEW), max("ab", key=lambda name: groups(whole.result)[name])}
    assert sum(groups(shown.result).values()) == 200
    assert (shown.parameters["hidden_below"], whole.parameters.get("hidden_below")) == (FEW, None)
    assert shown.data == whole.data


@pytest.mark.parametrize("place", [0, 1], ids=["fairness", "quality"])
@pytest.mark.parametrize("below", [0, 2, 3])
def test_where_no_group_is_too_small_there_is_one_result_that_says_so(table: str, place: int, below: int) -> None:
    shown, whole = leaving(requests(table)[place], below)
    assert whole is None
    assert groups(shown.result)["c"] == 3
    assert shown.parameters["hidden_below"] == below


def test_a_size_beyond_what_decides_is_refused(table: str) -> None:
    with pytest.raises(UsageError, match="cannot be put together"):
        leaving(requests(table)[0], 31)


def test_what_tells_of_no_group_is_measured_once(tmp_path: Path) -> None:
    path = tmp_path / "load.csv"
    path.write_text("metric_name,timestamp,metric_value\nhttp_req_duration,1,12\n", encoding="utf-8")
    assert leaving(LoadRequest(str(path)), FEW)[1] is None


def test_attributions_of_a_small_group_are_those_of_several_together() -> None:
    assert hiding(["a"] * 20 + ["b"] * 3 + ["c"] * 12, FEW) == ["a"] * 20 + [called(FEW)] * 15
    assert hiding(["a"] * 20 + ["b"] * 10, FEW) == ["a"] * 20 + ["b"] * 10
    assert hiding(["a", "b"], 0) == ["a", "b"]


@pytest.mark.parametrize("below", [1, -3])
def test_a_size_of_one_row_puts_nobody_together(table: str, below: int) -> None:
    with pytest.raises(UsageError, match=f"No group has fewer than {below} rows"):
        leaving(requests(table)[0], below)
