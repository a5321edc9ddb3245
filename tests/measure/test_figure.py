from __future__ import annotations

from registry_app.measure import figure
from registry_app.measure.fairness import fairness
from registry_app.measure.performance import performance
from registry_app.measure.predictions import Mapping, Predictions


def table(score: bool = True) -> Predictions:
    n = 200
    columns = {
        "y": [each % 2 for each in range(n)],
        "s": [(each % 10) / 10 for each in range(n)],
        "p": [int(each % 10 > 4) for each in range(n)],
        "g": ["a" if each < 160 else "b" if each < 190 else "c" for each in range(n)],
    }
    given = Mapping("y", "1", score="s", threshold=0.5, sensitive=("g",))
    return Predictions.from_frame(columns, given if score else Mapping("y", "1", prediction="p", sensitive=("g",)))


def test_impact_bars_are_judged_by_the_limit() -> None:
    bars = figure.impact_bars(fairness(table(), 1), ["g"], 1.0)
    assert [(bar.name, bar.value, bar.standing, bar.note) for bar in bars] == [
        ("a", 1.0, "met", "n = 160"), ("b", 1.0, "met", "n = 30"), ("c", 1.0, "met", "n = 10, small"),
    ]  # fmt: skip
    assert {bar.standing for bar in figure.impact_bars(fairness(table(), 1), ["g"], 1.1)} == {"not met"}


def test_rate_bars_carry_the_interval_and_the_reason_when_undefined() -> None:
    bar = figure.rate_bars(fairness(table(), 1), ["g"], "selection_rate")[0]
    assert (bar.low or 1) < 0.5 < (bar.high or 0)
    rows = {"y": [1, 0, 0, 0], "p": [1, 0, 1, 0], "g": ["a", "a", "b", "b"]}
    found = fairness(Predictions.from_frame(rows, Mapping("y", "1", prediction="p", sensitive=("g",))), 1)
    undefined = figure.rate_bars(found, ["g"], "true_positive_rate")[1]
    assert undefined == figure.Bar("b", None, note="n = 2, small, undefined: no row of the group is positive")


def test_the_contributions_that_are_not_shown_are_summed() -> None:
    case = {"contributions": [{"feature": f"f{each}", "value": str(10 - each)} for each in range(10)]}
    bars = figure.case_bars(case, most=3)
    assert [bar.name for bar in bars] == ["f0", "f1", "f2", "7 other features"]
    assert sum(bar.value or 0 for bar in bars) == 55


def test_curves_are_points_and_empty_without_scores() -> None:
    found = performance(table(), 1)
    assert figure.roc_points(found)[0] == (0.0, 0.0)
    assert figure.roc_points(found)[-1] == (1.0, 1.0)
    assert len(figure.calibration_points(found)) == 10
    bare = performance(table(score=False), 1)
    assert (figure.roc_points(bare), figure.calibration_points(bare)) == ((), ())
