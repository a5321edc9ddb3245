"""Which dossiers were handed out about a version, and who may hand out another."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry_app.errors import Refused, UsageError
from registry_app.models.actions import RegisterModel, RegisterVersion, ReviseModel
from registry_app.people.actions import Grant
from registry_app.reporting.actions import RecordDossier
from registry_app.reporting.views import DossiersOf, MayIssue
from registry_app.vault import clock
from tests.reviews.world import World


@pytest.fixture
def world() -> World:
    world = World()
    world.run("dev2", RegisterVersion(model="m", artifact="c" * 64))
    return world


def issued(world: World, who: str, version: str = "m:1", digest: str = "a" * 64) -> int:
    return world.run(who, RecordDossier(version, "", digest, 3, "b" * 64)).at.seq


def test_dossiers_come_oldest_first_and_about_one_version(world: World) -> None:
    first = issued(world, "audit", digest="1" * 64)
    other = issued(world, "val", "m:2", "2" * 64)
    second = issued(world, "risk", digest="3" * 64)
    lines = world.ask("dev", DossiersOf("m:1"))
    assert [(line.seq, line.digest[0], line.author, line.version) for line in lines] == [
        (first, "1", "Audit Person", "m:1"),
        (second, "3", "Risk Person", "m:1"),
    ]
    assert [line.seq for line in world.ask("dev", DossiersOf("m"))] == [other]


def test_dossiers_are_those_of_then_under_the_name_of_then(world: World) -> None:
    seq = issued(world, "audit")
    world.run("dev", ReviseModel(model="m", name="renamed"))
    assert [line.version for line in world.ask("dev", DossiersOf("renamed:1"))] == ["renamed:1"]
    assert [line.version for line in world.ask("dev", DossiersOf("m:1"), seq)] == ["m:1"]
    assert world.ask("dev", DossiersOf("m:1"), seq - 1) == ()


def test_whoever_may_be_told_and_act_alike_to_the_instant_a_role_ends(world: World) -> None:
    end = clock.now() + timedelta(days=30)
    world.enrol("ext")
    world.run("admin", Grant("ext", "auditor", ends=clock.text(end)))
    with clock.use(lambda: end - timedelta(microseconds=1)):
        world.ask("ext", MayIssue("m:1"))
        issued(world, "ext")
    with clock.use(lambda: end):
        with pytest.raises(Refused, match="is issued by"):
            world.ask("ext", MayIssue("m:1"))
        with pytest.raises(Refused, match="is issued by"):
            issued(world, "ext")


def test_a_role_for_one_model_issues_about_that_model(world: World) -> None:
    world.run("dev", RegisterModel(name="n", team="other", tier="low", tier_rationale="r", purpose="p"))
    world.run("dev", RegisterVersion(model="n", artifact="d" * 64))
    world.enrol("ext")
    world.run("admin", Grant("ext", "auditor", "model", world.model))
    world.ask("ext", MayIssue("m:1"))
    with pytest.raises(Refused, match="is issued by"):
        world.ask("ext", MayIssue("n:1"))
    with pytest.raises(UsageError):
        world.ask("ext", MayIssue("gone:1"))
