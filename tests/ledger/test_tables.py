"""What the ledger keeps is only ever added to: the database itself refuses anything else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel

from registry_app.errors import StorageError
from registry_app.ledger.replay import OWN_TABLES, projected
from registry_app.ledger.tables import HeadRow, LeafRow, NodeRow, PayloadRow
from registry_app.vault import schema
from registry_app.vault.engine import open_sqlcipher, reading, writing
from registry_app.vault.rows import Rows
from registry_app.vault.sealed import Sealed


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_sqlcipher(tmp_path / "registry.db", b"\1" * 32)
    schema.upgrade(engine)
    with writing(engine) as connection:
        rows = Rows(connection)
        rows.add(LeafRow, seq=0, id="a", hash=b"h", person="p", time="t", reckoned="t", envelope=b"e")
        rows.add(NodeRow, level=1, place=0, hash=b"n")
        rows.add(HeadRow, one=1, genesis="g", size=1, frontier=b"f", reckoned="t")
        rows.add(PayloadRow, digest="d", body=Sealed(b"s"))
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE leaf SET envelope = x'00'",
        "UPDATE leaf SET time = time",
        "DELETE FROM leaf",
        "DELETE FROM leaf WHERE seq = 0",
        "UPDATE node SET hash = x'00'",
        "DELETE FROM node",
    ],
)
def test_leaves_and_nodes_are_neither_changed_nor_removed(engine: Engine, statement: str) -> None:
    with pytest.raises(StorageError, match="append-only"), writing(engine) as connection:
        connection.exec_driver_sql(statement)
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM leaf").scalar() == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM node").scalar() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO leaf SELECT 1, id, hash, person, time, reckoned, envelope FROM leaf",
        "INSERT INTO leaf SELECT seq, 'b', hash, person, time, reckoned, envelope FROM leaf",
        "INSERT INTO node SELECT * FROM node",
        "INSERT INTO head SELECT * FROM head",
        "INSERT INTO payload SELECT * FROM payload",
        "INSERT INTO leaf VALUES (1, 'b', NULL, 'p', 't', 't', x'00')",
        "INSERT INTO leaf VALUES (1, 'b', x'00', 'p', 't', 't', NULL)",
    ],
    ids=["an id twice", "a place twice", "a node twice", "a second head", "a payload twice", "no hash", "no envelope"],
)
def test_nothing_stands_twice_and_no_leaf_is_hollow(engine: Engine, statement: str) -> None:
    with pytest.raises(StorageError), writing(engine) as connection:
        connection.exec_driver_sql(statement)


def test_a_payload_takes_sealed_bytes_alone_and_may_be_emptied(engine: Engine) -> None:
    with writing(engine) as connection:
        rows = Rows(connection)
        with pytest.raises(TypeError, match="sealed values only"):
            rows.add(PayloadRow, digest="e", body=b"plain text")
        with pytest.raises(TypeError, match="sealed values only"):
            rows.put(PayloadRow, {"digest": "d"}, body=b"plain text")
        rows.put(PayloadRow, {"digest": "d"}, body=None)
        assert rows.one(PayloadRow, digest="d") == {"digest": "d", "body": None}


def test_the_ledgers_own_tables_are_no_projection_of_it_and_all_others_are() -> None:
    own = {str(cls.__tablename__) for cls in (LeafRow, NodeRow, HeadRow, PayloadRow)}
    assert own == OWN_TABLES
    assert {table.name for table in projected()} == set(SQLModel.metadata.tables) - own
