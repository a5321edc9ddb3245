"""What is odd about a table is found, with the numbers that counting by hand gives; a sound table has no finding."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from sklearn.metrics import roc_auc_score

from registry_app.errors import UsageError
from registry_app.measure.quality.document import quality
from registry_app.measure.result import Result, decode
from registry_app.measure.table.mapping import Feature
from registry_app.measure.table.memory import Memory
from registry_app.measure.table.source import open_source

ROWS = 400
DRAW = random.Random(3)
LABELS = ["yes" if DRAW.random() < 0.4 else "no" for _ in range(ROWS)]
SOUND: dict[str, list[Any]] = {
    "id": [f"row {n}" for n in range(ROWS)],
    "age": [DRAW.randrange(18, 90) for _ in range(ROWS)],
    "income": [DRAW.gauss(30, 8) + 4 * (label == "yes") for label in LABELS],
    "region": [DRAW.choice(["north", "south"]) for _ in range(ROWS)],
    "y": LABELS,
}


def looked(table: dict[str, list[Any]], **more: Any) -> Result:
    with Memory(table, table) as source:
        found = quality(source, **more)
    assert decode(found.encode()) == found
    return found


def column(found: Result, name: str) -> dict[str, Any]:
    return next(line for line in found.result["columns"] if line["column"] == name)


def whats(found: Result) -> list[tuple[str, str]]:
    return [(each["column"], each["what"]) for each in found.result["findings"]]


def test_a_sound_table_has_no_finding() -> None:
    found = looked(SOUND, label="y", positive="yes")
    assert (found.result["outcome"], whats(found)) == ("nothing found", [])
    assert found.result["repeated_rows"]["value"] == "0.0"
    assert column(found, "y")["says"] is None
    assert column(found, "id")["values"] == ROWS


def test_what_a_number_says_alone_is_the_area_that_scikit_learn_gives() -> None:
    tied = SOUND | {"tied": [round(value / 10) for value in SOUND["income"]]}
    found = looked(tied, label="y", positive="yes")
    for name in ("income", "tied", "age"):
        area = roc_auc_score([label == "yes" for label in LABELS], tied[name])
        assert float(column(found, name)["says"]["value"]) == pytest.approx(max(area, 1 - area), abs=1e-12)


def test_a_column_that_gives_the_label_away_is_a_finding_whichever_way_it_points() -> None:
    after = SOUND | {
        "paid_back": [-1.0 if label == "yes" else n / ROWS for n, label in enumerate(LABELS)],
        "letter": [f"sent {label}" for label in LABELS],
    }
    found = looked(after, label="y", positive="yes")
    said = "it gives the label away: was it written after the outcome was known?"
    assert whats(found) == [("paid_back", said), ("letter", said)]
    assert column(found, "letter")["says"] == {"measure": "cramers_v", "value": "1.0"}


def test_a_number_that_a_file_keeps_as_text_is_a_number(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("income,y\n" + "".join(f"{i!r},{y}\n" for i, y in zip(SOUND["income"], LABELS, strict=True)))
    with open_source(str(path)) as source:
        found = column(quality(source, "y", "yes"), "income")["says"]
    assert found == column(looked(SOUND, label="y", positive="yes"), "income")["says"]


def test_an_identifier_says_nothing_in_general() -> None:
    many = {"id": [str(n) + "x" for n in range(3_000)], "y": ["a", "b", "b"] * 1_000}
    says = column(looked(many, label="y", positive="a"), "id")["says"]
    assert says["n"] == 3_000
    assert "undefined" in says
    few = column(looked(SOUND, label="y", positive="yes"), "id")["says"]
    assert few["undefined"] == "there are as many values as rows"


def test_missing_constant_and_repeated_are_findings() -> None:
    odd: dict[str, list[Any]] = {
        "x": [None if n % 4 == 0 else n % 10 for n in range(100)],
        "one": ["same"] * 100,
        "none": [""] * 100,
        "z": [n % 50 for n in range(100)],
    }
    found = looked(odd)
    assert whats(found) == [
        ("x", "25.0% of its cells are missing"),
        ("one", "it has one value, or none"),
        ("none", "it has one value, or none"),
        ("none", "100.0% of its cells are missing"),
        ("", f"{100 - len({(odd['x'][n], odd['z'][n]) for n in range(100)})} rows stand in the table already"),
    ]
    assert found.result["outcome"] == "5 findings"


def test_rows_that_stand_in_both_tables_are_counted(tmp_path: Path) -> None:
    first = tmp_path / "train.csv"
    first.write_text("a,b\n" + "".join(f"{n},x\n" for n in range(100)) + ",y\n")
    second = tmp_path / "test.csv"
    second.write_text("b,a\nx,5\nx,5\nx,7\ny,\nx,200\nz,5\n")
    with open_source(str(second)) as source, open_source(str(first)) as against:
        found = quality(source, against=against).result
    assert found["overlap"]["different"] == 3
    assert float(found["overlap"]["rows"]["value"]) == pytest.approx(4 / 6)
    assert {"column": "", "what": "66.7% of the rows stand in the other table too"} in found["findings"]


def test_a_cell_that_moves_to_its_neighbour_is_another_row() -> None:
    with (
        Memory({"a": ["x", "p"], "b": ["", "q"]}, "ab") as one,
        Memory({"a": ["", "r"], "b": ["x", "s"]}, "ab") as other,
    ):
        assert quality(one, against=other).result["overlap"]["different"] == 0


def test_the_label_is_shown_by_group_with_missing_ones_too() -> None:
    table = SOUND | {"age": [None, *SOUND["age"][1:]]}
    found = looked(table, label="y", positive="yes", sensitive=[Feature("age", (30.0, 60.0)), Feature("region")])
    lines = found.result["balance"]
    assert [line["by"] for line in lines] == [
        {"age": "(missing)"}, {"age": "30 to under 60"}, {"age": "60 and over"}, {"age": "under 30"},
        {"region": "north"}, {"region": "south"},
    ]  # fmt: skip
    north = [label for region, label in zip(SOUND["region"], LABELS, strict=True) if region == "north"]
    assert lines[4]["n"] == len(north)
    assert float(lines[4]["positive_rate"]["value"]) == pytest.approx(north.count("yes") / len(north))


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"label": "y"}, "positive outcome"),
        ({"label": "y", "positive": "maybe"}, "No row has 'maybe'"),
        ({"label": "none", "positive": "yes"}, "no such column"),
        ({"sensitive": [Feature("sex")]}, "no such column"),
    ],
)
def test_what_is_not_there_is_refused(more: dict[str, Any], what: str) -> None:
    with pytest.raises(UsageError, match=what):
        looked(SOUND, **more)


def test_tables_without_a_shared_column_are_refused() -> None:
    with (
        Memory({"a": [1, 2]}, "a") as one,
        Memory({"b": [1, 2]}, "b") as other,
        pytest.raises(UsageError, match="share"),
    ):
        quality(one, against=other)
