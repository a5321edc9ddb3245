"""The lineage as a drawing: what the version came from on the left, where it runs on the right."""

from __future__ import annotations

from html import escape

from registry_app.measure.charts import FONT, Colours
from registry_app.models.lineage import Arrow, Node
from registry_app.reporting.letters import cut, shown, words

MOST = 24
"""Nodes that are drawn; larger lineages are listed in ``dossier.json``."""

_WIDE, _HIGH, _ACROSS, _DOWN = 172, 44, 222, 58


def lineage_svg(nodes: tuple[Node, ...], arrows: tuple[Arrow, ...], about: str, title: str) -> str:
    """The drawing, or empty text when there are too many nodes, or only one."""
    if not 1 < len(nodes) <= MOST:
        return ""
    paint = Colours()
    depths = sorted({node.depth for node in nodes})
    columns = {depth: [node for node in nodes if node.depth == depth] for depth in depths}
    tallest = max(len(column) for column in columns.values())
    width, height = _ACROSS * (len(depths) - 1) + _WIDE + 4, tallest * _DOWN + 8
    places: dict[str, tuple[float, float]] = {}
    for step, depth in enumerate(depths):
        top = (tallest - len(columns[depth])) * _DOWN / 2
        for row, node in enumerate(columns[depth]):
            places[node.id] = (2 + step * _ACROSS, 6 + top + row * _DOWN)
    parts = [
        _arrow(places[one.source], places[one.target], paint)
        for one in arrows
        if {one.source, one.target} <= places.keys() and places[one.source][0] < places[one.target][0]
    ]
    parts += [_box(node, *places[node.id], node.id == about, paint, title) for node in nodes]
    told = "; ".join(f"{words(one.relation)}" for one in arrows)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(shown(f"Lineage of {title}: {told}"))}" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="{FONT}">'
    )
    return opening + "".join(parts) + "</svg>"


def _arrow(source: tuple[float, float], target: tuple[float, float], paint: Colours) -> str:
    x1, y1 = source[0] + _WIDE, source[1] + _HIGH / 2
    x2, y2 = target[0], target[1] + _HIGH / 2
    middle = (x1 + x2) / 2
    line = f"M {x1} {y1} C {middle} {y1} {middle} {y2} {x2 - 6} {y2}"
    head = f"M {x2} {y2} l -8 -4 l 0 8 z"
    return f'<path d="{line}" fill="none" stroke="{paint.muted}" stroke-width="1.2"/><path d="{head}" fill="{paint.muted}"/>'


def _box(node: Node, x: float, y: float, own: bool, paint: Colours, title: str) -> str:
    fill, ink, edge = ("#12233d", "#ffffff", "#12233d") if own else ("#ffffff", paint.ink, "#9aa6b6")
    kind = "this version" if own else escape(words(node.kind))
    label = escape(cut(shown(title if own else node.label), 23))
    small = "#c8d4e6" if own else paint.muted
    return (
        f'<rect x="{x}" y="{y}" width="{_WIDE}" height="{_HIGH}" rx="5" fill="{fill}" stroke="{edge}"/>'
        f'<text x="{x + 10}" y="{y + 17}" font-size="9" fill="{small}">{kind}</text>'
        f'<text x="{x + 10}" y="{y + 33}" font-size="11" font-weight="700" fill="{ink}">{label}</text>'
    )
