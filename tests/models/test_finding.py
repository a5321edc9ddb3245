"""A name that a person gives means one thing, or they are asked which."""

from __future__ import annotations

import pytest

from registry_app.errors import UsageError
from registry_app.models.actions import (
    RegisterDataset,
    RegisterModel,
    RegisterVersion,
    ReviseModel,
    SetAlias,
    StartDeployment,
)
from registry_app.models.facts import DatasetRegistered
from registry_app.models.finding import dataset_named, deployment_of, last_number, model_named, version_named
from registry_app.models.lineage import Impact
from registry_app.models.views import ShowDataset, ShowModel, ShowVersion
from registry_app.vault import chance
from tests.stage import Stage


@pytest.fixture
def stage() -> Stage:
    stage = Stage().people()
    stage.run("dev", RegisterDataset(name="d", digest="a" * 64))
    return stage


@pytest.fixture
def bank() -> Stage:
    """A model ``m`` with three versions."""
    bank = Stage().people()
    bank.run("dev", RegisterModel(name="m", team="credit", tier="low", tier_rationale="r", purpose="p"))
    for letter in "abc":
        bank.run("dev", RegisterVersion(model="m", artifact=letter * 64))
    return bank


def told(name: str, digest: str) -> DatasetRegistered:
    """A dataset as older ledgers may hold it: under a name that was given before."""
    return DatasetRegistered(
        dataset=chance.uuid7(), digest=digest, rows=0, licence="", sensitive=(), name=name, description="", columns=()
    )


def test_a_version_that_is_not_there_is_looked_for_in_the_list_of_versions(stage: Stage) -> None:
    stage.run("dev", RegisterModel(name="m", team="credit", tier="low", tier_rationale="r", purpose="p"))
    with pytest.raises(UsageError, match="'m' has no version yet"):
        stage.ask("audit", ShowVersion("m"))
    stage.run("dev", RegisterVersion(model="m", artifact="a" * 64))
    assert stage.ask("audit", ShowVersion("m")).summary.number == 1
    with pytest.raises(UsageError, match="no version 'm:2'") as caught:
        stage.ask("audit", ShowVersion("m:2"))
    assert caught.value.todo == "See 'registry-app version list'."


def test_a_dataset_is_found_by_name_digest_and_id(stage: Stage) -> None:
    found = stage.ask("audit", ShowDataset("d"))
    for name in ("a" * 64, f"sha256:{'a' * 64}", found.id):
        assert stage.ask("audit", ShowDataset(name)) == found
    with pytest.raises(UsageError, match="no dataset 'e'"):
        stage.ask("audit", ShowDataset("e"))


def test_a_dataset_s_name_is_given_once(stage: Stage) -> None:
    with pytest.raises(UsageError, match="with this digest is registered already"):
        stage.run("dev", RegisterDataset(name="d", digest="a" * 64))
    with pytest.raises(UsageError, match="already, with another digest"):
        stage.run("dev", RegisterDataset(name="d", digest="b" * 64))


def test_a_name_that_two_datasets_share_is_answered_with_both(stage: Stage) -> None:
    stage.force("dev", told("d", "b" * 64))
    first, second = stage.ask("audit", ShowDataset("a" * 64)), stage.ask("audit", ShowDataset("b" * 64))
    with pytest.raises(UsageError, match="any of 2 datasets") as caught:
        stage.ask("audit", Impact("d"))
    assert [line.split()[0] for line in caught.value.details] == [second.id, first.id]
    assert stage.ask("audit", Impact(first.id)) == ()
    assert stage.replayed() == []


def test_a_digest_that_two_datasets_share_is_answered_with_both(stage: Stage) -> None:
    stage.run("dev", RegisterDataset(name="e", digest="a" * 64))
    with pytest.raises(UsageError, match="any of 2 datasets"):
        stage.ask("audit", ShowDataset("a" * 64))


def test_an_id_means_its_own_dataset_even_where_another_one_is_named_so(stage: Stage) -> None:
    real = stage.ask("audit", ShowDataset("d"))
    stage.run("dev", RegisterDataset(name=real.id, digest="b" * 64))
    assert stage.ask("audit", ShowDataset(real.id)) == real


