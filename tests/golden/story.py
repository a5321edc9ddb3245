"""The story that every golden registry tells: one of each fact, five people, two versions, fixed dates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from registry_app import custody
from registry_app.evidence.actions import (
    KeepCase,
    RecordEvidence,
    RecordRedo,
    RevokeSandboxWaiver,
    RevokeTrust,
    TrustArtifact,
    WaiveSandbox,
)
from registry_app.evidence.views import EvidenceOf
from registry_app.ledger.meaning import Action
from registry_app.measure.performance.document import performance
from registry_app.measure.result import Result, decode
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.memory import Memory
from registry_app.models import actions as models
from registry_app.models.facts import Column, Named
from registry_app.people import actions as people
from registry_app.people.views import People
from registry_app.policy.actions import GrantWaiver, Judge
from registry_app.reviews.actions import Comment, ConfirmRoute, Decide, ProposeRoute, Submit, Withdraw
from registry_app.reviews.facts import Stage
from registry_app.reviews.views import Routes
from registry_app.vault import clock
from registry_app.workspace import Workspace

PASSPHRASE = "correct horse battery staple river"
ROLES = {"dev": "developer", "val": "validator", "risk": "risk_officer", "audit": "auditor"}
PACK = "credit-model-risk"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Ticking:
    """A clock that goes on by a minute at each look."""

    def __init__(self, start: datetime = START) -> None:
        self.at = start

    def __call__(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at


@contextmanager
def desk(folder: Path, who: str) -> Iterator[Workspace]:
    """The registry, open as somebody of the cast."""
    with Workspace.open(folder, who, PASSPHRASE) as workspace:
        yield workspace


def do(folder: Path, who: str, *actions: Action) -> None:
    """Run actions as somebody."""
    with desk(folder, who) as workspace:
        for action in actions:
            workspace.run(action, passphrase=PASSPHRASE)


def result() -> Result:
    """A measurement of four rows."""
    import pandas as pd

    frame = pd.DataFrame({"label": ["yes", "no", "yes", "no"], "said": ["yes", "no", "no", "no"]})
    mapping = Mapping("label", positive="yes", prediction="said")
    measured = performance(Memory(frame, mapping.columns), mapping, 11)
    return replace(measured, libraries={"registry-app": "0.1.0"}, platform="none", duration_ms=1)


def play(folder: Path) -> str:
    """Tell the story into a new registry at ``folder``; the recovery key that was shown."""
    with clock.use(Ticking()):
        return _play(folder)


def _play(folder: Path) -> str:
    founding = custody.found(folder, "Golden", "admin", "Ada Admin", PASSPHRASE)
    with founding.workspace as admin:
        for handle, role in ROLES.items():
            custody.enrol(admin, handle, f"{handle.title()} Person", PASSPHRASE, f"{handle}@example.org")
            admin.run(people.Grant(handle, role))
        custody.enrol(admin, "leaver", "Leah Leaver", PASSPHRASE)
        admin.run(people.Grant("leaver", "developer", ends="2026-06-30T00:00:00.000000Z"))
        grant = next(person for person in admin.ask(People()) if person.handle == "leaver").grants[0].id
        admin.run(people.Revoke(grant, "It was for the migration only."))
        custody.disable(admin, "leaver", "left the bank")
        admin.run(people.ShredProfile("leaver", "GDPR Art. 17"))
        admin.run(people.FormTeam("credit", "dev"))
        admin.run(people.FormTeam("scoring", "audit"))
        admin.run(people.AddMember("credit", "scoring", "team"))
    _models(folder)
    _reviews(folder)
    _measured_again(folder)
    with desk(folder, "admin") as admin:
        custody.rotate(admin, PASSPHRASE)
    return founding.recovery_key


def _models(folder: Path) -> None:
    do(
        folder,
        "dev",
        models.RegisterDataset(
            name="german-credit",
            digest=str(result().data["digest"]),
            rows=4,
            licence="CC-BY-4.0",
            sensitive=("sex", "age"),
        ),
        models.RegisterModel(
            name="credit-risk",
            team="credit",
            tier="medium",
            tier_rationale="A person decides.",
            purpose="Score consumer loans.",
            domain="credit",
            jurisdictions=("EU", "CH"),
            tags=(("stage", "pilot"),),
        ),
        models.RecordRun(name="train-1", model="credit-risk", data=(("german-credit", "training"),)),
        models.RegisterVersion(
            model="credit-risk",
            artifact="b" * 64,
            format="skops",
            data=(("german-credit", "training"),),
            inputs=(Column("income", "float"),),
            metrics=(Named("auc", "0.79"),),
        ),
        models.RegisterVersion(model="credit-risk", artifact="c" * 64, parents=("credit-risk:1",)),
        models.ImportVersions(model="credit-risk", source="mlflow", versions=(("d" * 64, "pickle", 12),)),
        RecordEvidence("credit-risk:1", result()),
        models.SetAlias("credit-risk:1", "champion"),
        models.StartDeployment("credit-risk:1", "production"),
    )


def _reviews(folder: Path) -> None:
    until = "2026-12-31T00:00:00.000000Z"
    controls = ("CMR-1", "CMR-2", "CMR-3", "CMR-4", "CMR-6")
    do(folder, "risk", *(GrantWaiver("credit-risk:1", PACK, ref, until, "Pilot only.") for ref in controls))
    do(folder, "dev", Judge("credit-risk:1"), Submit("credit-risk:1", "First version."), Submit("credit-risk:2"))
    do(folder, "audit", Comment("credit-risk:1", "Is the age column needed?"))
    do(folder, "dev", Comment("credit-risk:1", "Only for the fairness report."), Withdraw("credit-risk:2", "too early"))
    do(folder, "val", Decide("credit-risk:1", "approve", "Sound."))
    do(folder, "risk", Decide("credit-risk:1", "approve_with_conditions", conditions="Monitor monthly."))
    stops = (Stage("validation", "validator", 1), Stage("risk acceptance", "risk_officer", 2))
    do(folder, "admin", ProposeRoute("high", stops, "Four eyes on risk."))
    with desk(folder, "risk") as risk:
        risk.run(ConfirmRoute(next(line.proposal for line in risk.ask(Routes()) if line.proposal)))


def _measured_again(folder: Path) -> None:
    version, explanation = "credit-risk:2", Path(__file__).parents[1] / "measure" / "explain" / "explanation-1.json"
    together = replace(result(), parameters={**result().parameters, "hidden_below": 10})
    explained = decode(explanation.read_bytes())
    do(folder, "dev", RecordEvidence(version, together, result()), RecordEvidence(version, explained))
    with desk(folder, "val") as val:
        first, second = (each.summary.id for each in val.ask(EvidenceOf(version)))
        val.run(RecordRedo(first, together))
        val.run(KeepCase(second, "row 4", {"income": "2100"}, "An appeal."))
        val.run(
            TrustArtifact(version, "c" * 64, "suspicious", "picklescan 1.0", "Our own build."), passphrase=PASSPHRASE
        )
        val.run(RevokeTrust(version, "It is not."))
    with desk(folder, "risk") as risk:
        risk.run(WaiveSandbox(version, "2026-12-31T00:00:00.000000Z", "An old kernel."), passphrase=PASSPHRASE)
        risk.run(RevokeSandboxWaiver(version, "A new kernel."))
