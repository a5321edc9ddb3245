from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from registry_app.measure.figure import attribution, groups, performance, sweep
from registry_app.measure.figure.plot import Bar
from registry_app.measure.result import Result, decode
from tests.measure import six
from tests.measure.fairness.tables import measured


def columns() -> dict[str, list[object]]:
    n = 200
    return {
        "y": [each % 2 for each in range(n)],
        "s": [(each % 10) / 10 for each in range(n)],
        "p": [int(each % 10 > 4) for each in range(n)],
        "g": ["a" if each < 160 else "b" if each < 190 else "c" for each in range(n)],
    }


def scored() -> Result:
    return measured(columns(), "g", prediction=None, score="s", threshold=0.5)


def test_impact_bars_are_judged_by_the_limit_and_carry_their_interval() -> None:
    bars = groups.impact_bars(measured(columns(), "g"), ["g"], 1.0)
    assert [(bar.name, bar.value, bar.standing, bar.note) for bar in bars] == [
        ("a", 1.0, "met", "n = 160"), ("b", 1.0, "met", "n = 30"), ("c", 1.0, "met", "n = 10, small"),
    ]  # fmt: skip
    assert bars[0].low is None
    assert (bars[1].low or 1) < 1 < (bars[1].high or 1)
    assert {bar.standing for bar in groups.impact_bars(measured(columns(), "g"), ["g"], 1.1)} == {"not met"}


def test_rate_bars_carry_the_interval_and_the_reason_when_undefined() -> None:
    bar = groups.rate_bars(measured(columns(), "g"), ["g"], "selection_rate")[0]
    assert (bar.low or 1) < 0.5 < (bar.high or 0)
    rows: dict[str, list[object]] = {"y": [1, 0, 0, 0], "p": [1, 0, 1, 0], "g": ["a", "a", "b", "b"]}
    undefined = groups.rate_bars(measured(rows, "g"), ["g"], "true_positive_rate")[1]
    assert undefined == Bar("b", None, note="n = 2, small, undefined: no row of the group is positive")
    assert groups.rate_bars(measured(rows, "g"), ["g"], "no_such_metric") == ()


def test_a_document_of_version_1_is_drawn_as_well() -> None:
    old = decode(gzip.decompress((Path(__file__).parent.parent / "fairness" / "fairness-1.json.gz").read_bytes()))
    new = measured(columns(), "g")
    assert [bar.name for bar in groups.impact_bars(old, ["g"], 0.8)] == ["a", "b", "c"]
    assert [groups.p_value(group) is None for group in old.result["groups"]] == [True, False, False]
    assert [groups.p_value(group) is None for group in new.result["groups"]] == [True, False, False]
    assert (sweep.sweeps(old), sweep.group_calibration(old, ["g"])) == ((), ())


def test_a_sweep_has_rates_and_a_ratio_at_each_threshold_and_knows_the_used_one() -> None:
    (one,) = sweep.sweeps(scored())
    assert (one.by, one.used, one.thresholds[:2]) == (("g",), 0.5, (0.02, 0.04))
    assert [(name, values[24]) for name, values in one.rates] == [("a", 0.5), ("b", 0.5), ("c", 0.5)]


def test_calibration_of_groups_is_points_of_the_bins_that_are_not_empty() -> None:
    calibrated = dict(sweep.group_calibration(scored(), ["g"]))
    assert set(calibrated) == {"a", "b", "c"}
    assert calibrated["a"][2] == pytest.approx((0.2, 0.0))


def test_the_contributions_that_are_not_shown_are_summed() -> None:
    case = {"contributions": [{"feature": f"f{each}", "value": str(10 - each)} for each in range(10)]}
    bars = attribution.case_bars(case, most=3)
    assert [bar.name for bar in bars] == ["f0", "f1", "f2", "7 other features"]
    assert sum(bar.value or 0 for bar in bars) == 55


def test_curves_are_points_from_left_to_right_and_empty_without_scores() -> None:
    found = six.performance()
    assert performance.roc_points(found)[0] == (0.0, 0.0)
    assert performance.roc_points(found)[-1] == (1.0, 1.0)
    recall = [across for across, _ in performance.recall_points(found)]
    assert recall == sorted(recall)
    assert recall[-1] == 1.0
    assert len(performance.calibration_points(found)) == 10
    bare = six.classes(3)
    assert (performance.roc_points(bare), performance.recall_points(bare), performance.calibration_points(bare)) == (
        (),
        (),
        (),
    )
