"""In the child: an explanation of a loaded model, made by :func:`registry_app.measure.explain.explain`, as its bytes."""

from __future__ import annotations

from typing import Any

from registry_app.errors import UsageError
from registry_app.measure.sandbox.features import Features
from registry_app.measure.sandbox.loading import Loaded, cut
from registry_app.text import harmless

ASKED = (
    "seed", "cases", "positive", "forbidden", "proxy_limit", "interventional", "precision", "checks", "reasons",
    "hide_below",
)  # fmt: skip
"""What an explanation may be asked with, all of it JSON; ``reasons`` are the fields of
:class:`~registry_app.measure.explain.reasons.Reasons`."""


def explained(
    loaded: Loaded, asked: dict[str, Any], rows: Features, background: Features, groups: Features | None = None
) -> bytes:
    """The encoded result for ``rows``.

    Args:
        groups: sensitive feature to the group of each of ``rows``.

    Raises:
        UsageError: the file holds nothing that explainers know, or it does not fit the tables.
    """
    from registry_app.measure.explain import explain
    from registry_app.measure.explain.reasons import Reasons

    model = loaded.model
    if not hasattr(model, "predict"):
        raise UsageError(
            "A model of this format cannot be explained.", "Explain the scikit-learn model that it was made from."
        )
    names = list(getattr(model, "feature_names_in_", rows.columns))
    near, inside = (cut(each, [str(name) for name in names]).frame() for each in (background, rows))
    chosen = {**asked, "sensitive": {} if groups is None else groups.columns}
    if asked.get("positive") is not None:
        chosen["positive"] = _class(model, str(asked["positive"]))
    if asked.get("reasons") is not None:
        chosen["reasons"] = Reasons(**asked["reasons"])
    return explain(model, near, inside, names, **chosen).encode()


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
