"""Which leaves are about a version: every one that says something of it, and none about its neighbours alone."""

from __future__ import annotations

from typing import Any

import pytest

from registry_app.evidence.actions import RecordEvidence
from registry_app.models.actions import (
    EndDeployment,
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
from registry_app.models.finding import version_named
from registry_app.models.lineage import Node
from registry_app.models.views import ShowDataset, ShowVersion
from registry_app.people.actions import AddMember, Disable, FormTeam, Grant, RemoveMember
from registry_app.policy.actions import AdoptPack, GrantWaiver, Judge, RevokeWaiver, WithdrawPack
from registry_app.policy.views import WaiversOf
from registry_app.reporting.relevance import (
    seqs_about,
    seqs_of_everybody,
    seqs_of_measured,
    seqs_of_nodes,
    seqs_of_version,
)
from registry_app.reviews.actions import Comment, ConfirmRoute, Decide, ProposeRoute, Submit, Withdraw
from registry_app.reviews.facts import Stage as Stop
from tests.policy.test_actions import CONTROL, text
from tests.reviews.world import LATER, World, measured
from tests.stage import Stage


@pytest.fixture
def stage() -> Stage:
    """A model without a version."""
    stage = Stage().people()
    stage.run("dev", RegisterModel(name="m", team="credit", tier="low", tier_rationale="r", purpose="p"))
    return stage


def seqs(stage: Stage, who: str, *actions: Any) -> list[int]:
    return [stage.run(who, action).at.seq for action in actions]


def of_version(stage: Stage, name: str = "m:1") -> tuple[int, ...]:
    with stage.rows() as rows:
        return seqs_of_version(rows, version_named(rows, name))


def about(stage: Stage, name: str = "m:1") -> tuple[int, ...]:
    with stage.rows() as rows:
        return seqs_about(rows, version_named(rows, name))


def test_the_entry_the_data_and_the_run_belong_to_a_version_that_came_from_them(stage: Stage) -> None:
    revised = seqs(stage, "dev", ReviseModel(model="m", domain="credit"), SetTag("model", "m", "k", "v"))
    data = seqs(
        stage, "dev", RegisterDataset(name="d", digest="d" * 64), RegisterDataset(name="other", digest="e" * 64)
    )
    run = stage.run("dev", RecordRun(name="r", model="m"))
    name = run.facts[0].run  # type: ignore[attr-defined]
    version = RegisterVersion(model="m", artifact="a" * 64, run=name, data=(("d", "training"),))
    made = seqs(stage, "dev", version)
    assert of_version(stage) == (revised[0] - 1, *revised, data[0], run.at.seq, *made)
    assert about(stage) == tuple(made)


def test_what_began_and_what_ended_are_both_about_it(stage: Stage) -> None:
    (made,) = seqs(stage, "dev", RegisterVersion(model="m", artifact="a" * 64))
    life = seqs(
        stage, "dev",
        StartDeployment("m:1", "production"), SetAlias("m:1", "champion"), SetTag("version", "m:1", "k", "v"),
        RemoveAlias("m", "champion"), SetTag("version", "m:1", "k", ""), EndDeployment("m:1", "production"),
    )  # fmt: skip
    assert about(stage) == (made, *life)


def test_an_alias_that_moves_on_is_about_both_versions_at_the_leaf_of_the_move(stage: Stage) -> None:
    one, two, set_, moved = seqs(
        stage, "dev",
        RegisterVersion(model="m", artifact="a" * 64), RegisterVersion(model="m", artifact="b" * 64),
        SetAlias("m:1", "champion"), SetAlias("m:2", "champion"),
    )  # fmt: skip
    assert about(stage, "m:1") == (one, set_, moved)
    assert about(stage, "m:2") == (two, moved)


def test_reviews_decisions_evidence_verdicts_and_waivers_are_about_it_and_those_of_a_neighbour_are_not() -> None:
    world = World()
    first = world.review.summary.seq
    world.run("risk", AdoptPack(text(check="model.purpose != ''")))
    ours = seqs(world, "dev", Judge("m:1"), RecordEvidence("m:1", measured()), Judge("m:1"))
    ours += seqs(world, "risk2", GrantWaiver("m:1", "test-pack", CONTROL, LATER, "r"))
    (waiver,) = world.ask("audit", WaiversOf("m:1"))
    ours += seqs(world, "risk2", RevokeWaiver(waiver.id, "r"))
    ours += seqs(world, "val", Comment("m:1", "x"), Decide("m:1", "approve"))
    world.run("dev2", RegisterVersion(model="m", artifact="c" * 64))
    theirs = seqs(world, "dev", Submit("m:2"), RecordEvidence("m:2", measured()), Judge("m:2"))
    theirs += seqs(world, "val", Comment("m:2", "x"))
    theirs += seqs(world, "risk2", GrantWaiver("m:2", "test-pack", CONTROL, LATER, "r"))
    ours += seqs(world, "dev", Withdraw("m:1"))
    assert about(world) == (first - 1, first, *ours)
    assert set(theirs) <= set(about(world, "m:2"))
    assert not set(theirs) & set(of_version(world))


def test_whoever_checks_authority_needs_every_leaf_about_people_routes_and_packs() -> None:
    world = World()
    world.run("risk", AdoptPack(text()))
    name = world.run("admin", ProposeRoute("high", (Stop("v", "validator", 1),), "r")).facts[0].proposal  # type: ignore[attr-defined]
    needed = seqs(world, "admin", FormTeam("t", "dev"), AddMember("t", "val"), RemoveMember("t", "val"))
    needed += seqs(world, "admin", Grant("audit", "validator"), Disable("audit", "left"))
    needed += seqs(world, "risk", ConfirmRoute(name), WithdrawPack("test-pack", "r"))
    other = seqs(world, "dev", RegisterVersion(model="m", artifact="d" * 64), Comment("m:1", "x"))
    with world.rows() as rows:
        found = seqs_of_everybody(rows)
    assert {0, *needed} <= set(found)
    assert not set(other) & set(found)
    assert list(found) == sorted(set(found))


def test_a_registry_that_was_just_founded_has_its_genesis() -> None:
    stage = Stage()
    with stage.rows() as rows:
        assert seqs_of_everybody(rows) == (0, 1)


def test_the_data_that_was_measured_belongs_to_it_even_where_the_version_does_not_name_it() -> None:
    world = World()
    data = seqs(world, "dev", RegisterDataset(name="measured", digest=str(measured().data["digest"])))
    world.run("dev", RegisterDataset(name="other", digest="e" * 64))
    world.run("dev", RecordEvidence("m:1", measured()))
    version = world.version
    with world.rows() as rows:
        assert seqs_of_measured(rows, version) == tuple(data)
        assert seqs_of_measured(rows, "another") == ()


def test_nodes_of_a_lineage_bring_the_models_they_belong_to(stage: Stage) -> None:
    model, version = seqs(
        stage, "dev",
        RegisterModel(name="n", team="credit", tier="low", tier_rationale="r", purpose="p"),
        RegisterVersion(model="n", artifact="b" * 64),
    )  # fmt: skip
    data, run = seqs(stage, "dev", RegisterDataset(name="d", digest="d" * 64), RecordRun(name="r"))
    ids = stage.ask("dev", ShowVersion("n:1")).summary.id, stage.ask("dev", ShowDataset("d")).id
    nodes = [Node(ids[0], "version", "", 0), Node(ids[1], "dataset", "", -1), Node("gone", "run", "", -1)]
    with stage.rows() as rows:
        assert seqs_of_nodes(rows, nodes) == (model, version, data)
        assert seqs_of_nodes(rows, []) == ()
    assert run not in (model, version, data)
