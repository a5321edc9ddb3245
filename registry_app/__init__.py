"""registry-app: an encrypted, signed registry of machine-learning models.

The map of the house, from the ground up; imports go upward only:

errors      one tree of errors, each with what to do next
vault       keys and the encrypted store
ledger      the signed append-only history            measure     numbers from data, knows no registry
people      who: people, teams, roles
models      what: models, versions, datasets, runs, deployments, lineage
evidence    measured: which result, of what, by whom
policy      demanded: packs, controls, verdicts
reviews     decided: routes, quorum, separation of duties, signatures
reporting   handed out: dossiers and their verification
workspace   the one door: ``Workspace.run(action)`` and ``Workspace.ask(view)``
cli, tui    the two faces

``from registry_app import Workspace`` is the SDK's way in; names load when they are first used (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry_app.receipt import Receipt
    from registry_app.workspace import Workspace

__version__ = "0.1.0"
__all__ = ["Receipt", "Workspace", "__version__"]

_HOMES = {"Receipt": "registry_app.receipt", "Workspace": "registry_app.workspace"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
