"""The queries that fill cells, moments and scores: the engine that keeps the table counts it, in one reading.

Rows are grouped by the values as they lie; what their names are is said afterwards, over the few groups there are. With the counts
comes a tally of the rows that are suspect; a table with such rows is refused with the list of all its problems.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Double, Integer, case, cast, func, literal, select

from registry_app.errors import UsageError
from registry_app.measure.cells.cells import Cells, Groups, Moments, Scores
from registry_app.measure.cells.total import exponent_of, of_weights, total
from registry_app.measure.table import check
from registry_app.measure.table.column import equals, text
from registry_app.measure.table.mapping import MISSING, Feature, Mapping
from registry_app.measure.table.problem import quoted
from registry_app.measure.table.source import Source

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

MOST_GROUPS = 10_000
"""Groups that all features may make together."""

BINS = 1_000
"""Equal bins of a score."""

_ANSWER = 2_000_000
"""Rows of an answer that are taken; a table that has so many cells is refused."""

_SUMS = ("w", "ww", "wu", "wuu", "wv", "wvv", "wee", "weeee", "wabs")

_BESIDE = 1e-4
"""How far from the mean, in ranges, sums are taken: at the mean itself the plain sum would be nothing but rounding, which differs with
the order of rows, and the sums name a server's table."""

Key = tuple[Any, ...]


def cells(source: Source, mapping: Mapping, by: Sequence[str] | None = None) -> Cells:
    """Rows by group, label and prediction, by all features together; :meth:`Cells.over` gives the same by fewer.

    Args:
        by: columns of features of the mapping; all of them, control features first, if left out.

    Raises:
        UsageError: something is wrong with the table (all of it is listed), it has too many groups, or there are no predictions.
        StorageError: the disk or the server failed.
    """
    import numpy as np

    if mapping.task == "regression" or not mapping.predicts:
        raise UsageError("The mapping has no classes that are predicted.", "Name a prediction column or a threshold.")
    count = Count(source, mapping, _features(mapping, by))
    label = source.column(mapping.label)
    rows = count.tallied({"label": label.key, "said": decision(source, mapping)}, ["n", "w", "ww"])
    classes = _classes(mapping, {row.keys[0] for row in rows})
    named = [(row, text(row.keys[0]), _said(mapping, row.keys[1], classes)) for row in rows]
    count.trusted(rows, set(classes), {label for _, label, _ in named}, {said for _, _, said in named})
    groups, place = count.groups(rows)
    at = {name: number for number, name in enumerate(classes)}
    shape = (len(groups), len(classes), len(classes))
    n, w, ww = np.zeros(shape, np.int64), np.zeros(shape), np.zeros(shape)
    for row, label_text, said_text in named:
        cell = (place[row.group], at[label_text], at[said_text])
        n[cell] += row.sums[0]
        w[cell] += row.sums[1]
        ww[cell] += row.sums[2]
    return Cells(groups, classes, n, w, ww)


def moments(source: Source, mapping: Mapping, by: Sequence[str] | None = None) -> Moments:
    """Sums over labels, predictions and their differences, by all features together, of a regression.

    Raises:
        UsageError: as for :func:`cells`; or the task is another.
        StorageError: the disk or the server failed.
    """
    import numpy as np

    if mapping.task != "regression":
        raise UsageError("The task is not a regression.", "Say that it is, and name columns with numbers.")
    count = Count(source, mapping, _features(mapping, by))
    y, p = source.column(mapping.label).number, source.column(mapping.prediction or "").number
    near_y, near_p = count.near(y, p)
    values = {"e": y - p, "u": y - literal(near_y), "v": p - literal(near_p)}
    rows = count.tallied({}, ["n", *_SUMS], {name: flushed(value) for name, value in values.items()})
    count.trusted(rows)
    if not all(math.isfinite(value) for row in rows for value in row.sums):
        raise UsageError(
            f"The numbers in {quoted(source.name)} are too large to be squared.", "Measure in larger units."
        )
    groups, place = count.groups(rows)
    n = np.zeros(len(groups), np.int64)
    sums = {name: np.zeros(len(groups)) for name in _SUMS}
    for row in rows:
        n[place[row.group]] += row.sums[0]
        for name, value in zip(_SUMS, row.sums[1:], strict=True):
            sums[name][place[row.group]] += value
    sums["wy"] = sums["wu"] + near_y * sums["w"]
    sums["wp"] = sums["wv"] + near_p * sums["w"]
    return Moments(groups, n, sums)


