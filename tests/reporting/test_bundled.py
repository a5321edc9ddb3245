"""A registry in memory from a bundle alone: the same folds, the same rules, and no more trust than what was disclosed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry_app.house import MEANING
from registry_app.ledger.entry import Head
from registry_app.ledger.finding import Finding
from registry_app.models.views import ShowVersion
from registry_app.people.views import People
from registry_app.policy.actions import Judge
from registry_app.reporting.bundle import Bundle
from registry_app.reporting.bundled import Disclosed, replayed
from registry_app.reporting.dossier import Dossier
from registry_app.reviews.actions import Decide
from tests.reporting.conftest import Handed
from tests.reporting.forge import prepared
from tests.reporting.story import Desk, register, setting, story
from tests.stage import Stage

NOW = "2027-01-01T00:00:00.000000Z"
ANYWHERE = Head(1, bytes(32))


def test_what_was_asked_of_the_registry_is_answered_by_the_bundle_byte_by_byte(handed: Handed) -> None:
    content = handed.content
    head = Head(content.registry.size, bytes.fromhex(content.registry.root))
    with replayed(handed.enclosed, handed.enclosed.payloads, head, MEANING) as again:
        assert again.findings == []
        assert again.untold == []
        asked = Dossier(content.version.summary.id).ask(again.reader(content.issuer_id, content.issued))
    assert asked.encode() == content.encode()


def test_people_who_do_not_appear_are_there_without_a_name(handed: Handed) -> None:
    with replayed(handed.enclosed, handed.enclosed.payloads, ANYWHERE, MEANING) as again:
        people = People().ask(again.reader("", NOW))
    named = {person.name for person in people if person.name != "[shredded]"}
    assert named == {"Audit Person", "Dev Person", "Val Person", "Risk Person", "Ada Admin"} & named
    assert len(people) == len(handed.stage.cast)
    assert "Val Person" in named


def test_a_reader_is_told_the_time_it_is_given(handed: Handed) -> None:
    with replayed(handed.enclosed, handed.enclosed.payloads, ANYWHERE, MEANING) as again:
        reader = again.reader("p", NOW)
        assert (reader.person, reader.now) == ("p", NOW)
        assert again.log.head() == ANYWHERE
        assert again.log.state()[0] == handed.enclosed.registry


def test_what_is_not_disclosed_counts_as_shredded_and_is_counted() -> None:
    disclosed = Disclosed({"a" * 64: bytes(32) + b'{"x":"y"}'})
    assert disclosed.fields("a" * 64) == {"x": "y"}
    assert disclosed.refused == 0
    assert disclosed.content("b" * 64) is None
    assert disclosed.refused == 1
    with pytest.raises(TypeError, match="takes nothing in"):
        disclosed.keep("c" * 64, b"x")
    assert disclosed.stored() == {}


def two_versions() -> Stage:
    """Two versions of one model, each measured against the pack; the dossier is about the first."""
    stage = Stage().people()
    setting(stage)
    register(stage)
    register(stage)
    for version in ("credit-scoring:1", "credit-scoring:2"):
        stage.run("dev", Judge(version))
    return stage


def bundle_of(stage: Stage, whole: int = 3_000) -> Bundle:
    return prepared(Desk(stage, "audit"), whole=whole)[1]


def findings(bundle: Bundle) -> tuple[list[Finding], list[int]]:
    with replayed(bundle, bundle.payloads, ANYWHERE, MEANING) as again:
        return again.findings, again.untold


def test_verdicts_about_a_neighbour_that_cannot_be_made_again_are_told_and_not_held_against_it() -> None:
    stage = two_versions()
    found, untold = findings(bundle_of(stage))
    assert found == []
    about = stage.ask("audit", ShowVersion("credit-scoring:2")).summary.seq
    assert all(seq > about for seq in untold)


def test_a_rule_about_the_very_version_is_never_waved_through() -> None:
    """What it reads was disclosed, or should have been."""
    stage = two_versions()
    bundle = bundle_of(stage)
    for name in bundle.payloads:
        fewer = replace(bundle, payloads={key: kept for key, kept in bundle.payloads.items() if key != name})
        found, _ = findings(fewer)
        assert {finding.answer for finding in found} <= {"authority"}
    with_pack = {key: kept for key, kept in bundle.payloads.items() if b"credit-model-risk" in kept}
    assert with_pack


def test_a_part_of_the_ledger_is_judged_as_far_as_it_goes() -> None:
    stage = story()
    found, untold = findings(bundle_of(stage, whole=3))
    assert found == []
    assert set(untold) < set(range(stage.ask("audit", ShowVersion("credit-scoring:1")).summary.seq + 100))


def test_a_forged_approval_is_found_in_a_part_as_in_the_whole() -> None:
    from tests.reviews.world import World

    world = World()
    world.run("val", Decide("m:1", "approve"))
    seq = world.force("audit", world.decision(stage="risk acceptance")).at.seq
    for whole in (3, 3_000):
        desk = Desk(world, "audit")
        _, bundle, _ = prepared(desk, version="m:1", whole=whole)
        found, _ = findings(bundle)
        assert [(finding.answer, finding.seq) for finding in found] == [("authority", seq)]


def test_leaves_in_an_order_that_no_ledger_has_break_nothing(handed: Handed) -> None:
    backwards = replace(handed.enclosed, leaves=handed.enclosed.leaves[::-1])
    found, _ = findings(backwards)
    assert found
    assert all(finding.sentence.endswith(".") for finding in found)
