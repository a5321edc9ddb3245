from __future__ import annotations

from typing import Any

import pytest

from registry_app.measure.fairness.agreement import disagreements
from tests.measure.fairness.tables import measured


def applicants(*groups: tuple[str, str, int, int]) -> dict[str, Any]:
    """Applicants by race, sex, number and how many are selected; the score is 0.9 where they are."""
    rows = [(race, sex, int(place < hits), place % 2) for race, sex, n, hits in groups for place in range(n)]
    return {
        "race": [row[0] for row in rows], "sex": [row[1] for row in rows], "p": [row[2] for row in rows],
        "y": [row[3] for row in rows], "s": [0.9 if row[2] else 0.1 for row in rows],
    }  # fmt: skip


CITY = applicants(
    ("White", "Male", 400, 200), ("White", "Female", 300, 120), ("Black", "Male", 150, 60), ("Black", "Female", 130, 40),
    ("Asian", "Male", 9, 6), ("Asian", "Female", 6, 2), ("", "Male", 20, 5), ("Unknown", "Female", 10, 2),
)  # fmt: skip


def audit(columns: dict[str, Any], by: list[str], kind: str = "selection", **said: Any) -> dict[str, Any]:
    found = measured(columns, "race", "sex", **said)
    return next(each for each in found.result["bias_audit"] if each["by"] == by and each["kind"] == kind)


def row(table: dict[str, Any], **by: str) -> dict[str, Any]:
    return next(each for each in table["rows"] if each["by"] == by)


def test_a_selection_table_has_applicants_selected_rate_and_ratio_by_each_feature_and_by_both() -> None:
    found = measured(CITY, "race", "sex").result["bias_audit"]
    assert [(each["kind"], each["by"]) for each in found] == [
        ("selection", ["race"]), ("selection", ["sex"]), ("selection", ["race", "sex"]),
    ]  # fmt: skip
    assert row(found[1], sex="Male") == {
        "by": {"sex": "Male"}, "applicants": 579, "selected": 271, "selection_rate": {"value": repr(271 / 579)},
        "impact_ratio": {"value": "1.0"},
    }  # fmt: skip
    both = row(found[2], race="Black", sex="Female")
    assert (both["applicants"], both["selected"]) == (130, 40)
    assert float(both["impact_ratio"]["value"]) == pytest.approx((40 / 130) / (6 / 9))


def test_persons_of_unknown_category_are_counted_and_in_no_row() -> None:
    table = audit(CITY, ["race"])
    assert table["unknown"] == 30
    assert [each["by"]["race"] for each in table["rows"]] == ["Asian", "Black", "White"]
    assert audit(CITY, ["sex"])["unknown"] == 0
    assert audit(CITY, ["race", "sex"])["unknown"] == 30


def test_a_category_under_two_percent_is_left_out_only_with_a_reason_and_still_counted() -> None:
    kept = audit(CITY, ["race"])
    assert row(kept, race="Asian")["impact_ratio"]["value"] == "1.0"
    table = audit(CITY, ["race"], more={"left_out": "Fewer than 2 % of the data."})
    small = row(table, race="Asian")
    assert (small["applicants"], small["selected"], small["left_out"]) == (15, 8, "Fewer than 2 % of the data.")
    assert small["selection_rate"]["value"] == repr(8 / 15)
    assert small["impact_ratio"] == {"undefined": "the category is left out", "n": 15}
    assert row(table, race="White")["impact_ratio"]["value"] == "1.0"
    assert "left_out" not in row(table, race="Black")


def test_a_scoring_table_has_the_share_above_the_median_of_the_sample() -> None:
    columns = {**CITY, "s": [place % 100 / 100 for place in range(len(CITY["y"]))]}
    table = audit(columns, ["sex"], "scoring", prediction=None, score="s", threshold=0.9)
    ordered = sorted(columns["s"])
    median = (ordered[len(ordered) // 2] + ordered[(len(ordered) - 1) // 2]) / 2
    men = [s > median for s, sex in zip(columns["s"], CITY["sex"], strict=True) if sex == "Male"]
    found = row(table, sex="Male")
    assert float(found["scoring_rate"]["value"]) == pytest.approx(sum(men) / len(men))
    assert "selected" not in found


def test_there_is_no_pass_mark() -> None:
    assert all(
        set(each) <= {"by", "applicants", "selected", "selection_rate", "impact_ratio"}
        for each in audit(CITY, ["race"])["rows"]
    )


def test_where_tables_disagree_a_sentence_says_so() -> None:
    said = measured(CITY, "race", "sex").result["disagreements"]
    assert any(each.startswith("By race ") and "Local Law 144" in each for each in said)
    even = applicants(
        ("White", "Male", 300, 150),
        ("White", "Female", 300, 150),
        ("Black", "Male", 300, 150),
        ("Black", "Female", 300, 150),
    )
    assert measured(even, "race", "sex").result["disagreements"] == []


def test_groups_that_differ_only_together_are_a_disagreement() -> None:
    crossed = applicants(
        ("White", "Male", 300, 200),
        ("White", "Female", 300, 100),
        ("Black", "Male", 300, 100),
        ("Black", "Female", 300, 200),
    )
    said = measured(crossed, "race", "sex").result["disagreements"]
    assert said == ["No group of one feature is below four fifths, but by race and sex 2 groups are."]


def test_groups_that_the_audit_alone_finds_below_are_told_of_as_no_group() -> None:
    line = {"below": False, "one_more_changes_it": False}
    audited = {"by": ["age"], "kind": "selection", "rows": [{"impact_ratio": {"value": "0.7"}}]}
    said = disagreements([{"outcome": "no disparity beyond the limit"}], [{"by": ["age"], "groups": [line]}], [audited])
    assert said == [
        "By age no group is below four fifths of the most selected group, and 1 in the selection table of Local Law 144."
    ]
