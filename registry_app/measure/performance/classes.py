"""Confusion and what follows from it, for two classes and for many."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from registry_app.errors import UsageError
from registry_app.measure.cells.cells import NEGATIVE, POSITIVE, Cells
from registry_app.measure.cells.interval import DRAWS, Ends, bootstrap, percentiles, wilsons
from registry_app.measure.cells.metrics import PROPORTIONS, metric_of
from registry_app.measure.performance.number import number
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.table.mapping import Task

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float64]
    Named = dict[str, Values]

MOST_CLASSES = 100
"""Classes of a confusion matrix."""

FEWER_DRAWS = 1_000
"""Draws of the bootstrap where there are more than so many cells, for a draw costs as much as there are cells."""

NO_ROWS = "there are no rows"

_BINARY = {
    "accuracy": ("accuracy", NO_ROWS),
    "balanced_accuracy": ("balanced_accuracy", NO_ROWS),
    "precision": ("precision", "no row is predicted positive"),
    "recall": ("recall", "no row is positive"),
    "specificity": ("true_negative_rate", "no row is negative"),
    "f1": ("f1", "no row is positive or predicted positive"),
    "selection_rate": ("selection_rate", NO_ROWS),
}
"""Names in the document, what :mod:`~registry_app.measure.cells.metrics` calls them, and why one may not exist."""

_OF_A_CLASS = {
    "precision": "no row is predicted as it",
    "recall": "no row is of it",
    "f1": "no row is of it or predicted as it",
}


def draws_of(classes: int) -> int:
    """How many draws of the bootstrap there are for so many classes."""
    return DRAWS if classes * classes <= FEWER_DRAWS else FEWER_DRAWS


def of_classes(cells: Cells, task: Task, seed: int, progress: Progress = SILENT) -> dict[str, Any]:
    """``confusion`` (rows, whatever their weights), ``metrics`` and, of many classes, ``by_class``.

    Args:
        cells: of one group.

    Raises:
        UsageError: there are too many classes.
        Cancelled: ``progress`` said so.
    """
    if len(cells.classes) > MOST_CLASSES:
        raise UsageError(
            f"There are {len(cells.classes):,} classes, and at most {MOST_CLASSES} can be measured.",
            "Put classes together, or measure a part of them.",
        )
    return _binary(cells, seed, progress) if task == "binary" else _many(cells, seed, progress)


def _binary(cells: Cells, seed: int, progress: Progress) -> dict[str, Any]:
    rows, found = cells.rows[0].tolist(), {}
    names = ("balanced_accuracy", "f1")
    drawn = _drawn(cells, seed, progress, lambda table: {name: metric_of(table, name) for name in names})
    for name, (metric, lacking) in _BINARY.items():
        ends = wilsons(cells, metric)[0] if metric in PROPORTIONS else drawn[metric][0]
        found[name] = number(float(metric_of(cells.weight, metric)[0]), ends, lacking, 0)
    return {
        "positives": sum(rows[POSITIVE]),
        "confusion": {
            "true_positive": rows[POSITIVE][POSITIVE],
            "false_positive": rows[NEGATIVE][POSITIVE],
            "true_negative": rows[NEGATIVE][NEGATIVE],
            "false_negative": rows[POSITIVE][NEGATIVE],
        },
        "metrics": found,
    }


def _many(cells: Cells, seed: int, progress: Progress) -> dict[str, Any]:
    single, each = _averaged(cells.weight[0]), _of_each(cells.weight[0])
    drawn = _drawn(cells, seed, progress, lambda table: _averaged(table) | {"f1": _of_each(table)["f1"]})
    accuracy = float(metric_of(cells.weight, "accuracy")[0])
    found = {"accuracy": number(accuracy, wilsons(cells, "accuracy")[0], NO_ROWS, 0)}
    for name, value in single.items():
        lacking = _OF_A_CLASS.get(name.partition("_")[2])
        said = f"of a class {lacking}" if lacking else NO_ROWS
        found[name] = number(float(value), drawn[name][0], said, 0)
    rows, by_class = cells.rows[0], []
    for place, name in enumerate(cells.classes):
        ends = {metric: wilsons(cells, metric, place)[0] for metric in ("precision", "recall")}
        told = {
            metric: number(float(each[metric][place]), ends.get(metric, drawn["f1"][place]), lacking, 0)
            for metric, lacking in _OF_A_CLASS.items()
        }
        n, predicted = int(rows[place].sum()), int(rows[:, place].sum())
        by_class.append({"class": name, "n": n, "predicted": predicted, "metrics": told})
    return {
        "confusion": {"classes": list(cells.classes), "rows": rows.tolist()},
        "metrics": found,
        "by_class": by_class,
    }


def _drawn(cells: Cells, seed: int, progress: Progress, find: Callable[[Values], Named]) -> dict[str, list[Ends | int]]:
    """The bootstrap intervals of what ``find`` computes of tables of shape (draws, K, K): one or, of each class, K of each."""
    import numpy as np

    sizes = {name: np.size(value) for name, value in find(cells.weight[0]).items()}

    def put(tables: Values, where: Values) -> None:
        told = find(np.moveaxis(tables[0], -1, 0))
        np.concatenate([np.atleast_2d(values.T) for values in told.values()], out=where)

    draws = draws_of(len(cells.classes))
    drawn = bootstrap(cells, seed, sum(sizes.values()), lambda: put, draws, progress=progress)
    rest = iter(percentiles(drawn, progress))
    return {name: [next(rest) for _ in range(size)] for name, size in sizes.items()}


def _averaged(table: Values) -> Named:
    """Balanced accuracy, and the means over the classes of what each has, from counts of shape (…, K, K); of shape (…)."""
    found, support = {"balanced_accuracy": metric_of(table, "balanced_accuracy")}, table.sum(axis=-1)
    each = _of_each(table)
    found |= {f"macro_{name}": values.mean(axis=-1) for name, values in each.items()}
    return found | {
        f"weighted_{name}": (values * support).sum(axis=-1) / support.sum(axis=-1) for name, values in each.items()
    }


def _of_each(table: Values) -> Named:
    """Precision, recall and F1 of each class, shape (…, K), from counts of shape (…, K, K); NaN where one does not exist."""
    import numpy as np

    hits, true, said = np.diagonal(table, axis1=-2, axis2=-1), table.sum(axis=-1), table.sum(axis=-2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {"precision": hits / said, "recall": hits / true, "f1": 2 * hits / (true + said)}
