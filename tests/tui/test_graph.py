from __future__ import annotations

import pytest
from rich.cells import cell_len

from registry_app.models.lineage import Arrow, Graph, Node
from registry_app.tui.graph import LARGEST, drawing
from registry_app.tui.pen import Pen


def graph(arrows: str, kinds: str = "") -> Graph:
    """``"a>b b>c"``; the last name is what was asked about."""
    pairs = [tuple(arrow.split(">")) for arrow in arrows.split()]
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    nodes = tuple(Node(name, "dataset" if place == 0 else "version", name, 0) for place, name in enumerate(names))
    return Graph(names[-1], nodes, tuple(Arrow(source, target, "parent") for source, target in pairs), False)


def test_a_line_of_descent_is_drawn_from_left_to_right() -> None:
    assert drawing(graph("german>risk:1"), Pen()).plain.split("\n") == [
        "┌─dataset─┐     ┌─version─┐",
        "│ german  ├────▶│ risk:1  │",
        "└─────────┘     └─────────┘",
    ]


def test_an_arrow_over_a_layer_passes_without_a_gap() -> None:
    shown = drawing(graph("a>b b>c a>c"), Pen()).plain
    assert "┌───────────────┐" in shown.split("\n")[0]
    assert "└─┬──▶│ c" in shown


def test_every_character_is_ascii_when_asked_for() -> None:
    assert drawing(graph("a>b b>c a>c d>c"), Pen(ascii=True)).plain.isascii()


@pytest.mark.parametrize("name", ["[bold]x[/]", "\x1b[2J", "abc\u202edef", "n" * 4_000, "模型" * 50])
def test_names_that_mean_harm_stay_in_their_boxes(name: str) -> None:
    lines = drawing(graph(f"a>{name.replace(' ', '')}"), Pen()).plain.split("\n")
    assert not {"\x1b", "\u202e"} & set("".join(lines))
    assert max(cell_len(line) for line in lines) < 60
    assert len({cell_len(line) for line in lines[-3:]}) == 1


def test_a_ring_in_a_forged_graph_ends() -> None:
    assert "version" in drawing(graph("a>b b>c c>b"), Pen()).plain


def test_a_large_graph_is_a_tree() -> None:
    large = graph(" ".join(f"n{place}>m" for place in range(LARGEST + 1)))
    shown = drawing(large, Pen()).plain
    assert "too many to draw" in shown
    assert shown.count("├─") == LARGEST + 2


def test_nothing_is_drawn_for_a_graph_of_one() -> None:
    lone = Graph("a", (Node("a", "version", "risk:1", 0),), (), False)
    assert "risk:1" in drawing(lone, Pen()).plain
