"""What is wrong with a table of predictions, all of it at once, by row and column.

Counting costs one reading, so a sound table is not read twice: the counts carry a tally of the rows that are :func:`suspect`, and only
where there is one, or the table is broken, are the rows looked at one by one (:func:`problems`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import false, func, or_, select

from registry_app.errors import UsageError
from registry_app.measure.table.column import HUGE, equals, text
from registry_app.measure.table.mapping import MISSING, Feature, Mapping
from registry_app.measure.table.problem import Problem, quoted, refuse
from registry_app.measure.table.source import Source

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

MOST_VALUES = 1_000
"""Values that one feature may take, and classes of a label."""

LONGEST = 200
"""Characters of the name of a group or a class."""


def columns(source: Source, mapping: Mapping) -> None:
    """Refuse a table whose header does not fit the mapping.

    Raises:
        UsageError: columns that are not there, stand twice, or hold nothing plain.
    """
    names = [column.name for column in source.header]
    refuse(source.name, (*duplicate_headers(names), *unknown_columns(names, mapping.columns), *_kinds(source, mapping)))


def duplicate_headers(header: Sequence[str]) -> tuple[Problem, ...]:
    """Columns with a name that stands twice."""
    counts = Counter(header)
    return tuple(Problem(1, name, f"{count} columns have this name") for name, count in counts.items() if count > 1)


def unknown_columns(header: Sequence[str], wanted: Iterable[str]) -> tuple[Problem, ...]:
    """Columns that the mapping names and the header does not have."""
    known = ", ".join(quoted(name) for name in header[:12]) + (", …" if len(header) > 12 else "")
    return tuple(
        Problem(1, name, f"there is no such column; there are {known}")
        for name in dict.fromkeys(wanted)
        if name not in header
    )


def _kinds(source: Source, mapping: Mapping) -> list[Problem]:
    used, numeric = set(mapping.columns), set(_numbers(mapping))
    found = []
    for column in source.header:
        if column.name in used and column.kind == "other":
            found.append(
                Problem(None, column.name, "it holds bytes, lists or structures, where plain values are needed")
            )
        elif column.name in numeric and column.kind == "named":
            found.append(Problem(None, column.name, "it holds dates or names, where numbers are needed"))
    return found


def _numbers(mapping: Mapping) -> list[str]:
    """Columns that must hold numbers, other than features, which may be empty."""
    regression = (mapping.label, *_predictions(mapping)) if mapping.task == "regression" else ()
    cut = (feature.column for feature in mapping.features if feature.cuts)
    return [name for name in (*regression, *_scores(mapping), mapping.weights, *cut) if name is not None]


def _predictions(mapping: Mapping) -> list[str]:
    """The columns of predictions: the model's own and the champion's."""
    return [name for name in (mapping.prediction, mapping.champion_prediction) if name is not None]


def _scores(mapping: Mapping) -> list[str]:
    """The columns of scores, likewise."""
    return [name for name in (mapping.score, mapping.champion_score) if name is not None]


def suspect(source: Source, mapping: Mapping) -> ColumnElement[bool]:
    """Whether a row has a number that is none or out of range. Labels, predictions and groups show in the counts."""
    found: list[ColumnElement[bool]] = [false()]
    if mapping.task == "regression":
        found += [source.column(name).outside(-HUGE, HUGE) for name in (mapping.label, *_predictions(mapping))]
    found += [source.column(name).outside(0, 1) for name in _scores(mapping)]
    if mapping.weights is not None:
        found.append(source.column(mapping.weights).outside(0, HUGE))
    found += [source.column(feature.column).no_band() for feature in mapping.features if feature.cuts]
    return or_(*found)


def ids(source: Source, mapping: Mapping) -> bool:
    """Whether the row ids, if there are any, are all there and unique."""
    if mapping.row_id is None:
        return True
    key = source.column(mapping.row_id).key
    many, different = source.ask(select(func.count(), func.count(key.distinct())).select_from(source.data))[0]
    return bool(many == different)


def problems(source: Source, mapping: Mapping) -> tuple[Problem, ...]:
    """Everything that is wrong with the rows, in their order, and then with the columns.

    Raises:
        UsageError: the header does not fit the mapping, or the table cannot be read at all.
    """
    columns(source, mapping)
    names = list(mapping.columns)
    try:
        classes, seen, odd = _asked(source, mapping)
    except UsageError as error:
        classes, seen, odd = _looked(source, mapping, error)
    judge = _judge(mapping, classes)
    found: list[Problem] = []
    for each in source.listed(names, odd):
        if isinstance(each, Problem):
            found.append(each)
        else:
            file, row, values = each
            cells = dict(zip(names, values, strict=True))
            where = "" if row is not None else _which(mapping, cells)
            found += [Problem(row, column, said + where, file) for column, said in judge(row, cells)]
        if len(found) >= source.limits.problems:
            found.sort(key=Problem.order)
            refuse(source.name, found, " in the part that was read")
    found += _classes(mapping, classes) if mapping.task != "regression" else []
    for feature in mapping.features:
        found += groups(feature, seen[feature.column], feature in mapping.sensitive)
    return tuple(sorted(found, key=Problem.order))


def check(source: Source, mapping: Mapping) -> None:
    """Refuse a table with problems, with the list of them.

    Raises:
        UsageError: something is wrong.
    """
    refuse(source.name, problems(source, mapping))


def _asked(source: Source, mapping: Mapping) -> tuple[set[str], dict[str, set[str]], ColumnElement[bool]]:
    """Classes of the label, values of each feature, and which rows to look at; the engine tells."""

    def distinct(name: str) -> list[Any]:
        key = source.column(name).key
        return [value for (value,) in source.ask(select(key).distinct().limit(100 * MOST_VALUES))]

    odd = [suspect(source, mapping)]
    classes: set[str] = set()
    if mapping.task != "regression":
        raw = distinct(mapping.label)
        classes = {text(value) for value in raw if text(value).strip()}
        odd.append(equals(source.column(mapping.label).key, [each for each in raw if not text(each).strip()]))
        for name in _predictions(mapping):
            strange = [each for each in distinct(name) if text(each) not in classes]
            odd.append(equals(source.column(name).key, strange[:MOST_VALUES]))
    if mapping.row_id is not None:
        key = source.column(mapping.row_id)
        twice = select(key.key).group_by(key.key).having(func.count() > 1)
        odd.append(or_(key.empty, key.key.in_(twice)))
    seen = {
        feature.column: {text(value).strip() or MISSING for value in distinct(feature.column)}
        for feature in mapping.features
    }
    return classes, seen, or_(*odd)


def _looked(
    source: Source, mapping: Mapping, error: UsageError
) -> tuple[set[str], dict[str, set[str]], ColumnElement[bool]]:
    """The same of a table that the engine cannot read, row by row.

    Raises:
        UsageError: the rows do not say either what is wrong: what the engine said.
    """
    names = (mapping.label, *mapping.by)
    classes: set[str] = set()
    seen: dict[str, set[str]] = {name: set() for name in mapping.by}
    broken = False
    for each in source.listed(names, false()):
        if isinstance(each, Problem):
            broken = True
            continue
        label, *values = map(text, each[2])
        if label.strip() and len(classes) <= MOST_VALUES:
            classes.add(label)
        for name, value in zip(mapping.by, values, strict=True):
            if len(seen[name]) <= MOST_VALUES:
                seen[name].add(value.strip() or MISSING)
    if not broken:
        raise error
    return classes, seen, false()


def _judge(mapping: Mapping, classes: set[str]) -> Callable[[int | None, dict[str, Any]], list[tuple[str, str]]]:
    """What says about one row which of its columns are wrong, and how."""
    first: dict[str, int | None] = {}

    def judged(row: int | None, values: dict[str, Any]) -> list[tuple[str, str]]:
        said = {name: text(value) for name, value in values.items()}
        found: list[tuple[str, str | None]] = []
        if mapping.task == "regression":
            found.append((mapping.label, number("label", said[mapping.label])))
            found += [(name, number("prediction", said[name])) for name in _predictions(mapping)]
        else:
            found.append((mapping.label, None if said[mapping.label].strip() else "the label is missing"))
            found += [(name, predicted(said[name], classes)) for name in _predictions(mapping)]
        found += [(name, number("score", said[name], 0, 1)) for name in _scores(mapping)]
        if mapping.weights is not None:
            found.append((mapping.weights, number("weight", said[mapping.weights], 0)))
        for feature in mapping.features:
            if feature.cuts and said[feature.column].strip():
                found.append((feature.column, band(said[feature.column])))
        if mapping.row_id is not None:
            found.append((mapping.row_id, _once(first, row, said[mapping.row_id])))
        return [(column, sentence) for column, sentence in found if sentence is not None]

    return judged


def _which(mapping: Mapping, values: dict[str, Any]) -> str:
    """What names a row that has no number."""
    return f", in the row with the id {quoted(text(values[mapping.row_id]))}" if mapping.row_id is not None else ""


def _once(first: dict[str, int | None], row: int | None, value: str) -> str | None:
    if not value.strip():
        return "the row id is missing"
    if value not in first:
        first[value] = row
        return None
    return f"the row id is the same as in row {first[value]}" if row is not None else "the row id stands twice"


def _float(value: str) -> float:
    """What every engine reads as a number; Python reads ``1_000`` and digits of other scripts too."""
    if "_" in value or not value.isascii():
        raise ValueError
    return float(value)


def number(what: str, value: str, low: float = -HUGE, high: float = HUGE) -> str | None:
    """What is wrong with a number that must be finite and in a range."""
    if not value.strip():
        return f"the {what} is missing"
    try:
        found = _float(value)
    except ValueError:
        return f"the {what} {quoted(value)} is not a number"
    if not math.isfinite(found):
        return f"the {what} {quoted(value)} is not a finite number"
    if found < low and high == HUGE:
        return f"the {what} {quoted(value)} is below {low:g}"
    return None if low <= found <= high else f"the {what} {quoted(value)} is outside {low:g} to {high:g}"


def band(value: str) -> str | None:
    """What is wrong with a number that is put into a band; NaN is a missing one."""
    try:
        _float(value)
    except ValueError:
        return f"{quoted(value)} is not a number, and the feature has cut points"
    return None


def predicted(value: str, classes: set[str]) -> str | None:
    """What is wrong with a prediction of one of the label's classes."""
    if not value.strip():
        return "the prediction is missing"
    return None if value in classes else f"the prediction {quoted(value)} is none of the label's classes"


