"""A version with evidence, verdicts and two signatures, on the stage in memory: what dossiers are made from."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from registry_app.evidence.actions import RecordEvidence
from registry_app.ledger.meaning import Action, View
from registry_app.ledger.saying import Saying
from registry_app.measure.result import Result
from registry_app.models.actions import (
    RecordRun,
    RegisterDataset,
    RegisterModel,
    RegisterVersion,
    SetAlias,
    StartDeployment,
)
from registry_app.models.facts import Column, Named
from registry_app.policy.actions import AdoptPack
from registry_app.policy.pack import shipped_pack
from registry_app.reviews.actions import Comment, Decide, Submit
from registry_app.vault import chance, clock
from tests.measure import six
from tests.stage import Actor, Stage

T = TypeVar("T")
START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class Ticking:
    """A clock that goes on a minute at each look."""

    def __init__(self, start: datetime = START) -> None:
        self.at = start

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=61)
        return self.at


def source(seed: int) -> Callable[[int], bytes]:
    return random.Random(seed).randbytes


@dataclass
class Desk:
    """What :func:`registry_app.reporting.issue.issue` works at: one person of the stage."""

    stage: Stage
    who: str

    @property
    def signer(self) -> Actor:
        return self.stage.cast[self.who]

    def ask(self, view: View[T]) -> T:
        return self.stage.ask(self.who, view)

    def run(self, action: Action) -> Saying:
        return self.stage.run(self.who, action)


def results() -> tuple[Result, ...]:
    """Real measurements of made-up applications: the three kinds that every dossier is expected to have."""
    return six.performance(), six.fairness(), six.explanation()


def setting(stage: Stage) -> str:
    """Packs, data and a model; returns the digest that the evidence was measured on."""
    stage.run("risk", AdoptPack(shipped_pack("credit-model-risk").text))
    data = str(results()[0].data["digest"])
    stage.run(
        "dev",
        RegisterDataset(name="german-credit-train", digest="a" * 64, rows=700, licence="CC-BY-4.0", sensitive=("sex",)),
    )
    stage.run(
        "dev",
        RegisterDataset(
            name="german-credit-test", digest=data, rows=600, licence="CC-BY-4.0", sensitive=("sex", "age_band")
        ),
    )
    stage.run(
        "dev",
        RegisterModel(
            name="credit-scoring",
            team="credit",
            tier="high",
            tier_rationale="Decides about consumer credit; a wrong refusal is hard to undo.",
            purpose="Ranks applications for consumer credit by the chance that they are paid back.",
            intended_use="As one input for a credit officer, for applications below 20,000 EUR.",
            out_of_scope="Automatic refusal without a person; business credit; anything but credit.",
            domain="credit",
            jurisdictions=("EU", "DE"),
        ),
    )
    return data


def register(stage: Stage, **more: Any) -> None:
    stage.run(
        "dev",
        RecordRun(
            name="train-1", model="credit-scoring", code_commit="9f2c41d", data=(("german-credit-train", "training"),)
        ),
    )
    given: dict[str, Any] = {
        "model": "credit-scoring",
        "artifact": "b" * 64,
        "size": 48_213,
        "format": "skops",
        "scan": "clean",
        "code_commit": "9f2c41d0c7",
        "data": (("german-credit-train", "training"), ("german-credit-test", "test")),
        "inputs": tuple(Column(name, "float64") for name in ("income", "duration", "savings", "age", "amount")),
        "outputs": (Column("good", "probability"),),
        "parameters": (Named("C", "1.0"), Named("solver", "lbfgs")),
        "metrics": (Named("auc on training data", "0.81"),),
        "note": "First version with the savings feature.",
        **more,
    }
    stage.run("dev", RegisterVersion(**given))


def approved(stage: Stage) -> Stage:
    """``credit-scoring:1``, measured, judged, commented, signed twice, deployed."""
    setting(stage)
    register(stage)
    for result in results():
        stage.run("dev", RecordEvidence("credit-scoring:1", result))
    stage.run("dev", Submit("credit-scoring:1", "Please look at the youngest group first."))
    stage.run("val", Comment("credit-scoring:1", "The intersection with age is thin: 40 rows."))
    stage.run(
        "val", Decide("credit-scoring:1", "approve", "Discrimination and calibration are as claimed. I ran it again.")
    )
    stage.run(
        "risk",
        Decide(
            "credit-scoring:1",
            "approve_with_conditions",
            "Accepted for the pilot.",
            "Quarterly fairness report by sex and age; at most 5,000 decisions a month.",
        ),
    )
    stage.run("dev", StartDeployment("credit-scoring:1", "pilot"))
    stage.run("dev", SetAlias("credit-scoring:1", "champion"))
    return stage


def story() -> Stage:
    """A whole registry with an approved version."""
    with frozen():
        return approved(Stage().people())


class frozen:
    """The same clock and the same chance in every run."""

    def __init__(self, seed: int = 5) -> None:
        self._seed = seed

    def __enter__(self) -> None:
        self._clock, self._chance = clock.use(Ticking()), chance.use(source(self._seed))
        self._clock.__enter__()
        self._chance.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._chance.__exit__(*error)
        self._clock.__exit__(*error)
