"""A pipeline taken apart into what prepares the columns and what decides, and the way back to the source features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry_app.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_CELLS = 200_000_000
"""Cells of a prepared table; sparse ones are made dense."""

_TODO = "Give feature_groups: each source feature with the names of the columns made from it."


@dataclass(frozen=True, eq=False)
class Parted:
    """A model in two parts."""

    prepare: Any
    """Fitted transformer from the source features to the classifier's columns; ``None`` when there is none."""
    classifier: Any
    """The last step."""
    names: tuple[str, ...]
    """Source columns, in order."""
    features: tuple[str, ...]
    """What importance is told for: the source features."""
    sources: tuple[int, ...]
    """For each column of the classifier, the place in ``features`` it was made from."""

    def table(self, rows: Any) -> NDArray[np.float64]:
        """The classifier's columns for ``rows``, dense, shape (rows, columns)."""
        import numpy as np
        import pandas as pd

        if self.prepare is not None:
            frame = rows if hasattr(rows, "iloc") else pd.DataFrame(rows, columns=list(self.names))
            rows = self.prepare.transform(frame)
        if len(rows.shape) != 2 or rows.shape[0] * rows.shape[1] > MOST_CELLS:
            raise UsageError("The prepared table is too large to explain.", "Explain fewer rows.")
        dense = rows.toarray() if hasattr(rows, "toarray") else rows
        try:
            return np.asarray(dense, dtype=float)
        except (TypeError, ValueError) as error:
            raise UsageError(
                "The classifier's columns are not numbers.", "Put the preparation into a Pipeline with the classifier."
            ) from error

    def summed(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values per classifier column, summed per feature: shape (rows, features)."""
        import numpy as np

        total = np.zeros((len(values), len(self.features)))
        for column, place in enumerate(self.sources):
            total[:, place] += values[:, column]
        return total


def part(model: Any, names: tuple[str, ...], groups: Mapping[str, Sequence[str]] | None) -> Parted:
    """Take ``model`` apart.

    Raises:
        UsageError: a column of the classifier cannot be traced to one source feature.
    """
    steps = getattr(model, "steps", None)
    if not steps or len(steps) < 2:
        columns = names
        classifier, prepare = (steps[0][1] if steps else model), None
    else:
        classifier, prepare = steps[-1][1], model[:-1]
        try:
            columns = tuple(str(name) for name in prepare.get_feature_names_out())
        except (AttributeError, ValueError, TypeError) as error:
            raise UsageError(
                "The steps before the classifier do not name their columns.",
                "Use steps that have get_feature_names_out.",
            ) from error
    if groups is not None:
        return Parted(prepare, classifier, names, tuple(groups), _by_groups(columns, groups))
    if prepare is None:
        return Parted(prepare, classifier, names, names, tuple(range(len(names))))
    return Parted(prepare, classifier, names, names, _by_names(steps, columns, names))


def _by_groups(columns: tuple[str, ...], groups: Mapping[str, Sequence[str]]) -> tuple[int, ...]:
    owner: dict[str, int] = {}
    for place, made in enumerate(groups.values()):
        for column in made:
            if column in owner:
                raise UsageError(f"The column {column[:60]!r} stands in two feature groups.", "Put it into one.")
            owner[column] = place
    lacking = [column for column in columns if column not in owner]
    if lacking or len(owner) != len(columns):
        odd = lacking or [column for column in owner if column not in columns]
        raise UsageError(f"The feature groups do not fit the column {odd[0][:60]!r}.", _TODO)
    return tuple(owner[column] for column in columns)


def _by_names(steps: Any, columns: tuple[str, ...], names: tuple[str, ...]) -> tuple[int, ...]:
    """Trace columns through a first-step ColumnTransformer by its slices, and elsewhere by their names."""
    first = steps[0][1]
    slices = getattr(first, "output_indices_", None)
    if slices is not None:
        made = tuple(str(name) for name in first.get_feature_names_out())
        if made == columns:
            return _by_slices(first, slices, made, names)
        if set(columns) <= set(made) and len(set(made)) == len(made):
            owner = dict(zip(made, _by_slices(first, slices, made, names), strict=True))
            return tuple(owner[column] for column in columns)
    return tuple(_owner(column, names, range(len(names))) for column in columns)


def _by_slices(first: Any, slices: Any, columns: tuple[str, ...], names: tuple[str, ...]) -> tuple[int, ...]:
    """The source of each column that a ColumnTransformer made."""
    sources = [-1] * len(columns)
    for label, transformer, wanted in first.transformers_:
        where = slices.get(label, slice(0, 0))
        places = [names.index(name) if isinstance(name, str) and name in names else name for name in _listed(wanted)]
        inside = range(where.start or 0, where.stop or 0)
        counts = _one_hot_counts(transformer, len(places), len(inside))
        if counts is not None:
            owners = [place for place, count in zip(places, counts, strict=True) for _ in range(count)]
        else:
            bare = [columns[each].removeprefix(f"{label}__") for each in inside]
            owners = [_owner(column, names, places) for column in bare]
        for column, owner in zip(inside, owners, strict=True):
            sources[column] = int(owner)
    if -1 in sources or max(sources) >= len(names):
        raise UsageError(f"The column {columns[sources.index(-1)][:60]!r} comes from no feature.", _TODO)
    return tuple(sources)


def _listed(wanted: Any) -> list[Any]:
    return [wanted] if isinstance(wanted, (str, int)) else list(wanted)


def _one_hot_counts(transformer: Any, columns: int, made: int) -> list[int] | None:
    """How many columns each source column became: one each, or its categories; ``None`` when names must tell."""
    if made == columns:
        return [1] * columns
    last = transformer.steps[-1][1] if hasattr(transformer, "steps") else transformer
    categories = getattr(last, "categories_", None)
    if categories is not None and len(categories) == columns and sum(len(each) for each in categories) == made:
        return [len(each) for each in categories]
    return None


def _owner(column: str, names: tuple[str, ...], places: Sequence[int]) -> int:
    """The one feature whose name the column has, or begins with; two that fit are refused, never guessed between."""
    for text in dict.fromkeys((column, column.rsplit("__", 1)[-1])):
        fits = [place for place in places if text == names[place] or text.startswith(f"{names[place]}_")]
        if len(fits) == 1:
            return fits[0]
        if fits:
            break
    raise UsageError(f"The column {column[:60]!r} cannot be traced to one source feature.", _TODO)
