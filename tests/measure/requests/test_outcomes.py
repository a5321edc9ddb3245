"""What a model says is put into the words of the label, or refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from registry_app.errors import UsageError
from registry_app.measure.requests.modelled import PREDICTION
from registry_app.measure.requests.outcomes import Outcomes, outcomes
from registry_app.measure.sandbox.level import Level
from registry_app.measure.sandbox.run import Predicted
from registry_app.measure.table.mapping import Mapping

LEVEL = Level(0, "", 0, False, "", "", 0, ())


def said(labels: Any, scores: Any, *classes: str | float) -> Predicted:
    named = labels and isinstance(labels[0], str)
    return Predicted(
        None if labels is None else np.array(labels, dtype=object if named else float),
        None if scores is None else np.array(scores, dtype=float),
        classes, "", LEVEL, None, 0.0, (),
    )  # fmt: skip


def binary(found: Predicted, positive: str, *words: str) -> Outcomes:
    return outcomes(found, Mapping("y", positive=positive, prediction=PREDICTION), frozenset(words))


@pytest.mark.parametrize(
    ("found", "words", "expected"),
    [
        (said(["good", "bad"], [[0.2, 0.8], [0.7, 0.3]], "bad", "good"), ("good", "bad"), ["good", "bad"]),
        (said([1.0, 0.0], [[0.2, 0.8], [0.7, 0.3]], 0, 1), ("1", "0"), ["1", "0"]),
        (said([1.0, 0.0], [[0.2, 0.8], [0.7, 0.3]], 0, 1), ("1.0", "0.0"), ["1.0", "0.0"]),
        (said([1.0, 0.0], [[0.2, 0.8], [0.7, 0.3]], False, True), ("true", "false"), ["true", "false"]),
        (said([1.0, 0.0], [[0.2, 0.8], [0.7, 0.3]], False, True), ("1", "0"), ["1", "0"]),
        (said(["1", "0"], [[0.2, 0.8], [0.7, 0.3]], "0", "1"), ("1", "0"), ["1", "0"]),
    ],
    ids=["words", "numbers", "numbers written otherwise", "truths", "truths as numbers", "numbers as words"],
)
def test_classes_are_matched_as_text_and_as_numbers(
    found: Predicted, words: tuple[str, ...], expected: list[str]
) -> None:
    positive, negative = words
    assert binary(found, positive, *words) == Outcomes(expected, [0.8, 0.3])
    assert binary(found, negative, *words) == Outcomes(expected, [0.2, 0.7])


def test_one_score_is_of_the_class_1_and_the_other_class_has_the_rest() -> None:
    booster = said(None, [[0.75], [0.25]])
    assert binary(booster, "1", "0", "1") == Outcomes(None, [0.75, 0.25])
    assert binary(booster, "0", "0", "1") == Outcomes(None, [0.25, 0.75])
    with pytest.raises(UsageError, match="The model predicts '0', '1', and the label is 'bad', 'good'"):
        binary(booster, "good", "bad", "good")


def test_a_model_without_scores_gives_predictions_alone() -> None:
    assert binary(said(["a", "b"], None), "a", "a", "b") == Outcomes(["a", "b"], None)


def test_a_model_of_other_classes_is_refused_in_the_words_of_both() -> None:
    with pytest.raises(UsageError, match="The model predicts 'x', 'y', and the label is 'bad', 'good'"):
        binary(said(["x", "y"], [[0, 1], [1, 0]], "x", "y"), "good", "good", "bad")
    with pytest.raises(UsageError, match="The model predicts 'x', and the label is 'bad', 'good'"):
        binary(said(["x", "x"], None), "good", "good", "bad")


def test_a_model_that_does_not_know_the_positive_outcome_is_refused() -> None:
    with pytest.raises(UsageError, match="does not know the positive outcome 'good'; it knows 'bad', 'fair'"):
        binary(said(["bad", "fair"], [[0, 1], [1, 0]], "bad", "fair"), "good", "good", "bad")


def test_a_class_that_the_label_lacks_keeps_its_name_for_the_check_of_the_table() -> None:
    found = said(["a", "z"], [[1, 0, 0], [0, 0, 1]], "a", "b", "z")
    mapping = Mapping("y", "multiclass", prediction=PREDICTION)
    assert outcomes(found, mapping, frozenset("ab")) == Outcomes(["a", "z"], None)


def test_of_many_scores_the_highest_is_predicted_and_of_one_none_can_be() -> None:
    mapping = Mapping("y", "multiclass", prediction=PREDICTION)
    three = said(None, [[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]])
    assert outcomes(three, mapping, frozenset("012")).predictions == ["1", "0"]
    with pytest.raises(UsageError, match="one score, and the task has many classes"):
        outcomes(said(None, [[0.1]]), mapping, frozenset("012"))


def test_a_regression_takes_numbers_and_no_words() -> None:
    mapping = Mapping("y", "regression", prediction=PREDICTION)
    assert outcomes(said([1.5, -2.0], None), mapping, frozenset()).predictions == [1.5, -2.0]
    assert outcomes(said(None, [[3.0], [4.0]]), mapping, frozenset()).predictions == [3.0, 4.0]
    with pytest.raises(UsageError, match="predicts classes, and the task is a regression"):
        outcomes(said(["a"], None), mapping, frozenset())
    with pytest.raises(UsageError, match="predicts classes, and the task is a regression"):
        outcomes(said(None, [[0.5, 0.5]]), mapping, frozenset())
