"""The replay: a ledger alone gives the tables, and each attack on either is found for the right reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from registry_app.ledger import envelope
from registry_app.ledger.finding import Finding
from registry_app.ledger.log import Log
from registry_app.ledger.statement import Said, Statement
from registry_app.people import facts as people
from registry_app.policy.facts import VerdictsRecorded
from registry_app.reviews import facts as reviews
from registry_app.reviews.actions import Comment, Decide
from registry_app.vault import chance, clock
from registry_app.vault.engine import reading
from registry_app.vault.rows import Rows
from tests.ledger.forger import Forger
from tests.reviews.world import World


@pytest.fixture
def world() -> World:
    world = World()
    world.run("audit", Comment("m:1", "one"))
    world.run("audit", Comment("m:1", "two"))
    return world


@pytest.fixture
def forger(world: World) -> Forger:
    return Forger(world.engine, world.sealer)


def answers(found: list[Finding]) -> set[str]:
    return {finding.answer for finding in found}


def put(world: World, who: str, *said: Said) -> int:
    """A leaf signed by somebody of the cast, saying what no action says; nothing is folded."""
    forger = Forger(world.engine, world.sealer)
    with reading(world.engine) as connection:
        head = Log(Rows(connection)).head()
    author = world.cast[who]
    statement = Statement.of(
        registry=forger.statement(1).registry,
        id=chance.uuid7(),
        person=author.person,
        key=author.key_id,
        time=clock.text(clock.now()),
        head_size=head.size,
        head_root=head.root.hex(),
        facts=said,
    )
    forger.append(envelope.sign(statement.encode(), author).encode())
    return head.size


def test_a_true_ledger_gives_the_tables(world: World) -> None:
    world.run("val", Decide("m:1", "approve"))
    assert world.replayed() == []


def test_retold_tables_are_the_tables(world: World, forger: Forger) -> None:
    forger.retell()
    assert world.replayed() == []


@pytest.mark.parametrize(
    "said",
    [
        Said("model-eaten", 1, {}),
        Said("role-granted", 2, {}),
        Said("role-granted", 1, {"grant": "g"}),
        Said("unanchored-opened", 1, {"size": "7", "root": "x"}),
        Said("unanchored-opened", 1, {"size": 7, "root": "x", "more": 1}),
        Said("unanchored-opened", 1, {"size": True, "root": "x"}),
        Said("role-revoked", 1, {"grant": "g", "reason": "in the open"}),
        Said("role-revoked", 1, {"grant": "g"}),
    ],
    ids=str,
)
def test_a_fact_of_another_kind_version_or_form_is_nobodys_to_say(world: World, said: Said) -> None:
    seq = put(world, "admin", said)
    found = world.replayed()
    assert [(finding.answer, finding.seq) for finding in found] == [("authority", seq)]
    assert "nobody can say" in found[0].sentence


@pytest.mark.parametrize("fields", [[], [1], "text", {"other": 1}, {"reason": 7}, {"reason": "x", "more": "y"}])
def test_a_payload_of_another_form_is_found_and_stops_nothing(world: World, forger: Forger, fields: Any) -> None:
    name = forger.new_payload(fields)
    seq = put(world, "admin", Said("role-revoked", 1, {"grant": world.grant_of("val")}, name))
    found = world.replayed()
    assert found
    assert found[0].seq == seq
    assert answers(found) <= {"authority", "evidence", "projection"}


def test_a_payload_named_twice_is_found(world: World, forger: Forger) -> None:
    seq = put(world, "admin", Said("role-revoked", 1, {"grant": "g"}, forger.payload_of("comment-made")))
    assert any("named before" in finding.sentence and finding.seq == seq for finding in world.replayed())


def test_a_payload_that_does_not_open_spoils_evidence_alone(world: World, forger: Forger) -> None:
    forger.write_payload(forger.payload_of("comment-made"), {"text": "other words"})
    found = world.replayed()
    assert answers(found) == {"evidence"}
    assert [finding.seq for finding in found] == [forger.seq_of("comment-made")]


def test_a_payload_put_back_after_it_was_shredded_by_a_leaf_is_found(world: World, forger: Forger) -> None:
    from registry_app.people.actions import Disable, ShredProfile

    name = forger.payload_of("person-enrolled", 1)
    with reading(world.engine) as connection:
        kept = connection.exec_driver_sql("SELECT body FROM payload WHERE digest = ?", (name,)).scalar()
    world.run("admin", Disable("dev2", "r"))
    handle = forger.payload_of("person-enrolled", 5)
    assert handle != name
    profile = next(
        n for n in (forger.payload_of("person-enrolled", k) for k in range(8)) if _profile(world, "dev2") == n
    )
    with reading(world.engine) as connection:
        kept = connection.exec_driver_sql("SELECT body FROM payload WHERE digest = ?", (profile,)).scalar()
    world.run("admin", ShredProfile("dev2", "GDPR"))
    assert world.replayed() == []
    forger.sql("UPDATE payload SET body = ? WHERE digest = ?", kept, profile)
    assert "evidence" in answers(world.replayed())


def _profile(world: World, handle: str) -> str:
    with reading(world.engine) as connection:
        query = "SELECT profile FROM person WHERE handle = ? AND until IS NULL"
        return str(connection.exec_driver_sql(query, (handle,)).scalar())


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("a decision on no review", lambda w: Said("comment-made", 1, {"comment": "c", "review": "none"}, _words(w))),
        ("a key that is no key", lambda w: Said("registry-founded", 1, {"recovery_key": "zz"}, _words(w, name="x"))),
        ("a review of no version", lambda w: Said("review-submitted", 1, {
            "review": "r", "version": "v", "tier": "low", "stages": []}, _words(w, note=""))),
    ],
)  # fmt: skip
def test_whatever_breaks_a_fold_or_a_rule_is_found(world: World, kind: str, make: Callable[[World], Said]) -> None:
    seq = put(world, "dev", make(world))
    assert any(finding.answer == "authority" and finding.seq == seq for finding in world.replayed())


def _words(world: World, **fields: str) -> str:
    return Forger(world.engine, world.sealer).new_payload(fields or {"text": "words"})


def test_what_stands_on_a_forged_review_breaks_no_screen(world: World) -> None:
    from registry_app.errors import Damaged
    from registry_app.reviews.views import Inbox

    world.force("dev", reviews.ReviewSubmitted(review="r", version="v", tier="low", stages=(), note=""))
    with pytest.raises(Damaged, match="not there"):
        world.ask("val", Inbox(everything=True))


def test_a_leaf_that_is_no_statement_is_not_authentic(world: World, forger: Forger) -> None:
    forger.sql("UPDATE leaf SET envelope = x'00' WHERE seq = ?", forger.seq_of("comment-made", 1))
    assert {"authenticity", "projection", "evidence"} == answers(world.replayed())


def test_the_recovery_key_may_only_re_enrol(world: World) -> None:
    from tests.ledger.forger import OwnKey

    world.cast["recovery"] = OwnKey("recovery")  # type: ignore[assignment]
    seq = world.force("recovery", people.RoleRevoked(grant=world.grant_of("val"), reason="")).at.seq
    assert next(f.seq for f in world.replayed() if f.answer == "authority") == seq


def test_a_verdict_by_hand_is_found_although_its_columns_look_right(world: World) -> None:
    world.with_pack()
    said = world.verdicts()
    better = VerdictsRecorded(
        version=said.version,
        pack=said.pack,
        pack_version=said.pack_version,
        pack_digest=said.pack_digest,
        evidence=said.evidence,
        verdicts=tuple(type(each)(each.control, "met", each.severity) for each in said.verdicts),
        details=said.details,
    )
    seq = world.force("val", better).at.seq
    assert [(f.answer, f.seq) for f in world.replayed()] == [("authority", seq)]
