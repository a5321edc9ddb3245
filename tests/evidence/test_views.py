"""What was measured, by whom, on what: now and as of a leaf; and nothing that somebody recorded hides the rest."""

from __future__ import annotations

import pytest

from registry_app.errors import UsageError
from registry_app.evidence.actions import RecordEvidence
from registry_app.evidence.tables import EvidenceRow
from registry_app.evidence.views import EvidenceOf, ShowEvidence
from registry_app.ledger.canonical import canonical
from registry_app.models.actions import RegisterDataset, RegisterVersion
from registry_app.policy.actions import Judge
from registry_app.reviews.views import ReviewsOf
from tests.reviews.world import World, measured


@pytest.fixture
def world() -> World:
    return World()


def recorded(world: World, version: str = "m:1") -> str:
    return str(world.run("dev", RecordEvidence(version, measured())).facts[0].evidence)  # type: ignore[attr-defined]


def ids(world: World, version: str = "m:1", at: int | None = None) -> list[str]:
    return [item.summary.id for item in world.ask("audit", EvidenceOf(version), at)]


def test_evidence_comes_oldest_first_and_about_one_version(world: World) -> None:
    world.run("dev", RegisterVersion(model="m", artifact="c" * 64))
    first, other, second = recorded(world), recorded(world, "m:2"), recorded(world)
    assert ids(world) == [first, second]
    assert ids(world, "m:2") == [other]
    assert ids(world, "m") == [other]


def test_evidence_is_there_from_its_own_leaf_on(world: World) -> None:
    name = recorded(world)
    seq = world.ask("audit", ShowEvidence(name)).summary.seq
    assert [ids(world, at=at) for at in (seq - 1, seq)] == [[], [name]]
    with pytest.raises(UsageError, match="no evidence"):
        world.ask("audit", ShowEvidence(name), seq - 1)


def test_data_that_is_registered_later_was_not_known_when_it_was_measured(world: World) -> None:
    before = recorded(world)
    world.run("dev", RegisterDataset(name="german", digest=str(measured().data["digest"])))
    after = recorded(world)
    assert [world.ask("audit", ShowEvidence(name)).summary.dataset for name in (before, after)] == ["", "german"]


def test_evidence_is_named_whole(world: World) -> None:
    """The first characters of an id are a time, which many ids share."""
    name = recorded(world)
    for part in (name[:8], name[:-1], name.upper(), ""):
        with pytest.raises(UsageError, match="no evidence"):
            world.ask("audit", ShowEvidence(part))


def test_shredded_evidence_keeps_its_place_author_and_digest(world: World) -> None:
    name = recorded(world)
    with world.rows() as rows:
        digest = rows.all(EvidenceRow)[0]["document"]
    world.sql("UPDATE payload SET body = NULL WHERE digest = ?", digest)
    found = world.ask("audit", ShowEvidence(name))
    assert found.result is None
    assert (found.summary.author, found.summary.kind, found.summary.digest) == ("Dev Person", measured().kind, digest)


@pytest.mark.parametrize("rest", [{}, {"result": {"metrics": {}}}], ids=["nothing", "a hollow result"])
def test_a_document_that_no_program_can_read_hides_nothing_else(world: World, rest: dict[str, object]) -> None:
    """Whoever may record evidence could otherwise make a version's page unreadable for ever."""
    document = {
        "kind": "performance",
        "version": measured().version,
        "data": {"digest": measured().data["digest"]},
        **rest,
    }
    world.say("dev", world.evidence(document=canonical(document).decode()))
    true = recorded(world)
    odd, found = world.ask("audit", EvidenceOf("m:1"))
    assert odd.result is None
    assert (found.summary.id, found.result) == (true, measured())
    world.with_pack()
    world.run("dev", Judge("m:1"))
    assert world.ask("audit", ReviewsOf("m:1"))
    assert world.replayed() == []
