from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from registry_app.measure.bars import shap_lines
from registry_app.measure.charts.bars import shap_chart
from registry_app.measure.explain import explain
from registry_app.measure.explain.comparison import compare
from registry_app.measure.figure.attribution import gap_bars, importance_bars, moved_bars
from registry_app.measure.figure.plot import Bar
from registry_app.measure.result import Result, decode

OLD = decode((Path(__file__).parent / "explanation-1.json").read_bytes())
NAMES = [f"f{each}" for each in range(6)]
TABLE = np.random.default_rng(6).normal(0, 1, (600, 6))
SEX = np.where(TABLE[:, 0] > 0, "m", "f").tolist()


def found(weights: list[float], **given: Any) -> Result:
    model = LinearRegression().fit(TABLE, TABLE @ weights)
    return explain(model, TABLE, TABLE, NAMES, 1, 0, checks=False, sensitive={"sex": SEX}, **given)


FIRST = found([5, 4, 4, 1, 0.5, 0.1])
SECOND = found([1, 4, 4, 5, 0.5, 0.1])


def test_tied_features_say_which_ranks_they_may_have() -> None:
    notes = {bar.name: bar.note for bar in importance_bars(FIRST)}
    assert notes == {"f0": "", "f1": "rank 2 to 3", "f2": "rank 2 to 3", "f3": "", "f4": "", "f5": ""}
    assert {bar.note for bar in importance_bars(OLD)} == {""}


def test_the_bars_of_a_gap_add_up_to_the_last() -> None:
    largest = max(FIRST.result["groups"][0]["groups"], key=lambda each: each["n"])["group"]
    other = "f" if largest == "m" else "m"
    bars = gap_bars(FIRST, "sex", other, most=3)
    assert bars[0].name == "f0"
    assert [bar.name for bar in bars[3:]] == ["3 other features", "difference in all"]
    assert sum(bar.value or 0.0 for bar in bars[:-1]) == pytest.approx(bars[-1].value)
    assert gap_bars(FIRST, "sex", largest) == ()
    assert gap_bars(OLD, "sex", "m") == ()


def test_a_change_beyond_the_intervals_is_said_beside_the_feature() -> None:
    bars = {bar.name: bar for bar in moved_bars(compare(FIRST, SECOND))}
    assert bars["f3, now"].note == "more, rank 4 → 1"
    assert bars["f0, now"].note == "less, rank 1 → 4"
    assert bars["f1, now"].note == bars["f3, before"].note == ""
    renamed = replace(SECOND, result={**SECOND.result, "importance": [
        {**each, "feature": "new" if each["feature"] == "f0" else each["feature"]} for each in SECOND.result["importance"]
    ]})  # fmt: skip
    assert Bar("new, before", None, note="no such feature") in moved_bars(compare(FIRST, renamed))


def test_charts_and_lines_say_the_notes_and_what_is_missing() -> None:
    bars = [Bar("a", 1.0, 0.8, 1.2, "rank 1 to 2"), Bar("b", None, note="no such feature"), Bar("c", -0.5, -0.9, -0.1)]
    svg = shap_chart(bars, "Gap")
    assert 'aria-label="Gap: a +1.000 (rank 1 to 2); b undefined (no such feature); c -0.500"' in svg
    lines = [line.plain for line in shap_lines(bars, width=76)]
    assert lines[0].rstrip().endswith("+1.000 rank 1 to 2")
    assert lines[1].split() == ["b", "no", "such", "feature"]
    assert max(len(line) for line in lines) <= 76
    arrow = shap_lines([Bar("a", 1.0, note="rank 1 → 2")], ascii=True)[0].plain
    assert arrow.isascii()
