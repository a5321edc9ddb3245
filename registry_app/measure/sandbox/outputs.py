"""What a model says of each row, on both sides of the pipe: made in the child, checked in the parent.

Labels are float64; where they are words, each is the place of its word in a list. Scores are float64 of shape (rows, classes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry_app.measure.sandbox.frames import BadFrame
from registry_app.text import harmless

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_CLASSES = 1_000
"""Classes, or different words among the labels."""

LONGEST_WORD = 200
"""Characters of one class or label."""


@dataclass(frozen=True, eq=False)
class Outputs:
    """What a model says of each row."""

    labels: NDArray[np.generic] | None
    """Predicted labels or values, shape (rows,): float64, or object holding str; ``None`` when it gives scores alone."""
    scores: NDArray[np.float64] | None
    """Score of each class, shape (rows, classes); one column where the model scores the positive class alone."""
    classes: tuple[str | float, ...]
    """What the columns of the scores are for; empty when the model does not say."""

    @classmethod
    def of(cls, labels: Any, scores: Any, classes: Any = None) -> Outputs:
        """From whatever a library returned: arrays, series, lists."""
        import numpy as np

        named = () if classes is None else tuple(_plain(each) for each in np.asarray(classes).tolist())
        found = None if labels is None else np.asarray(labels)
        if found is not None and found.ndim == 2 and found.shape[1] == 1:
            found = found.reshape(-1)
        if found is not None and found.dtype.kind not in "fiub":
            found = found.astype(object)
        return cls(found, None if scores is None else np.asarray(scores, dtype=np.float64), named)

    def encoded(self) -> tuple[dict[str, Any], list[bytes]]:
        """Head and bodies of the answer."""
        import numpy as np

        head: dict[str, Any] = {"labels": None, "words": None, "scores": None, "classes": list(self.classes)}
        bodies = []
        if self.labels is not None:
            codes = self.labels
            if codes.dtype == object:
                head["words"] = sorted({str(each) for each in codes.tolist()})
                place = {word: index for index, word in enumerate(head["words"])}
                codes = np.array([place[str(each)] for each in codes.tolist()], dtype=np.float64)
            head["labels"] = list(codes.shape)
            bodies.append(codes.astype("<f8").tobytes())
        if self.scores is not None:
            head["scores"] = list(self.scores.shape)
            bodies.append(self.scores.astype("<f8").tobytes())
        return head, bodies


def sizes(head: dict[str, Any], rows: int) -> list[int]:
    """Bytes of each body that a head announces.

    Raises:
        BadFrame: it is no answer about so many rows.
    """
    if set(head) != {"labels", "words", "scores", "classes"}:
        raise BadFrame("its head is of another form")
    labels, scores, words, classes = head["labels"], head["scores"], head["words"], head["classes"]
    if labels is None and scores is None:
        raise BadFrame("it holds neither labels nor scores")
    if labels not in (None, [rows]):
        raise BadFrame(f"its labels have the shape {str(labels)[:60]} for {rows:,} rows")
    if scores is not None:
        wide = scores[1] if isinstance(scores, list) and len(scores) == 2 else None
        if type(wide) is not int or not 1 <= wide <= MOST_CLASSES or scores[0] != rows:
            raise BadFrame(f"its scores have the shape {str(scores)[:60]} for {rows:,} rows")
        if isinstance(classes, list) and classes and len(classes) != wide:
            raise BadFrame(f"it names {len(classes)} classes and scores {wide}")
    if not _short(classes, (str, float, int)) or not (words is None or (_short(words, (str,)) and labels is not None)):
        raise BadFrame("its classes are no short list of numbers and plain words")
    return [8 * rows for _ in [labels] if labels is not None] + [8 * scores[0] * scores[1] for _ in [scores] if scores]


def decoded(head: dict[str, Any], bodies: tuple[bytes, ...]) -> Outputs:
    """The outputs of a head that :func:`sizes` passed.

    Raises:
        BadFrame: a number is not finite, or a label is no place in the list of words.
    """
    import numpy as np

    left = list(bodies)
    labels: NDArray[np.generic] | None = None
    scores: NDArray[np.float64] | None = None
    if head["labels"] is not None:
        codes = np.frombuffer(left.pop(0), dtype="<f8").astype(np.float64)
        labels = _finite(codes, "labels")
        if head["words"] is not None:
            if not ((codes >= 0) & (codes < len(head["words"])) & (codes == np.floor(codes))).all():
                raise BadFrame("a label is none of its words")
            labels = np.array(head["words"], dtype=object)[codes.astype(np.int64)]
    if head["scores"] is not None:
        scores = _finite(np.frombuffer(left.pop(0), dtype="<f8").astype(np.float64), "scores").reshape(head["scores"])
    return Outputs(labels, scores, tuple(head["classes"]))


def _finite(values: NDArray[np.float64], what: str) -> NDArray[np.float64]:
    import numpy as np

    wrong = int((~np.isfinite(values)).sum())
    if wrong:
        raise BadFrame(f"{wrong:,} of its {what} are no finite numbers")
    return values


def _short(found: Any, kinds: tuple[type, ...]) -> bool:
    return (
        isinstance(found, list)
        and len(found) <= MOST_CLASSES
        and all(isinstance(each, kinds) and (not isinstance(each, str) or _plain_word(each)) for each in found)
    )


def _plain_word(word: str) -> bool:
    return len(word) <= LONGEST_WORD and harmless(word) == word


def _plain(value: Any) -> str | float:
    return value if isinstance(value, (str, int, float)) else str(value)
