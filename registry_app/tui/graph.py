"""Lineage in cells: layers of boxes from left (where it came from) to right (where it runs), or a tree when it is large."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from rich.cells import cell_len
from textual.content import Content

from registry_app.models.lineage import Graph, Node
from registry_app.tui.pen import STYLES, Pen

LARGEST = 39
"""A graph with more nodes is shown as a tree."""
MOST_LINES = 500
_LABEL = 22
_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8
_BOX = " ╵╷│╴┘┐┤╶└┌├─┴┬┼"
_PLAIN = " |||-+++-+++-+++"
_ROLES = {"dataset": "success", "run": "muted", "version": "plain", "deployment": "warning"}


@dataclass(slots=True)
class _Spot:
    """Where a node, or an arrow that passes a layer, stands."""

    node: Node | None
    layer: int
    y: int = 0
    before: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Pipe:
    """A line between two spots of neighbouring layers."""

    source: str
    target: str
    gutter: int
    """Where it leaves the layer."""
    lane: int
    """Where it turns."""
    end: int
    """Where it arrives."""


@dataclass(slots=True)
class _Grid:
    pen: Pen
    pipes: list[_Pipe] = field(default_factory=list)
    lines: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))
    words: list[tuple[int, int, str, str]] = field(default_factory=list)

    def across(self, y: int, left: int, right: int) -> None:
        for x in range(left, right + 1):
            self.lines[x, y] |= (_LEFT if x > left else 0) | (_RIGHT if x < right else 0)

    def along(self, x: int, top: int, bottom: int) -> None:
        for y in range(top, bottom + 1):
            self.lines[x, y] |= (_UP if y > top else 0) | (_DOWN if y < bottom else 0)

    def content(self) -> Content:
        shapes = _PLAIN if self.pen.ascii else _BOX
        put: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
        for (x, y), mask in self.lines.items():
            put[y].append((x, shapes[mask], "muted"))
        for x, y, words, role in self.words:
            cells = cell_len(words)
            put[y] = [one for one in put[y] if not x <= one[0] < x + cells]
            put[y].append((x, words, role))
        drawn = []
        for y in range(max(put, default=-1) + 1):
            line, at = [], 0
            for x, words, role in sorted(put[y]):
                line.append((" " * (x - at), ""))
                line.append((words, STYLES[role]))
                at = x + cell_len(words)
            drawn.append(Content.assemble(*line))
        return Content("\n").join(drawn)


def drawing(graph: Graph, pen: Pen) -> Content:
    """The graph as layers of boxes when it is small, else as a tree."""
    return _layers(graph, pen) if len(graph.nodes) <= LARGEST else _tree(graph, pen)


def _layers(graph: Graph, pen: Pen) -> Content:
    layer = _layering(graph)
    spots = {node.id: _Spot(node, layer[node.id]) for node in graph.nodes}
    hops: list[tuple[str, str]] = []
    for arrow in sorted({(arrow.source, arrow.target) for arrow in graph.arrows}):
        last, goal = arrow
        for between in range(layer[last] + 1, layer[goal]):
            passing = f"{arrow[0]}>{arrow[1]}@{between}"
            spots[passing] = _Spot(None, between)
            hops.append((last, passing))
            last = passing
        if layer[last if last in layer else arrow[0]] < layer[goal] or last not in layer:
            hops.append((last, goal))
    for source, target in hops:
        spots[target].before.append(source)
    return _drawn(graph, spots, hops, pen)


def _drawn(graph: Graph, spots: dict[str, _Spot], hops: list[tuple[str, str]], pen: Pen) -> Content:
    grid = _Grid(pen)
    x = 0
    for number in range(max((spot.layer for spot in spots.values()), default=0) + 1):
        column = [key for key, spot in spots.items() if spot.layer == number]
        column.sort(key=lambda key: _middle(spots, key))
        y = 0
        for key in column:
            spots[key].y = y + (1 if spots[key].node else 0)
            y += 4 if spots[key].node else 2
        nodes = {key: node for key in column if (node := spots[key].node) is not None}
        labels = {key: pen.fit(node.label, _cells(node, pen)) for key, node in nodes.items()}
        wide = max((max(cell_len(labels[key]), len(node.kind)) for key, node in nodes.items()), default=0) + 4
        sources = sorted({source for source, target in hops if source in column}, key=lambda key: spots[key].y)
        gutter = x + wide
        for key in column:
            node = spots[key].node
            if node is None:
                grid.across(spots[key].y, x, gutter)
                continue
            _box(grid, x, spots[key].y, wide, labels[key], node, node.id == graph.about)
            if key in sources:
                grid.across(spots[key].y, gutter - 1, gutter)
                grid.lines[gutter - 1, spots[key].y] |= _UP | _DOWN
        for source, target in hops:
            if source in column:
                lane = gutter + 1 + 2 * sources.index(source)
                grid.pipes.append(_Pipe(source, target, gutter, lane, gutter + 2 * len(sources) + 2))
        x = gutter + 2 * len(sources) + 3 if sources else gutter + 2
    _connect(grid, spots)
    return grid.content()


def _connect(grid: _Grid, spots: dict[str, _Spot]) -> None:
    """Draw each pipe, now that both its ends have their places."""
    for pipe in grid.pipes:
        top, bottom = spots[pipe.source].y, spots[pipe.target].y
        grid.across(top, pipe.gutter, pipe.lane)
        grid.along(pipe.lane, min(top, bottom), max(top, bottom))
        passes = spots[pipe.target].node is None
        grid.across(bottom, pipe.lane, pipe.end + passes)
        if not passes:
            grid.words.append((pipe.end, bottom, ">" if grid.pen.ascii else "▶", "muted"))


def _box(grid: _Grid, x: int, y: int, wide: int, label: str, node: Node, about: bool) -> None:
    """A box of three lines around ``y``, its kind in the upper border."""
    grid.across(y - 1, x, x + wide - 1)
    grid.across(y + 1, x, x + wide - 1)
    grid.along(x, y - 1, y + 1)
    grid.along(x + wide - 1, y - 1, y + 1)
    grid.words.append((x + 2, y - 1, node.kind, _ROLES.get(node.kind, "muted")))
    grid.words.append((x + 2, y, label, "accent" if about else ""))


def _layering(graph: Graph) -> dict[str, int]:
    """The layer of each node: one more than the farthest thing it came from; a ring in a forged graph ends."""
    layer = dict.fromkeys((node.id for node in graph.nodes), 0)
    for _ in range(len(layer)):
        before = dict(layer)
        for arrow in graph.arrows:
            layer[arrow.target] = min(len(layer), max(layer[arrow.target], layer[arrow.source] + 1))
        if layer == before:
            break
    return layer


def _cells(node: Node, pen: Pen) -> int:
    """Cells of a node's label: what it needs, at most :data:`_LABEL`."""
    return min(_LABEL, max(4, cell_len(pen.words(node.label[:200]))))


