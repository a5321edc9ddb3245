"""The same measurement from its result alone, and from where its inputs lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from registry_app.errors import Cancelled, UsageError
from registry_app.measure.progress import Progress
from registry_app.measure.requests.again import again, redo
from registry_app.measure.requests.drift import DriftRequest
from registry_app.measure.requests.fairness import FairnessRequest
from registry_app.measure.requests.load import LoadRequest
from registry_app.measure.requests.performance import PerformanceRequest
from registry_app.measure.requests.quality import QualityRequest
from registry_app.measure.requests.request import Inputs, Request
from registry_app.measure.sameness import sameness
from registry_app.measure.table.mapping import Feature, Mapping

MAPPING = Mapping(
    "y", positive="1", score="s", threshold=0.25, sensitive=(Feature("race"), Feature("age", (30.0,))), weights="w",
    control=(Feature("site"),), time="day",
)  # fmt: skip


@pytest.fixture
def tables(tmp_path: Path) -> tuple[str, str, str]:
    """A table, one to hold it against, and the result of a load test."""
    for name, step in (("one", 7), ("two", 11)):
        rows = [
            f"{row * step % 2},{row * step % 100 / 100},{'ab'[row % 2]},{20 + row % 30},{1 + row % 3},{'xy'[row % 5 % 2]},2026-0{1 + row % 3}-01"
            for row in range(300)
        ]
        (tmp_path / f"{name}.csv").write_text("y,s,race,age,w,site,day\n" + "\n".join(rows) + "\n", encoding="utf-8")
    load = tmp_path / "k6.csv"
    load.write_text(
        "metric_name,timestamp,metric_value\nhttp_req_duration,1,12\nhttp_req_duration,2,14\n", encoding="utf-8"
    )
    return str(tmp_path / "one.csv"), str(tmp_path / "two.csv"), str(load)


KINDS: dict[str, Callable[[str, str, str], Request]] = {
    "fairness": lambda one, _two, _load: FairnessRequest(one, MAPPING, 5, 0.7, 20, "few", hide_below=10),
    "performance": lambda one, _two, _load: PerformanceRequest(one, MAPPING, 5),
    "quality": lambda one, two, _load: QualityRequest(one, "y", "1", (Feature("race"),), two, 0),
    "drift": lambda one, two, _load: DriftRequest(one, two, ("s", "age"), 0.15, MAPPING, "day"),
    "load": lambda _one, _two, load: LoadRequest(load),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_result_says_all_that_it_takes_to_make_it_again(kind: str, tables: tuple[str, str, str]) -> None:
    request = KINDS[kind](*tables)
    found = request.run()
    inputs = Inputs(tables[2] if kind == "load" else tables[0], tables[1] if kind in ("quality", "drift") else "")
    assert again(found, inputs) == request
    assert sameness(found, redo(found, inputs)).outcome == "matches"


@pytest.mark.parametrize("kind", ["fairness", "performance", "quality", "drift"])
def test_other_bytes_are_refused_before_anything_is_measured(kind: str, tables: tuple[str, str, str]) -> None:
    found = KINDS[kind](*tables).run()
    with pytest.raises(UsageError, match="The data given is sha256:"):
        redo(found, Inputs(tables[1], tables[1]))
    if kind in ("quality", "drift"):
        with pytest.raises(UsageError, match=r"(reference|against) given is sha256:"):
            redo(found, Inputs(tables[0], tables[0]))


@pytest.mark.parametrize("kind", ["quality", "drift"])
def test_a_second_table_that_is_not_given_is_asked_for(kind: str, tables: tuple[str, str, str]) -> None:
    found = KINDS[kind](*tables).run()
    with pytest.raises(UsageError, match=r"measured from two tables.*--other"):
        again(found, Inputs(tables[0]))


def test_an_older_form_is_read_but_not_made_again(tables: tuple[str, str, str]) -> None:
    found = replace(KINDS["fairness"](*tables).run(), version=1)
    with pytest.raises(UsageError, match="written in form 1"):
        again(found, Inputs(tables[0]))


def test_measuring_again_can_be_stopped(tables: tuple[str, str, str]) -> None:
    found = KINDS["fairness"](*tables).run()
    with pytest.raises(Cancelled):
        redo(found, Inputs(tables[0]), Progress(lambda *_: None, lambda: True))
