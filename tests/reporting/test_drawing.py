"""The lineage as a drawing: whole XML whatever things are called, and no drawing where one would not be read."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from registry_app.models.lineage import Arrow, Node
from registry_app.reporting.drawing import MOST, lineage_svg

SVG = "{http://www.w3.org/2000/svg}"
NODES = (
    Node("d", "dataset", "german", -1),
    Node("v", "version", "m:1", 0),
    Node("p", "deployment", "production", 1),
)
ARROWS = (Arrow("d", "v", "training"), Arrow("v", "p", "deployed"))


def drawn(nodes: tuple[Node, ...] = NODES, arrows: tuple[Arrow, ...] = ARROWS, title: str = "m:1") -> ET.Element:
    return ET.fromstring(lineage_svg(nodes, arrows, "v", title))


def texts(svg: ET.Element) -> list[str]:
    return ["".join(each.itertext()) for each in svg.iter(f"{SVG}text")]


def test_each_node_is_a_box_and_each_arrow_a_line() -> None:
    svg = drawn()
    assert len(list(svg.iter(f"{SVG}rect"))) == 3
    assert len(list(svg.iter(f"{SVG}path"))) == 2 * len(ARROWS)
    assert texts(svg) == ["dataset", "german", "this version", "m:1", "deployment", "production"]


def test_where_it_came_from_stands_left_of_what_it_went_to() -> None:
    places = [float(rect.attrib["x"]) for rect in drawn().iter(f"{SVG}rect")]
    assert places == sorted(places)
    assert len(set(places)) == 3


def test_everything_lies_within_the_picture() -> None:
    crowd = tuple(Node(f"d{n}", "dataset", "x", -1) for n in range(MOST - 1))
    svg = drawn((*crowd, NODES[1]), tuple(Arrow(node.id, "v", "training") for node in crowd))
    width, height = (float(svg.attrib[name]) for name in ("width", "height"))
    for rect in svg.iter(f"{SVG}rect"):
        assert 0 <= float(rect.attrib["x"]) <= width - float(rect.attrib["width"])
        assert 0 <= float(rect.attrib["y"]) <= height - float(rect.attrib["height"])


def test_one_node_alone_and_a_crowd_are_not_drawn() -> None:
    crowd = tuple(Node(f"d{n}", "dataset", "x", -1) for n in range(MOST))
    assert lineage_svg((), (), "v", "m:1") == ""
    assert lineage_svg(NODES[1:2], (), "v", "m:1") == ""
    assert lineage_svg((*crowd, NODES[1]), (), "v", "m:1") == ""
    assert lineage_svg((*crowd[1:], NODES[1]), (), "v", "m:1") != ""


def test_an_arrow_to_what_is_not_drawn_or_backwards_is_left_out() -> None:
    odd = (
        *ARROWS,
        Arrow("gone", "v", "training"),
        Arrow("v", "gone", "deployed"),
        Arrow("p", "d", "back"),
        Arrow("v", "v", "self"),
    )
    assert len(list(drawn(arrows=odd).iter(f"{SVG}path"))) == 2 * len(ARROWS)


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", 'a"b', "a&b", "\x1b[2J", "a\u202eb", "a\nb", "中文", "x" * 200]
)
def test_no_name_breaks_out_of_the_drawing(name: str) -> None:
    svg = drawn((Node("d", "dataset", name, -1), *NODES[1:]), title=name)
    assert len(list(svg)) == 3 + 3 * 2 + 2 * 2  # rect and two texts for each box, two paths for each arrow
    label = texts(svg)[1]
    assert len(label) <= 23
    assert label.isprintable()
    assert svg.attrib["aria-label"].isprintable() or "\n" in name


def test_the_drawing_says_in_words_what_it_shows() -> None:
    assert drawn().attrib["aria-label"] == "Lineage of m:1: training; deployed"
