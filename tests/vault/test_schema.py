from __future__ import annotations

import pytest
from sqlmodel import SQLModel

from registry_app.errors import Damaged, UsageError
from registry_app.house import MEANING
from registry_app.vault import schema
from registry_app.vault.engine import open_sqlcipher, reading, writing


def shape(engine: object) -> set[str]:
    from sqlalchemy import Engine

    assert isinstance(engine, Engine)
    with reading(engine) as connection:
        query = "SELECT type || ' ' || name || ' ' || tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"
        return {row[0] for row in connection.exec_driver_sql(query)}


def test_the_migrations_give_the_tables_that_the_rooms_declare() -> None:
    assert MEANING.folds
    migrated, declared = open_sqlcipher(None, bytes(32)), open_sqlcipher(None, bytes(32))
    schema.upgrade(migrated)
    SQLModel.metadata.create_all(declared)
    assert shape(declared) <= shape(migrated)
    with reading(migrated) as one, reading(declared) as other:
        for name in SQLModel.metadata.tables:
            columns = [
                [(*row[1:4], row[5]) for row in connection.exec_driver_sql(f'PRAGMA table_info("{name}")')]
                for connection in (one, other)
            ]
            assert columns[0] == columns[1], name


def test_a_new_database_has_the_present_shape_and_upgrading_again_changes_nothing() -> None:
    engine = open_sqlcipher(None, bytes(32))
    schema.upgrade(engine)
    before = shape(engine)
    schema.upgrade(engine)
    assert shape(engine) == before
    with reading(engine) as connection:
        assert schema.revision(connection) == schema.CURRENT == schema.KNOWN[-1]
        assert schema.require_current(connection)


def test_a_newer_shape_is_refused_and_a_missing_one_is_damage() -> None:
    engine = open_sqlcipher(None, bytes(32))
    with reading(engine) as connection, pytest.raises(Damaged):
        schema.revision(connection)
    schema.upgrade(engine)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with reading(engine) as connection, pytest.raises(UsageError, match="newer program"):
        schema.require_current(connection)
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
    with reading(engine) as connection, pytest.raises(Damaged):
        schema.require_current(connection)


@pytest.mark.parametrize(
    "change", ["DELETE FROM leaf", "UPDATE leaf SET time = ''", "DELETE FROM node", "UPDATE node SET place = 9"]
)
def test_leaves_and_nodes_cannot_be_changed_or_removed(change: str) -> None:
    from registry_app.errors import StorageError

    engine = open_sqlcipher(None, bytes(32))
    schema.upgrade(engine)
    with writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO node (level, place, hash) VALUES (1, 0, x'00')")
        connection.exec_driver_sql(
            "INSERT INTO leaf (seq, id, hash, person, time, reckoned, envelope) VALUES (0, 'a', x'00', 'p', 't', 't', x'00')"
        )
    with pytest.raises(StorageError), writing(engine) as connection:
        connection.exec_driver_sql(change)
