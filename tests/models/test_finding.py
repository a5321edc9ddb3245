"""A name that a person gives means one thing, or they are asked which."""

from __future__ import annotations

import pytest

from registry_app.errors import UsageError
from registry_app.models.actions import RegisterDataset, RegisterModel, RegisterVersion
from registry_app.models.facts import DatasetRegistered
from registry_app.models.lineage import Impact
from registry_app.models.views import ShowDataset, ShowVersion
from registry_app.vault import chance
from tests.stage import Stage


@pytest.fixture
def stage() -> Stage:
    stage = Stage().people()
    stage.run("dev", RegisterDataset(name="d", digest="a" * 64))
    return stage


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
