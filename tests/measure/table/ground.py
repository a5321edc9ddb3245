"""The same rows as every kind of table."""

from __future__ import annotations

import csv
import gzip
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

from registry_app.measure.table.mapping import Feature, Mapping
from registry_app.measure.table.memory import Memory
from registry_app.measure.table.source import Source, open_source
from tests.postgres import Server

COLUMNS = {
    "y": "INTEGER", "p": "INTEGER", "s": "DOUBLE PRECISION", "w": "DOUBLE PRECISION", "g": "VARCHAR",
    'a"; DROP TABLE t; --%(x)s :y': "DOUBLE PRECISION", "id": "VARCHAR",
}  # fmt: skip
AGE = list(COLUMNS)[5]
FEATURES = (Feature("g"), Feature(AGE, (25, 60)))
DECIDED = Mapping("y", positive="1", prediction="p", sensitive=FEATURES, weights="w", row_id="id")
SCORED = Mapping("y", positive="1", score="s", threshold=0.5, sensitive=FEATURES, weights="w")

Row = tuple[Any, ...]


def quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def created() -> str:
    return f"CREATE TABLE t ({', '.join(f'{quote(name)} {kind}' for name, kind in COLUMNS.items())})"


def as_csv(path: Path, rows: Sequence[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(["" if value is None else value for value in row] for row in rows)
    return path


def as_parquet(path: Path, rows: Sequence[Row]) -> Path:
    with duckdb.connect() as connection:
        connection.execute(created())
        if rows:
            connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(COLUMNS))})", rows)
        connection.execute(f"COPY t TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)")
    return path


def as_sqlite(path: Path, rows: Sequence[Row]) -> str:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(created())
        connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(COLUMNS))})", rows)
        connection.commit()
    return f"sqlite:///{path}#t"


def as_postgres(server: Server, database: str, rows: Sequence[Row]) -> str:
    import psycopg

    with psycopg.connect(server.url(database, "owner")) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("DROP TABLE IF EXISTS t")
        connection.execute(created().encode())
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO t VALUES ({', '.join(['%s'] * len(COLUMNS))})", rows)
    return f"{server.url(database, 'owner')}#public.t"


def everywhere(rows: Sequence[Row], folder: Path, server: Server, database: str) -> Iterator[Source]:
    """The rows as CSV, gzipped CSV, one Parquet file, a folder of three, columns, in SQLite and in PostgreSQL."""
    path = as_csv(folder / "t.csv", rows)
    packed = folder / "t.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    many = folder / "many"
    many.mkdir(exist_ok=True)
    for part in range(3):
        as_parquet(many / f"{part}.parquet", rows[part::3])
    texts = (str(path), str(packed), str(as_parquet(folder / "t.parquet", rows)), str(many))
    for text in (*texts, as_sqlite(folder / "t.db", rows), as_postgres(server, database, rows)):
        with open_source(text) as source:
            yield source
    frame = {name: [row[place] for row in rows] for place, name in enumerate(COLUMNS)}
    with Memory(frame, COLUMNS) as source:
        yield source
