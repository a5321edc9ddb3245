from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from registry_app.errors import StorageBusy, StorageError, Tampered
from registry_app.vault import lock as room
from registry_app.vault.lock import FolderLock


def test_many_share_it_and_none_is_alone_then(tmp_path: Path) -> None:
    one, other = FolderLock(tmp_path), FolderLock(tmp_path)
    one.share()
    other.share()
    assert not one.alone()
    other.release()
    assert one.alone()
    one.release()
    one.release()


def test_whoever_shares_waits_for_a_short_work_alone(tmp_path: Path) -> None:
    one, other = FolderLock(tmp_path), FolderLock(tmp_path)
    assert one.alone()
    timer = threading.Timer(0.05, one.share)
    timer.start()
    other.share()
    timer.join()
    assert not one.alone()


def test_whoever_shares_does_not_wait_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_PATIENCE", 0.0)
    one, other = FolderLock(tmp_path), FolderLock(tmp_path)
    assert one.alone()
    with pytest.raises(StorageBusy, match="working on the registry's file"):
        other.share()


def test_a_link_and_a_folder_in_its_place_are_refused(tmp_path: Path) -> None:
    os.symlink(tmp_path / "elsewhere", tmp_path / "registry.lock")
    with pytest.raises(Tampered):
        FolderLock(tmp_path)
    assert not (tmp_path / "elsewhere").exists()
    (tmp_path / "registry.lock").unlink()
    (tmp_path / "registry.lock").mkdir()
    with pytest.raises(StorageError):
        FolderLock(tmp_path)


def test_it_is_opened_for_reading_where_it_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def read_only(path: str, flags: int, *rest: int) -> int:
        if flags & (os.O_RDWR | os.O_CREAT):
            raise OSError(30, "Read-only file system", path)
        return real(path, flags, *rest)

    FolderLock(tmp_path).release()
    monkeypatch.setattr(os, "open", read_only)
    lock, other = FolderLock(tmp_path), FolderLock(tmp_path)
    lock.share()
    assert not other.alone()
    (tmp_path / "registry.lock").unlink()
    nothing = FolderLock(tmp_path)
    assert nothing.alone()
    nothing.share()
    nothing.release()
