from __future__ import annotations

from typing import Any

import pytest
from scipy.stats import binomtest

from registry_app.measure.quality.balance import balance
from registry_app.measure.table.mapping import Feature
from registry_app.measure.table.memory import Memory

Y = [1, 0, 0, 1, 1, None, 0]
SEX = ["f", "f", " f", "m", "", "m", None]
AGE = [20, 25, 40, 25, 61, 30, None]


def balanced(feature: Feature, **more: Any) -> dict[str, tuple[int, str]]:
    with Memory({"y": Y, "sex": SEX, "age": AGE}, ["y", "sex", "age"]) as source:
        found = balance(source, feature, source.column("y"), [1.0], **more)
    assert [each["by"][feature.column] for each in found] == sorted(each["by"][feature.column] for each in found)
    return {each["by"][feature.column]: (each["n"], each["positive_rate"]["value"]) for each in found}


def test_each_group_has_its_rows_with_a_label_and_the_share_that_is_positive() -> None:
    assert balanced(Feature("sex")) == {"(missing)": (2, "0.5"), "f": (3, repr(1 / 3)), "m": (1, "1.0")}


def test_numbers_are_cut_where_it_is_said() -> None:
    found = balanced(Feature("age", (25, 60)))
    assert sorted(found.values()) == [(1, "0.0"), (1, "1.0"), (1, "1.0"), (3, repr(1 / 3))]


def test_the_share_has_wilsons_interval() -> None:
    with Memory({"y": [1, 0, 0, 0], "sex": ["f"] * 4}, ["y", "sex"]) as source:
        (found,) = balance(source, Feature("sex"), source.column("y"), [1])
    ends = binomtest(1, 4).proportion_ci(method="wilson")
    assert [float(end) for end in found["positive_rate"]["ci"]] == pytest.approx([ends.low, ends.high], abs=1e-12)


def test_small_groups_are_put_together_with_all_their_rows() -> None:
    found = balanced(Feature("sex"), below=3)
    assert sum(n for n, _ in found.values()) == 6
    assert all(n >= 3 for n, _ in found.values())


def test_no_more_than_so_many_groups_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_app.measure.quality.balance.MOST", 2)
    assert list(balanced(Feature("sex"))) == ["(missing)", "f"]
