"""Every number from counts is the one that fairlearn finds in the rows; its NaN is NaN here, and Undefined in a document."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import fairlearn.metrics as fair
import numpy as np
import pandas as pd
import pytest
import sklearn.metrics as skm
from hypothesis import given, settings
from hypothesis import strategies as st

from registry_app.measure.cells import aggregate, metrics
from tests.measure.cells.rows import Rows, numbers, tables

EXACT = 1e-12
BYS = [("g",), ("h",), ("g", "h")]


def rate(metric: Callable[..., float], needs: int | None) -> Callable[..., float]:
    """fairlearn's rate, NaN where its 0 stands for no row of the label it is a share of."""

    def found(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
        if needs is not None and not (np.asarray(y_true) == needs).any():
            return np.nan
        return metric(y_true, y_pred, sample_weight=sample_weight, pos_label=1)

    return found


def quiet(metric: Callable[..., float], **options: Any) -> Callable[..., float]:
    def found(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return float(metric(y_true, y_pred, sample_weight=sample_weight, **options))

    return found


BINARY = {
    "selection_rate": fair.selection_rate,
    "true_positive_rate": rate(fair.true_positive_rate, 1),
    "false_positive_rate": rate(fair.false_positive_rate, 0),
    "true_negative_rate": rate(fair.true_negative_rate, 0),
    "false_negative_rate": rate(fair.false_negative_rate, 1),
    "accuracy": skm.accuracy_score,
    "precision": quiet(skm.precision_score, zero_division=np.nan),
    "recall": quiet(skm.recall_score, zero_division=np.nan),
    "f1": quiet(skm.f1_score, zero_division=np.nan),
    "balanced_accuracy": quiet(skm.balanced_accuracy_score),
    "zero_one_loss": skm.zero_one_loss,
}
ALL_CLASSES = {name: BINARY[name] for name in metrics.MULTICLASS}


def squared(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """R squared, NaN where scikit-learn makes up 0 or 1 for labels that are all the same."""
    if len(set(np.asarray(y_true))) < 2:
        return np.nan
    return float(skm.r2_score(y_true, y_pred, sample_weight=sample_weight))


REGRESSION = {
    "mean_prediction": fair.mean_prediction,
    "mean_absolute_error": skm.mean_absolute_error,
    "mean_squared_error": skm.mean_squared_error,
    "root_mean_squared_error": skm.root_mean_squared_error,
    "r2": squared,
}


def frame_of(
    rows: Rows, reference: dict[str, Any], by: tuple[str, ...], weighted: bool, control: tuple[str, ...] = ()
) -> fair.MetricFrame:
    weights = {name: {"sample_weight": rows.frame["w"]} for name in reference} if weighted else None
    return fair.MetricFrame(
        metrics=reference, y_true=rows.frame["y"], y_pred=rows.frame["p"], sample_params=weights,
        sensitive_features=rows.frame[list(by)], control_features=rows.frame[list(control)] if control else None,
    )  # fmt: skip


def same(ours: Any, theirs: Any) -> None:
    assert np.asarray(ours, float) == pytest.approx(np.asarray(theirs, float), rel=EXACT, abs=EXACT, nan_ok=True)


def theirs_of(frame: fair.MetricFrame, metric: str, names: tuple[tuple[str, ...], ...]) -> list[float]:
    column = frame.by_group[metric]
    return [float(column.loc[name if len(name) > 1 else name[0]]) for name in names]


@pytest.mark.parametrize("by", BYS)
@settings(max_examples=12, deadline=None)
@given(rows=tables(2), weighted=st.booleans())
def test_every_binary_metric_of_every_group_is_metric_frames(by: tuple[str, ...], rows: Rows, weighted: bool) -> None:
    frame = frame_of(rows, BINARY, by, weighted)
    cells = rows.cells(("c", "g", "h"), weighted).over(by)
    assert set(BINARY) == set(metrics.BINARY)
    for metric in metrics.BINARY:
        same(metrics.metric_of(cells.weight, metric), theirs_of(frame, metric, cells.groups.names))
        same(metrics.metric_of(cells.weight.sum(axis=0), metric), frame.overall[metric])


@settings(max_examples=12, deadline=None)
@given(rows=tables(4), weighted=st.booleans())
def test_every_metric_of_many_classes_is_metric_frames(rows: Rows, weighted: bool) -> None:
    cells = rows.cells(("g",), weighted)
    frame = frame_of(rows, ALL_CLASSES, ("g",), weighted)
    for metric in ALL_CLASSES:
        same(metrics.metric_of(cells.weight, metric), theirs_of(frame, metric, cells.groups.names))
    for of in range(4):
        one = Rows(rows.frame.assign(y=(rows.frame["y"] == of) * 1, p=(rows.frame["p"] == of) * 1), 2)
        against = frame_of(one, BINARY, ("g",), weighted)
        for metric in metrics.ONE_CLASS:
            same(metrics.metric_of(cells.weight, metric, of), theirs_of(against, metric, cells.groups.names))


@settings(max_examples=20, deadline=None)
@given(rows=numbers(), weighted=st.booleans())
def test_every_metric_of_a_regression_is_metric_frames(rows: Rows, weighted: bool) -> None:
    moments = rows.moments(("g",), weighted)
    frame = frame_of(rows, REGRESSION, ("g",), weighted)
    for metric in metrics.REGRESSION:
        same(metrics.regression(moments, metric), theirs_of(frame, metric, moments.groups.names))


def alone(values: Any) -> bool:
    """Whether fewer than two groups have the metric: fairlearn finds a distance then, and here there is none."""
    return int((~np.isnan(np.asarray(values))).sum()) < 2


@pytest.mark.parametrize("by", BYS)
@settings(max_examples=12, deadline=None)
@given(rows=tables(2), weighted=st.booleans())
def test_every_aggregate_is_metric_frames(by: tuple[str, ...], rows: Rows, weighted: bool) -> None:
    frame = frame_of(rows, BINARY, by, weighted)
    cells = rows.cells(("c", "g", "h"), weighted).over(by)
    for metric in metrics.BINARY:
        values = metrics.metric_of(cells.weight, metric)
        overall = metrics.metric_of(cells.weight.sum(axis=0), metric)
        same(aggregate.extremes(values).low, frame.group_min()[metric])
        same(aggregate.extremes(values).high, frame.group_max()[metric])
        for how in ("difference", "ratio"):
            for method, against in (("between_groups", None), ("to_overall", overall)):
                ours = aggregate.apart(aggregate.extremes(values), how, against)
                same(ours, np.nan if alone(values) else getattr(frame, how)(method=method)[metric])


@settings(max_examples=12, deadline=None)
@given(rows=tables(2), weighted=st.booleans())
def test_every_aggregate_within_control_features_is_metric_frames(rows: Rows, weighted: bool) -> None:
    frame = frame_of(rows, BINARY, ("g", "h"), weighted, ("c",))
    cells = rows.cells(("c", "g", "h"), weighted)
    for named, places in aggregate.strata(cells.groups, ("c",)):
        for metric in metrics.BINARY:
            values = metrics.metric_of(cells.weight[places], metric)
            overall = metrics.metric_of(cells.weight[places].sum(axis=0), metric)
            same(overall, frame.overall[metric].loc[named["c"]])
            same(aggregate.extremes(values).low, frame.group_min()[metric].loc[named["c"]])
            same(aggregate.extremes(values).high, frame.group_max()[metric].loc[named["c"]])
            for how in ("difference", "ratio"):
                for method, against in (("between_groups", None), ("to_overall", overall)):
                    theirs = getattr(frame, how)(method=method)[metric].loc[named["c"]]
                    same(aggregate.apart(aggregate.extremes(values), how, against), np.nan if alone(values) else theirs)


@pytest.mark.parametrize("method", ["between_groups", "to_overall"])
@pytest.mark.parametrize("how", ["difference", "ratio"])
@settings(max_examples=8, deadline=None)
@given(rows=tables(2), weighted=st.booleans())
def test_the_named_disparities_are_fairlearns(how: aggregate.How, method: str, rows: Rows, weighted: bool) -> None:
    corners = pd.DataFrame(
        [("m", g, "x", y, p, 1.0) for g in "abc" for y in (0, 1) for p in (0, 1)],
        columns=["c", "g", "h", "y", "p", "w"],
    )
    frame = pd.concat([rows.frame, corners], ignore_index=True)
    cells = Rows(frame, 2).cells(("g",), weighted)
    given_rows = {"sensitive_features": frame["g"], "sample_weight": frame["w"] if weighted else None, "method": method}
    for name, rates in aggregate.PARTS.items():
        parts = []
        for metric in rates:
            overall = metrics.metric_of(cells.weight.sum(axis=0), metric) if method == "to_overall" else None
            parts.append(aggregate.apart(aggregate.extremes(metrics.metric_of(cells.weight, metric)), how, overall))
        theirs = getattr(fair, f"{name}_{how}")
        same(aggregate.together(parts, how), theirs(frame["y"], frame["p"], **given_rows))
        if len(rates) > 1:
            same(aggregate.together(parts, how, mean=True), theirs(frame["y"], frame["p"], agg="mean", **given_rows))


def test_draws_before_the_groups_give_what_each_draw_gives_alone() -> None:
    drawn = np.random.default_rng(3).integers(0, 5, (7, 4, 2, 2))
    for metric in metrics.BINARY:
        whole = metrics.metric_of(drawn, metric)
        same(whole, [metrics.metric_of(one, metric) for one in drawn])
        each = [aggregate.apart(aggregate.extremes(one), "ratio") for one in whole]
        same(aggregate.apart(aggregate.extremes(whole), "ratio"), each)
