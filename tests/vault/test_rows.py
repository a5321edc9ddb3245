from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel

import registry_app.house  # noqa: F401 - every room's tables
from registry_app.ledger.tables import NodeRow, PayloadRow
from registry_app.people.tables import GrantRow, PersonRow
from registry_app.vault.engine import open_sqlcipher, reading, writing
from registry_app.vault.rows import Rows, _select
from registry_app.vault.sealed import Sealed


@pytest.fixture
def engine() -> Engine:
    engine = open_sqlcipher(None, bytes(32))
    SQLModel.metadata.create_all(engine)
    return engine


@pytest.fixture
def rows(engine: Engine) -> Iterator[Rows]:
    with writing(engine) as connection:
        yield Rows(connection)


def person(rows: Rows, seq: int, name: str = "Ada") -> None:
    rows.seq = seq
    rows.add(PersonRow, id="1", until=None, handle="ada", name=name, profile="", state="active", key="k")


def test_a_row_holds_from_where_it_was_said_and_past_rows_are_asked_as_of(engine: Engine) -> None:
    with writing(engine) as connection:
        rows = Rows(connection)
        person(rows, 3)
        rows.seq = 7
        rows.revise(PersonRow, {"id": "1"}, name="Ada Lovelace")
        rows.seq = 9
        rows.end(PersonRow, id="1")
        assert rows.one(PersonRow, id="1") is None
        assert rows.ever(PersonRow, id="1")
        assert [row["name"] for row in rows.every(PersonRow, id="1")] == ["Ada", "Ada Lovelace"]
    with reading(engine) as connection:
        names = []
        for at in range(1, 11):
            row = Rows(connection, at).one(PersonRow, id="1")
            names.append(row and row["name"])
    assert names == [None, None, "Ada", "Ada", "Ada", "Ada", "Ada Lovelace", "Ada Lovelace", None, None]


def test_the_last_row_is_the_one_with_the_greatest_value_that_held_then(engine: Engine) -> None:
    with writing(engine) as connection:
        rows = Rows(connection)
        for seq, name in ((1, "b"), (2, "c"), (3, "a")):
            rows.seq = seq
            rows.add(PersonRow, id=str(seq), until=None, handle=name, name=name, profile="", state="active", key="k")
        rows.end(PersonRow, id="2")
    with reading(engine) as connection:
        found = [
            Rows(connection, at).last(PersonRow, "name", state=state)
            for at, state in ((None, "active"), (2, "active"), (0, "active"), (None, "gone"))
        ]
    assert [row and row["name"] for row in found] == ["b", "c", None, None]


def test_a_second_change_at_one_place_changes_the_row_of_that_place(rows: Rows) -> None:
    person(rows, 3)
    rows.revise(PersonRow, {"id": "1"}, name="Ada B")
    rows.seq = 5
    rows.revise(PersonRow, {"id": "1"}, name="Ada C")
    rows.revise(PersonRow, {"id": "1"}, state="disabled")
    assert [(r["since"], r["until"], r["name"]) for r in rows.every(PersonRow, id="1")] == [
        (3, 5, "Ada B"),
        (5, None, "Ada C"),
    ]
    assert rows.all(PersonRow, state="disabled")[0]["name"] == "Ada C"


def test_what_does_not_hold_cannot_be_revised(rows: Rows) -> None:
    with pytest.raises(LookupError):
        rows.revise(PersonRow, {"id": "1"}, name="x")


def test_many_rows_are_added_at_once_and_none_is_nothing(rows: Rows) -> None:
    rows.seq = 4
    rows.add_many(NodeRow, [])
    rows.add_many(NodeRow, [{"level": 1, "place": n, "hash": bytes(32)} for n in range(5)])
    assert [row["place"] for row in rows.all(NodeRow, level=1)] == [0, 1, 2, 3, 4]
    grants = [
        {"id": str(n), "until": None, "person": "p", "role": "admin", "scope": "global", "scope_id": "", "ends": ""}
        for n in range(3)
    ]
    rows.add_many(GrantRow, grants)
    assert {row["since"] for row in rows.all(GrantRow, person="p")} == {4}


def test_absent_values_are_asked_for_as_such(rows: Rows) -> None:
    rows.add(PayloadRow, digest="a", body=None)
    rows.add(PayloadRow, digest="b", body=Sealed(b"x"))
    found = rows.one(PayloadRow, body=None)
    assert found is not None
    assert found["digest"] == "a"


def test_names_and_values_that_look_like_sql_are_values(rows: Rows) -> None:
    hostile = "x'; DROP TABLE person; --"
    person(rows, 1, hostile)
    assert rows.one(PersonRow, name=hostile) is not None


def test_plain_values_never_reach_a_sealed_column(rows: Rows) -> None:
    with pytest.raises(TypeError, match="sealed values only"):
        rows.add(PayloadRow, digest="a", body=b"plain")
    with pytest.raises(TypeError, match="sealed values only"):
        rows.add_many(PayloadRow, [{"digest": "a", "body": b"plain"}])
    rows.add(PayloadRow, digest="a", body=Sealed(b"x"))
    with pytest.raises(TypeError, match="sealed values only"):
        rows.put(PayloadRow, {"digest": "a"}, body=b"plain")


def test_the_row_that_holds_now_is_found_past_any_number_that_held_before(rows: Rows) -> None:
    asked: list[str] = []
    with_history = [
        each
        for each in SQLModel.__subclasses__()
        if "until" in each.model_fields and "since" in each.__table__.primary_key.columns  # type: ignore[attr-defined]
    ]
    cursor = rows.connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
    for table in with_history:
        name = table.__table__.name  # type: ignore[attr-defined]
        key = [column.name for column in table.__table__.primary_key.columns if column.name != "since"]  # type: ignore[attr-defined]
        sql = _select(table, tuple(key), frozenset(), False, 1, "", "?")
        plan = " ".join(row[3] for row in cursor.execute("EXPLAIN QUERY PLAN " + sql, key).fetchall())
        assert plan == f"SEARCH {name} USING INDEX {name}_now ({' AND '.join(f'{each}=?' for each in key)})"
        asked.append(name)
    assert {"model", "tag", "person", "review", "verdict"} <= set(asked)
