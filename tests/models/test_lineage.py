"""The graph: where something came from, what came from it, and where that runs."""

from __future__ import annotations

from functools import cache

import pytest

from registry_app.models import lineage
from registry_app.models.actions import (
    EndDeployment,
    RecordRun,
    RegisterDataset,
    RegisterModel,
    RegisterVersion,
    StartDeployment,
)
from registry_app.models.lineage import Graph, Impact, Lineage
from tests.stage import Stage

NASTY = 'da"ta]; click n0 "javascript:alert(1)" <b>'


@cache
def family() -> Stage:
    stage = Stage().people()
    stage.run("dev", RegisterDataset(name=NASTY, digest="a" * 64))
    stage.run("dev", RegisterModel(name="m", team="credit", tier="low", tier_rationale="r", purpose="p"))
    run = stage.run("dev", RecordRun(name="train", model="m", data=((NASTY, "training"),))).facts[0].run  # type: ignore[attr-defined]
    stage.run("dev", RegisterVersion(model="m", artifact="b" * 64, run=run, data=((NASTY, "training"),)))
    stage.run("dev", RegisterVersion(model="m", artifact="c" * 64, parents=("m:1",)))
    stage.run("dev", StartDeployment("m:1", "staging"))
    stage.run("dev", StartDeployment("m:2", "production"))
    stage.run("dev", EndDeployment("m:1", "staging"))
    return stage


def graph(name: str = "m:1", **more: object) -> Graph:
    return family().ask("audit", Lineage(name, **more))  # type: ignore[arg-type]


def test_upstream_and_downstream_are_told_by_depth() -> None:
    found = {(node.kind, node.label): node.depth for node in graph().nodes}
    assert found[("version", "m:1")] == 0
    assert found[("dataset", NASTY)] == found[("run", "train")] == -1
    assert found[("version", "m:2")] == found[("deployment", "m:1 in staging")] == 1
    assert found[("deployment", "m:2 in production")] == 2
    assert {node.depth for node in graph(downstream=False).nodes} == {0, -1}
    assert {node.depth for node in graph(upstream=False).nodes} == {0, 1, 2}


def test_impact_says_what_learned_from_a_dataset_and_where_it_runs_now() -> None:
    assert family().ask("audit", Impact(NASTY)) == (("m:1", ()), ("m:2", ("production",)))


def test_a_graph_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lineage, "MOST", 2)
    assert graph().cut
