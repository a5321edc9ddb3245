"""Drift is found where it is and not where it is not, and every number is that of the textbook's sum over the rows."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2_contingency, ks_2samp

from registry_app.errors import UsageError
from registry_app.measure.drift.document import drift
from registry_app.measure.result import Result, decode
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.memory import Memory
from registry_app.measure.table.source import open_source

DRAW = np.random.default_rng(7)
BEFORE = {
    "income": DRAW.lognormal(10, 0.5, 4_000),
    "age": DRAW.integers(18, 80, 4_000),
    "region": DRAW.choice(["north", "south", "west"], 4_000, p=[0.5, 0.3, 0.2]),
}
LATER = {
    "income": DRAW.lognormal(10.6, 0.5, 3_000),
    "age": DRAW.integers(18, 80, 3_000),
    "region": DRAW.choice(["north", "south", "east"], 3_000, p=[0.5, 0.3, 0.2]),
}


def compared(before: dict[str, Any], later: dict[str, Any], **more: Any) -> Result:
    with Memory(before, before) as reference, Memory(later, later) as window:
        found = drift(reference, window, **more)
    assert decode(found.encode()) == found
    return found


def by_column(found: Result) -> dict[str, dict[str, Any]]:
    return {each["column"]: each for each in found.result["columns"]}


def test_what_moved_is_shown_and_what_did_not_is_not() -> None:
    found = compared(BEFORE, LATER)
    outcomes = {name: each["outcome"] for name, each in by_column(found).items()}
    assert outcomes == {"income": "drift shown", "age": "no drift beyond the limit", "region": "drift shown"}
    assert found.result["outcome"] == "drift shown: income, region"


def test_a_table_has_not_drifted_from_itself() -> None:
    for each in by_column(compared(BEFORE, BEFORE)).values():
        assert float(each["psi"]["value"]) == float(each["jensen_shannon"]["value"]) == 0
        assert each["outcome"] == "no drift beyond the limit"


def test_kolmogorov_smirnov_is_within_its_resolution_of_the_exact_one() -> None:
    test = by_column(compared(BEFORE, LATER))["income"]["test"]
    exact = ks_2samp(BEFORE["income"], LATER["income"]).statistic
    assert 0 <= exact - float(test["value"]) <= float(test["resolution"])
    assert float(test["resolution"]) < 0.2


def test_the_numbers_of_a_text_column_are_those_of_counting_by_hand() -> None:
    found = by_column(compared(BEFORE, LATER))["region"]
    one, other = Counter(BEFORE["region"].tolist()), Counter(LATER["region"].tolist())
    names = ["north", "south", "west", "east"]  # east is not in the reference: it is among the others
    r, w = ([counts[name] for name in names] for counts in (one, other))
    half = [[n + 0.5 for n in (*side, 0)] for side in (r, w)]
    shares = [[n / sum(side) for n in side] for side in half]
    psi = sum((b - a) * math.log(b / a) for a, b in zip(*shares, strict=True))
    assert float(found["psi"]["value"]) == pytest.approx(psi, rel=1e-12)
    exact = chi2_contingency([r, w], correction=False)
    assert float(found["test"]["value"]) == pytest.approx(exact.statistic, rel=1e-12)
    assert found["test"]["degrees"] == 3
    assert found["bins"][0] == {"bin": "north", "reference": one["north"], "window": other["north"]}
    assert {"bin": "(other)", "reference": 0, "window": other["east"]} in found["bins"]


def test_missing_values_have_a_bin_of_their_own_and_can_be_the_drift() -> None:
    before = {"x": [float(n) for n in range(1_000)]}
    later = {"x": [None if n % 2 else float(n) for n in range(1_000)]}
    found = by_column(compared(before, later))["x"]
    assert found["missing"]["window"]["value"] == "0.5"
    assert found["bins"][-1] == {"bin": "(missing)", "reference": 0, "window": 500}
    assert float(found["psi"]["value"]) > 1


def test_few_rows_cannot_tell() -> None:
    found = compared({"x": list("aaaabbbb")}, {"x": list("ab" * 2)}).result
    assert found["outcome"] == "no drift beyond the limit"
    found = compared({"x": list("aaaabbbb")}, {"x": list("abbb")}, limit=0.01).result
    assert found["columns"][0]["outcome"] == "cannot tell: the distance may be chance, for there are few rows"
    assert found["outcome"] == "cannot tell: x"


def test_a_column_without_values_cannot_tell() -> None:
    found = compared({"x": ["", ""], "y": [1, 2]}, {"x": ["a", "b"], "y": [1, 2]}, columns=["x"]).result["columns"][0]
    assert found["psi"] == {"undefined": "one of the tables has no value in this column", "n": 0}
    assert found["outcome"].startswith("cannot tell")


def test_files_and_a_database_say_the_same(tmp_path: Path) -> None:
    import sqlite3

    rows = list(zip(*(BEFORE[name].tolist() for name in BEFORE), strict=True))
    csv = tmp_path / "before.csv"
    csv.write_text("income,age,region\n" + "".join(f"{i!r},{a},{r}\n" for i, a, r in rows))
    with sqlite3.connect(tmp_path / "w.db") as connection:
        connection.execute("CREATE TABLE later (income REAL, age INTEGER, region TEXT)")
        later = zip(*(LATER[name].tolist() for name in LATER), strict=True)
        connection.executemany("INSERT INTO later VALUES (?, ?, ?)", list(later))
    connection.close()
    in_memory = compared({name: values.tolist() for name, values in BEFORE.items()}, LATER).result
    with Memory(BEFORE, BEFORE) as reference, open_source(f"sqlite:///{tmp_path}/w.db#later") as window:
        assert drift(reference, window).result["columns"] == in_memory["columns"]


def test_columns_of_two_kinds_are_refused() -> None:
    with pytest.raises(UsageError, match="of another kind"):
        compared({"x": [1, 2]}, {"x": ["a", "b"]})


@pytest.mark.parametrize(
    ("columns", "limit", "what"),
    [((), 0.0, "limit"), ((), math.nan, "limit"), (("z",), 0.2, "no such column")],
)
def test_what_cannot_be_compared_is_refused(columns: tuple[str, ...], limit: float, what: str) -> None:
    with pytest.raises(UsageError, match=what):
        compared({"x": [1, 2]}, {"x": [1, 2]}, columns=columns, limit=limit)


def test_infinite_values_and_no_shared_column_are_refused() -> None:
    with pytest.raises(UsageError, match="infinite"):
        compared({"x": [1.0, 2.0]}, {"x": [1.0, math.inf]})
    with pytest.raises(UsageError, match="share 0 columns"):
        compared({"x": [1]}, {"y": [1]})


def history(wrong_from: int) -> dict[str, list[Any]]:
    days = [f"2026-{1 + n // 100:02d}-{1 + n % 28:02d}T10:00:00" for n in range(600)]
    labels = ["yes" if n % 3 == 0 else "no" for n in range(600)]
    said = [label if n < wrong_from or n % 2 else "no" for n, label in enumerate(labels)]
    return {"at": days, "y": labels, "p": said}


def test_performance_over_time_shows_where_it_fell() -> None:
    mapping = Mapping(label="y", positive="yes", prediction="p", time="at")
    table = history(300)
    found = compared(table, table, columns=["y"], mapping=mapping, every="month").result["over_time"]
    assert [line["window"] for line in found["windows"]] == [f"2026-{month:02d}" for month in range(1, 7)]
    accuracy = [float(line["metrics"]["accuracy"]["value"]) for line in found["windows"]]
    assert accuracy[:3] == [1.0, 1.0, 1.0]
    assert max(accuracy[3:]) < 0.9
    assert float(found["accuracy_differs"]["p_value"]) < 1e-6
    steady = history(600)
    same = compared(steady, steady, columns=["y"], mapping=mapping).result["over_time"]
    assert "undefined" in same["accuracy_differs"]


def test_a_time_that_is_none_is_refused() -> None:
    table = history(600) | {"at": ["yesterday"] * 600}
    with pytest.raises(UsageError, match="no time"):
        compared(table, table, mapping=Mapping(label="y", positive="yes", prediction="p", time="at"))
