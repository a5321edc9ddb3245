from __future__ import annotations

from typing import Any

import pytest
from scipy.stats import binomtest, chi2_contingency

from registry_app.errors import UsageError
from registry_app.measure.drift.windows import Every, windows
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.memory import Memory

MAPPING = Mapping("y", positive="1", prediction="p", time="t")


def over(rows: list[tuple[str | None, int, Any]], every: Every, mapping: Mapping = MAPPING) -> dict[str, Any]:
    columns = {"t": [row[0] for row in rows], "y": [row[1] for row in rows], "p": [row[2] for row in rows]}
    with Memory(columns, columns) as source:
        return windows(source, mapping, every)


def month(name: str, right: int, wrong: int) -> list[tuple[str | None, int, Any]]:
    rows = [(each % 2, each % 2) for each in range(right)] + [(each % 2, 1 - each % 2) for each in range(wrong)]
    return [(f"{name}-{1 + place % 28:02d}T10:00:00", y, p) for place, (y, p) in enumerate(rows)]


def test_rates_of_each_window_are_those_of_its_rows_oldest_first() -> None:
    found = over(month("2026-02", 60, 20) + month("2025-12", 30, 6), "month")
    assert [each["window"] for each in found["windows"]] == ["2025-12", "2026-02"]
    late = found["windows"][1]
    ends = binomtest(60, 80).proportion_ci(method="wilson")
    assert (late["n"], late["metrics"]["accuracy"]["value"]) == (80, "0.75")
    assert [float(end) for end in late["metrics"]["accuracy"]["ci"]] == pytest.approx([ends.low, ends.high], abs=1e-12)
    assert float(late["metrics"]["true_positive_rate"]["value"]) == 30 / 40
    assert float(late["metrics"]["false_positive_rate"]["value"]) == 10 / 40
    assert float(late["metrics"]["selection_rate"]["value"]) == 0.5


def test_whether_accuracy_differs_is_scipys_chi_square() -> None:
    found = over(month("2026-02", 60, 20) + month("2025-12", 30, 26), "month")["accuracy_differs"]
    wanted = chi2_contingency([[30, 26], [60, 20]], correction=False)
    assert float(found["value"]) == pytest.approx(wanted.statistic, abs=1e-12)
    assert float(found["p_value"]) == pytest.approx(wanted.pvalue, abs=1e-12)
    assert found["degrees"] == 1


def test_it_cannot_be_told_where_rows_are_few_or_there_is_one_window() -> None:
    few = over(month("2026-02", 60, 20) + month("2025-12", 9, 1), "month")["accuracy_differs"]
    assert few["undefined"] == "a window is expected to have fewer than 5 right or wrong rows"
    one = over(month("2026-02", 60, 20), "month")["accuracy_differs"]
    assert one["undefined"].startswith("there is one window")


@pytest.mark.parametrize(("every", "names"), [("day", 28), ("month", 1), ("year", 1)])
def test_a_window_is_a_day_a_month_or_a_year(every: Every, names: int) -> None:
    assert len(over(month("2026-02", 60, 20), every)["windows"]) == names


def test_a_threshold_predicts_as_well_as_a_column_does() -> None:
    scored = Mapping("y", positive="1", score="p", threshold=0.5, time="t")
    rows: list[tuple[str | None, int, Any]] = [("2026-01-01", 1, 0.5), ("2026-01-02", 0, 0.49), ("2026-01-03", 0, 0.7)]
    assert float(over(rows, "year", scored)["windows"][0]["metrics"]["accuracy"]["value"]) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    "time",
    [
        "yesterday",
        "2026/01/01",
        "２０２６-01-01",
        "2026-1-1",
        "2026",
        "2026-01",
        "",
        None,
        "20260101T1",
        "20-26-0101",
        "2026-13-01",
        "2026-W01-1",
    ],
)
def test_what_is_no_time_is_refused(time: str | None) -> None:
    with pytest.raises(UsageError, match="which is no time"):
        over([("2026-01-01", 1, 1), (time, 0, 0)], "day")


def test_too_many_windows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_app.measure.drift.windows.MOST", 3)
    with pytest.raises(UsageError, match="more than 3 windows"):
        over(month("2026-02", 8, 0), "day")


@pytest.mark.parametrize(
    "mapping", [Mapping("y", positive="1", prediction="p"), Mapping("y", "multiclass", prediction="p", time="t")]
)
def test_without_a_binary_prediction_and_a_time_there_is_nothing_to_follow(mapping: Mapping) -> None:
    with pytest.raises(UsageError, match="needs a binary prediction and a time"):
        over(month("2026-02", 8, 0), "day", mapping)