def scores(source: Source, mapping: Mapping, by: Sequence[str] | None = None) -> Scores:
    """Scores by group and label, in 1,000 bins, and the exact area under the ROC curve of each group. It reads the table twice.

    Raises:
        UsageError: as for :func:`cells`; or there is no score.
        StorageError: the disk or the server failed.
    """
    import numpy as np

    if mapping.score is None:
        raise UsageError("The mapping has no score.", "Name the column of the scores.")
    features = _features(mapping, by)
    count = Count(source, mapping, features)
    score = source.column(mapping.score).number
    rows = count.tallied(
        {"label": source.column(mapping.label).key, "bin": _bin(score)}, ["n", "w", "ws", "wss"], {"s": flushed(score)},
        {"s": 1.0},
    )  # fmt: skip
    classes = _classes(mapping, {row.keys[0] for row in rows})
    count.trusted(rows, set(classes), {text(row.keys[0]) for row in rows})
    groups, place = count.groups(rows)
    shape = (len(groups), 2, BINS)
    n, w, summed = np.zeros(shape, np.int64), np.zeros(shape), np.zeros(shape)
    squares = np.zeros(shape)
    for row in rows:
        label = int(text(row.keys[0]) == mapping.positive)
        cell = (place[row.group], label, int(row.keys[1]))
        rows_here, weight, ws, wss = row.sums
        n[cell] += rows_here
        w[cell] += weight
        summed[cell] += ws
        squares[cell] += wss - 2 * label * ws + label * weight
    auc = np.full(len(groups), np.nan)
    for group, value in count.auc(rows, score):
        auc[place[group]] = value
    return Scores(groups, np.arange(BINS + 1) / BINS, n, w, summed, squares.sum(axis=-1), auc)


def decision(source: Source, mapping: Mapping) -> ColumnElement[Any]:
    """What is predicted of a row: the value of the prediction, or 1 and 0 as the threshold decides."""
    if mapping.prediction is not None:
        return source.column(mapping.prediction).key
    score = source.column(mapping.score or "").number
    return case((score >= literal(mapping.threshold), literal(1)), else_=literal(0))


def _features(mapping: Mapping, by: Sequence[str] | None) -> tuple[Feature, ...]:
    known = {feature.column: feature for feature in mapping.features}
    unknown = [name for name in by or () if name not in known]
    if unknown:
        raise UsageError(f"{quoted(unknown[0])} is no feature of the mapping.", "Name it as a sensitive feature.")
    return mapping.features if by is None else tuple(known[name] for name in by)


def _bin(score: ColumnElement[float]) -> ColumnElement[int]:
    """The bin of a score. Multiplying may miss the edge by one, and engines cut or round: so it is compared with the edges."""
    near = cast(score * literal(float(BINS)), Integer)
    edge = cast(near, Double) / literal(float(BINS))
    after = cast(near + literal(1), Double) / literal(float(BINS))
    place = case(
        (score >= literal(1.0), literal(BINS - 1)), (score < edge, near - 1), (score >= after, near + 1), else_=near
    )
    return case((score.between(literal(0.0), literal(1.0)), place), else_=literal(-1))


def _classes(mapping: Mapping, labels: Iterable[Any]) -> tuple[str, ...]:
    """Names of the classes; of a binary task the negative one first."""
    named = sorted({text(label) for label in labels} - {""})
    return tuple(sorted(named, key=lambda name: name == mapping.positive)) if mapping.task == "binary" else tuple(named)


def _said(mapping: Mapping, value: Any, classes: tuple[str, ...]) -> str:
    if mapping.prediction is not None:
        return text(value)
    return classes[int(value)] if len(classes) == 2 else ""


@dataclass(frozen=True)
class Tally:
    """One row of an answer."""

    raw: Key
    """Values of the features as they lie."""
    group: tuple[str, ...]
    """Their names."""
    keys: Key
    """Values of the other keys."""
    bad: int
    """How many of its rows are suspect."""
    sums: tuple[Any, ...]
    """What was summed, as plain numbers."""


