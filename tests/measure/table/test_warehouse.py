from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from registry_app.errors import AuthenticationError, RegistryError, StorageCut, UsageError
from registry_app.measure.cells.count import cells
from registry_app.measure.table.source import Source, open_source
from tests.measure.table.ground import DECIDED, Row, as_postgres, as_sqlite, created
from tests.postgres import PASSWORD, Server

ROWS: list[Row] = [
    (1, 1, 0.5, 0.25, "a", 30.0, "x"),
    (0, 0, 0.5, 0.1, "b", None, "y"),
    (0, 1, 0.5, 0.7, "b", None, "z"),
]


@pytest.fixture(scope="module")
def url(server: Server) -> str:
    return as_postgres(server, server.database(), ROWS)


@pytest.fixture(params=["sqlite", "postgresql"])
def source(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> Iterator[Source]:
    with open_source(url if request.param == "postgresql" else as_sqlite(tmp_path / "t.db", ROWS)) as opened:
        yield opened


def test_a_table_is_named_by_the_counts_that_were_taken(source: Source, url: str, tmp_path: Path) -> None:
    assert cells(source, DECIDED).rows.sum() == 3
    described = source.described()
    assert (described["digest_of"], described["rows"]) == ("counts", 3)
    changed = as_sqlite(tmp_path / "u.db", [*ROWS[:2], (1, *ROWS[2][1:])])
    digests = []
    for text in (changed, as_sqlite(tmp_path / "v.db", ROWS[::-1])):
        with open_source(text) as other:
            cells(other, DECIDED)
            digests.append(other.described()["digest"])
    assert digests == [digests[0], described["digest"]]
    assert digests[0] != digests[1]


def test_nothing_can_be_written(source: Source) -> None:
    from sqlalchemy import text

    with pytest.raises(RegistryError, match=r"read.?only"):
        source.ask(text("DELETE FROM t"))  # type: ignore[arg-type]


def test_counts_are_those_of_one_moment(server: Server) -> None:
    database = server.database()
    address = as_postgres(server, database, ROWS)
    with open_source(address) as source:
        assert cells(source, DECIDED).rows.sum() == 3
        server.run("INSERT INTO t VALUES (1, 1, 0.5, 1, 'a', 1, 'new')", database=database)
        assert cells(source, DECIDED).rows.sum() == 3


def test_problems_name_the_row_id_where_rows_have_no_order(server: Server) -> None:
    rows = [*ROWS, (None, 1, 0.5, -1.0, "a", None, "bad one"), (1, 1, 0.5, 1.0, "a", None, "x")]
    with open_source(as_postgres(server, server.database(), rows)) as source:
        with pytest.raises(UsageError) as caught:
            cells(source, DECIDED)
        assert "column 'y': the label is missing, in the row with the id 'bad one'" in caught.value.details
        assert "column 'w': the weight '-1' is below 0, in the row with the id 'bad one'" in caught.value.details
        assert "column 'id': the row id stands twice, in the row with the id 'x'" in caught.value.details


def test_a_table_that_is_not_there_is_refused(url: str, tmp_path: Path) -> None:
    database = url.partition("#")[0]
    for text in (f"{database}#absent", f"{database}#nowhere.t", as_sqlite(tmp_path / "t.db", []) + "x"):
        with pytest.raises(UsageError, match="There is no table"):
            open_source(text)
    with pytest.raises(UsageError, match="There is no file"):
        open_source(f"sqlite:///{tmp_path}/absent.db#t")
    assert not (tmp_path / "absent.db").exists()


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://a:geheim@h/d",
        "postgresql://a:geheim@h:x/d#t",
        "mysql://a:geheim@h/d#t",
        "sqlite://#t",
        "x://geheim#",
    ],
)
def test_a_url_that_cannot_be_used_is_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_source(text)
    assert "geheim" not in str(caught.value)


def test_what_the_server_refuses_is_said_without_the_password(server: Server, url: str) -> None:
    wrong = "geheim"
    cases: list[tuple[str, type[RegistryError]]] = [
        (url.replace(PASSWORD, wrong), AuthenticationError),
        (url.replace(f":{server.port}/", ":1/").replace(PASSWORD, wrong), StorageCut),
        (url.replace("owner:", "writer:"), UsageError),
    ]
    for text, kind in cases:
        with pytest.raises(kind) as caught, open_source(text) as source:
            cells(source, DECIDED)
        assert wrong not in str(caught.value)
        assert PASSWORD not in str(caught.value)


def test_a_view_of_another_schema_is_counted(server: Server) -> None:
    database = server.database()
    with psycopg.connect(server.url(database, "owner")) as connection:
        connection.execute('CREATE SCHEMA "Odd ""One"')
        connection.execute(created().replace("TABLE t", 'TABLE "Odd ""One"."T;"', 1).encode())
        connection.execute('CREATE VIEW "Odd ""One".v AS SELECT * FROM "Odd ""One"."T;"')
        for row in ROWS:
            values = ", ".join(["%s"] * len(row))
            connection.execute(f'INSERT INTO "Odd ""One"."T;" VALUES ({values})'.encode(), row)
    for name in ("v", "T;"):
        with open_source(f'{server.url(database, "owner")}#Odd "One.{name}') as source:
            assert cells(source, DECIDED).rows.sum() == 3
