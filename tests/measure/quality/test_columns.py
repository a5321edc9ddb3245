from __future__ import annotations

import random
from typing import Any

import pandas as pd
import pytest
from scipy.stats.contingency import association
from sklearn.metrics import roc_auc_score

from registry_app.measure.quality.columns import described, positives, says
from registry_app.measure.table.memory import Memory

DRAW = random.Random(4)
Y = [DRAW.choice("ny") for _ in range(300)]


def told(values: list[Any], labels: list[Any] = Y, positive: str = "y") -> dict[str, Any]:
    with Memory({"x": values, "y": labels}, ["x", "y"]) as source:
        label = source.column("y")
        return says(source, source.column("x"), label, positives(source, label, positive))


def test_missing_cells_and_values_are_counted() -> None:
    with Memory({"x": ["a", "b", "", "  ", None, "a"]}, ["x"]) as source:
        found = described(source, source.column("x"))
    assert (found["missing"]["value"], found["values"], found["kind"]) == ("0.5", 2, "text")


def test_a_number_says_the_area_under_its_roc_curve_whichever_way_it_points() -> None:
    values = [DRAW.randrange(6) + (label == "y") for label in Y]
    area = roc_auc_score([label == "y" for label in Y], values)
    for sign in (1, -1):
        found = told([sign * value for value in values])
        assert found["measure"] == "auc"
        assert float(found["value"]) == pytest.approx(area, abs=1e-12)


def test_a_text_says_cramers_v_freed_of_its_bias() -> None:
    values = [DRAW.choice(["p", "q"] if label == "y" else ["q", "r", "s"]) for label in Y]
    found = told(values)
    n = len(Y)
    table = pd.crosstab(pd.Series(values), pd.Series(Y)).to_numpy()
    plain = association(table, method="cramer") ** 2 * (min(table.shape) - 1)
    freed = plain - (table.shape[0] - 1) * (table.shape[1] - 1) / (n - 1)
    sides = [side - (side - 1) ** 2 / (n - 1) for side in table.shape]
    assert found["measure"] == "cramers_v"
    assert float(found["value"]) == pytest.approx((freed / (min(sides) - 1)) ** 0.5, abs=1e-12)


def test_a_column_written_after_the_label_says_everything() -> None:
    assert told([{"y": 1.5, "n": -2.0}[label] for label in Y])["value"] == "1.0"
    assert float(told([{"y": "paid", "n": "lost"}[label] for label in Y])["value"]) == pytest.approx(1, abs=1e-12)


def test_rows_without_a_value_or_a_label_are_left_out() -> None:
    assert told([None, 1.0, 2.0, 9.0], ["y", "n", "y", None])["value"] == "1.0"


@pytest.mark.parametrize(
    ("values", "labels", "why"),
    [
        ([1.0, 2.0], ["y", "y"], "its rows have one class"),
        (["a", "b"], ["y", "y"], "there is one value, or one class"),
        (["a", "b"], ["y", "n"], "there are as many values as rows"),
        (["a", "a"], ["y", "n"], "there is one value, or one class"),
    ],
)
def test_what_says_nothing_is_undefined(values: list[Any], labels: list[str], why: str) -> None:
    assert told(values, labels)["undefined"] == why


def test_a_text_of_many_values_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_app.measure.quality.columns.VALUES", 2)
    assert told(["a", "b", "c"] * 100)["n"] == 3


def test_the_positive_outcome_is_found_by_its_name_in_numbers_too() -> None:
    with Memory({"y": [1, 0, 1]}, ["y"]) as source:
        assert positives(source, source.column("y"), "1") == [1]
        assert positives(source, source.column("y"), "yes") == []
