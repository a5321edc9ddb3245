"""In the child: an explanation of a loaded model, made by :func:`registry_app.measure.explain.explain`, as its bytes; or a piece of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from registry_app.errors import UsageError
from registry_app.measure.sandbox.features import Features
from registry_app.measure.sandbox.loading import Loaded, cut
from registry_app.text import harmless

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from registry_app.measure.explain.run import Run

ASKED = (
    "seed", "cases", "positive", "forbidden", "proxy_limit", "interventional", "precision", "checks", "reasons",
    "hide_below",
)  # fmt: skip
"""What an explanation may be asked with, all of it JSON; ``reasons`` are the fields of
:class:`~registry_app.measure.explain.reasons.Reasons`."""


PIECE = ("seed", "cases", "positive", "interventional")
"""The part of it that decides which rows are explained, in what order and by what."""

_KEPT: dict[str, Run] = {}


def explained(
    loaded: Loaded,
    asked: dict[str, Any],
    tables: Sequence[Features],
    ask: Callable[[dict[str, Any]], list[bytes]],
    shared: bool,
) -> bytes:
    """The encoded result.

    Args:
        tables: rows, background and, where there are any, sensitive feature to the group of each row.
        ask: asks the parent, which is told how far this is, and gives the values of a piece.
        shared: whether others make the pieces.

    Raises:
        UsageError: the file holds nothing that explainers know, or it does not fit the tables.
    """
    import numpy as np

    from registry_app.measure.explain import explain
    from registry_app.measure.explain.reasons import Reasons

    def tell(_what: str, done: int, total: int) -> None:
        ask({"explained": [done, total]})

    def elsewhere(start: int, stop: int, columns: int, total: int) -> NDArray[np.float64]:
        values = np.frombuffer(ask({"wanted": [start, stop, columns, total]})[0], dtype="<f8")
        return values.reshape(stop - start, columns)

    names, near, inside = _given(loaded, tables)
    chosen = {**asked, "positive": _positive(loaded, asked)}
    chosen["sensitive"] = tables[2].columns if tables[2:] else {}
    if asked.get("reasons") is not None:
        chosen["reasons"] = Reasons(**asked["reasons"])
    told = explain(
        loaded.model, near, inside, names, **chosen, tell=tell, elsewhere=elsewhere if shared else None
    )  # fmt: skip
    return told.encode()


def prepared(loaded: Loaded, asked: dict[str, Any], tables: Sequence[Features]) -> None:
    """Make ready to give pieces of the explanation that :func:`explained` makes of the same."""
    from registry_app.measure.explain.asked import Tables
    from registry_app.measure.explain.run import begun

    names, near, inside = _given(loaded, tables)
    given = Tables(tuple(map(str, names)), near, inside, {})
    _KEPT["run"] = begun(
        loaded.model, given, None, _positive(loaded, asked), asked["cases"], asked["seed"], asked["interventional"]
    )


def piece(start: int, stop: int) -> bytes:
    """SHAP values of the rows from ``start`` up to ``stop``, float64, row by row."""
    return _KEPT["run"].piece(start, stop).astype("<f8").tobytes()


def _given(loaded: Loaded, tables: Sequence[Features]) -> tuple[list[Any], Any, Any]:
    """The columns that the model learned from, and of these the background and the rows."""
    if not hasattr(loaded.model, "predict"):
        raise UsageError(
            "A model of this format cannot be explained.",
            "Explain the scikit-learn model that it was made from, saved as skops.",
        )
    names = list(getattr(loaded.model, "feature_names_in_", tables[0].columns))
    near, inside = (cut(each, [str(name) for name in names]).frame() for each in (tables[1], tables[0]))
    return names, near, inside


def _positive(loaded: Loaded, asked: dict[str, Any]) -> Any:
    return None if asked.get("positive") is None else _class(loaded.model, str(asked["positive"]))


def _class(model: Any, named: str) -> Any:
    """The model's class that is written ``named``, or is that number.

    Raises:
        UsageError: there is none.
    """
    classes = list(getattr(model, "classes_", ()))
    for each in classes:
        if str(each) == named or _number(each) == _number(named) is not None:
            return each
    known = ", ".join(repr(str(each)[:40]) for each in classes[:5])
    raise UsageError(
        f"The model does not know the class {harmless(named)[:40]!r}.",
        f"Name one of its classes: {harmless(known)}." if known else "Leave the positive class out.",
    )


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