class Count:
    """The table, grouped by some features of its mapping."""

    def __init__(self, source: Source, mapping: Mapping, features: tuple[Feature, ...]) -> None:
        check.columns(source, mapping)
        if source.doubtful or not check.ids(source, mapping):
            check.check(source, mapping)
        self.source, self.mapping, self.features = source, mapping, features
        self._raw = [
            source.column(feature.column).band(feature.cuts) if feature.cuts else source.column(feature.column).key
            for feature in features
        ]
        self._weight = None if mapping.weights is None else source.column(mapping.weights).number

    def tallied(
        self,
        keys: dict[str, ColumnElement[Any]],
        sums: Sequence[str],
        values: dict[str, ColumnElement[float]] | None = None,
        bounds: dict[str, float] | None = None,
    ) -> list[Tally]:
        """The table grouped by the features and ``keys``: rows that are suspect, and ``sums``.

        Args:
            values: what is summed, by one letter each.
            bounds: how far from 0 a value may lie, where that is known. Sums of it are then the same whatever the order of rows.
        """
        try:
            statement = self._statement(keys, sums, values or {}, bounds or {})
            answer = self.source.ask(statement)
        except UsageError:
            check.check(self.source, self.mapping)
            raise
        if len(answer) > _ANSWER:
            check.check(self.source, self.mapping)
            raise self._too_many()
        width = len(self.features)
        rows = []
        for row in answer:
            raw, others, (bad, *found) = row[:width], row[width : width + len(keys)], row[width + len(keys) :]
            plain = (int(found[0]), *(float(each or 0) for each in found[1:]))
            if plain[0]:
                rows.append(Tally(raw, self._named(raw), others, int(bad), plain))
        self.source.counted(sum(row.sums[0] for row in rows))
        if len({row.raw for row in rows}) > len({row.group for row in rows}):
            rows.sort(
                key=lambda row: repr((row.raw, row.keys))
            )  # what is spelt in several ways is added up in one order
        return rows

    def near(self, *values: ColumnElement[float]) -> list[float]:
        """Of each a number near the mean of all rows, to nine digits; 0 where there is none."""
        held = [case((func.abs(value) <= literal(1e150), value), else_=None) for value in values]
        beside = [func.avg(each) + literal(_BESIDE) * (func.max(each) - func.min(each)) for each in held]
        (found,) = self.source.ask(select(*beside).select_from(self.source.data))
        return [float(f"{float(each or 0):.9g}") for each in found]

    def _statement(
        self,
        keys: dict[str, ColumnElement[Any]],
        sums: Sequence[str],
        values: dict[str, ColumnElement[float]],
        bounds: dict[str, float],
    ) -> Select[Any]:
        """Keys get a name in an inner select, so that an engine sees that what is grouped and what is shown are one."""
        bad = case((check.suspect(self.source, self.mapping), literal(1)), else_=literal(0))
        named = {f"g{place}": raw for place, raw in enumerate(self._raw)} | keys
        weight = {} if self._weight is None else {"w": flushed(self._weight)}
        inner = select(*(each.label(name) for name, each in (named | values | weight).items()), bad.label("bad"))
        rows = inner.select_from(self.source.data).subquery("rows")
        grouped = [rows.c[name] for name in named]
        exponents: dict[str, int | None] = {name: exponent_of(bound) for name, bound in bounds.items()}
        exponents["w"] = of_weights(self.source, weight.get("w"))
        shown = [_sum(name, rows.c, exponents) for name in sums]
        return select(*grouped, func.sum(rows.c.bad), *shown).group_by(*grouped).limit(_ANSWER + 1)

    def trusted(self, rows: Sequence[Tally], classes: set[str] | None = None, *seen: set[str]) -> None:
        """Refuse the table, with all its problems, where the counts show one.

        Args:
            classes: of the label.
            seen: labels and predictions that occur.
        """
        sound = not any(row.bad for row in rows)
        if classes is not None:
            sound = sound and all(classes == each or each <= classes for each in seen)
            sound = sound and 2 <= len(classes) <= check.MOST_VALUES
            sound = sound and (
                self.mapping.task != "binary" or (len(classes) == 2 and self.mapping.positive in classes)
            )
            sound = sound and all(name.strip() and len(name) <= check.LONGEST for name in classes)
        for place, feature in enumerate(self.features):
            names = {row.group[place] for row in rows}
            sound = sound and not check.groups(Feature(feature.column), names, feature in self.mapping.sensitive)
        if not sound:
            check.check(self.source, self.mapping)
            raise UsageError(
                f"{quoted(self.source.name)} has values that cannot be counted.", "Check the columns of the mapping."
            )
        if self._weight is not None and not sum(row.sums[1] for row in rows):
            raise UsageError(
                f"All weights in {quoted(self.source.name)} are zero.", "Map another column, or no weights."
            )

    def groups(self, rows: Sequence[Tally]) -> tuple[Groups, dict[tuple[str, ...], int]]:
        """The groups that occur, and the place of each."""
        names = tuple(sorted({row.group for row in rows}))
        if len(names) > MOST_GROUPS:
            raise self._too_many()
        return Groups(tuple(feature.column for feature in self.features), names), {
            name: place for place, name in enumerate(names)
        }

    def auc(self, rows: Sequence[Tally], score: ColumnElement[float]) -> list[tuple[tuple[str, ...], float]]:
        """The area under the ROC curve of each group that has both classes: of all pairs of a positive and a negative row, the
        share in which the positive one has the higher score, ties counting half, by the weights (Mann and Whitney 1947)."""
        positives = {row.keys[0] for row in rows if text(row.keys[0]) == self.mapping.positive}
        label = self.source.column(self.mapping.label).key
        weight = literal(1.0) if self._weight is None else self._weight
        merged = [self._merged(rows, place) for place in range(len(self.features))]
        keys = {f"g{place}": key for place, (key, _) in enumerate(merged)}
        inner = select(
            *(each.label(name) for name, each in keys.items()), score.label("s"), weight.label("weight"),
            case((equals(label, positives), literal(1.0)), else_=literal(0.0)).label("y"),
        ).select_from(self.source.data).subquery("rows")  # fmt: skip
        each, weighs = [inner.c[name] for name in keys], of_weights(self.source, self._weight)
        p, q = inner.c.weight * inner.c.y, inner.c.weight * (literal(1.0) - inner.c.y)
        ties = (
            select(*each, inner.c.s, total(p, weighs).label("p"), total(q, weighs).label("q"))
            .group_by(*each, inner.c.s).subquery("ties")
        )  # fmt: skip
        each = [ties.c[name] for name in keys]
        below = func.sum(ties.c.q).over(
            partition_by=each or None, order_by=ties.c.s, rows=(None, 0)
        ) - ties.c.q * literal(0.5)
        ranked = select(*each, ties.c.p, ties.c.q, (ties.c.p * below).label("pairs")).subquery("ranked")
        each = [ranked.c[name] for name in keys]
        whole = None if self._weight is None else exponent_of(sum(row.sums[1] for row in rows))
        pairs_too = None if whole is None else 2 * whole
        sums = (total(ranked.c.pairs, pairs_too), total(ranked.c.p, whole), total(ranked.c.q, whole))
        found = []
        for *raw, pairs, p, q in self.source.ask(select(*each, *sums).group_by(*each)):
            if p > 0 and q > 0:
                group = tuple(names[value] for (_, names), value in zip(merged, raw, strict=True))
                found.append((group, min(1.0, float(pairs) / (float(p) * float(q)))))
        return found

    def _merged(self, rows: Sequence[Tally], place: int) -> tuple[ColumnElement[Any], dict[Any, str]]:
        """The key of a feature, in which values with one name (an empty text and null) are one, and the name of each key."""
        spelt: dict[str, set[Any]] = {}
        for row in rows:
            spelt.setdefault(row.group[place], set()).add(row.raw[place])
        if all(len(values) == 1 for values in spelt.values()):
            return self._raw[place], {value: name for name, values in spelt.items() for value in values}
        ordered = sorted(spelt)
        same = [(equals(self._raw[place], spelt[name]), literal(number)) for number, name in enumerate(ordered)]
        return case(*same, else_=None), dict(enumerate(ordered))

    def _named(self, raw: Key) -> tuple[str, ...]:
        return tuple(
            MISSING if value is None else feature.bands[int(value)] if feature.cuts else text(value).strip() or MISSING
            for feature, value in zip(self.features, raw, strict=True)
        )

    def _too_many(self) -> UsageError:
        return UsageError(
            f"The features make more than {MOST_GROUPS:,} groups together.",
            "Measure fewer features at once, or put values together.",
        )


def bounds(source: Source, values: dict[str, ColumnElement[float]]) -> dict[str, float]:
    """How far from 0 each value lies, for sums over all rows: in a sum over a few of them, small values could be lost beside these."""
    ends = source.extremes(list(values.values()))
    return {name: largest for name, (_, largest) in zip(values, ends, strict=False) if largest < 1e60}


def flushed(value: ColumnElement[float]) -> ColumnElement[float]:
    """A number, or 0 where it is so near that its powers leave a double's range, which PostgreSQL refuses to compute."""
    return case((func.abs(value) < literal(1e-60), literal(0.0)), else_=value)


def _sum(name: str, c: Any, exponents: dict[str, int | None]) -> ColumnElement[Any]:
    """A sum over rows, by its name in :class:`Moments` or here: ``n`` rows, ``ws`` and ``wss`` of scores."""
    factors = [each for each in (["w", "abs"] if name == "wabs" else name) if each != "w" or "w" in c]
    if name == "n" or not factors:
        return func.count()
    term, *others = (func.abs(c.e) if each == "abs" else c[each] for each in factors)
    for other in others:
        term = term * other
    known = [exponents.get("e" if each == "abs" else each) for each in factors]
    return total(term, None if None in known else sum(each or 0 for each in known))
