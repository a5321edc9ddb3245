"""What a model says of each row, in the words of the table's label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry_app.errors import UsageError
from registry_app.measure.table.column import text
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.problem import quoted

if TYPE_CHECKING:
    from registry_app.measure.sandbox.run import Predicted

_CHECK = "Name the model's own class as the positive outcome, or write the label as the model learned it."


@dataclass(frozen=True)
class Outcomes:
    """A piece of a model's answer, made to fit a mapping."""

    predictions: list[Any] | None
    """Names of classes, or numbers; ``None`` where the model gives scores alone."""
    scores: list[float] | None
    """Of the positive outcome of a binary task."""


def outcomes(found: Predicted, mapping: Mapping, words: frozenset[str]) -> Outcomes:
    """What ``found`` says in terms of ``mapping``.

    Args:
        words: the classes of the label, as the table writes them.

    Raises:
        UsageError: the model's answer is of another task, or its classes are not those of the label.
    """
    if mapping.task == "regression":
        return Outcomes(_numbers(found), None)
    said = tuple(found.classes) or _unnamed(found)
    known = [_word(each, words) for each in said]
    if not any(each in words for each in known) and (found.classes or found.labels is None):
        raise _other(known, words)
    predictions = None if found.labels is None else _named(found.labels.tolist(), said, words)
    if predictions is not None and not any(each in words for each in set(predictions)):
        raise _other(sorted(set(predictions)), words)
    if mapping.task == "multiclass":
        return Outcomes(predictions if predictions is not None else _highest(found, known), None)
    return Outcomes(predictions, None if found.scores is None else _positive(found, known, mapping.positive or ""))


def _unnamed(found: Predicted) -> tuple[float, ...]:
    """A booster knows no names: its classes are the numbers from 0."""
    return tuple(range(0 if found.scores is None else max(2, found.scores.shape[1])))


def _numbers(found: Predicted) -> list[float]:
    values = found.labels
    if values is None and found.scores is not None and found.scores.shape[1] == 1:
        values = found.scores[:, 0]
    if values is None or values.dtype == object:
        raise UsageError("The model predicts classes, and the task is a regression.", "Say another task.")
    return [float(each) for each in values.tolist()]


def _word(value: str | float, words: frozenset[str]) -> str:
    """The class as the label writes it; as the model writes it where the label has none like it."""
    named = text(value)
    if named in words:
        return named
    if isinstance(value, bool):
        return next((word for word in words if word.lower() == named.lower()), _same(float(value), words) or named)
    number = _number(value)
    return named if number is None else _same(number, words) or named


def _same(number: float, words: frozenset[str]) -> str | None:
    return next((word for word in sorted(words) if _number(word) == number), None)


def _number(value: str | float) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _named(labels: list[Any], said: tuple[str | float, ...], words: frozenset[str]) -> list[str]:
    """The label of each row; truth values come back from the sandbox as numbers."""
    classes: dict[Any, str | float] = {float(each): each for each in said if not isinstance(each, str)}
    words_of: dict[Any, str] = {each: _word(classes.get(each, each), words) for each in set(labels)}
    return [words_of[each] for each in labels]


def _highest(found: Predicted, known: list[str]) -> list[str]:
    if found.scores is None or found.scores.shape[1] == 1:
        raise UsageError("The model gives one score, and the task has many classes.", "Say that the task is binary.")
    return [known[each] for each in found.scores.argmax(axis=1).tolist()]


def _positive(found: Predicted, known: list[str], positive: str) -> list[float]:
    """The score of the positive outcome."""
    scores: Any = found.scores
    if scores.shape[1] > 1:
        if positive not in known:
            raise _unknown(known, positive)
        return [float(each) for each in scores[:, known.index(positive)].tolist()]
    if positive not in known:
        raise _unknown(known, positive)
    alone = positive == known[-1]
    return [float(each) if alone else 1.0 - float(each) for each in scores[:, 0].tolist()]


def _unknown(known: list[str], positive: str) -> UsageError:
    return UsageError(
        f"The model does not know the positive outcome {quoted(positive)}; it knows {_list(known)}.", _CHECK
    )


def _other(known: list[str], words: frozenset[str]) -> UsageError:
    return UsageError(f"The model predicts {_list(known)}, and the label is {_list(sorted(words))}.", _CHECK)


def _list(words: list[str]) -> str:
    return ", ".join(map(quoted, words[:5])) + (", …" if len(words) > 5 else "")
