"""What a condition sees of a version: numbers for decimal text, and nothing where there is no number."""

from __future__ import annotations

from typing import Any

import pytest

from registry_app.errors import UsageError
from registry_app.policy.subject import newest, plain_digest, subject_of


def measured(result: Any, kind: str = "performance", **fields: Any) -> dict[str, Any]:
    return {"id": "e", "kind": kind, "document": {"result": result, "data": {"digest": "AB", "rows": 9}}} | fields


def seen(result: Any, kind: str = "performance") -> dict[str, Any]:
    found = subject_of({}, {}, [], [measured(result, kind)])["evidence"][kind]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.81", 0.81),
        ("-3", -3.0),
        ("1e-3", 0.001),
        ("1E+2", 100.0),
        ("0" * 40, 0.0),
        ("1e100", 1e100),
        ("-1e100", -1e100),
    ],
)
def test_decimal_text_is_a_number(text: str, number: float) -> None:
    assert seen({"a": text})["a"] == number


@pytest.mark.parametrize(
    "text", ["", " 1", "1 ", "+1", "1.", ".5", "1,5", "0x1", "NaN", "inf", "1e9999", "0" * 41, "\u0661", "1_0"]
)
def test_other_text_is_no_number(text: str) -> None:
    found = seen({"a": text})
    assert found.get("a", text) == text


@pytest.mark.parametrize("value", ["1e101", "-1e101", 10**101, float("inf"), float("nan"), None, "9e999"])
def test_a_number_beyond_all_measure_is_gone_and_noted(value: object) -> None:
    found = seen({"a": {"b": value}})
    assert found["a"] == {}
    assert [note["path"] for note in found["undefined"]] == ["a b"]


def test_an_undefined_number_leaves_its_place_with_its_reason_and_rows() -> None:
    found = seen({"auc": {"undefined": "one class", "n": 12}, "f1": {"value": "0.5"}})
    assert "auc" not in found
    assert found["undefined"] == [{"path": "auc", "reason": "one class", "n": 12}]
    assert found["f1"]["value"] == 0.5


def test_something_that_is_more_than_undefined_stays() -> None:
    found = seen({"auc": {"undefined": "one class", "n": 12, "by": ["sex"]}})
    assert found["auc"]["n"] == 12


def test_a_list_with_a_hole_is_no_list_of_fewer() -> None:
    """The rest would pass for all of it."""
    assert "curve" not in seen({"curve": ["0.1", None, "0.3"]})


def test_what_is_nested_too_deeply_is_gone() -> None:
    deep: Any = "1"
    for _ in range(40):
        deep = {"x": deep}
    found = seen({"fine": "2", "deep": deep})
    assert found["fine"] == 2.0
    assert found["undefined"][0]["reason"] == "it is nested too deeply"


def test_booleans_are_booleans_and_groups_keep_their_names() -> None:
    found = seen({"ok": True, "groups": [{"by": {"age": "25"}, "label": "1", "value": "1"}], "features": ["1", "2"]})
    assert found["ok"] is True
    assert found["groups"] == [{"by": {"age": "25"}, "label": "1", "value": 1.0}]
    assert found["features"] == ["1", "2"]


def test_what_a_result_calls_itself_never_stands_in_for_what_it_is() -> None:
    """Id, digest and rows come from around the result, not from within it."""
    found = seen({"id": "another", "data_digest": "cd", "rows": "1000000", "undefined": [], "single": {}}, "fairness")
    assert (found["id"], found["data_digest"], found["rows"]) == ("e", "ab", 9)
    assert found["single"] == {}


DISPARITY = {"metric": "demographic_parity_ratio", "by": ["sex"], "value": "0.9"}


@pytest.mark.parametrize(
    ("outcome", "cannot"),
    [
        ("cannot tell: needs 40 more rows", True),
        ("  Cannot Tell", True),
        ("no disparity beyond the limit", False),
        (3, False),
    ],
)
def test_a_disparity_that_cannot_be_told_says_so(outcome: object, *, cannot: bool) -> None:
    found = seen({"outcome": outcome, "disparities": [DISPARITY]}, "fairness")
    assert found["single"]["demographic_parity_ratio"]["sex"]["cannot_tell"] is cannot
    own = seen({"outcomes": [{"by": ["sex"], "outcome": outcome}], "disparities": [DISPARITY]}, "fairness")
    assert own["single"]["demographic_parity_ratio"]["sex"]["cannot_tell"] is cannot


def test_the_words_are_about_the_selection_ratio_and_no_other_disparity() -> None:
    other = DISPARITY | {"metric": "equal_opportunity_difference"}
    found = seen({"outcome": "cannot tell", "disparities": [DISPARITY, other]}, "fairness")
    assert found["single"]["equal_opportunity_difference"]["sex"]["cannot_tell"] is False


def test_a_disparity_given_twice_has_no_value_whichever_is_better() -> None:
    found = seen({"disparities": [DISPARITY, DISPARITY | {"value": "0.1"}]}, "fairness")
    assert "value" not in found["single"]["demographic_parity_ratio"]["sex"]
    assert found["undefined"] == [
        {"path": "demographic_parity_ratio by sex value", "reason": "it is given twice", "n": 0}
    ]


def test_intersections_are_no_single_features() -> None:
    found = seen(
        {"disparities": [DISPARITY | {"by": ["sex", "age"]}, DISPARITY | {"by": "sex"}, "x", None]}, "fairness"
    )
    assert found.get("single") == {}


def test_of_each_kind_the_newest_in_the_ledger_counts_and_of_two_in_one_leaf_the_later() -> None:
    one, two = measured({}, id="one", seq=5), measured({}, id="two", seq=5)
    old, other = measured({}, id="old", seq=3), measured({}, "fairness", id="other", seq=1)
    assert [row["id"] for row in newest([one, two, old, other]).values()] == ["other", "two"]
    assert list(newest([measured({}, "b"), measured({}, "a")])) == ["a", "b"]


def test_sensitive_columns_go_by_either_name() -> None:
    rows = [{"sensitive": ["sex"]}, {"sensitive_columns": ["age"], "sensitive": ["x"]}, {}]
    subject = subject_of({}, {}, rows, [])
    assert [row["sensitive_columns"] for row in subject["datasets"]] == [["sex"], ["age"], []]


@pytest.mark.parametrize("row", [{"kind": 3}, {"kind": "a", "seq": "1"}, {"kind": "a", "id": 3}])
def test_evidence_that_does_not_say_what_it_is_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        subject_of({}, {}, [], [measured({}) | row, measured({}) | row])


def test_a_digest_is_compared_bare() -> None:
    assert plain_digest("SHA256:ABcd") == plain_digest("abCD") == "abcd"
