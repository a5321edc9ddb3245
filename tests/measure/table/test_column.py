from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from registry_app.errors import UsageError
from registry_app.measure.table.column import Column, equals, text
from registry_app.measure.table.memory import Memory
from registry_app.measure.table.source import Source, open_source
from tests.measure.table.ground import AGE, COLUMNS, Row, everywhere
from tests.postgres import Server

TEXTS = [
    "1",
    " 2.5 ",
    "-.5e1",
    "+3.",
    "1e-3",
    "0x10",
    "1_000",
    "",
    "  ",
    None,
    "nan",
    "inf",
    "1e",
    "e5",
    "--1",
    "1 2",
    "½",
]
NUMBERS = [1.0, 2.5, -5.0, 3.0, 0.001]


def asked(source: Source, *columns: Any) -> list[tuple[Any, ...]]:
    return source.ask(select(*(each.label(f"v{at}") for at, each in enumerate(columns))).select_from(source.data))


def texts(source: Source) -> Column:
    return source.column("g")


@pytest.fixture(scope="module")
def sources(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Source]]:
    rows: list[Row] = [(1, 1, 0.5, 1.0, value, float(place), str(place)) for place, value in enumerate(TEXTS)]
    folder = tmp_path_factory.mktemp("column")
    list(everywhere(rows, folder, server, database := server.database()))
    names = [str(folder / "t.csv"), str(folder / "t.parquet"), f"sqlite:///{folder}/t.db#t"]
    with ExitStack() as stack:
        yield [stack.enter_context(open_source(name)) for name in (*names, f"{server.url(database)}#public.t")]


def test_a_text_is_a_number_in_every_engine_or_in_none(sources: list[Source]) -> None:
    for source in sources:
        found = asked(source, texts(source).number, source.column("id").number)
        held = {int(place): value for value, place in found}
        assert [held[place] for place in range(5)] == NUMBERS
        assert all(
            held[place] is None or not math.isfinite(held[place]) for place in (5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
        )


def test_a_cell_of_blanks_is_empty_in_every_engine(sources: list[Source]) -> None:
    for source in sources:
        assert source.ask(select(func.count()).where(texts(source).empty))[0][0] == 3


def test_numbers_fall_into_the_same_bands_in_every_engine(sources: list[Source]) -> None:
    for source in sources:
        age = source.column(AGE)
        held = dict(asked(source, source.column("id").number, age.band((3.0, 10.0))))
        assert [held[place] for place in range(len(TEXTS))] == [0] * 3 + [1] * 7 + [2] * (len(TEXTS) - 10)


def test_outside_are_numbers_beyond_the_ends_and_what_is_none(sources: list[Source]) -> None:
    for source in sources:
        inside = source.ask(select(func.count()).where(~texts(source).outside(0.0, 2.5)))[0][0]
        assert inside == 3


def test_a_value_is_found_as_the_engine_gave_it_null_among_them() -> None:
    with Memory({"x": ["a", None, "b", None]}, ["x"]) as source:
        column = source.column("x").key
        counts = [source.ask(select(func.count()).where(equals(column, each)))[0][0] for each in (["a"], [None], [])]
    assert counts == [1, 2, 0]


def test_truths_are_numbers_too() -> None:
    with Memory({"x": [True, False, None]}, ["x"]) as source:
        assert sorted(str(value) for (value,) in asked(source, source.column("x").number)) == ["0.0", "1.0", "None"]


def test_dates_go_by_their_text(tmp_path: Path) -> None:
    duckdb.sql(f"COPY (SELECT DATE '2026-11-21' AS d) TO '{tmp_path}/t.parquet'")
    with open_source(str(tmp_path / "t.parquet")) as source:
        assert asked(source, source.column("d").key) == [("2026-11-21",)]


@pytest.mark.parametrize(
    ("value", "name"),
    [(None, ""), (math.nan, ""), (True, "True"), (3, "3"), (3.0, "3"), (-0.0, "0"), (0.5, "0.5"), (Decimal("1.50"), "1.5"),
     (Decimal("2.00"), "2"), (math.inf, "inf"), (1e300, "1e+300"), (dt.date(2026, 11, 21), "2026-11-21"), (" a", " a")],
)  # fmt: skip
def test_a_value_is_named_as_python_writes_it_and_whole_numbers_without_a_point(value: Any, name: str) -> None:
    assert text(value) == name


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_the_name_of_a_number_reads_back_as_the_number(value: float) -> None:
    assert float(text(value)) == value


@pytest.mark.parametrize("value", [b"x", [1], (1,), {"a": 1}, {1}, bytearray(b"x"), memoryview(b"x")])
def test_what_is_nothing_plain_has_no_name(value: Any) -> None:
    with pytest.raises(UsageError, match="bytes or lists"):
        text(value)


def test_every_column_of_the_ground_has_a_kind(sources: list[Source]) -> None:
    for source in sources:
        assert [column.name for column in source.header] == list(COLUMNS)
        assert {column.kind for column in source.header} <= {"text", "number"}
