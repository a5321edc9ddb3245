"""The graph: where something came from, what came from it, and where that runs; in other tools' words too."""

from __future__ import annotations

import json
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
from registry_app.models.lineage import Graph, Impact, Lineage, Node
from registry_app.models.provenance import mermaid, prov_json
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


def test_prov_json_names_only_what_is_there_and_has_its_shape() -> None:
    document = json.loads(prov_json(graph()))
    assert document["prefix"]["prov"] == "http://www.w3.org/ns/prov#"
    there = {**document["entity"], **document["activity"]}
    shapes = {
        "used": ("prov:activity", "prov:entity"),
        "wasGeneratedBy": ("prov:entity", "prov:activity"),
        "wasDerivedFrom": ("prov:generatedEntity", "prov:usedEntity"),
    }
    assert set(document) == {"prefix", "entity", "activity", *shapes}
    for section, (one, other) in shapes.items():
        for name, body in document[section].items():
            assert name.startswith("_:")
            assert {body[one], body[other]} <= there.keys()
    activities = set(document["activity"])
    assert all(body["prov:activity"] in activities for body in document["used"].values())
    assert all(key.startswith("reg:") for key in there)


def test_a_label_cannot_break_out_of_a_mermaid_node() -> None:
    drawn = mermaid(graph())
    lines = drawn.splitlines()
    assert lines[0] == "flowchart LR"
    (dataset,) = [line for line in lines if "[(" in line]
    inside = dataset[dataset.index('[("') + 3 : dataset.rindex('")]')]
    assert not set(inside) & set('"<>\n')
    assert sum("-->" in line for line in lines) == len(graph().arrows)


@pytest.mark.parametrize("label", ['"]', "a\nb", "<script>", "\x1b[2J", "\u202eabc", "#quot;", "`x`", "%%{init: {}}%%"])
def test_every_line_of_a_flowchart_is_a_node_or_an_arrow(label: str) -> None:
    lines = mermaid(Graph("x", (Node("x", "version", label, 0),), (), False)).splitlines()
    assert len(lines) == 2
    assert lines[1].startswith('  n0["')
    assert lines[1].endswith('"]')
    assert lines[1].count('"') == 2
    assert lines[1].isprintable()
