"""Who may say what about packs, verdicts and waivers; and that gates, verdicts and waivers agree at every instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, partial

import pytest

from registry_app.errors import Refused, UsageError
from registry_app.models.actions import RegisterModel, RegisterVersion
from registry_app.people.actions import AddMember, FormTeam, Grant, NameLead, Revoke
from registry_app.policy.actions import (
    LONGEST_WAIVER,
    AdoptPack,
    GrantWaiver,
    Judge,
    RevokeWaiver,
    WithdrawPack,
)
from registry_app.policy.facts import Outcome, PackAdopted
from registry_app.policy.pack import shipped_pack
from registry_app.policy.views import Packs, VerdictsOf, WaiversOf
from registry_app.reviews.actions import Submit, Withdraw
from registry_app.vault import clock
from tests.policy.test_pack import plain, written
from tests.reviews.world import PACK, World

CONTROL = "T-1"
START = clock.now().replace(microsecond=0) + timedelta(days=1)


@cache
def text(version: str = "1.0", check: str = "model.intended_use != ''") -> bytes:
    """A pack with one blocking control, which the model of the world does not meet."""
    return written(plain(head={"version": version}, control={"ref": CONTROL, "check": check}))


@pytest.fixture
def world() -> World:
    world = World()
    world.run("risk", AdoptPack(text()))
    return world


def outcome(world: World, control: str = CONTROL) -> str:
    (line,) = [line for line in world.ask("audit", VerdictsOf("m:1")) if line.control == control]
    return line.outcome


def waive(ends: datetime, **more: str) -> GrantWaiver:
    return GrantWaiver("m:1", "test-pack", CONTROL, clock.text(ends), more.get("reason", "a pilot"))


@pytest.mark.parametrize("who", ["admin", "risk"])
def test_administrators_and_risk_officers_adopt_and_withdraw(world: World, who: str) -> None:
    world.run(who, AdoptPack(text("1.1")))
    world.run(who, WithdrawPack("test-pack", "superseded"))
    assert world.ask("audit", Packs()) == ()


@pytest.mark.parametrize("who", ["dev", "val", "audit"])
def test_nobody_else_does(world: World, who: str) -> None:
    with pytest.raises(Refused, match="is needed"):
        world.run(who, AdoptPack(text("1.1")))
    with pytest.raises(Refused, match="is needed"):
        world.run(who, WithdrawPack("test-pack", "inconvenient"))


def test_the_same_pack_is_not_adopted_twice_and_a_new_one_takes_its_place(world: World) -> None:
    with pytest.raises(UsageError, match="adopted already"):
        world.run("risk", AdoptPack(text()))
    world.run("risk", AdoptPack(text("1.1")))
    assert [pack.version for pack in world.ask("audit", Packs())] == ["1.1"]
    world.run("risk", AdoptPack(text()))
    assert [pack.version for pack in world.ask("audit", Packs())] == ["1.0"]
    with pytest.raises(UsageError, match="not adopted"):
        world.run("risk", WithdrawPack("other", "r"))


@pytest.mark.parametrize("field", ["pack", "version", "digest", "text"])
def test_a_pack_is_what_its_leaf_says(world: World, field: str) -> None:
    pack = shipped_pack(PACK)
    said = PackAdopted(pack=pack.id, version=pack.version, digest=pack.digest, text=pack.text.decode())
    with pytest.raises((Refused, UsageError)):
        world.say("risk", replace(said, **{field: getattr(said, field) + " "}))
    world.say("risk", said)


def test_a_file_that_is_no_pack_is_not_adopted(world: World) -> None:
    for odd in (b"", b"pack: 3", text() + b"\xff", text(check="model.")):
        with pytest.raises(UsageError):
            world.run("risk", AdoptPack(odd))


def test_without_a_pack_there_is_nothing_to_judge_by() -> None:
    with pytest.raises(UsageError, match="No policy pack"):
        World().run("dev", Judge("m:1"))


def test_every_adopted_pack_is_asked_in_one_statement(world: World) -> None:
    world.run("risk", AdoptPack(shipped_pack(PACK).text))
    saying = world.run("dev", Judge("m:1"))
    assert [fact.pack for fact in saying.facts] == [PACK, "test-pack"]  # type: ignore[attr-defined]
    assert {line.seq for line in world.ask("audit", VerdictsOf("m:1"))} == {saying.at.seq}
    assert world.replayed() == []


def test_an_auditor_and_an_administrator_record_no_verdicts(world: World) -> None:
    for who in ("audit", "admin"):
        with pytest.raises(Refused, match="is needed to record verdicts"):
            world.run(who, Judge("m:1"))


def test_a_lead_submits_with_the_verdicts_that_go_with_it(world: World) -> None:
    """Whoever leads the owner team may submit without any role; so the verdicts in the same statement are theirs too."""
    world.run("dev", Withdraw("m:1"))
    world.run("admin", AddMember("credit", "audit"))
    world.run("admin", NameLead("credit", "audit"))
    world.run("admin", Revoke(world.grant_of("audit"), "leads only"))
    world.run("audit", Submit("m:1"))
    assert outcome(world) == "not_met"
    assert world.replayed() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"pack": "other"},
        {"pack_version": "0.9"},
        {"pack_digest": "0" * 64},
        {"evidence": ("01900000-0000-7000-8000-000000000001",)},
        {"verdicts": ()},
        {"verdicts": (Outcome(CONTROL, "met", "blocking"),)},
        {"verdicts": (Outcome(CONTROL, "not_met", "advisory"),)},
        {"details": "[]"},
        {"version": "01900000-0000-7000-8000-000000000001"},
    ],
    ids=str,
)
def test_verdicts_are_what_the_adopted_pack_comes_to_on_the_evidence_there_is(
    world: World, changes: dict[str, object]
) -> None:
    with pytest.raises(Refused):
        world.say("dev", world.verdicts(**changes))
    world.say("dev", world.verdicts())


def test_a_waiver_lasts_from_the_next_instant_to_a_year_and_a_day(world: World) -> None:
    with clock.use(lambda: START):
        for ends in (START - timedelta(days=1), START, START + LONGEST_WAIVER + timedelta(microseconds=1)):
            with pytest.raises(Refused, match="within a year"):
                world.run("risk2", waive(ends))
        for ends in (START + timedelta(microseconds=1), START + LONGEST_WAIVER):
            world.run("risk2", waive(ends))
        with pytest.raises(UsageError, match="not a UTC time"):
            world.run("risk2", replace(waive(START), ends="2027-01-01"))


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_a_waiver_says_why(world: World, reason: str) -> None:
    with pytest.raises(UsageError, match="says why"):
        world.run("risk2", waive(START + timedelta(days=9), reason=reason))


def test_a_waiver_is_of_a_control_in_an_adopted_pack(world: World) -> None:
    ends = clock.text(START + timedelta(days=9))
    for pack, control in (("test-pack", "T-2"), ("other", CONTROL), ("test-pack", "")):
        with pytest.raises(Refused, match="no such control"):
            world.run("risk2", GrantWaiver("m:1", pack, control, ends, "r"))
    world.run("risk2", waive(START))
    world.run("risk", WithdrawPack("test-pack", "r"))
    with pytest.raises(Refused, match="no such control"):
        world.run("risk2", GrantWaiver("m:1", "test-pack", CONTROL, ends, "r"))


def test_nobody_waives_for_their_own_team_or_their_own_version(world: World) -> None:
    for who in ("dev", "val", "admin", "audit"):
        with pytest.raises(Refused, match="risk officer is needed"):
            world.run(who, waive(START))
    world.run("admin", FormTeam("inner", "risk2"))
    world.run("admin", AddMember("credit", "inner", "team"))
    with pytest.raises(Refused, match="own team"):
        world.run("risk2", waive(START))
    world.run("admin", Grant("dev2", "risk_officer"))
    with pytest.raises(Refused, match="own team"):
        world.run("dev2", waive(START))  # who made the version
    world.run("risk", waive(START))


def test_a_waiver_is_revoked_once_by_a_risk_officer(world: World) -> None:
    granted = world.run("risk2", waive(START)).facts[0].waiver  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="risk officer is needed"):
        world.run("dev", RevokeWaiver(granted, "r"))
    world.run("risk", RevokeWaiver(granted, "over"))
    with pytest.raises(Refused, match="does not hold"):
        world.run("risk", RevokeWaiver(granted, "again"))
    world.run("dev", Judge("m:1"))
    assert outcome(world) == "not_met"


def gate(world: World) -> str:
    return world.review.gate


def test_verdict_gate_and_list_agree_on_a_waiver_to_the_instant_of_its_end(world: World) -> None:
    end = START + timedelta(days=9)
    with clock.use(lambda: START):
        world.run("dev", Judge("m:1"))
        assert "not met" in gate(world)
        world.run("risk2", waive(end))
        assert gate(world) == ""
    with clock.use(lambda: end - timedelta(microseconds=1)):
        world.run("dev", Judge("m:1"))
        assert (outcome(world), gate(world), len(world.ask("audit", WaiversOf("m:1")))) == ("waived", "", 1)
    with clock.use(lambda: end):
        assert "is waived" in gate(world)  # no waiver holds it up any more
        world.run("dev", Judge("m:1"))
        assert (outcome(world), world.ask("audit", WaiversOf("m:1"))) == ("not_met", ())
        assert "not met" in gate(world)
    assert world.replayed() == []


def test_of_two_waivers_the_one_that_still_holds_counts_whichever_was_granted_last(world: World) -> None:
    with clock.use(lambda: START):
        world.run("risk2", waive(START + timedelta(days=90)))
        world.run("risk2", waive(START + timedelta(days=9)))
    for day in (1, 30):
        with clock.use(partial(START.__add__, timedelta(days=day))):
            world.run("dev", Judge("m:1"))
        assert (outcome(world), gate(world)) == ("waived", "")
        (line,) = world.ask("audit", VerdictsOf("m:1"))
        assert f"until {START + timedelta(days=90):%Y-%m-%d}" in line.reason
    assert world.replayed() == []


def test_a_waiver_for_one_version_is_none_for_the_next(world: World) -> None:
    world.run("risk2", waive(START))
    world.run("dev2", RegisterVersion(model="m", artifact="c" * 64))
    world.run("dev", Judge("m:2"))
    assert [line.outcome for line in world.ask("audit", VerdictsOf("m:2"))] == ["not_met"]


def test_a_role_for_another_model_judges_and_waives_nothing_here(world: World) -> None:
    world.run("dev", RegisterModel(name="n", team="other", tier="low", tier_rationale="r", purpose="p"))
    from registry_app.models.views import ShowModel

    elsewhere = world.ask("dev", ShowModel("n")).id
    world.enrol("ext")
    world.run("admin", Grant("ext", "risk_officer", "model", elsewhere))
    granted = world.run("risk2", waive(START)).facts[0].waiver  # type: ignore[attr-defined]
    for action in (Judge("m:1"), waive(START), RevokeWaiver(granted, "r")):
        with pytest.raises(Refused, match="is needed"):
            world.run("ext", action)
    world.run("admin", Grant("ext", "risk_officer", "model", world.model))
    for action in (Judge("m:1"), waive(START), RevokeWaiver(granted, "r")):
        world.run("ext", action)
