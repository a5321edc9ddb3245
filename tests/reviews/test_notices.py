"""Whoever puts a version to use is told when no approval covers it, and is not kept from it."""

from __future__ import annotations

import pytest

from registry_app.evidence.actions import RecordEvidence
from registry_app.ledger.meaning import Action
from registry_app.models.actions import RegisterVersion, RemoveAlias, SetAlias, SetTag, StartDeployment
from registry_app.reviews.actions import Decide, Submit, Withdraw
from registry_app.reviews.notices import notices_of
from registry_app.vault.engine import reading
from registry_app.vault.rows import Rows
from tests.reviews.world import World, measured


def told(world: World, action: Action) -> tuple[str, ...]:
    said = world.run("dev", action)
    with reading(world.engine) as connection:
        return notices_of(Rows(connection), said.facts)


def covered(why: str) -> tuple[str, ...]:
    return (f"No approved review covers m:1 ({why}); it was recorded all the same.",)


@pytest.fixture
def approved() -> World:
    world = World()
    world.run("val", Decide("m:1", "approve"))
    world.run("risk", Decide("m:1", "approve_with_conditions", conditions="Monitor it."))
    return world


def test_an_approved_version_is_put_to_use_without_a_word(approved: World) -> None:
    assert told(approved, StartDeployment("m:1", "production")) == ()
    assert told(approved, SetAlias("m:1", "champion")) == ()


def test_a_version_that_was_never_submitted_is_told_of() -> None:
    world = World()
    world.run("dev2", RegisterVersion(model="m", artifact="c" * 64))
    said = ("No approved review covers m:2 (it was never submitted); it was recorded all the same.",)
    assert told(world, StartDeployment("m:2", "production")) == said
    assert told(world, SetAlias("m:2", "champion")) == said


def test_what_became_of_the_newest_review_is_told(approved: World) -> None:
    world = World()
    assert told(world, SetAlias("m:1", "champion")) == covered("its review is still open")
    world.run("dev", Withdraw("m:1"))
    assert told(world, SetAlias("m:1", "champion")) == covered("it was withdrawn from review")
    for outcome, why in (("request_changes", "it was sent back for changes"), ("reject", "it was rejected")):
        world.run("dev", Submit("m:1"))
        world.run("val", Decide("m:1", outcome, "No."))
        assert told(world, SetAlias("m:1", "champion")) == covered(why)
    approved.run("dev", Submit("m:1"))
    assert told(approved, SetAlias("m:1", "champion")) == covered("its review is still open")


def test_an_approval_that_has_lapsed_covers_nothing(approved: World) -> None:
    approved.run("dev", RecordEvidence("m:1", measured()))
    why = "its approval has lapsed: evidence was added"
    assert told(approved, StartDeployment("m:1", "production")) == covered(why)


def test_of_anything_else_nothing_is_told() -> None:
    world = World()
    world.run("dev", SetAlias("m:1", "champion"))
    assert told(world, RemoveAlias("m", "champion")) == ()
    assert told(world, SetTag("version", "m:1", "stage", "pilot")) == ()
