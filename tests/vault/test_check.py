from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine

from registry_app.errors import Damaged
from registry_app.vault import check
from registry_app.vault.engine import open_sqlcipher, reading, writing
from registry_app.vault.folder import Folder

KEY = bytes(range(32))


def made(path: Path) -> tuple[Folder, Engine]:
    engine = open_sqlcipher(path / "registry.db", KEY)
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE word (id INTEGER PRIMARY KEY, said TEXT)")
        connection.exec_driver_sql("CREATE INDEX by_said ON word (said)")
        for number in range(400):
            connection.exec_driver_sql("INSERT INTO word VALUES (?, ?)", (number, f"{number:08d}" * 20))
    return Folder(path), engine


def count(folder: Folder, *, alone: bool = True) -> int:
    with check.untouched(folder, KEY, alone=alone) as engine, reading(engine) as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM word").scalar() or 0)


def print_of(folder: Folder) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.path.iterdir() if not each.name.endswith("-shm")}


def test_a_file_at_rest_and_one_with_a_journal_are_seen_as_they_will_be_and_left(tmp_path: Path) -> None:
    folder, engine = made(tmp_path)
    assert folder.wal.stat().st_size
    before = print_of(folder)
    assert count(folder, alone=False) == 400
    crashed = Folder(tmp_path / "crashed")
    shutil.copytree(tmp_path, crashed.path, ignore=shutil.ignore_patterns("crashed", "*-shm"))
    assert count(crashed) == 400
    assert print_of(crashed) == {name: before[name] for name in before if name != "crashed"}
    engine.dispose()
    assert folder.at_rest
    before = print_of(Folder(crashed.path))
    assert count(folder) == 400
    assert print_of(crashed) == before


def test_a_bad_page_is_found_at_rest_and_behind_a_journal(tmp_path: Path) -> None:
    folder, engine = made(tmp_path)
    engine.dispose()
    path = folder.database
    whole = path.read_bytes()
    for page in range(len(whole) // 4096):
        path.write_bytes(whole[: page * 4096 + 50] + bytes([whole[page * 4096 + 50] ^ 8]) + whole[page * 4096 + 51 :])
        with pytest.raises(Damaged):
            count(folder)


def test_an_index_that_does_not_fit_its_table_is_found(tmp_path: Path) -> None:
    folder, engine = made(tmp_path)
    engine.dispose()
    older = folder.database.read_bytes()
    engine = open_sqlcipher(folder.database, KEY)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE word SET said = 'x' || said WHERE id % 7 = 0")
    engine.dispose()
    newer = folder.database.read_bytes()
    found = 0
    for page in range(1, len(older) // 4096):
        if older[page * 4096 :][:4096] != newer[page * 4096 :][:4096]:
            folder.database.write_bytes(
                newer[: page * 4096] + older[page * 4096 :][:4096] + newer[page * 4096 + 4096 :]
            )
            with pytest.raises(Damaged):
                count(folder)
            found += 1
    assert found > 5


def test_a_wrong_key_a_missing_and_an_empty_file_are_damage(tmp_path: Path) -> None:
    folder, engine = made(tmp_path)
    engine.dispose()
    for alone in (True, False):
        with pytest.raises(Damaged), check.untouched(folder, bytes(32), alone=alone):
            pass
    folder.database.write_bytes(b"")
    with pytest.raises(Damaged, match="missing or empty"):
        count(folder)
    folder.database.unlink()
    with pytest.raises(Damaged, match="missing or empty"):
        count(folder)
    assert not folder.database.exists()


def test_a_large_file_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, engine = made(tmp_path)
    engine.dispose()
    whole = folder.database.read_bytes()
    folder.database.write_bytes(whole[:-50] + bytes([whole[-50] ^ 1]) + whole[-49:])
    monkeypatch.setattr(check, "QUICK_LIMIT", 0)
    with check.untouched(folder, KEY, alone=True):
        pass
    monkeypatch.undo()
    with pytest.raises(Damaged):
        count(folder)


def test_what_a_killed_process_left_half_written_is_swept(tmp_path: Path) -> None:
    folder, engine = made(tmp_path)
    engine.dispose()
    (tmp_path / ".check-abc").mkdir()
    (tmp_path / ".check-abc" / "registry.db").write_bytes(b"x")
    (tmp_path / ".keyring.abc.tmp").write_bytes(b"x")
    check.sweep(folder)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["registry.db"]


def test_without_room_for_a_copy_it_is_looked_at_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, engine = made(tmp_path)
    crashed = Folder(tmp_path / "crashed")
    shutil.copytree(tmp_path, crashed.path, ignore=shutil.ignore_patterns("crashed", "*-shm"))
    engine.dispose()

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", no_room)
    assert count(crashed) == 400
    assert not list(crashed.path.glob(".check-*"))


def test_the_pages_of_an_open_database_are_judged_once_its_journal_is_folded_in(tmp_path: Path) -> None:
    folder, engine = made(tmp_path)
    assert list(check.check_pages(engine)) == []
    engine.dispose()
    content = bytearray(folder.database.read_bytes())
    content[5 * 4096 + 100] ^= 1
    folder.database.write_bytes(content)
    found = list(check.check_pages(open_sqlcipher(folder.database, KEY)))
    assert found
    assert all(sentence.endswith(".") for sentence in found)
