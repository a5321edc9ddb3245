"""The lineage between things, as a tree and in other tools' words."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from registry_app.cli.desk import opened, say
from registry_app.cli.options import AsOf, Room
from registry_app.cli.table import as_json
from registry_app.text import harmless

if TYPE_CHECKING:
    from registry_app.models.lineage import Graph

lineage_app = Room(help="Show what a version or a dataset came from, and what came from it.")


class Form(StrEnum):
    """How a graph is written."""

    TREE = "tree"
    PROV = "prov"
    MERMAID = "mermaid"
    JSON = "json"


@lineage_app.command("lineage")
def lineage(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="VERSION", help="As credit-risk:3; with --dataset a dataset's name.")],
    dataset: Annotated[bool, typer.Option("--dataset", help="It is a dataset.")] = False,
    upstream: Annotated[bool, typer.Option("--upstream", help="Only what it came from.")] = False,
    downstream: Annotated[bool, typer.Option("--downstream", help="Only what came from it.")] = False,
    form: Annotated[Form, typer.Option("--format", help="tree, W3C PROV-JSON, Mermaid, or plain JSON.")] = Form.TREE,
    as_of: AsOf = "",
) -> None:
    """Show what a version or a dataset came from, and what came from it.

    Example: registry-app lineage credit-risk:3 --format mermaid
    """
    from registry_app.models.lineage import Lineage
    from registry_app.models.provenance import mermaid, prov_json

    both = upstream == downstream
    with opened(ctx) as desk:
        view = Lineage(name, "dataset" if dataset else "version", both or upstream, both or downstream)
        graph = desk.ask(view, as_of)
        if form is Form.PROV:
            print(harmless(prov_json(graph), lines=True))
        elif form is Form.JSON:
            print(as_json(graph))
        elif form is Form.MERMAID and not desk.wanted.as_json:
            print(harmless(mermaid(graph), lines=True), end="")
        else:
            desk.show(graph, lambda: _tree(graph))
        if graph.cut:
            say(f"The graph was cut at {len(graph.nodes)} things.")


def _tree(graph: Graph) -> str:
    """What it came from above, what came from it below, each as far in as it is far away."""
    lines = []
    for node in graph.nodes:
        mark = "*" if node.id == graph.about else ("<" if node.depth < 0 else ">")
        lines.append(f"{'  ' * abs(node.depth)}{mark} {node.kind} {harmless(node.label)}")
    return "\n".join(lines)
