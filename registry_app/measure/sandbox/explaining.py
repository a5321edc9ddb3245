"""In the child: an explanation of a loaded model, made by :func:`registry_app.measure.explain.explain`, as its bytes."""

from __future__ import annotations

from typing import Any

from registry_app.errors import UsageError
from registry_app.measure.sandbox.features import Features
from registry_app.measure.sandbox.loading import Loaded, cut

ASKED = ("seed", "cases", "positive", "sensitive", "forbidden", "proxy_limit", "interventional", "precision", "checks")
"""What an explanation may be asked with, all of it JSON."""


def explained(loaded: Loaded, rows: Features, background: Features, asked: dict[str, Any]) -> bytes:
    """The encoded result for ``rows``.

    Raises:
        UsageError: the file holds nothing that explainers know, or it does not fit the tables.
    """
    from registry_app.measure.explain import explain

    if not hasattr(loaded.model, "predict"):
        raise UsageError(
            "A model of this format cannot be explained.", "Explain the scikit-learn model that it was made from."
        )
    names = list(getattr(loaded.model, "feature_names_in_", rows.columns))
    near, inside = (cut(each, [str(name) for name in names]).frame() for each in (background, rows))
    return explain(loaded.model, near, inside, names, **asked).encode()
