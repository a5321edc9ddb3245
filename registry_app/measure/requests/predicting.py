"""A table read once, some rows at a time: their features go into the sandbox, what comes back is put beside the other columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from registry_app.errors import SandboxError, UsageError
from registry_app.measure.progress import Progress
from registry_app.measure.requests.features import fitting, read_as
from registry_app.measure.requests.modelled import CUT, PREDICTION, SCORE, Modelled
from registry_app.measure.requests.outcomes import Outcomes, outcomes
from registry_app.measure.table.collected import Collected
from registry_app.measure.table.column import Kind, text
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.memory import Written
from registry_app.measure.table.source import Source

if TYPE_CHECKING:
    from registry_app.measure.sandbox.run import Session

MANY = 50_000
"""Rows in memory at once."""

_CLASSES = 1_001


@contextmanager
def predictions(
    table: Source, mapping: Mapping, model: Modelled, progress: Progress
) -> Iterator[tuple[Collected, Mapping]]:
    """The columns of ``mapping`` with the model's beside them, and the mapping that names those.

    Raises:
        UsageError, SandboxError, Cancelled: as :func:`~registry_app.measure.requests.modelled.predicted` says.
    """
    with ExitStack() as stack:
        with model.running(progress) as session:
            found, named = _collected(table, mapping, model, session, stack, progress)
        yield found, named


def _collected(
    table: Source, mapping: Mapping, model: Modelled, session: Session, stack: ExitStack, progress: Progress
) -> tuple[Collected, Mapping]:
    kept = [name for name in mapping.columns if name not in (PREDICTION, SCORE)]
    features = fitting(table, model.features, kept)
    own = [table.column(name) for name in kept]
    chosen = read_as(table, features)
    words = _words(table, mapping)
    written = Written([*kept, *features]) if table.digest_of == "counts" else None
    collected, done = None, 0
    for rows in table.stream([*(each.key for each in own), *(each.sql for each in chosen)], MANY):
        values = list(zip(*rows, strict=True))
        given = {each.name: each.array(column) for each, column in zip(chosen, values[len(own) :], strict=True)}
        progress.step("predicting", done)
        said = outcomes(session.predict(given), mapping, words)
        if collected is None:
            mapping = _named(mapping, said)
            header: list[tuple[str, Kind]] = [
                (each.name, "text" if each.kind == "named" else each.kind) for each in own
            ]
            collected = stack.enter_context(Collected(table.name, [*header, *_made(mapping)], table.limits, progress))
        collected.add([*values[: len(own)], *_columns(mapping, said, first=not done)])
        if written is not None:
            written.add(rows)
        done += len(rows)
    table.counted(done)
    if collected is None:
        raise table.changed()
    collected.digest, collected.digest_of = table.digest, table.digest_of
    if written is not None:
        collected.digest, collected.digest_of = written.hex(), "columns"
    collected.more = {"model": model.described(session, features)}
    return collected, mapping


def _words(table: Source, mapping: Mapping) -> frozenset[str]:
    """The classes of the label."""
    if mapping.task == "regression":
        return frozenset()
    values = table.ask(select(table.column(mapping.label).key).distinct().limit(_CLASSES))
    return frozenset(text(value) for (value,) in values if text(value).strip())


def _named(mapping: Mapping, said: Outcomes) -> Mapping:
    """The mapping with what this model gives: a score beside its predictions, or a score that is cut."""
    if mapping.threshold is not None or said.scores is None:
        return mapping
    if said.predictions is None:
        return replace(mapping, prediction=None, score=SCORE, threshold=CUT)
    return replace(mapping, score=SCORE)


def _made(mapping: Mapping) -> list[tuple[str, Kind]]:
    """Names and kinds of the columns that the model fills."""
    kind: Kind = "number" if mapping.task == "regression" else "text"
    prediction: list[tuple[str, Kind]] = [(PREDICTION, kind)] if mapping.prediction is not None else []
    return [*prediction, *([(SCORE, "number")] if mapping.score is not None else [])]  # type: ignore[list-item]


def _columns(mapping: Mapping, said: Outcomes, first: bool) -> list[Sequence[Any]]:
    """What fills them.

    Raises:
        UsageError: there is a threshold, and the model gives no scores.
        SandboxError: the model gives other things for some rows than for others.
    """
    wanted = ((mapping.prediction, said.predictions), (mapping.score, said.scores))
    found: list[Sequence[Any] | None] = [values for name, values in wanted if name is not None]
    filled = [values for values in found if values is not None]
    if len(filled) == len(found):
        return filled
    if first:
        raise UsageError("The model gives no scores that a threshold could cut.", "Leave out the threshold.")
    raise SandboxError(
        "The model gives something else for some rows than for others.",
        "Look at where the model comes from before you try it again.",
    )
