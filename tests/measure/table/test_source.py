"""A source is read in the order of its rows, and stops when it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, true

from registry_app.errors import Cancelled
from registry_app.measure.progress import Progress
from registry_app.measure.table.source import Source, open_source
from tests.measure.table.ground import Row, as_csv, as_parquet, as_postgres, as_sqlite
from tests.postgres import Server

ROWS: list[Row] = [(n % 2, n % 3 % 2, 0.5, 1.0, "ab"[n % 2], None if n % 7 == 0 else n, str(n)) for n in range(2000)]
ENGINES = ["csv", "parquet", "sqlite", "postgresql"]


class Told:
    """What a face would hear, and whether it wants to go on."""

    def __init__(self) -> None:
        self.words: list[tuple[str, int, int]] = []
        self.stop = False

    @property
    def progress(self) -> Progress:
        return Progress(lambda *said: self.words.append(said), lambda: self.stop)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture(params=ENGINES)
def source(request: pytest.FixtureRequest, told: Told, tmp_path: Path) -> Iterator[Source]:
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("server")
        name = as_postgres(server, server.database(), ROWS)
    elif request.param == "sqlite":
        name = as_sqlite(tmp_path / "t.db", ROWS)
    else:
        write = as_csv if request.param == "csv" else as_parquet
        name = str(write(tmp_path / f"t.{request.param}", ROWS))
    with open_source(name, progress=told.progress) as opened:
        yield opened


def test_rows_come_in_their_order_some_at_a_time(source: Source) -> None:
    parts = list(source.stream([source.column("id").key, source.column("y").number], 300))
    assert [len(part) for part in parts] == [300] * 6 + [200]
    assert [row for part in parts for row in part] == [(str(n), float(n % 2)) for n in range(2000)]


def test_a_question_that_takes_for_ever_is_ended_when_it_is_cancelled(source: Source, told: Told) -> None:
    def asked() -> bool:
        told.stop = bool(told.words) and told.words[-1][0] == "counting"
        return told.stop

    source.progress = Progress(lambda *said: told.words.append(said), asked)
    with pytest.raises(Cancelled):
        source.ask(_endless(source))


def test_nothing_is_asked_once_it_was_cancelled(source: Source, told: Told) -> None:
    told.stop = True
    with pytest.raises(Cancelled):
        source.ask(select(func.count()).select_from(source.data))
    with pytest.raises(Cancelled):
        next(source.stream([source.column("id").key], 10))


def test_a_long_file_is_not_hashed_to_its_end_when_it_is_cancelled(told: Told, tmp_path: Path) -> None:
    told.stop = True
    for write, name in ((as_csv, "t.csv"), (as_parquet, "t.parquet")):
        with pytest.raises(Cancelled):
            open_source(str(write(tmp_path / name, ROWS)), progress=told.progress)


def _endless(source: Source) -> Any:
    one, two, three = (source.data.alias(name) for name in ("one", "two", "three"))
    key = source.column("id").sql.name
    lengths = [func.length(each.c[key]) for each in (one, two, three)]
    return (
        select(func.count())
        .select_from(one.join(two, true()).join(three, true()))
        .where(sum(lengths[1:], lengths[0]) == 1)
    )
