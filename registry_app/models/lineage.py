"""The lineage graph: what something came from, what came from it, and where that runs."""

from __future__ import annotations

from dataclasses import dataclass

from registry_app.ledger.meaning import Reader, View
from registry_app.models.finding import dataset_named, version_named
from registry_app.models.tables import DatasetRow, DeploymentRow, EdgeRow, RunRow
from registry_app.models.views import version_label
from registry_app.vault.rows import Row, Rows

MOST = 10_000
"""A graph is cut at this many nodes."""


@dataclass(frozen=True, slots=True)
class Node:
    """A thing in the graph."""

    id: str
    kind: str
    """``dataset``, ``run``, ``version`` or ``deployment``."""
    label: str
    """What people call it."""
    depth: int
    """How many arrows from the thing asked about; negative upstream."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """``target`` came from ``source``."""

    source: str
    target: str
    relation: str


@dataclass(frozen=True, slots=True)
class Graph:
    """A part of the lineage."""

    about: str
    """The id of the thing asked about."""
    nodes: tuple[Node, ...]
    """Ordered by depth, kind and label."""
    arrows: tuple[Arrow, ...]
    cut: bool
    """Whether there is more than is shown."""


@dataclass(frozen=True, slots=True)
class Lineage(View[Graph]):
    """The graph around a version (``model:3``) or a dataset (by name), upstream, downstream or both."""

    name: str
    kind: str = "version"
    """``version`` or ``dataset``."""
    upstream: bool = True
    downstream: bool = True

    def ask(self, reader: Reader) -> Graph:
        rows = reader.rows
        find = dataset_named if self.kind == "dataset" else version_named
        start = find(rows, self.name)["id"]
        depths = {start: (self.kind, 0)}
        arrows: dict[tuple[str, str, str], Arrow] = {}
        if self.upstream:
            _walk(rows, start, depths, arrows, -1)
        if self.downstream:
            _walk(rows, start, depths, arrows, 1)
        nodes = [Node(key, kind, _label(rows, kind, key), depth) for key, (kind, depth) in depths.items()]
        nodes.sort(key=lambda node: (node.depth, node.kind, node.label))
        return Graph(start, tuple(nodes), tuple(arrows[key] for key in sorted(arrows)), len(depths) >= MOST)


@dataclass(frozen=True, slots=True)
class Impact(View[tuple[tuple[str, tuple[str, ...]], ...]]):
    """What learned from a dataset, and where it runs: versions with their environments."""

    dataset: str

    def ask(self, reader: Reader) -> tuple[tuple[str, tuple[str, ...]], ...]:
        graph = Lineage(self.dataset, "dataset", upstream=False).ask(reader)
        found = []
        for node in graph.nodes:
            if node.kind == "version":
                running = reader.rows.all(DeploymentRow, version=node.id)
                found.append((node.label, tuple(sorted({row["environment"] for row in running}))))
        return tuple(found)


def _walk(
    rows: Rows, start: str, depths: dict[str, tuple[str, int]], arrows: dict[tuple[str, str, str], Arrow], step: int
) -> None:
    waiting = [start]
    while waiting and len(depths) < MOST:
        here = waiting.pop(0)
        for edge in _edges(rows, here, step):
            other, kind = (edge["source"], edge["source_kind"]) if step < 0 else (edge["target"], edge["target_kind"])
            arrow = Arrow(edge["source"], edge["target"], edge["relation"])
            arrows[arrow.source, arrow.target, arrow.relation] = arrow
            if other not in depths:
                depths[other] = (kind, depths[here][1] + step)
                waiting.append(other)


def _edges(rows: Rows, here: str, step: int) -> list[Row]:
    return rows.all(EdgeRow, target=here) if step < 0 else rows.all(EdgeRow, source=here)


def _label(rows: Rows, kind: str, key: str) -> str:
    if kind == "version":
        return version_label(rows, key)
    if kind == "dataset":
        row = rows.one(DatasetRow, id=key)
        return str(row["name"]) if row else key
    if kind == "run":
        row = rows.one(RunRow, id=key)
        return str(row["name"]) if row else key
    for deployment in rows.every(DeploymentRow, id=key):
        return f"{version_label(rows, deployment['version'])} in {deployment['environment']}"
    return key
