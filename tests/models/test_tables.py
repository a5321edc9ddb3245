"""What stays of what was said about models: each row between the leaf that began it and the leaf that ended it."""

from __future__ import annotations

from typing import Any

import pytest

from registry_app.models.actions import (
    EndDeployment,
    ImportVersions,
    RecordRun,
    RegisterDataset,
    RegisterModel,
    RegisterVersion,
    RemoveAlias,
    ReviseModel,
    SetAlias,
    SetTag,
    StartDeployment,
)
from registry_app.models.facts import TagSet
from registry_app.models.tables import AliasRow, DatasetRow, DeploymentRow, EdgeRow, ModelRow, TagRow, VersionRow
from registry_app.models.views import ShowDataset, ShowModel, ShowVersion
from registry_app.vault.rows import Table
from tests.stage import Stage


@pytest.fixture
def stage() -> Stage:
    stage = Stage().people()
    stage.run("dev", RegisterModel(name="m", team="credit", tier="low", tier_rationale="r", purpose="p"))
    stage.run("dev", RegisterVersion(model="m", artifact="a" * 64))
    return stage


def seqs(stage: Stage, *actions: Any) -> list[int]:
    return [stage.run("dev", action).at.seq for action in actions]


def held(stage: Stage, table: Table) -> list[tuple[int, int | None]]:
    """Between which leaves the rows held, oldest first."""
    with stage.rows() as rows:
        found = rows.connection.exec_driver_sql(f"SELECT since, until FROM {table.__tablename__} ORDER BY since")
        return [(since, until) for since, until in found]


def at(stage: Stage, seq: int | None, table: Table, **equal: Any) -> Any:
    with stage.rows(seq) as rows:
        return rows.one(table, **equal)


def test_an_entry_says_what_the_newest_revision_up_to_then_says(stage: Stage) -> None:
    first, second = seqs(stage, ReviseModel(model="m", name="n"), ReviseModel(model="n", tier="high"))
    names = [at(stage, seq, ModelRow)["name"] for seq in (first - 1, first, second)]
    tiers = [at(stage, seq, ModelRow)["risk_tier"] for seq in (first, second - 1, second)]
    assert (names, tiers) == (["m", "n", "n"], ["low", "low", "high"])
    assert [until for _, until in held(stage, ModelRow)] == [first, second, None]
    assert stage.replayed() == []


def test_a_revision_changes_what_is_named_and_keeps_the_rest(stage: Stage) -> None:
    full = RegisterModel(
        name="full", team="credit", tier="low", tier_rationale="why", purpose="what for", intended_use="how",
        out_of_scope="not this", domain="credit", jurisdictions=("EU", "US-NY"),
    )  # fmt: skip
    stage.run("dev", full)
    before = stage.ask("dev", ShowModel("full"))
    stage.run("dev", ReviseModel(model="full", purpose=""))
    after = stage.ask("dev", ShowModel("full"))
    assert after.card.purpose == ""
    assert after.card.intended_use == before.card.intended_use == "how"
    assert (after.card.out_of_scope, after.card.tier_rationale) == ("not this", "why")
    assert (after.domain, after.jurisdictions, after.risk_tier) == ("credit", ("EU", "US-NY"), "low")


def test_an_alias_points_from_its_leaf_to_the_leaf_that_moves_or_takes_it(stage: Stage) -> None:
    stage.run("dev", RegisterVersion(model="m", artifact="b" * 64))
    set_, moved, gone, back = seqs(
        stage,
        SetAlias("m:1", "champion"),
        SetAlias("m:2", "champion"),
        RemoveAlias("m", "champion"),
        SetAlias("m:1", "champion"),
    )
    assert held(stage, AliasRow) == [(set_, moved), (moved, gone), (back, None)]
    assert at(stage, gone, AliasRow) is None
    assert stage.replayed() == []


def test_a_deployment_runs_up_to_and_not_at_the_leaf_that_ends_it(stage: Stage) -> None:
    began, ended, again = seqs(
        stage,
        StartDeployment("m:1", "production"),
        EndDeployment("m:1", "production"),
        StartDeployment("m:1", "production"),
    )
    assert at(stage, began - 1, DeploymentRow) is None
    assert at(stage, ended - 1, DeploymentRow) is not None
    assert at(stage, ended, DeploymentRow) is None
    assert held(stage, DeploymentRow) == [(began, ended), (again, None)]


def test_a_tag_changes_within_one_statement_and_between_two(stage: Stage) -> None:
    model = stage.ask("dev", ShowModel("m")).id

    def tag(value: str) -> TagSet:
        return TagSet(kind="model", subject=model, key="k", value=value)

    first = stage.say("dev", tag("one"), tag("two")).at.seq
    assert at(stage, first, TagRow)["value"] == "two"
    gone = stage.run("dev", SetTag("model", "m", "k", "")).at.seq
    assert at(stage, gone - 1, TagRow)["value"] == "two"
    assert at(stage, gone, TagRow) is None
    assert held(stage, TagRow) == [(first, gone)]
    assert stage.replayed() == []


def test_imported_versions_follow_the_last_number_and_are_marked_as_unscanned(stage: Stage) -> None:
    names = tuple((f"{number:064x}", "skops", number) for number in range(3))
    stage.run("dev", ImportVersions(model="m", source="mlflow", versions=names))
    stage.run("dev", RegisterVersion(model="m", artifact="c" * 64))
    versions = [stage.ask("dev", ShowVersion(f"m:{number}")) for number in (2, 3, 4, 5)]
    assert [each.summary.artifact for each in versions] == [*(name for name, _, _ in names), "c" * 64]
    assert [each.size for each in versions] == [0, 1, 2, 0]
    assert {each.summary.scan for each in versions[:3]} == {"not_scanned"}
    assert {each.summary.author for each in versions} == {"Dev Person"}
    assert stage.replayed() == []


def test_a_version_is_joined_to_all_that_it_came_from_by_what_it_was(stage: Stage) -> None:
    stage.run("dev", RegisterDataset(name="d", digest="d" * 64))
    run = stage.run("dev", RecordRun(name="r", model="m", data=(("d", "training"),))).facts[0].run  # type: ignore[attr-defined]
    stage.run(
        "dev",
        RegisterVersion(
            model="m", artifact="b" * 64, run=run, parents=("m:1",), data=(("d", "training"), ("d", "test"))
        ),
    )
    version = stage.ask("dev", ShowVersion("m:2")).summary.id
    with stage.rows() as rows:
        edges = {(edge["relation"], edge["source_kind"]) for edge in rows.all(EdgeRow, target=version)}
        assert [edge["relation"] for edge in rows.all(EdgeRow, target=run)] == ["training"]
    assert edges == {("training", "dataset"), ("test", "dataset"), ("parent", "version"), ("run", "run")}


def test_versions_and_datasets_are_there_from_their_own_leaf_on(stage: Stage) -> None:
    version, data = seqs(
        stage, RegisterVersion(model="m", artifact="b" * 64), RegisterDataset(name="d", digest="d" * 64)
    )
    assert at(stage, version - 1, VersionRow, number=2) is None
    assert at(stage, version, VersionRow, number=2) is not None
    assert at(stage, data - 1, DatasetRow) is None
    assert at(stage, data, DatasetRow) is not None


def test_columns_with_blanks_and_commas_in_their_names_stay_apart(stage: Stage) -> None:
    names = ("age group", "sex, as told", "größe", "no")
    stage.run("dev", RegisterDataset(name="d", digest="d" * 64, sensitive=names))
    assert stage.ask("dev", ShowDataset("d")).sensitive == names
