from __future__ import annotations

from pathlib import Path

from registry_app.vault.engine import open_sqlcipher, writing
from registry_app.vault.pages import Pages

KEY = bytes(range(32))
SIZES = [0, 1, 100, 470, 480, 900, 1_000, 3_900, 3_981, 3_982, 4_100, 8_000, 12_044, 50_000]


def made(path: Path) -> dict[int, tuple[object, ...]]:
    engine = open_sqlcipher(path, KEY)
    rows: dict[int, tuple[object, ...]] = {}
    with writing(engine) as connection:
        connection.exec_driver_sql(
            "CREATE TABLE word (id INTEGER PRIMARY KEY, said TEXT, n INTEGER, body BLOB, none TEXT)"
        )
        connection.exec_driver_sql("CREATE TABLE named (name TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID")
        numbers = [0, 1, -1, 127, -128, 32_767, 8_388_607, -8_388_608, 2**31, 2**47, -(2**47), 2**63 - 1, -(2**63), 5]
        for place, (size, number) in enumerate(zip(SIZES, numbers, strict=True), start=1):
            row = ("é" * (size // 2), number, bytes(size), None)
            connection.exec_driver_sql("INSERT INTO word VALUES (?, ?, ?, ?, ?)", (place, *row))
            connection.exec_driver_sql("INSERT INTO named VALUES (?, ?)", (f"name {place:09d} " * 30, bytes(size)))
            rows[place] = (None, *row)
    engine.dispose()
    return rows


def test_every_row_is_read_as_sqlite_wrote_it(tmp_path: Path) -> None:
    rows = made(tmp_path / "a.db")
    pages = Pages(tmp_path / "a.db", KEY)
    found = {row.rowid: row.values for _, row in pages.rows(frozenset({5})) if row.rowid in rows}
    assert found == rows
    named = {row.values for _, row in pages.rows(frozenset({2})) if row.rowid is None}
    assert named >= {(f"name {place:09d} " * 30, bytes(size)) for place, size in enumerate(SIZES, start=1)}
    for place, row in pages.rows(frozenset({5})):
        assert pages.row(place) == row
    pages.close()


def test_one_bad_page_costs_what_stands_on_it(tmp_path: Path) -> None:
    rows = made(tmp_path / "a.db")
    whole = (tmp_path / "a.db").read_bytes()
    for page in range(len(whole) // 4096):
        (tmp_path / "a.db").write_bytes(whole[: page * 4096 + 20] + bytes(64) + whole[page * 4096 + 84 :])
        pages = Pages(tmp_path / "a.db", KEY)
        found = [row for _, row in pages.rows(frozenset({5})) if row.rowid in rows and row.values == rows[row.rowid]]
        assert len(found) >= len(rows) - 7
        pages.close()


def test_another_key_and_noise_give_no_row_of_ours(tmp_path: Path) -> None:
    rows = made(tmp_path / "a.db")
    for key, content in (
        (bytes(32), None),
        (KEY, bytes(40_960)),
        (KEY, bytes(range(256)) * 100),
        (KEY, b""),
        (KEY, b"x" * 5_000),
    ):
        if content is not None:
            (tmp_path / "a.db").write_bytes(content)
        pages = Pages(tmp_path / "a.db", key)
        assert [row for _, row in pages.rows(frozenset({2, 5})) if row.values in rows.values()] == []
        pages.close()