def _middle(spots: dict[str, _Spot], key: str) -> tuple[float, str]:
    before = [spots[source].y for source in spots[key].before]
    node = spots[key].node
    label = node.label if node else ""
    return (sum(before) / len(before) if before else 0.0, label)


def _tree(graph: Graph, pen: Pen) -> Content:
    """Nodes under what they came from, by depth from the thing asked about; at most :data:`MOST_LINES` lines."""
    lines = [Content.assemble((f"{len(graph.nodes)} things, too many to draw; by distance:", STYLES["muted"]))]
    branch = "+- " if pen.ascii else "├─ "
    depth: int | None = None
    for node in graph.nodes[:MOST_LINES]:
        if node.depth != depth:
            depth = node.depth
            way = (
                "this"
                if depth == 0
                else f"{abs(depth)} step{'s'[: abs(depth) - 1]} {'upstream' if depth < 0 else 'downstream'}"
            )
            lines.append(Content.assemble((way, STYLES["accent"])))
        lines.append(
            Content.assemble(
                (branch, STYLES["muted"]),
                (f"{node.kind:<11}", STYLES[_ROLES.get(node.kind, "muted")]),
                pen.fit(node.label, 60).rstrip(),
            )
        )
    if graph.cut or len(graph.nodes) > MOST_LINES:
        lines.append(Content.assemble(("There is more than is shown here.", STYLES["warning"])))
    return Content("\n").join(lines)
