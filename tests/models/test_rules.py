"""What nobody may say about models, whatever program says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from registry_app.errors import Refused
from registry_app.ledger.fact import Fact
from registry_app.models.actions import RegisterDataset, RegisterModel, RegisterVersion, StartDeployment
from registry_app.models.facts import (
    MOST_IMPORTED,
    AliasSet,
    DatasetRegistered,
    DeploymentEnded,
    DeploymentStarted,
    ImportedVersion,
    ModelRegistered,
    ModelRevised,
    RunRecorded,
    TagSet,
    Use,
    VersionRegistered,
    VersionsImported,
)
from registry_app.models.views import DatasetPage, ShowModel, ShowVersion
from registry_app.people.actions import FormTeam, Grant
from registry_app.people.views import Teams
from registry_app.vault import chance, clock
from tests.stage import Stage

NOON = clock.now() + timedelta(days=300)
GONE = "01900000-0000-7000-8000-000000000001"


class Bank(Stage):
    """Two teams with a model each; ``m`` has a version and a dataset."""

    def __init__(self) -> None:
        super().__init__()
        self.people()
        self.run("admin", FormTeam("other", "risk"))
        for model, team in (("m", "credit"), ("n", "other")):
            self.run("dev", RegisterModel(name=model, team=team, tier="medium", tier_rationale="r", purpose="p"))
            self.run("dev", RegisterVersion(model=model, artifact="a" * 64))
        self.run("dev", RegisterDataset(name="d", digest="d" * 64))

    def team(self, name: str) -> str:
        return self.ask("admin", Teams(name))[0].id

    def model(self, name: str) -> str:
        return self.ask("admin", ShowModel(name)).id

    def version_id(self, name: str) -> str:
        return self.ask("admin", ShowVersion(name)).summary.id

    @property
    def newest(self) -> int:
        return self.ask("admin", ShowModel("m")).versions[0].number

    @property
    def dataset(self) -> str:
        return self.ask("admin", DatasetPage())[0].id

    def registered(self, **changes: Any) -> ModelRegistered:
        fields: dict[str, Any] = {
            "model": chance.uuid7(), "owner_team": self.team("credit"), "risk_tier": "low", "domain": "",
            "jurisdictions": (), "name": "new", "purpose": "p", "intended_use": "", "out_of_scope": "", "tier_rationale": "r",
        }  # fmt: skip
        return ModelRegistered(**fields | changes)

    def revised(self, **changes: Any) -> ModelRevised:
        fields: dict[str, Any] = {
            "model": self.model("m"), "owner_team": self.team("credit"), "risk_tier": "medium", "domain": "",
            "jurisdictions": (), "name": "m", "purpose": "p", "intended_use": "", "out_of_scope": "", "tier_rationale": "r",
        }  # fmt: skip
        return ModelRevised(**fields | changes)

    def version(self, **changes: Any) -> VersionRegistered:
        fields: dict[str, Any] = {
            "version": chance.uuid7(), "model": self.model("m"), "number": 2, "artifact": "b" * 64, "artifact_kind": "file",
            "size": 1, "format": "skops", "scan": "clean", "code_commit": "", "run": "", "parents": (), "data": (),
            "inputs": (), "outputs": (), "metrics": (), "parameters": (), "findings": (), "note": "",
        }  # fmt: skip
        return VersionRegistered(**fields | changes)

    def imported(self, many: int, **changes: Any) -> VersionsImported:
        versions = tuple(ImportedVersion(chance.uuid7(), "c" * 64, "skops", 0) for _ in range(many))
        fields: dict[str, Any] = {
            "model": self.model("m"),
            "first": 2,
            "source": "mlflow",
            "versions": versions,
            "note": "",
        }
        return VersionsImported(**fields | changes)

    def ran(self, **changes: Any) -> RunRecorded:
        fields: dict[str, Any] = {
            "run": chance.uuid7(), "model": "", "code_commit": "", "started": "", "ended": "", "data": (), "name": "r",
            "parameters": (),
        }  # fmt: skip
        return RunRecorded(**fields | changes)

    def data(self, **changes: Any) -> DatasetRegistered:
        fields: dict[str, Any] = {
            "dataset": chance.uuid7(), "digest": "e" * 64, "rows": 1, "licence": "", "sensitive": (), "name": "e",
            "description": "", "columns": (),
        }  # fmt: skip
        return DatasetRegistered(**fields | changes)

    def deployed(self, version: str = "m:1", where: str = "production") -> DeploymentStarted:
        return DeploymentStarted(deployment=chance.uuid7(), version=self.version_id(version), environment=where)


Make = Callable[[Bank], Fact]
ABOUT_M: dict[str, tuple[Make, set[str]]] = {
    "register a model": (lambda b: b.registered(), {"developer", "admin"}),
    "revise": (lambda b: b.revised(), {"developer", "service", "admin"}),
    "tag": (
        lambda b: TagSet(kind="version", subject=b.version_id("m:1"), key="k", value="v"),
        {"developer", "service", "validator", "risk_officer", "admin"},
    ),
    "register a version": (lambda b: b.version(), {"developer", "service"}),
    "import": (lambda b: b.imported(1), {"developer", "service"}),
    "record a run": (lambda b: b.ran(model=b.model("m")), {"developer", "service"}),
    "deploy": (lambda b: b.deployed(), {"developer", "service", "admin"}),
    "set an alias": (
        lambda b: AliasSet(model=b.model("m"), alias="champion", version=b.version_id("m:1")),
        {"developer", "service", "admin"},
    ),
    "take an alias away": (
        lambda b: AliasSet(model=b.model("m"), alias="champion", version=""),
        {"developer", "service", "admin"},
    ),
}
ROLES = ("admin", "developer", "validator", "risk_officer", "auditor", "service")


@pytest.fixture
def bank() -> Bank:
    return Bank()


def allowed(bank: Bank, who: str, said: Fact) -> bool:
    """Whether it can be said; if so, it was."""
    try:
        bank.say(who, said)
    except Refused:
        return False
    return True


@pytest.mark.parametrize("what", ABOUT_M)
def test_each_role_may_do_its_own_for_its_own_team_and_nothing_for_another(bank: Bank, what: str) -> None:
    make, may = ABOUT_M[what]
    for role in ROLES:
        for team in ("credit", "other"):
            who = f"{role}.{team}"
            bank.enrol(who)
            bank.run("admin", Grant(who, role, "team", bank.team(team)))
            asked = make(bank)
            if isinstance(asked, ModelRegistered):
                asked = replace(asked, name=who)
            elif isinstance(asked, VersionRegistered):
                asked = replace(asked, number=bank.newest + 1)
            elif isinstance(asked, VersionsImported):
                asked = replace(asked, first=bank.newest + 1)
            elif isinstance(asked, DeploymentStarted):
                asked = replace(asked, environment=who)
            assert allowed(bank, who, asked) == (team == "credit" and role in may), who


def test_data_and_runs_of_no_model_are_recorded_by_whoever_makes_or_tries_models_anywhere(bank: Bank) -> None:
    for role in ROLES:
        who = f"some.{role}"
        bank.enrol(who)
        bank.run("admin", Grant(who, role, "team", bank.team("other")))
        may = role in ("developer", "service", "validator", "admin")
        assert allowed(bank, who, bank.data()) == may, role
        assert allowed(bank, who, bank.ran()) == may, role


def test_a_role_that_ends_this_instant_registers_no_dataset(bank: Bank) -> None:
    bank.run("admin", Grant("audit", "developer", ends=clock.text(NOON)))
    with clock.use(lambda: NOON - timedelta(microseconds=1)):
        assert allowed(bank, "audit", bank.data())
    with clock.use(lambda: NOON):
        assert not allowed(bank, "audit", bank.data())


def test_a_lower_tier_takes_a_risk_officer_and_a_higher_one_does_not(bank: Bank) -> None:
    assert allowed(bank, "dev", bank.revised(risk_tier="high"))
    assert not allowed(bank, "dev", bank.revised(risk_tier="medium"))
    assert not allowed(bank, "risk", bank.revised(risk_tier="medium"))
    bank.run("admin", Grant("risk", "developer"))
    assert allowed(bank, "risk", bank.revised(risk_tier="medium"))


def test_a_model_is_given_away_only_by_who_may_register_for_the_other_team(bank: Bank) -> None:
    bank.enrol("ours")
    bank.run("admin", Grant("ours", "developer", "team", bank.team("credit")))
    assert not allowed(bank, "ours", bank.revised(owner_team=bank.team("other")))
    bank.run("admin", Grant("ours", "developer", "team", bank.team("other")))
    assert allowed(bank, "ours", bank.revised(owner_team=bank.team("other")))


@pytest.mark.parametrize("changes", [{"risk_tier": "none"}, {"risk_tier": ""}, {"owner_team": GONE}, {"name": "n"}])
def test_an_entry_names_a_tier_a_team_and_a_name_of_its_own(bank: Bank, changes: dict[str, str]) -> None:
    assert not allowed(bank, "dev", bank.registered(**changes))
    assert not allowed(bank, "dev", bank.revised(**changes))


def test_no_two_models_have_one_name_even_when_it_reads_like_a_shredded_one(bank: Bank) -> None:
    assert allowed(bank, "dev", bank.registered(name="[shredded]"))
    assert not allowed(bank, "dev", bank.registered(name="[shredded]"))
    assert allowed(bank, "dev", bank.revised(name="m"))


@pytest.mark.parametrize("number", [-1, 0, 1, 3])
def test_versions_are_numbered_one_after_the_other(bank: Bank, number: int) -> None:
    assert not allowed(bank, "dev", bank.version(number=number))
    assert not allowed(bank, "dev", bank.imported(1, first=number))
    assert allowed(bank, "dev", bank.version(number=2))


@pytest.mark.parametrize("digest", ["", "b" * 63, "b" * 65, "B" * 64, "g" * 64, "sha256:" + "b" * 57])
def test_what_is_no_digest_names_nothing(bank: Bank, digest: str) -> None:
    one = ImportedVersion(chance.uuid7(), digest, "skops", 0)
    for said in (bank.version(artifact=digest), bank.imported(0, versions=(one,)), bank.data(digest=digest)):
        assert not allowed(bank, "dev", said)


def test_a_version_comes_from_what_is_there(bank: Bank) -> None:
    for changes in (
        {"parents": (GONE,)},
        {"run": GONE},
        {"data": (Use(GONE, "training"),)},
        {"data": (Use(bank.dataset, "pleasure"),)},
        {"model": GONE},
    ):
        assert not allowed(bank, "dev", bank.version(**changes)), changes
    assert not allowed(bank, "dev", bank.ran(data=(Use(GONE, "training"),)))
    assert allowed(bank, "dev", bank.version(parents=(bank.version_id("n:1"),), data=(Use(bank.dataset, "test"),)))


def test_an_import_holds_from_one_to_a_thousand_versions_each_with_an_id_of_its_own(bank: Bank) -> None:
    twice = (ImportedVersion(GONE, "c" * 64, "skops", 0),) * 2
    for said in (
        bank.imported(0),
        bank.imported(MOST_IMPORTED + 1),
        bank.imported(0, versions=twice),
        bank.imported(0, versions=(ImportedVersion(bank.version_id("n:1"), "c" * 64, "skops", 0),)),
    ):
        assert not allowed(bank, "dev", said)
    assert allowed(bank, "dev", bank.imported(MOST_IMPORTED))
    assert bank.ask("audit", ShowModel("m")).versions[0].number == MOST_IMPORTED + 1


def test_an_id_is_used_once(bank: Bank) -> None:
    said = [bank.registered(), bank.version(), bank.data(), bank.ran(), bank.deployed()]
    for each in said:
        assert allowed(bank, "dev", each)
    again = [
        replace(said[0], name="another"),  # type: ignore[type-var]
        replace(said[1], number=3),  # type: ignore[type-var]
        replace(said[2], digest="f" * 64),  # type: ignore[type-var]
        said[3],
        replace(said[4], environment="staging"),  # type: ignore[type-var]
    ]
    for each in again:
        assert not allowed(bank, "dev", each), each


def test_a_version_runs_once_in_a_place_and_ends_there_once(bank: Bank) -> None:
    first = bank.deployed()
    assert allowed(bank, "dev", first)
    assert not allowed(bank, "dev", bank.deployed())
    assert allowed(bank, "dev", bank.deployed("n:1"))
    assert allowed(bank, "dev", DeploymentEnded(deployment=first.deployment))
    assert not allowed(bank, "dev", DeploymentEnded(deployment=first.deployment))
    assert allowed(bank, "dev", bank.deployed())
    assert bank.replayed() == []


def test_a_risk_officer_stops_a_deployment_and_starts_none(bank: Bank) -> None:
    running = bank.run("dev", StartDeployment("m:1", "production")).facts[0]
    assert not allowed(bank, "risk", bank.deployed(where="staging"))
    assert not allowed(bank, "val", DeploymentEnded(deployment=running.deployment))  # type: ignore[attr-defined]
    assert allowed(bank, "risk", DeploymentEnded(deployment=running.deployment))  # type: ignore[attr-defined]


def test_an_alias_points_at_a_version_of_its_own_model(bank: Bank) -> None:
    for version in (bank.version_id("n:1"), GONE):
        assert not allowed(bank, "dev", AliasSet(model=bank.model("m"), alias="champion", version=version))
    assert not allowed(bank, "dev", AliasSet(model=GONE, alias="champion", version=""))


def test_only_models_and_versions_that_are_there_have_tags(bank: Bank) -> None:
    for kind, subject in (
        ("dataset", bank.version_id("m:1")),
        ("model", GONE),
        ("version", GONE),
        ("version", bank.model("m")),
    ):
        assert not allowed(bank, "dev", TagSet(kind=kind, subject=subject, key="k", value="v"))
