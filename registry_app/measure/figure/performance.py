"""The figure of a performance: rates and errors, curves, the table of right and wrong, and champion against challenger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry_app.measure.figure.number import both, ends_of, interval, number, ordered, shown, value_of, words
from registry_app.measure.figure.part import Part, Tone, table
from registry_app.measure.figure.plot import Calibrated, Curves, Matrix, Plot, Points
from registry_app.measure.result import Result

CLASSES = 26
"""Classes whose matrix is drawn."""

_CURVES = (
    ("roc", "ROC curve", "false_positive_rate", "true_positive_rate", "roc_auc", "AUC"),
    ("precision_recall", "Precision and recall", "recall", "precision", "average_precision", "average precision"),
)
"""The curve, its title and axes, and the area under it."""

_FIRST = (
    "accuracy", "balanced_accuracy", "roc_auc", "average_precision", "brier", "precision", "recall", "specificity", "f1",
    "mean_absolute_error", "root_mean_squared_error", "mean_squared_error", "mean_error", "r2",
)  # fmt: skip
"""Metrics in the order in which they are read."""

_METRICS = [("Metric", 44, False), ("Value", 18, True), ("95 % interval", 38, False)]


def parts(result: Result) -> tuple[Part, ...]:
    """All passages, in the order in which they are read."""
    found = [_metrics(result), _classes(result), _mistakes(result), _against(result)]
    return tuple(part for part in found if part is not None)


def roc_points(result: Result) -> Points:
    """False and true positive rate along the ROC curve; empty without scores."""
    return _points(result.result, "roc", "false_positive_rate", "true_positive_rate")


def recall_points(result: Result) -> Points:
    """Recall and precision along their curve, by rising recall; empty without scores."""
    points = _points(result.result, "precision_recall", "recall", "precision")
    return _risen(points) if points else ()


def calibration_points(result: Result) -> tuple[tuple[float, float, float, float], ...]:
    """Mean score, share of positives and its interval, per bin that is not empty; empty without scores."""
    found = []
    for each in result.result.get("calibration") or ():
        score, rate = value_of(each["mean_score"]), value_of(each["positive_rate"])
        low, high = ends_of(each["positive_rate"])
        if score is not None and rate is not None:
            found.append((score, rate, rate if low is None else low, rate if high is None else high))
    return tuple(found)


def matrix(result: Result) -> Matrix | None:
    """Right and wrong by class; None for a regression, and for scores without a threshold."""
    told: Mapping[str, Any] | None = result.result.get("confusion")
    if not told:
        return None
    if "true_positive" in told:
        positive = str(result.data.get("positive") or "positive")
        counts = ((told["true_positive"], told["false_negative"]), (told["false_positive"], told["true_negative"]))
        return Matrix("Right and wrong", (positive, "other"), counts)
    classes = tuple(map(str, told["classes"]))
    return Matrix("Right and wrong", classes, tuple(tuple(map(int, row)) for row in told["rows"]))


def _points(told: Mapping[str, Any], curve: str, across: str, up: str) -> Points:
    curves = told.get("curves") or {}
    return tuple((float(each[across]), float(each[up])) for each in curves.get(curve) or ())


def _metrics(result: Result) -> Part:
    metrics = ordered(result.result["metrics"], _FIRST)
    rows = [(_called(key), *both(told)) for key, told in metrics.items()]
    return Part(
        "How well it predicts", said=(_measured(result),), tables=(table(_METRICS, rows),), plots=_plots(result)
    )


def _plots(result: Result) -> tuple[Plot, ...]:
    """ROC, precision and recall, calibration, right and wrong: those that there are; the champion's curves beside."""
    told = result.result
    plots: list[Plot] = []
    for name, title, across, up, metric, called in _CURVES:
        points = _points(told, name, across, up)
        if not points:
            continue
        note = _area(told, metric, called)
        curves = [("this version", _risen(points))]
        champion: Mapping[str, Any] = told.get("champion") or {}
        other = _points(champion, name, across, up)
        if other:
            curves = [
                (f"this version, {called} {_value(told, metric)}", curves[0][1]),
                (f"champion, {called} {_value(champion, metric)}", _risen(other)),
            ]
        plots.append(
            Curves(title, words(across), words(up), tuple(curves), note, diagonal="chance" if name == "roc" else "")
        )
    bins = calibration_points(result)
    if bins:
        plots.append(Calibrated("Calibration", bins))
    found = matrix(result)
    if found is not None and len(found.classes) <= CLASSES:
        plots.append(found)
    return tuple(plots)


def _area(told: Mapping[str, Any], metric: str, called: str) -> str:
    area: Mapping[str, Any] = told["metrics"].get(metric, {"undefined": "not measured"})
    return f"{called} {shown(area)}{f' ({interval(area)})' if isinstance(area.get('ci'), list) else ''}"


def _value(told: Mapping[str, Any], metric: str) -> str:
    return shown(told["metrics"].get(metric, {"undefined": "not measured"}))


