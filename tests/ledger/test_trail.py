"""The stored tree, the head row and the shape of the database: each change is named."""

from __future__ import annotations

import pytest

from registry_app.ledger.trail import check_head, check_nodes
from registry_app.vault.engine import reading
from registry_app.vault.rows import Rows
from tests.ledger.forger import Forger
from tests.stage import Stage


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage().people()


def sentences(stage: Stage, size: int) -> list[str]:
    with reading(stage.engine) as connection:
        rows = Rows(connection)
        return [found.sentence for found in (*check_nodes(rows, size), *check_head(rows))]


def test_each_edited_missing_or_added_node_is_named(stage: Stage) -> None:
    size = len(Forger(stage.engine, stage.sealer).envelopes())
    assert sentences(stage, size) == []
    with reading(stage.engine) as connection:
        nodes = connection.exec_driver_sql("SELECT level, place, hash FROM node").all()
    for level, place, hashed in nodes:
        for value in (b"\7" * 32, "text", 32):
            stage.sql("UPDATE node SET hash = ? WHERE level = ? AND place = ?", value, level, place)
            assert any(f"Node {level}/{place} " in said for said in sentences(stage, size))
        stage.sql("DELETE FROM node WHERE level = ? AND place = ?", level, place)
        assert any(f"Node {level}/{place} " in said for said in sentences(stage, size))
        stage.sql("INSERT INTO node (level, place, hash) VALUES (?, ?, ?)", level, place, hashed)
    for level, place in ((0, 0), (1, size), (40, 0), (9, 9)):
        stage.sql("INSERT INTO node (level, place, hash) VALUES (?, ?, ?)", level, place, b"\7" * 32)
        assert sentences(stage, size) == [f"Node {level}/{place} stands where the ledger has none."]
        stage.sql("DELETE FROM node WHERE level = ? AND place = ?", level, place)
    assert sentences(stage, size) == []
