"""What is no registry, not this program's, not whole, or not where it should be."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from registry_app.custody import found
from registry_app.errors import Damaged, IntegrityError, RegistryError, Tampered, UsageError
from registry_app.vault import keyfile
from registry_app.vault.engine import open_sqlcipher, writing
from registry_app.vault.place import database_key
from registry_app.verification import verify
from registry_app.workspace import Workspace
from tests.ground import Ground, phrase

ODD = [
    "a?b=c&mode=ro",
    "100%",
    "x#y",
    "with blank",
    "quote'\"",
    "naïve ☃",
    "%00%2e",
    "semi;colon",
    "back\\slash",
    "new\nline",
]


def test_a_folder_without_a_registry_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    for path, said in ((tmp_path / "none", "no folder"), (tmp_path / "file", "no folder"), (tmp_path, "no registry")):
        with pytest.raises(UsageError, match=said):
            Workspace.open(path, "dev", "x")


@pytest.mark.parametrize("content", [b"", b"\0" * 4096, b"SQLite format 3\0" + bytes(8192), b"\xff" * 5000])
def test_a_file_that_is_no_registry_is_damage_and_stays_as_it_is(small: Ground, content: bytes) -> None:
    (small.folder / "registry.db").write_bytes(content)
    before = small.print()
    with pytest.raises(Damaged):
        small.open()
    assert small.print() == before


def test_a_missing_database_is_said(small: Ground) -> None:
    (small.folder / "registry.db").unlink()
    with pytest.raises(Damaged, match="database is missing"):
        small.open()
    assert not (small.folder / "registry.db").exists()


@pytest.mark.parametrize("name", ["keyring.json", "keyring.previous.json"])
def test_a_keyring_of_another_kind_is_damage(small: Ground, name: str) -> None:
    for content in (b"", b"{}", b"[" * 100_000, b"\xff\xfe", b'{"keyring":1}'):
        (small.folder / name).write_bytes(content)
        if name == "keyring.json":
            with pytest.raises(IntegrityError):
                small.open()
        else:
            small.open().close()


def test_a_newer_registry_is_left_to_a_newer_program(small: Ground) -> None:
    with small.open() as workspace:
        key = workspace.store.key
    engine = open_sqlcipher(small.folder / "registry.db", key)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    before = small.print()
    with pytest.raises(UsageError, match="newer program"):
        small.open()
    assert small.print() == before


def test_a_database_without_a_shape_is_damage(small: Ground) -> None:
    with small.open() as workspace:
        key = workspace.store.key
    engine = open_sqlcipher(small.folder / "registry.db", key)
    with writing(engine) as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
    engine.dispose()
    with pytest.raises(Damaged, match="which shape"):
        small.open()


@pytest.mark.parametrize(
    "name", ["registry.db", "registry.db-wal", "keyring.json", "head", "registry.lock", "attempts.log"]
)
def test_a_link_in_the_place_of_a_file_is_refused(small: Ground, tmp_path: Path, name: str) -> None:
    path = small.folder / name
    target = tmp_path / "target"
    if path.exists():
        shutil.move(path, target)
    else:
        target.write_bytes(b"")
    path.symlink_to(target)
    with pytest.raises(Tampered, match="is a link"):
        small.open()


@pytest.mark.parametrize("name", ["head", "registry.lock", "attempts.log", "registry.db"])
def test_a_pipe_in_the_place_of_a_file_is_refused_and_waited_for_by_nobody(small: Ground, name: str) -> None:
    (small.folder / name).unlink(missing_ok=True)
    os.mkfifo(small.folder / name)
    with pytest.raises(Tampered, match="no regular file"):
        small.open()


@pytest.mark.parametrize("name", ODD)
def test_a_folder_with_an_odd_name_is_a_folder_like_others(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    found(folder, "Bank", "admin", "Ada Admin", phrase("admin")).workspace.close()
    with Workspace.open(folder, "admin", phrase("admin")) as workspace:
        assert verify(workspace).ok
    with Workspace.open(folder, "admin", phrase("admin"), read_only=True) as workspace:
        assert workspace.head().size == 3
    assert [each.name for each in tmp_path.iterdir() if each.name != name] == []


def test_a_registry_is_not_made_where_something_is(small: Ground, tmp_path: Path) -> None:
    before = small.print()
    with pytest.raises(UsageError, match="not empty"):
        found(small.folder, "Bank", "admin", "Ada Admin", phrase("admin"))
    assert small.print() == before
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="not empty"):
        found(tmp_path / "link", "Bank", "admin", "Ada Admin", phrase("admin"))


def test_the_database_of_another_registry_does_not_open(small: Ground, tmp_path: Path) -> None:
    found(tmp_path / "other", "Other", "admin", "Ada Admin", phrase("admin")).workspace.close()
    shutil.copy(tmp_path / "other" / "registry.db", small.folder / "registry.db")
    with pytest.raises(RegistryError) as caught:
        small.open()
    assert caught.value.exit_code == 3
    assert database_key(keyfile.load(small.folder).unlock("dev", phrase("dev")).data_keys.keys[1])
