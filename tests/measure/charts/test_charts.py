from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from registry_app.measure.charts import Colours
from registry_app.measure.charts.bars import bar_chart, shap_chart
from registry_app.measure.charts.course import course_chart, sides_chart
from registry_app.measure.charts.matrix import matrix_chart
from registry_app.measure.charts.pen import number
from registry_app.measure.charts.square import calibration_chart, curve_chart, curves_chart
from registry_app.measure.figure.plot import Bar

EVIL = '"><script>alert(1)</script>&\x1b[31m\u202e'
CONFUSION = ((58, 12), (10, 20))


def parse(svg: str) -> ET.Element:
    root = ET.fromstring(svg)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"]
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    return root


def texts(svg: str) -> list[str]:
    return [each.text or "" for each in parse(svg).iter("{http://www.w3.org/2000/svg}text")]


def drawings(name: str) -> list[str]:
    bars = [Bar(name, 0.5, 0.4, 0.6, name), Bar(name, None, note=name)]
    return [
        bar_chart(bars, name, 0.8, name),
        shap_chart([Bar(name, -0.5), Bar(name, 0.5, 0.4, 0.6)], name, name),
        curve_chart([(name, [(0, 0), (0.2, 0.7), (1, 1)])] * 2, name, name, name, name),
        calibration_chart([(0.1, 0.2, 0.1, 0.3)], name),
        matrix_chart((name, name), CONFUSION, name),
        matrix_chart((name, name, name), ((1, 2, 3), (4, 5, 6), (0, 0, 9)), name),
        sides_chart([(name, 0.5, 0.4)], (name, name), name),
        course_chart([Bar(name, 0.5, 0.4, 0.6, name), Bar(name, None, note=name)], name, name),
        curves_chart([(name, [(0.1, 0.2), (0.9, 0.5)])], name, name, name, 0.5, 0.8),
    ]


def test_every_name_is_escaped_and_harmless() -> None:
    for svg in drawings(EVIL):
        parse(svg)
        assert "<script" not in svg
        assert svg.isprintable()


def test_the_same_figure_gives_the_same_bytes() -> None:
    assert drawings("credit") == drawings("credit")


def test_no_colour_is_drawn_but_those_passed_in() -> None:
    palette = Colours(*(f"#0000{each:02x}" for each in range(8)))
    svg = bar_chart([Bar("a", 0.5, standing="not met"), Bar("b", 0.9, standing="met")], "t", 0.8, colours=palette)
    assert set(re.findall(r"#[0-9a-f]{6}", svg)) <= {f"#0000{each:02x}" for each in range(8)} | {"#ffffff"}


def test_a_bar_says_its_standing_with_a_mark_and_the_limit_its_number() -> None:
    said = texts(
        bar_chart([Bar("a", 0.9, standing="met"), Bar("b", 0.5, standing="not met")], "Impact", 0.8, "four fifths")
    )
    assert {"Impact", "✓ 0.900", "✗ 0.500", "four fifths 0.80"} <= set(said)


def test_the_label_for_readers_says_what_the_chart_shows() -> None:
    svg = bar_chart([Bar("women", 0.5, 0.4, 0.6, standing="not met"), Bar("men", None, note="n = 0")], "Impact", 0.8)
    assert parse(svg).attrib[
        "aria-label"
    ] == "Impact: women 0.500, 0.40 to 0.60, limit not met; men undefined (n = 0)".replace("0.500", "0.50")


@pytest.mark.parametrize("value", [each / 100 for each in range(0, 121, 1)])
@pytest.mark.parametrize("interval", [False, True])
def test_no_value_touches_the_limit_line(value: float, interval: bool) -> None:
    bar = Bar("a", value, value * 0.9, value * 1.05, standing="met") if interval else Bar("a", value, standing="met")
    root = parse(bar_chart([bar, Bar("b", 1.2)], "t", 0.8))
    line = next(each for each in root.iter("{http://www.w3.org/2000/svg}line") if "stroke-dasharray" in each.attrib)
    mark = float(line.attrib["x1"])
    label = next(each for each in root.iter("{http://www.w3.org/2000/svg}text") if (each.text or "").startswith("✓"))
    start = float(label.attrib["x"])
    assert start > mark + 2 or start + 7 * len(label.text or "") < mark - 2


def test_curves_are_named_and_told_apart_by_more_than_colour() -> None:
    curves = [(f"g{each}", [(0.0, each / 10), (1.0, 0.9)]) for each in range(6)]
    root = parse(curves_chart(curves, "Rates", "threshold", "rate", 0.5, 0.8))
    lines = [each.attrib for each in root.iter("{http://www.w3.org/2000/svg}polyline")]
    assert len({(each["stroke"], each.get("stroke-dasharray")) for each in lines}) == 6
    assert {"g0", "g5", "threshold", "rate"} <= set(texts(curves_chart(curves, "Rates", "threshold", "rate")))
    assert root.attrib["aria-label"].startswith("Rates: used 0.50; limit 0.80; g0 0.00 to 0.90; g1 0.10 to 0.90")


def test_an_empty_chart_is_still_a_chart() -> None:
    for svg in (
        bar_chart([], "t"),
        shap_chart([], "t"),
        curve_chart([], "t", "x", "y"),
        sides_chart([], ("a", "b"), "t"),
        course_chart([], "t", "y"),
        calibration_chart([], "t"),
    ):
        parse(svg)


def test_the_confusion_matrix_shows_counts_and_shares() -> None:
    said = texts(matrix_chart(("good", "bad"), CONFUSION, "t"))
    assert {"58", "58.0%", "12", "10", "20", "predicted good", "is bad"} <= set(said)


def test_numbers_have_two_or_three_decimals() -> None:
    assert [number(each) for each in (0.8, 0.8125, 1)] == ["0.80", "0.812", "1.00"]
