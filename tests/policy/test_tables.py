"""What stays of packs, verdicts and waivers: each between the leaf that began it and the leaf that ended it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from registry_app.evidence.actions import RecordEvidence
from registry_app.policy.actions import AdoptPack, GrantWaiver, Judge, RevokeWaiver, WithdrawPack
from registry_app.policy.tables import PackRow, VerdictRow, WaiverRow
from registry_app.vault import clock
from registry_app.vault.rows import Table
from tests.policy.test_actions import CONTROL, START, text
from tests.reviews.world import World, measured


@pytest.fixture
def world() -> World:
    return World()


def held(world: World, table: Table) -> list[tuple[int, int | None]]:
    with world.rows() as rows:
        found = rows.connection.exec_driver_sql(f"SELECT since, until FROM {table.__tablename__} ORDER BY since")
        return [(since, until) for since, until in found]


def at(world: World, seq: int, table: Table) -> Any:
    with world.rows(seq) as rows:
        return rows.one(table)


def test_one_version_of_a_pack_holds_at_a_time(world: World) -> None:
    first, second, gone, back = [
        world.run("risk", action).at.seq
        for action in (AdoptPack(text()), AdoptPack(text("1.1")), WithdrawPack("test-pack", "r"), AdoptPack(text()))
    ]
    assert held(world, PackRow) == [(first, second), (second, gone), (back, None)]
    assert [at(world, seq, PackRow)["version"] for seq in (first, second - 1, second)] == ["1.0", "1.0", "1.1"]
    assert at(world, gone, PackRow) is None
    assert world.replayed() == []


def test_new_verdicts_end_the_old_ones_of_their_pack_and_keep_the_order_of_its_controls(world: World) -> None:
    from registry_app.policy.pack import shipped_pack

    world.with_pack()
    world.run("risk", AdoptPack(text()))
    both = world.run("dev", Judge("m:1")).at.seq
    controls = [control.ref for control in shipped_pack("credit-model-risk").controls]
    with world.rows() as rows:
        lines = rows.all(VerdictRow, pack="credit-model-risk")
        assert [row["control"] for row in sorted(lines, key=lambda row: int(row["place"]))] == controls
        assert {row["since"] for row in rows.all(VerdictRow)} == {both}
        older = rows.every(VerdictRow, pack="credit-model-risk")
    assert {(row["until"]) for row in older if row["since"] < both} == {both}
    with world.rows(both - 1) as rows:
        assert {row["pack"] for row in rows.all(VerdictRow)} == {"credit-model-risk"}
    assert world.replayed() == []


def test_verdicts_keep_which_evidence_they_rest_on(world: World) -> None:
    world.run("risk", AdoptPack(text()))
    ids = [world.run("dev", RecordEvidence("m:1", measured())).facts[0].evidence for _ in range(2)]  # type: ignore[attr-defined]
    world.run("dev", Judge("m:1"))
    with world.rows() as rows:
        assert rows.all(VerdictRow)[0]["evidence"] == " ".join(ids)


def test_a_waiver_holds_in_the_tables_until_it_is_revoked_whatever_its_end(world: World) -> None:
    """An end is a time, and rows know only leaves; whoever asks compares the end."""
    world.run("risk", AdoptPack(text()))
    end = clock.text(START + timedelta(days=9))
    granted = world.run("risk2", GrantWaiver("m:1", "test-pack", CONTROL, end, "r"))
    with clock.use(lambda: START + timedelta(days=99)):
        world.run("dev", Judge("m:1"))
    assert held(world, WaiverRow) == [(granted.at.seq, None)]
    gone = world.run("risk", RevokeWaiver(granted.facts[0].waiver, "r")).at.seq  # type: ignore[attr-defined]
    assert held(world, WaiverRow) == [(granted.at.seq, gone)]
    assert at(world, gone - 1, WaiverRow)["ends"] == end
    assert at(world, gone, WaiverRow) is None
    assert world.replayed() == []
