"""The lineage in other tools' words: PROV-JSON says who used and made what, and no name breaks out of a drawing."""

from __future__ import annotations

import json

import pytest

from registry_app.models.lineage import Arrow, Graph, Node
from registry_app.models.provenance import mermaid, prov_json
from tests.models.test_lineage import graph

FAMILY = Graph(
    "v2",
    (
        Node("d", "dataset", "größe", -2),
        Node("r", "run", "train", -1),
        Node("v1", "version", "m:1", -1),
        Node("v2", "version", "m:2", 0),
        Node("p", "deployment", "m:2 in production", 1),
    ),
    (
        Arrow("d", "r", "training"),
        Arrow("d", "v2", "training"),
        Arrow("r", "v2", "run"),
        Arrow("v1", "v2", "parent"),
        Arrow("v2", "p", "deployed"),
    ),
    False,
)


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


def test_runs_use_data_and_make_versions_and_versions_come_from_data_and_versions() -> None:
    document = json.loads(prov_json(FAMILY))
    used = {(body["prov:activity"], body["prov:entity"]) for body in document["used"].values()}
    made = {(body["prov:entity"], body["prov:activity"]) for body in document["wasGeneratedBy"].values()}
    derived = {(b["prov:generatedEntity"], b["prov:usedEntity"]) for b in document["wasDerivedFrom"].values()}
    assert used == {("reg:r", "reg:d"), ("reg:p", "reg:v2")}
    assert made == {("reg:v2", "reg:r")}
    assert derived == {("reg:v2", "reg:d"), ("reg:v2", "reg:v1")}
    assert set(document["entity"]) == {"reg:d", "reg:v1", "reg:v2"}
    assert set(document["activity"]) == {"reg:r", "reg:p"}


def test_names_stand_as_they_are_in_prov_json_with_what_each_arrow_means() -> None:
    assert "größe" in prov_json(FAMILY)
    roles = [
        body["prov:role"]
        for section in ("used", "wasDerivedFrom")
        for body in json.loads(prov_json(FAMILY))[section].values()
    ]
    assert sorted(roles) == ["deployed", "parent", "training", "training"]


def test_an_arrow_to_what_is_not_drawn_is_not_drawn() -> None:
    for kept, drawn in ((FAMILY.nodes[3:], "n0 -->|deployed| n1"), (FAMILY.nodes[:2], "n0 -->|training| n1")):
        cut = Graph("v2", kept, FAMILY.arrows, True)
        assert [line.strip() for line in mermaid(cut).splitlines() if "-->" in line] == [drawn]


def test_each_kind_has_a_shape_of_its_own() -> None:
    shapes = [line.split("n", 1)[1][1:3] for line in mermaid(FAMILY).splitlines()[1:6]]
    assert shapes == ["[(", "([", '["', '["', "{{"]
