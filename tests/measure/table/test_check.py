from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from registry_app.errors import UsageError
from registry_app.measure.cells.count import cells, moments
from registry_app.measure.table import check
from registry_app.measure.table.mapping import Feature, Mapping
from registry_app.measure.table.memory import Memory
from registry_app.measure.table.source import open_source

SCORED = Mapping("y", positive="1", score="s", threshold=0.5, sensitive=(Feature("g"),))


def said(frame: dict[str, list[Any]], mapping: Mapping) -> list[str]:
    """The problems of a frame; a count of it is refused with the same."""
    found = [problem.text() for problem in check.problems(Memory(frame, mapping.columns), mapping)]
    count = moments if mapping.task == "regression" else cells
    if not found:
        count(Memory(frame, mapping.columns), mapping)
    else:
        with pytest.raises(UsageError) as caught:
            count(Memory(frame, mapping.columns), mapping)
        assert all(each in caught.value.details for each in found[: check.MOST_VALUES])
        assert "".join(caught.value.details).isprintable()
    return found


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "the score is missing"), (float("inf"), "'inf' is not a finite number"), (-0.1, "outside 0 to 1"),
        (1.01, "outside 0 to 1"), ("x", "'x' is not a number"), ("0_1", "'0_1' is not a number"), ("०", "'०' is not a number"), ("nan", "'nan' is not a finite number"),
    ],
)  # fmt: skip
def test_a_bad_score_is_named_with_its_row(value: Any, problem: str) -> None:
    (found,) = said({"y": [1, 0, 1], "s": [0, 1, value], "g": ["a", "b", "b"]}, SCORED)
    assert found.startswith("row 4, column 's': ")
    assert problem in found


def test_a_sound_table_has_no_problems() -> None:
    assert said({"y": [1, 0, 1], "s": [0, 1, 0.5], "g": ["a", "b", None]}, SCORED) == []


def test_weights_must_be_numbers_of_zero_or_more() -> None:
    mapping = Mapping("y", positive="1", prediction="p", weights="w")
    found = said({"y": [1, 0, 1, 0], "p": [1, 0, 1, 0], "w": [1, -2, "x", None]}, mapping)
    assert found == [
        "row 3, column 'w': the weight '-2' is below 0",
        "row 4, column 'w': the weight 'x' is not a number",
        "row 5, column 'w': the weight is missing",
    ]


def test_row_ids_must_be_there_once() -> None:
    mapping = Mapping("y", positive="1", prediction="p", row_id="id")
    found = said({"y": [1, 0, 1, 0], "p": [1, 0, 1, 0], "id": ["a", "b", "a", None]}, mapping)
    assert found == [
        "row 4, column 'id': the row id is the same as in row 2",
        "row 5, column 'id': the row id is missing",
    ]


def test_a_feature_with_cut_points_must_hold_numbers_where_it_holds_anything() -> None:
    mapping = Mapping("y", positive="1", prediction="p", sensitive=(Feature("age", (30,)),))
    found = said({"y": [1, 0, 1], "p": [1, 0, 1], "age": ["31", "old", ""]}, mapping)
    assert found == ["row 3, column 'age': 'old' is not a number, and the feature has cut points"]
    found = said({"y": [1, 0, 1], "p": [1, 0, 1], "age": [31, 32, 33]}, mapping)
    assert found == ["column 'age': all rows are in the group '30 and over': two groups are needed"]


def test_a_regression_needs_finite_numbers() -> None:
    mapping = Mapping("y", "regression", prediction="p")
    found = said({"y": [1.5, None, float("inf")], "p": [1, 2, 3]}, mapping)
    assert found == [
        "row 3, column 'y': the label is missing",
        "row 4, column 'y': the label 'inf' is not a finite number",
    ]


def test_labels_and_predictions_show_every_odd_row() -> None:
    mapping = Mapping("y", positive="1", prediction="p")
    assert said({"y": ["1", "", "0", "  "], "p": ["1", "0", "yes", None]}, mapping) == [
        "row 3, column 'y': the label is missing",
        "row 4, column 'p': the prediction 'yes' is none of the label's classes",
        "row 5, column 'y': the label is missing",
        "row 5, column 'p': the prediction is missing",
    ]
    assert said({"y": ["good", "bad"], "p": ["good", "bad"]}, mapping) == [
        "column 'y': the positive outcome '1' never occurs, only 'bad', 'good'"
    ]


def test_a_control_feature_may_have_one_group() -> None:
    mapping = Mapping("y", positive="1", prediction="p", control=(Feature("g"),))
    assert said({"y": [1, 0], "p": [1, 0], "g": ["a", "a"]}, mapping) == []


def test_headers_that_stand_twice_or_are_unknown_are_named() -> None:
    assert "2 columns have this name" in check.duplicate_headers(["a", "b", "a"])[0].text()
    assert "there is no such column; there are 'a', 'b'" in check.unknown_columns(["a", "b"], ["c"])[0].text()


def test_dates_are_no_numbers(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 1 y, DATE '2026-01-01' s, 'a' g) TO '{path}'")
    with open_source(str(path)) as source, pytest.raises(UsageError, match="'s': it holds dates or names"):
        cells(source, SCORED)


def test_values_in_a_problem_cannot_act_on_a_terminal() -> None:
    (found,) = said({"y": [1, 0], "s": ["0", "\x1b]0;x\x07" * 100], "g": ["a", "b"]}, SCORED)
    assert found.isprintable()
    assert len(found) < 300
