from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from registry_app.errors import StorageBusy, StorageReadOnly, Tampered, UsageError
from registry_app.vault.folder import FILES, Folder, keep_private


def test_a_made_folder_is_private_locked_and_marked_until_it_is_finished(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "deep" / "registry")
    lock = folder.make()
    assert folder.path.stat().st_mode & 0o777 == 0o700
    with pytest.raises(UsageError, match="never finished"):
        folder.require()
    with pytest.raises(StorageBusy):
        folder.make()
    folder.finish()
    lock.release()
    with pytest.raises(UsageError, match="no registry"):
        folder.require()
    folder.make().release()


def test_what_was_never_finished_is_removed_and_nothing_else(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for name in (*FILES, ".keyring.abc.tmp"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "thesis.txt").write_text("mine")
    folder.make().release()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["founding", "registry.lock", "thesis.txt"]


def test_a_folder_with_something_in_it_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    (tmp_path / "file").write_text("x")
    os.symlink(tmp_path, tmp_path / "link")
    for path in (tmp_path, tmp_path / "file", tmp_path / "link"):
        with pytest.raises(UsageError, match="not empty"):
            Folder(path).make()
    with pytest.raises(UsageError, match="file is no folder"):
        Folder(tmp_path / "file" / "below").make()
    assert not (tmp_path / "file").is_dir()


def test_a_folder_where_nothing_can_be_written_is_not_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Folder(tmp_path / "deep" / "registry").require_free()
    asked = []

    def access(path: Path, mode: int) -> bool:
        asked.append(path)
        return False

    monkeypatch.setattr(os, "access", access)  # root may write anywhere
    with pytest.raises(StorageReadOnly, match="cannot be written"):
        Folder(tmp_path / "deep" / "registry").require_free()
    assert asked == [tmp_path]
    assert list(tmp_path.iterdir()) == []


def test_a_lone_lock_file_does_not_stand_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "registry.lock").write_bytes(b"")
    Folder(tmp_path).make().release()


def test_any_of_the_files_makes_it_a_registry(tmp_path: Path) -> None:
    for name in ("registry.db", "keyring.json", "keyring.previous.json"):
        (tmp_path / name).write_bytes(b"")
        Folder(tmp_path).require()
        (tmp_path / name).unlink()
    with pytest.raises(UsageError):
        Folder(tmp_path).require()


@pytest.mark.parametrize("name", FILES)
def test_a_link_or_a_folder_in_a_files_place_is_refused(tmp_path: Path, name: str) -> None:
    os.symlink(tmp_path / "elsewhere", tmp_path / name)
    with pytest.raises(Tampered, match=name):
        Folder(tmp_path).require()
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    with pytest.raises(Tampered, match=name):
        Folder(tmp_path).require()


def test_it_is_at_rest_without_a_journal_that_says_something(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    seen = [folder.at_rest]
    for journal, content in ((folder.wal, b""), (folder.wal, b"x"), (folder.journal, b""), (folder.journal, b"x")):
        journal.write_bytes(content)
        seen.append(folder.at_rest)
        journal.unlink()
    assert seen == [True, True, False, True, False]


def test_files_are_private_and_no_core_is_dumped_from_here_on() -> None:
    before = os.umask(0o022)
    try:
        keep_private()
        assert os.umask(0o077) == 0o077
        assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
    finally:
        os.umask(before)
