from __future__ import annotations

import errno
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from registry_app.errors import Damaged, RegistryError, StorageBusy, StorageError, StorageFull, StorageReadOnly
from registry_app.vault.engine import from_os, open_sqlcipher, reading, translated, writing

KEY = bytes(range(32))


def made(path: Path, rows: int = 40, size: int = 9_000) -> Engine:
    engine = open_sqlcipher(path, KEY)
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE word (id INTEGER PRIMARY KEY, said TEXT)")
        for number in range(rows):
            connection.exec_driver_sql("INSERT INTO word VALUES (?, ?)", (number, format(number, "x") * size))
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return engine


def test_it_is_durable_and_strict_as_promised(tmp_path: Path) -> None:
    with reading(made(tmp_path / "a.db")) as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout", "temp_store")
        }
    assert asked == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 5000, "temp_store": 2,
    }  # fmt: skip


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    made(tmp_path / "a.db").dispose()
    with pytest.raises(Damaged), reading(open_sqlcipher(tmp_path / "a.db", bytes(32), read_only=True)) as connection:
        connection.exec_driver_sql("SELECT 1 FROM sqlite_schema")


def test_what_fails_within_is_not_written(tmp_path: Path) -> None:
    engine = made(tmp_path / "a.db")

    def half_done() -> None:
        with writing(engine) as connection:
            connection.exec_driver_sql("DELETE FROM word")
            raise LookupError

    with pytest.raises(LookupError):
        half_done()
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM word").scalar() == 40


def test_a_reader_keeps_its_snapshot_while_somebody_writes(tmp_path: Path) -> None:
    engine = made(tmp_path / "a.db")
    with reading(engine) as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM word").scalar()
        with writing(engine) as other:
            other.exec_driver_sql("DELETE FROM word WHERE id < 10")
        assert connection.exec_driver_sql("SELECT count(*) FROM word").scalar() == before


def test_a_second_writer_is_told_that_it_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_app.vault.engine.BUSY_TIMEOUT_MS", 1)
    engine = made(tmp_path / "a.db")
    with writing(engine), pytest.raises(StorageBusy), writing(engine):
        pass


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    made(tmp_path / "a.db").dispose()
    for options in ({"read_only": True}, {"immutable": True}):
        with pytest.raises(StorageReadOnly), writing(open_sqlcipher(tmp_path / "a.db", KEY, **options)) as connection:
            connection.exec_driver_sql("DELETE FROM word")


def test_words_of_a_bad_overflow_page_are_never_given(tmp_path: Path) -> None:
    made(tmp_path / "a.db").dispose()
    whole = (tmp_path / "a.db").read_bytes()
    silent = raised = 0
    for page in range(2, len(whole) // 4096):
        (tmp_path / "a.db").write_bytes(
            whole[: page * 4096 + 9] + bytes([whole[page * 4096 + 9] ^ 1]) + whole[page * 4096 + 10 :]
        )
        for number in range(40):
            engine = open_sqlcipher(tmp_path / "a.db", KEY, immutable=True)
            got = None
            try:
                with reading(engine) as connection:
                    got = connection.exec_driver_sql("SELECT said FROM word WHERE id = ?", (number,)).scalar()
                    silent += got != format(number, "x") * 9_000
            except Damaged:
                raised += 1
                continue
            finally:
                engine.dispose()
            assert got == format(number, "x") * 9_000
    assert raised > 20
    assert silent > 0, "SQLCipher no longer gives zeros for bad pages: the question after each reading is not needed"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("database or disk is full", StorageFull),
        ("attempt to write a readonly database", StorageReadOnly),
        ("unable to open database file", StorageReadOnly),
        ("database is locked", StorageBusy),
        ("file is not a database", Damaged),
        ("database disk image is malformed", Damaged),
        ("disk I/O error", StorageError),
        ("no such table: x", StorageError),
    ],
)
def test_the_drivers_words_become_ours(said: str, kind: type[RegistryError]) -> None:
    with pytest.raises(kind) as caught, translated():
        raise OperationalError("SELECT", None, Exception(said))
    assert type(caught.value) is kind


def test_memory_errors_are_bad_pages_and_our_own_errors_pass() -> None:
    with pytest.raises(Damaged), translated():
        raise MemoryError
    with pytest.raises(StorageBusy, match="mine"), translated():
        raise StorageBusy("mine", "")
    with pytest.raises(ZeroDivisionError), translated():
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOSPC, StorageFull), (errno.EDQUOT, StorageFull), (errno.EFBIG, StorageFull), (errno.EROFS, StorageReadOnly),
     (errno.EACCES, StorageReadOnly), (errno.EPERM, StorageReadOnly), (errno.EIO, StorageError)],
)  # fmt: skip
def test_the_systems_numbers_become_ours(number: int, kind: type[StorageError]) -> None:
    assert type(from_os(OSError(number, "said"))) is kind
    with pytest.raises(kind), translated():
        raise OSError(number, "said")
