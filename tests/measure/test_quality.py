from __future__ import annotations

import pytest

from registry_app.errors import UsageError
from registry_app.measure import quality
from registry_app.measure.quality import Problem


def sentences(problems: tuple[Problem, ...]) -> list[str]:
    return [problem.text() for problem in problems]


def test_labels_that_are_missing_are_named_by_row() -> None:
    assert sentences(quality.labels("y", ["1", "", "0", "  "], "1")) == [
        "row 3, column 'y': the label is missing",
        "row 5, column 'y': the label is missing",
    ]


def test_one_class_is_a_problem() -> None:
    assert sentences(quality.labels("y", ["1", "1"], "1")) == ["column 'y': all labels are '1': two classes are needed"]


def test_three_classes_are_a_problem() -> None:
    assert "there are 3 classes" in sentences(quality.labels("y", ["1", "0", "2"], "1"))[0]


def test_a_positive_outcome_that_never_occurs_is_a_problem() -> None:
    assert sentences(quality.labels("y", ["good", "bad"], "1")) == [
        "column 'y': the positive outcome '1' never occurs, only 'bad', 'good'"
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "the score is missing"), ("x", "'x' is not a number"), ("nan", "'nan' is not a finite number"),
        ("inf", "'inf' is not a finite number"), ("-0.1", "outside 0 to 1"), ("1.01", "outside 0 to 1"),
    ],
)  # fmt: skip
def test_a_bad_score_is_named_with_its_row(value: str, said: str) -> None:
    found = quality.scores("s", ["0", "1", value])
    assert [problem.row for problem in found] == [4]
    assert said in found[0].sentence


def test_groups_need_to_be_more_than_one_and_not_too_many() -> None:
    assert "two groups are needed" in quality.groups("g", ["a", "a"])[0].sentence
    assert "51 groups" in quality.groups("g", [str(each) for each in range(51)])[0].sentence
    assert quality.groups("g", ["a", "b"]) == ()


def test_predictions_must_be_classes_of_the_label() -> None:
    found = sentences(quality.predictions("p", ["1", "yes", ""], ["1", "0"]))
    assert found == [
        "row 4, column 'p': the prediction is missing",
        "row 3, column 'p': the prediction 'yes' is none of the label's classes",
    ]


def test_headers_that_stand_twice_or_are_unknown_are_named() -> None:
    assert "2 columns have this name" in quality.duplicate_headers(["a", "b", "a"])[0].text()
    assert "there is no such column; there are 'a', 'b'" in quality.unknown_columns(["a", "b"], ["c"])[0].text()


def test_a_row_id_that_stands_twice_is_named() -> None:
    assert sentences(quality.row_ids("id", ["a", "b", "a"])) == [
        "row 4, column 'id': the row id is the same as in row 2"
    ]


def test_the_first_twenty_problems_are_listed_and_the_rest_counted() -> None:
    with pytest.raises(UsageError) as caught:
        quality.refuse("t.csv", quality.missing("y", [""] * 27, "label"))
    assert caught.value.what.startswith("'t.csv' has 27 problems: row 2, column 'y': the label is missing; row 3")
    assert caught.value.what.endswith("row 21, column 'y': the label is missing; and 7 more.")


def test_no_problems_raise_nothing() -> None:
    quality.refuse("t.csv", ())


def test_values_in_a_problem_cannot_act_on_a_terminal() -> None:
    found = quality.scores("s\x1b[31m\u202e", ["\x1b]0;x\x07" * 100])[0].text()
    assert found.isprintable()
    assert len(found) < 200
