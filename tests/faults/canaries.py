"""Two hundred words that stand nowhere else, written through every feature, and read back."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path

from registry_app.custody import change_passphrase, disable, enrol, re_enrol, rotate
from registry_app.evidence.actions import RecordEvidence
from registry_app.measure.performance.document import performance
from registry_app.measure.result import Result
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.memory import Memory
from registry_app.models.actions import (
    RecordRun,
    RegisterDataset,
    RegisterModel,
    RegisterVersion,
    ReviseModel,
    SetAlias,
    SetTag,
    StartDeployment,
)
from registry_app.models.facts import Column, Named
from registry_app.people.actions import FormTeam, Grant, Revoke
from registry_app.people.views import People
from registry_app.policy.actions import AdoptPack, WithdrawPack
from registry_app.policy.pack import shipped_pack
from registry_app.reviews.actions import Comment, Decide, Submit, Withdraw
from registry_app.vault import digest
from registry_app.workspace import Workspace
from tests.ground import phrase

WORDS = [f"zq{digest.sha256_hex(str(n).encode())[:12]}xk" for n in range(210)]


def measured(label: str, prediction: str, positive: str, platform: str, library: str) -> Result:
    """A measurement with these words in it."""
    table = {label: [positive, "b"] * 20, prediction: [positive, positive, "b", "b"] * 10}
    mapping = Mapping(label, positive=positive, prediction=prediction)
    found = performance(Memory(table, mapping.columns), mapping, 1)
    return replace(found, platform=platform, libraries={"numpy": library})


def write(folder: str, recovery_key: str) -> Workspace:
    """Write them all; the last workspace is left open."""
    number = count()

    def word() -> str:
        return WORDS[next(number)]

    with Workspace.open(Path(folder), "admin", phrase("admin")) as admin:
        enrol(admin, "newcomer", f"{word()} {word()}", phrase("newcomer"), f"{word()}@example.org")
        admin.run(Grant("newcomer", "auditor"))
        grant = next(p for p in admin.ask(People()) if p.handle == "newcomer").grants[0]
        admin.run(Revoke(grant.id, word()))
        re_enrol(admin, "newcomer", phrase("newcomer"), word())
        disable(admin, "newcomer", word())
        admin.run(FormTeam(word(), "dev"))
        text = shipped_pack("credit-model-risk").text.decode()
        changed = f"# {word()}\n{text}"
        admin.run(WithdrawPack("credit-model-risk", word()))
        admin.run(AdoptPack(changed.encode()))
        rotate(admin, phrase("admin"))
    dev = Workspace.open(Path(folder), "dev", phrase("dev"))
    change_passphrase(dev, phrase("dev"), phrase("dev") + " more")
    change_passphrase(dev, phrase("dev") + " more", phrase("dev"))
    dev.run(
        RegisterModel(
            name=word(),
            team="credit",
            tier="low",
            tier_rationale=word(),
            purpose=word(),
            intended_use=word(),
            out_of_scope=word(),
            domain=word(),
            jurisdictions=(word(),),
            tags=((word(), word()),),
        )
    )
    dev.run(ReviseModel(model="m", purpose=word(), domain=word()))
    dev.run(
        RegisterDataset(
            name=word(),
            digest="b" * 64,
            rows=3,
            licence=word(),
            sensitive=(word(),),
            description=word(),
            columns=(Column(name=word(), type="string"),),
        )
    )
    dev.run(RecordRun(name=word(), model="m", code_commit=word(), parameters=(Named(word(), word()),)))
    dev.run(StartDeployment("m:1", word()))
    dev.run(SetAlias("m:1", "champion"))
    dev.run(SetTag("model", "m", word(), word()))
    dev.run(RecordEvidence("m:1", measured(word(), word(), word(), word(), word())))
    with Workspace.open(Path(folder), "val", phrase("val")) as val:
        val.run(Comment("m:1", word()))
        val.run(Decide("m:1", "request_changes", word()), passphrase=phrase("val"))
    dev.run(Submit("m:2", word()))
    dev.run(Withdraw("m:2", word()))
    while (left := next(number)) < len(WORDS):
        version = RegisterVersion(
            model="m",
            artifact="d" * 64,
            note=WORDS[left],
            code_commit="e" * 40,
            tags=(("key", WORDS[min(left + 1, len(WORDS) - 1)]),),
        )
        next(number)
        dev.run(version)
    assert recovery_key
    return dev


def read_back(workspace: Workspace) -> str:
    """Everything the registry holds, in clear: every table, every payload."""
    from registry_app.ledger.payload import Payloads
    from tests.ground import tables

    pieces = [repr(tables(workspace))]
    with workspace.store.reading() as rows:
        payloads = Payloads(rows, workspace.store.sealer)
        for (name,) in rows.connection.exec_driver_sql("SELECT digest FROM payload").fetchall():
            pieces.append((payloads.content(name) or b"").decode())
    return "\n".join(pieces)
