"""The lineage graph in other tools' words: W3C PROV-JSON (Member Submission of 24 April 2013) and Mermaid."""

from __future__ import annotations

import json

from registry_app import text
from registry_app.models.lineage import Arrow, Graph, Node

_PREFIX = "urn:registry-app:"


def prov_json(graph: Graph) -> str:
    """The graph as PROV-JSON: datasets, versions are entities; runs and deployments are activities."""
    kinds = {node.id: node.kind for node in graph.nodes}
    document: dict[str, dict[str, object]] = {"prefix": {"reg": _PREFIX, "prov": "http://www.w3.org/ns/prov#"}}
    for node in graph.nodes:
        section = "entity" if node.kind in ("dataset", "version") else "activity"
        document.setdefault(section, {})[_name(node.id)] = {"prov:label": node.label, "prov:type": node.kind}
    for place, arrow in enumerate(graph.arrows):
        section, body = _relation(arrow, kinds)
        document.setdefault(section, {})[f"_:{place}"] = {**body, "prov:role": arrow.relation}
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)


def mermaid(graph: Graph) -> str:
    """The graph as a Mermaid flowchart."""
    names = {node.id: f"n{place}" for place, node in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    lines += [f"  {names[node.id]}{_shape(node)}" for node in graph.nodes]
    lines += [
        f"  {names[arrow.source]} -->|{arrow.relation}| {names[arrow.target]}"
        for arrow in graph.arrows
        if arrow.source in names and arrow.target in names
    ]
    return "\n".join(lines) + "\n"


def _relation(arrow: Arrow, kinds: dict[str, str]) -> tuple[str, dict[str, str]]:
    source, target = _name(arrow.source), _name(arrow.target)
    if kinds.get(arrow.target) in ("run", "deployment"):
        return "used", {"prov:activity": target, "prov:entity": source}
    if kinds.get(arrow.source) == "run":
        return "wasGeneratedBy", {"prov:entity": target, "prov:activity": source}
    return "wasDerivedFrom", {"prov:generatedEntity": target, "prov:usedEntity": source}


def _name(key: str) -> str:
    return f"reg:{key}"


def _shape(node: Node) -> str:
    label = text.harmless(node.label).replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
    around = {"dataset": ('[("', '")]'), "version": ('["', '"]'), "run": ('(["', '"])')}
    left, right = around.get(node.kind, ('{{"', '"}}'))
    return f"{left}{label}{right}"
