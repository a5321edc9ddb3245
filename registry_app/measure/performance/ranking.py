"""The distinct scores in their order, summed by the engine that keeps the table. What comes back is at most a hundred rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Double, case, cast, func, literal, select

from registry_app.measure.cells.count import flushed
from registry_app.measure.cells.total import of_weights, total
from registry_app.measure.performance.number import bounded
from registry_app.measure.table.column import equals
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.source import Source

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Subquery

STRIDES = 100
"""Parts into which the distinct scores are put for the curves."""

_ONE = 1 << 60
"""What a share of one is counted in while shares are summed: the finest that a sum of 64 bits holds with room for rounding."""

NO_SPREAD = 1e-24
"""A variance of an area up to this is what rounding leaves of none."""


@dataclass(frozen=True)
class Step:
    """A threshold that was counted."""

    threshold: float
    """A score of at least this is above it."""
    positive: float
    """The weight of the positive rows above it."""
    negative: float
    """The weight of the negative rows above it."""


@dataclass(frozen=True)
class Ranking:
    """What the order of the scores says. The share of the negative rows above a positive one, ties counting half, is its loss; the
    share of the positive rows below a negative one is that one's (the placements of DeLong et al. 1988, from the other side)."""

    steps: tuple[Step, ...]
    """Falling thresholds; the last is the lowest score, with all rows above it."""
    lost: float
    """The mean loss, which is one less the area under the ROC curve."""
    positive: float
    """The variance of the losses of the positive rows."""
    negative: float
    """The variance of the losses of the negative rows."""
    precision: float
    """The average precision: the mean, over the positive rows, of the precision with each one's score as threshold."""


def ranking(source: Source, mapping: Mapping, positives: Iterable[Any]) -> Ranking | None:
    """What the order of ``mapping.score`` says; None where one of the classes has no weight.

    Args:
        positives: values of the label that mean the positive outcome.

    Raises:
        UsageError: the weights are too large.
        StorageError: the disk or the server failed.
    """
    weighs = of_weights(source, _weight(source, mapping))
    passed = _passed(_weighed(source, mapping, positives, [mapping.score or ""]), "s0", weighs)
    c = passed.c
    u, v = _losses(passed)
    stepped = select(
        c.score, c.tp, c.fp, (c.place - c.place % c.many).label("stride"),
        _share(c.p, c.ps).label("a"), _share(c.q, c.qs).label("b"), u.label("u"), v.label("v"),
        _share(c.tp, c.tp + c.fp).label("precision"),
    ).subquery("stepped")  # fmt: skip
    c = stepped.c
    answer = source.ask(
        select(
            func.min(c.score), func.max(c.tp), func.max(c.fp), _summed(c.a * c.u), _summed(c.a * c.u * c.u),
            _summed(c.b * c.v * c.v), _summed(c.a * func.coalesce(c.precision, literal(0.0))),
        ).group_by(c.stride)
    )  # fmt: skip
    if any(value is None for row in answer for value in row):
        return None
    steps = sorted((tuple(map(float, row[:3])) for row in answer), reverse=True)
    bounded(source, *(value for step in steps for value in step))
    lost, positive, negative, precision = (_told(sum(row[place] for row in answer)) for place in range(3, 7))
    return Ranking(
        tuple(Step(*step) for step in steps),
        lost,
        max(0.0, positive - lost * lost),
        max(0.0, negative - lost * lost),
        min(1.0, precision),
    )


@dataclass(frozen=True)
class Shift:
    """How the losses of the same rows differ between two scores."""

    lost: float
    """The mean of what the second loses more: the difference of the areas, first less second."""
    positive: float
    """The variance of the differences of the positive rows."""
    negative: float
    """The variance of the differences of the negative rows."""


