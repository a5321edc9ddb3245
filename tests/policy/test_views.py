"""Which packs are adopted, what they came to, what is waived: now and as of a leaf."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry_app.errors import UsageError
from registry_app.policy.actions import AdoptPack, GrantWaiver, Judge, RevokeWaiver, WithdrawPack
from registry_app.policy.pack import shipped_pack
from registry_app.policy.tables import PackRow, VerdictRow, WaiverRow
from registry_app.policy.views import Packs, VerdictsOf, WaiversOf
from registry_app.vault import clock
from tests.policy.test_actions import CONTROL, START, text
from tests.reviews.world import PACK, World


@pytest.fixture
def world() -> World:
    return World()


def shred(world: World, column: str, table: type) -> None:
    with world.rows() as rows:
        digest = rows.all(table)[0][column]
    world.sql("UPDATE payload SET body = NULL WHERE digest = ?", digest)


def test_packs_are_listed_by_id_with_what_they_say(world: World) -> None:
    world.run("risk", AdoptPack(text()))
    world.run("risk", AdoptPack(shipped_pack(PACK).text))
    shipped, own = world.ask("audit", Packs())
    assert (shipped.id, own.id, own.version) == (PACK, "test-pack", "1.0")
    assert own.pack is not None
    assert (own.pack.text, own.pack.digest) == (text(), own.digest)
    assert world.ask("audit", Packs("test-pack")) == (own,)


def test_packs_are_those_of_then(world: World) -> None:
    first = world.run("risk", AdoptPack(text())).at.seq
    second = world.run("risk", AdoptPack(text("1.1"))).at.seq
    gone = world.run("risk", WithdrawPack("test-pack", "r")).at.seq
    versions = [[pack.version for pack in world.ask("audit", Packs(), seq)] for seq in (first - 1, first, second, gone)]
    assert versions == [[], ["1.0"], ["1.1"], []]
    for seq in (first - 1, gone, None):
        with pytest.raises(UsageError, match="not adopted"):
            world.ask("audit", Packs("test-pack"), seq)


def test_verdicts_come_in_the_order_of_packs_and_their_controls_with_their_words(world: World) -> None:
    world.with_pack()
    world.run("risk", AdoptPack(text()))
    world.run("dev", Judge("m:1"))
    lines = world.ask("audit", VerdictsOf("m:1"))
    refs = [control.ref for control in shipped_pack(PACK).controls]
    assert [line.control for line in lines] == [*refs, CONTROL]
    assert all(line.title and line.reason and line.limit and line.citations for line in lines)
    assert lines[-1].reason == "The check does not hold; the limit is: a name."


def test_verdicts_are_those_of_then_and_stay_after_the_pack_is_withdrawn(world: World) -> None:
    world.run("risk", AdoptPack(text()))
    first = world.run("dev", Judge("m:1")).at.seq
    world.run("risk2", GrantWaiver("m:1", "test-pack", CONTROL, clock.text(START), "r"))
    second = world.run("dev", Judge("m:1")).at.seq
    world.run("risk", WithdrawPack("test-pack", "r"))
    outcomes = [
        [line.outcome for line in world.ask("audit", VerdictsOf("m:1"), seq)]
        for seq in (first - 1, first, second - 1, second, None)
    ]
    assert outcomes == [[], ["not_met"], ["not_met"], ["waived"], ["waived"]]


def test_shredded_words_leave_the_outcome_and_say_that_they_are_gone(world: World) -> None:
    world.run("risk", AdoptPack(text()))
    world.run("dev", Judge("m:1"))
    world.run("risk2", GrantWaiver("m:1", "test-pack", CONTROL, clock.text(START), "for Ann Smith, who is ill"))
    for column, table in (("details", VerdictRow), ("reason", WaiverRow), ("text", PackRow)):
        shred(world, column, table)
    (line,) = world.ask("audit", VerdictsOf("m:1"))
    assert (line.outcome, line.severity, line.title, line.reason) == ("not_met", "blocking", "", "")
    assert [waiver.reason for waiver in world.ask("audit", WaiversOf("m:1"))] == ["[shredded]"]
    assert [pack.pack for pack in world.ask("audit", Packs())] == [None]
    with pytest.raises(UsageError, match="shredded"):
        world.run("dev", Judge("m:1"))


def test_a_waiver_is_listed_up_to_its_end_and_as_of_then_after_it(world: World) -> None:
    world.run("risk", AdoptPack(text()))
    end = START + timedelta(days=9)
    granted = world.run("risk2", GrantWaiver("m:1", "test-pack", CONTROL, clock.text(end), "a pilot"))
    with clock.use(lambda: end - timedelta(microseconds=1)):
        (line,) = world.ask("audit", WaiversOf("m:1"))
        assert (line.control, line.author, line.reason, line.ends) == (
            CONTROL,
            "Risk2 Person",
            "a pilot",
            clock.text(end),
        )
    with clock.use(lambda: end):
        assert world.ask("audit", WaiversOf("m:1")) == ()
        assert world.ask("audit", WaiversOf("m:1"), granted.at.seq) == (line,)
        assert world.ask("audit", WaiversOf("m:1"), granted.at.seq - 1) == ()
    gone = world.run("risk", RevokeWaiver(line.id, "over")).at.seq
    assert world.ask("audit", WaiversOf("m:1"), gone - 1) == (line,)
    assert world.ask("audit", WaiversOf("m:1"), gone) == ()