def _risen(points: Points) -> Points:
    """From left to right."""
    return points if points[0][0] <= points[-1][0] else points[::-1]


def _measured(result: Result) -> str:
    total, held = result.result["n"], result.result.get("positives")
    said = f"Measured on {total:,} rows"
    if held is not None:
        said += f", of which {held:,} have the outcome '{result.data.get('positive') or 'positive'}'"
    approximation = result.result.get("approximation")
    return f"{said}. Intervals are of 95 %{f'; approximate: {approximation}' if approximation else ''}."


def _called(metric: str) -> str:
    return {"roc_auc": "ROC AUC", "f1": "F1", "brier": "Brier's score", "r2": "R squared"}.get(
        metric, words(metric).capitalize()
    )


def _classes(result: Result) -> Part | None:
    """Class by class, of a task with several."""
    told: Sequence[Mapping[str, Any]] = result.result.get("by_class") or ()
    if not told:
        return None
    metrics = list(ordered({name: 0 for each in told for name in each["metrics"]}, _FIRST))[:3]
    none = {"undefined": "not measured"}
    rows = [
        (
            str(each["class"]), f"{each['n']:,}", f"{each['predicted']:,}",
            *(_short(each["metrics"].get(name, none)) for name in metrics),
        )
        for each in told
    ]  # fmt: skip
    columns = [
        ("Class", 20, False), ("Rows", 11, True), ("Predicted", 12, True), *((_called(name), 19, False) for name in metrics),
    ]  # fmt: skip
    return Part("Class by class", tables=(table(columns, rows),))


def _short(told: Mapping[str, Any]) -> str:
    said = interval(told)
    return (
        f"{shown(told)} ({said.replace(' to ', '–')})"
        if "value" in told and said and "none" not in said
        else shown(told)
    )


def _mistakes(result: Result) -> Part | None:
    """The most frequent mistakes of a task with several classes."""
    found = matrix(result)
    if found is None or len(found.classes) < 3:
        return None
    wrong = [
        (count, label, predicted)
        for label, row in zip(found.classes, found.counts, strict=True)
        for predicted, count in zip(found.classes, row, strict=True)
        if count and label != predicted
    ]
    if not wrong:
        return None
    total = sum(map(sum, found.counts))
    wrong.sort(key=lambda each: (-each[0], each[1], each[2]))
    rows = [(label, predicted, f"{count:,}", f"{count / total:.1%}") for count, label, predicted in wrong]
    columns = [("Is", 36, False), ("Predicted", 36, False), ("Rows", 14, True), ("Of all", 14, True)]
    return Part("The most frequent mistakes", tables=(table(columns, rows, most=15),))


def _against(result: Result) -> Part | None:
    """The champion beside this version, its challenger, on the same rows."""
    told: Mapping[str, Any] | None = result.result.get("champion")
    if not told:
        return None
    outcome = str(told["outcome"])
    tone: Tone = {"challenger better": "good", "champion better": "bad"}.get(outcome, "warn")  # type: ignore[assignment]
    none = {"undefined": "not measured"}
    metrics = ordered(result.result["metrics"], _FIRST)
    rows = [(_called(key), *_beside(each), *_beside(told["metrics"].get(key, none))) for key, each in metrics.items()]
    columns = [
        ("Metric", 24, False), ("This version", 14, True), ("95 % interval", 24, False), ("Champion", 14, True),
        ("95 % interval", 24, False),
    ]  # fmt: skip
    tests = [
        (
            _called(str(each["metric"])), words(str(each["method"])), *both(each["difference"]), _p(each["adjusted"]),
            str(each["outcome"]),
        )
        for each in told["tests"]
    ]  # fmt: skip
    head = [
        ("Tested", 16, False), ("Test", 19, False), ("Difference", 12, True), ("95 % interval", 21, False), ("p-value", 11, True),
        ("Outcome", 21, False),
    ]  # fmt: skip
    said = [
        "This version is the challenger; both spoke about the same rows, so the tests are paired (p-values corrected by Holm)."
    ]
    agreed: Mapping[str, int] | None = told.get("agreement")
    if agreed:
        said.append(
            f"Both are right about {agreed['both_right']:,} rows, both wrong about {agreed['both_wrong']:,}; only the challenger is right about "
            f"{agreed['challenger_right']:,}, only the champion about {agreed['champion_right']:,}."
        )
    tables = (table(head, tests), table(columns, rows, "Side by side")) if tests else (table(columns, rows),)
    return Part("Champion against challenger", outcome, tone, tuple(said), tables)


def _beside(told: Mapping[str, Any]) -> tuple[str, str]:
    """The number and its interval; why there is no interval is said where the metric stands first."""
    return shown(told), interval(told) if isinstance(told.get("ci"), list) else "–"


def _p(told: Any) -> str:
    return number(str(told)) if isinstance(told, str) else "no test"