def shift(source: Source, mapping: Mapping, positives: Iterable[Any]) -> Shift | None:
    """How the losses of :attr:`Mapping.score` and of the champion's differ, row by row; None where one of the classes has no weight.

    Raises:
        UsageError: the weights are too large.
        StorageError: the disk or the server failed.
    """
    scores = _weighed(source, mapping, positives, [mapping.score or "", mapping.champion_score or ""])
    both, weighs = [scores.c.s0, scores.c.s1], of_weights(source, _weight(source, mapping))
    sums = total(scores.c.p, weighs).label("p"), total(scores.c.q, weighs).label("q")
    pairs = select(*both, *sums).group_by(*both).subquery("pairs")
    one, other = _passed(scores, "s0", weighs), _passed(scores, "s1", weighs)
    (u, v), (u_too, v_too) = _losses(one), _losses(other)
    shares = (
        select(
            _share(pairs.c.p, one.c.ps).label("a"), _share(pairs.c.q, one.c.qs).label("b"),
            (u_too - u).label("d"), (v_too - v).label("e"),
        )
        .select_from(pairs.join(one, pairs.c.s0 == one.c.score).join(other, pairs.c.s1 == other.c.score))
        .subquery("shares")
    )  # fmt: skip
    c = shares.c
    (row,) = source.ask(select(_summed(c.a * c.d), _summed(c.a * c.d * c.d), _summed(c.b * c.e * c.e)))
    if any(value is None for value in row):
        return None
    lost, positive, negative = map(_told, row)
    return Shift(lost, *(_spread(value, lost) for value in (positive, negative)))


def _passed(scores: Subquery, name: str, weighs: int | None) -> Subquery:
    """Of each distinct score its positive and negative weight (``p``, ``q``), with all above it (``tp``, ``fp``), and of all (``ps``,
    ``qs``); its ``place`` in falling order, in steps of :data:`STRIDES`, and how ``many`` there are."""
    score = scores.c[name]
    ties = (
        select(score.label("score"), total(scores.c.p, weighs).label("p"), total(scores.c.q, weighs).label("q"))
        .group_by(score).subquery(f"ties_{name}")
    )  # fmt: skip
    falling = ties.c.score.desc()
    return select(
        ties.c.score, ties.c.p, ties.c.q,
        func.sum(ties.c.p).over(order_by=falling, rows=(None, 0)).label("tp"),
        func.sum(ties.c.q).over(order_by=falling, rows=(None, 0)).label("fp"),
        func.sum(ties.c.p).over().label("ps"), func.sum(ties.c.q).over().label("qs"),
        ((func.row_number().over(order_by=falling) - 1) * STRIDES).label("place"),
        func.count().over().label("many"),
    ).subquery(f"passed_{name}")  # fmt: skip


def _losses(passed: Subquery) -> tuple[ColumnElement[float], ColumnElement[float]]:
    """The loss of a positive and of a negative row with each score."""
    c = passed.c
    return _share(c.fp - c.q * literal(0.5), c.qs), _share(c.ps - c.tp + c.p * literal(0.5), c.ps)


def _summed(term: ColumnElement[float]) -> ColumnElement[Any]:
    """The sum of shares of one, as whole numbers: doubles would add up to something else in every order."""
    return func.sum(cast(term * literal(float(_ONE)), BigInteger))


def _told(summed: Any) -> float:
    return int(summed) / _ONE


def _spread(square: float, mean: float) -> float:
    """A variance, 0 where it is no more than rounding leaves of it."""
    found = square - mean * mean
    return found if found > 1e-12 * square else 0.0


def _share(part: ColumnElement[float], whole: ColumnElement[float]) -> ColumnElement[float]:
    """A quotient of doubles, null where there is nothing to divide by. What SQLAlchemy calls a float, DuckDB keeps in 32 bits."""
    return part / cast(func.nullif(whole, literal(0.0)), Double)


def _weighed(source: Source, mapping: Mapping, positives: Iterable[Any], scores: list[str]) -> Subquery:
    """Each row's scores ``s0``, ``s1``, and its weight as a positive row, ``p``, and as a negative one, ``q``."""
    positive = equals(source.column(mapping.label).key, positives)
    known = _weight(source, mapping)
    weight = literal(1.0) if known is None else known
    named = [source.column(name).number.label(f"s{place}") for place, name in enumerate(scores)]
    p, q = case((positive, weight), else_=literal(0.0)), case((positive, literal(0.0)), else_=weight)
    return select(*named, p.label("p"), q.label("q")).select_from(source.data).subquery("scores")


def _weight(source: Source, mapping: Mapping) -> ColumnElement[float] | None:
    return None if mapping.weights is None else flushed(source.column(mapping.weights).number)