def _classes(mapping: Mapping, classes: set[str]) -> list[Problem]:
    """A label with too few or too many classes, or without the positive outcome."""
    listed = sorted(classes)
    named = ", ".join(quoted(value) for value in listed[:5]) + (", …" if len(listed) > 5 else "")
    found = []
    if len(listed) == 1:
        found.append(f"all labels are {named}: two classes are needed")
    if mapping.task == "binary" and len(listed) > 2:
        found.append(f"there are {len(listed):,} classes ({named}): two are needed")
    if len(listed) > MOST_VALUES:
        found.append(f"there are more than {MOST_VALUES:,} classes: is it a number, and the task regression?")
    if mapping.task == "binary" and listed and mapping.positive not in classes:
        found.append(f"the positive outcome {quoted(mapping.positive or '')} never occurs, only {named}")
    if any(len(value) > LONGEST for value in listed):
        found.append(f"a class has a name of more than {LONGEST} characters")
    return [Problem(None, mapping.label, said) for said in found]


def groups(feature: Feature, values: set[str], sensitive: bool = True) -> list[Problem]:
    """A feature with so many values that it must be a number or an identifier, or a sensitive one with a single group."""
    found = []
    if len(values) > MOST_VALUES and not feature.cuts:
        found.append(f"there are more than {MOST_VALUES:,} groups: give cut points for a number, such as age:25,60")
    if any(len(value) > LONGEST for value in values):
        found.append(f"a group has a name of more than {LONGEST} characters")
    if sensitive and values and len(_banded(feature, values)) == 1:
        found.append(f"all rows are in the group {quoted(min(_banded(feature, values)))}: two groups are needed")
    return [Problem(None, feature.column, said) for said in found]


def _banded(feature: Feature, values: set[str]) -> set[str]:
    """The groups that values fall into."""
    return {named(feature, value) for value in values} if feature.cuts else values


def named(feature: Feature, value: str) -> str:
    """The band of a number written as text."""
    try:
        found = float(value)
    except ValueError:
        return MISSING
    if math.isnan(found):
        return MISSING
    return feature.bands[sum(found >= cut for cut in feature.cuts)]
