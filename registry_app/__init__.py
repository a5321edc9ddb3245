"""registry-app: an encrypted, signed registry of machine-learning models.

The map of the house, from the ground up; imports go upward only:

errors        one tree of errors, each with what to do next
shipped       where packs, report templates and demonstration data lie
text          what is accepted as a name or prose, and how any text is shown harmlessly
vault         keys and the encrypted store
ledger        the signed append-only history            measure     numbers from data, knows no registry
people        who: people, teams, roles
models        what: models, versions, datasets, runs, deployments, lineage
evidence      measured: which result, of what, by whom
policy        demanded: packs, controls, verdicts
reviews       decided: routes, quorum, separation of duties, signatures
reporting     handed out: dossiers and their verification
house         all rooms' folds and rules, as the ledger needs them
store         an open registry's inside
receipt       from an action to its receipt
workspace     the one door: ``Workspace.run(action)`` and ``Workspace.ask(view)``
custody       what changes keyring and ledger together
verification  the six answers
demo          a whole story on public data
cli, tui      the two faces
front         the front door: a verb, or the screen

``from registry_app import Workspace`` is the SDK's way in; names load when they are first used (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry_app.custody import found
    from registry_app.receipt import Receipt
    from registry_app.verification import verify
    from registry_app.workspace import Workspace

__version__ = "0.1.0"
__all__ = ["Receipt", "Workspace", "__version__", "found", "verify"]

_HOMES = {
    "Receipt": "registry_app.receipt",
    "Workspace": "registry_app.workspace",
    "found": "registry_app.custody",
    "verify": "registry_app.verification",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
