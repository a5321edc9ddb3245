"""A registry of ours with a lead developer, filled to a size through its own actions, in large transactions."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peer import names
from registry_app.custody import enrol, found
from registry_app.house import MEANING
from registry_app.ledger.meaning import Action
from registry_app.ledger.saying import say
from registry_app.models.actions import ImportVersions, RegisterModel, RegisterVersion
from registry_app.people.actions import FormTeam, Grant
from registry_app.vault import chance
from registry_app.workspace import Workspace

PASSPHRASE = "four unlikely words on a bench 2026"


def make(folder: Path) -> Workspace:
    """An empty registry, open for its developer."""
    founding = found(folder, "Benchmark", "admin", "Ada Admin", PASSPHRASE)
    admin = founding.workspace
    enrol(admin, "dev", "Dev Eloper", PASSPHRASE)
    admin.run(Grant("dev", "developer"))
    admin.run(FormTeam("bench", "dev"))
    admin.close()
    return Workspace.open(folder, "dev", PASSPHRASE)


def fill(workspace: Workspace, count: int) -> None:
    """``count`` models of one version each, tagged as the peer's are; one statement each, thousands a transaction."""
    batch: list[Action] = []
    for n, name in enumerate(names(count)):
        tier = ("low", "medium", "high")[n % 3]
        risk = ("low", "mid", "high")[n % 3]
        batch.append(
            RegisterModel(name=name, team="bench", tier=tier, tier_rationale="r", purpose="p", tags=(("risk", risk),))
        )
        gate = ("pass", "fail")[n % 7 == 0]
        batch.append(RegisterVersion(model=name, artifact=f"{n:064x}", tags=(("gate", gate),)))
        if len(batch) >= 2_000:
            said(workspace, batch)
            batch = []
    said(workspace, batch)


def many(workspace: Workspace, count: int, model: str = "many") -> None:
    """``count`` versions of one model, imported a thousand a statement."""
    workspace.run(RegisterModel(name=model, team="bench", tier="low", tier_rationale="r", purpose="p"))
    for start in range(0, count, 1_000):
        rows = tuple((f"{n:064x}", "onnx", 1) for n in range(start, min(start + 1_000, count)))
        workspace.run(ImportVersions(model=model, source="bench", versions=rows))


def said(workspace: Workspace, actions: list[Action]) -> None:
    """Say all ``actions`` in one transaction, each its own signed leaf."""
    if not actions:
        return
    store = workspace.store
    with store.writing() as rows:
        for action in actions:
            saying = say(rows, store.sealer, workspace.signer, action, MEANING, chance.uuid7(), None)
    store.newest = saying.head
    store.anchor.keep(saying.head, workspace.signer)