def number(bank: Stage, name: str, at: int | None = None) -> int:
    with bank.rows(at) as rows:
        return int(version_named(rows, name)["number"])


def test_a_version_goes_by_number_by_alias_by_id_or_as_the_newest(bank: Stage) -> None:
    bank.run("dev", SetAlias("m:2", "champion"))
    one = bank.ask("dev", ShowVersion("m:1")).summary.id
    names = {
        "m:1": 1,
        "m:02": 2,
        "m:champion": 2,
        "m": 3,
        "m:": 3,
        one: 1,
        f"{bank.ask('dev', ShowModel('m')).id}:2": 2,
    }
    assert {name: number(bank, name) for name in names} == names


@pytest.mark.parametrize(
    "name",
    ["m:0", "m:4", "m:-1", "m:1 ", "m: 1", "m:²", "m:١", "m:1:2", "M:1", ":1", "", "m:9999999999", "m:" + "9" * 30],
)
def test_what_names_no_version_is_refused(bank: Stage, name: str) -> None:
    with pytest.raises(UsageError):
        number(bank, name)


def test_the_newest_and_the_alias_are_those_of_then(bank: Stage) -> None:
    set_ = bank.run("dev", SetAlias("m:1", "champion")).at.seq
    moved = bank.run("dev", SetAlias("m:3", "champion")).at.seq
    added = bank.run("dev", RegisterVersion(model="m", artifact="d" * 64)).at.seq
    assert [number(bank, "m:champion", seq) for seq in (set_, moved - 1, moved)] == [1, 1, 3]
    assert [number(bank, "m", seq) for seq in (added - 1, added)] == [3, 4]
    with pytest.raises(UsageError, match="no version"):
        number(bank, "m:4", added - 1)
    with pytest.raises(UsageError, match="no alias"):
        number(bank, "m:champion", set_ - 1)


def test_a_model_without_versions_has_none_that_is_newest(bank: Stage) -> None:
    bank.run("dev", RegisterModel(name="empty", team="credit", tier="low", tier_rationale="r", purpose="p"))
    with bank.rows() as rows:
        assert last_number(rows, model_named(rows, "empty")["id"]) == 0
    with pytest.raises(UsageError, match="no version"):
        number(bank, "empty")


def test_nobody_takes_a_models_place_by_naming_another_after_its_id(bank: Stage) -> None:
    true = bank.ask("dev", ShowModel("m"))
    bank.run("dev", RegisterModel(name=true.id, team="credit", tier="low", tier_rationale="r", purpose="an impostor"))
    assert bank.ask("dev", ShowModel(true.id)) == true
    assert bank.ask("dev", ShowModel("m")).versions == true.versions
    assert number(bank, f"{true.id}:2") == 2


def test_a_name_that_was_given_up_is_nobodys_and_the_new_one_counts(bank: Stage) -> None:
    renamed = bank.run("dev", ReviseModel(model="m", name="n")).at.seq
    with bank.rows() as rows:
        assert model_named(rows, "n")["name"] == "n"
        with pytest.raises(UsageError, match="no model 'm'"):
            model_named(rows, "m")
    with bank.rows(renamed - 1) as rows:
        assert model_named(rows, "m")["name"] == "m"
        with pytest.raises(UsageError):
            model_named(rows, "n")


def test_datasets_are_those_of_then(bank: Stage) -> None:
    first = bank.run("dev", RegisterDataset(name="other", digest="c" * 64)).at.seq
    bank.run("dev", RegisterDataset(name="copy", digest="c" * 64))
    with bank.rows(first) as rows:
        assert dataset_named(rows, "c" * 64)["name"] == "other"
    with bank.rows(first - 1) as rows, pytest.raises(UsageError, match="no dataset"):
        dataset_named(rows, "other")


def test_a_deployment_is_found_where_it_runs_and_nowhere_else(bank: Stage) -> None:
    bank.run("dev", StartDeployment("m:1", "production"))
    with bank.rows() as rows:
        version = version_named(rows, "m:1")["id"]
        assert deployment_of(rows, version, "production")["environment"] == "production"
        for version_, place in ((version, "staging"), (version_named(rows, "m:2")["id"], "production")):
            with pytest.raises(UsageError, match="does not run"):
                deployment_of(rows, version_, place)
