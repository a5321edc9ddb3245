from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry_app.errors import (
    Damaged,
    StorageBusy,
    StorageError,
    Tampered,
    UsageError,
)
from registry_app.vault import keyfile
from registry_app.vault.identity import Identity
from registry_app.vault.kdf import ARGON2ID_FLOOR_2026_11 as FLOOR
from registry_app.vault.keyring import Keyring
from tests.vault.rings import KEYS, names

NAMES = ("keyring.json", "keyring.previous.json")


def test_what_is_saved_is_loaded_and_the_one_before_is_kept(folder: Path, first: Keyring, second: Keyring) -> None:
    assert keyfile.load(folder) == second
    assert Keyring.decode((folder / "keyring.previous.json").read_bytes()) == first
    assert names(folder) == set(NAMES)


def test_the_first_save_keeps_nothing(tmp_path: Path, first: Keyring) -> None:
    keyfile.save(tmp_path, first.encode(KEYS))
    assert names(tmp_path) == {"keyring.json"}


def test_saving_the_same_again_changes_nothing(folder: Path, first: Keyring, second: Keyring) -> None:
    keyfile.save(folder, second.encode(KEYS))
    assert keyfile.load(folder) == second
    assert names(folder) == set(NAMES)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_files_are_for_their_owner_only(tmp_path: Path, first: Keyring, second: Keyring, umask: int) -> None:
    before = os.umask(umask)
    try:
        keyfile.save(tmp_path, first.encode(KEYS))
        keyfile.save(tmp_path, second.encode(KEYS))
    finally:
        os.umask(before)
    for name in NAMES:
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_after_a_rotation_no_older_keyring_is_left(folder: Path, second: Keyring) -> None:
    keys = KEYS.with_pending(bytes(32))
    done = second.begin_rotation(bytes(32)).finish_rotation()
    keyfile.save(folder, second.begin_rotation(bytes(32)).encode(keys))
    keyfile.save(folder, done.encode(keys), forget_previous=True)
    assert names(folder) == set(NAMES)
    for name in NAMES:
        assert Keyring.decode((folder / name).read_bytes()).epoch == 2
    assert not (folder / NAMES[0]).samefile(folder / NAMES[1])


def test_a_missing_keyring_is_said_and_the_kept_one_is_offered(folder: Path, tmp_path: Path) -> None:
    (folder / "keyring.json").unlink()
    with pytest.raises(Damaged, match=r"keyring\.json is missing") as caught:
        keyfile.load(folder)
    assert "copy keyring.previous.json over keyring.json" in caught.value.todo
    assert "registry-app vault restore-keyring" in caught.value.todo
    (folder / "keyring.previous.json").unlink()
    with pytest.raises(Damaged) as caught:
        keyfile.load(folder)
    assert "backup" in caught.value.todo
    assert "previous" not in caught.value.todo


def test_a_damaged_keyring_is_said_and_only_an_intact_one_is_offered(folder: Path) -> None:
    (folder / "keyring.json").write_bytes(b"{}")
    with pytest.raises(Damaged, match=r"keyring\.json is damaged") as caught:
        keyfile.load(folder)
    assert "restore-keyring" in caught.value.todo
    (folder / "keyring.previous.json").write_bytes(b"")
    with pytest.raises(Damaged) as caught:
        keyfile.load(folder)
    assert "restore-keyring" not in caught.value.todo


@pytest.mark.parametrize("how", ["missing", "damaged"])
def test_the_kept_one_is_restored(folder: Path, first: Keyring, how: str) -> None:
    if how == "missing":
        (folder / "keyring.json").unlink()
    else:
        (folder / "keyring.json").write_bytes(b"torn")
    assert keyfile.restore_previous(folder) == first
    assert keyfile.load(folder) == first
    if how == "damaged":
        assert (folder / "keyring.damaged.json").read_bytes() == b"torn"
    assert not list(folder.glob(".keyring.*"))


def test_an_intact_keyring_is_not_replaced_by_an_older_one(folder: Path, second: Keyring) -> None:
    with pytest.raises(UsageError, match="nothing to restore"):
        keyfile.restore_previous(folder)
    assert keyfile.load(folder) == second


def test_with_both_damaged_nothing_is_restored(folder: Path) -> None:
    for name in NAMES:
        (folder / name).write_bytes(b"torn")
    with pytest.raises(Damaged, match="previous"):
        keyfile.restore_previous(folder)
    assert (folder / "keyring.json").read_bytes() == b"torn"


def test_a_damaged_keyring_does_not_replace_the_intact_previous_one(
    folder: Path, first: Keyring, third: Keyring
) -> None:
    (folder / "keyring.json").write_bytes(b"torn")
    keyfile.save(folder, third.encode(KEYS))
    assert keyfile.load(folder) == third
    assert Keyring.decode((folder / "keyring.previous.json").read_bytes()) == first


def test_what_is_no_keyring_is_not_saved(folder: Path, second: Keyring) -> None:
    with pytest.raises(Damaged):
        keyfile.save(folder, b"{}")
    assert keyfile.load(folder) == second


def test_a_change_made_from_an_older_keyring_is_refused(folder: Path, first: Keyring, second: Keyring) -> None:
    other = first.enrol("p2", "h2", Identity.create("p2"), "pass 2", FLOOR, KEYS)
    for stale in (other, first):
        with pytest.raises(StorageBusy, match="changed meanwhile"):
            keyfile.save(folder, stale.encode(KEYS))
    assert keyfile.load(folder) == second


def test_another_registrys_keyring_is_not_written_over_this_one(folder: Path, second: Keyring) -> None:
    other = Keyring.create("p0", "h0", Identity.create("p0"), "x", FLOOR, bytes(range(32)))
    for stranger in (other, other.with_registry("cd" * 32)):
        with pytest.raises(UsageError, match="another registry"):
            keyfile.save(folder, stranger.encode(KEYS))
    assert keyfile.load(folder) == second


@pytest.mark.parametrize("name", NAMES)
def test_a_link_in_a_keyrings_place_is_refused(folder: Path, third: Keyring, tmp_path_factory: Any, name: str) -> None:
    outside = tmp_path_factory.mktemp("outside") / "victim"
    outside.write_bytes((folder / name).read_bytes())
    before = outside.read_bytes()
    (folder / name).unlink()
    (folder / name).symlink_to(outside)
    if name == "keyring.json":
        with pytest.raises(Tampered, match="is a link"):
            keyfile.load(folder)
        with pytest.raises(Tampered, match="is a link"):
            keyfile.restore_previous(folder)
    with pytest.raises(Tampered, match="is a link"):
        keyfile.save(folder, third.encode(KEYS))
    assert outside.read_bytes() == before
    assert (folder / name).is_symlink()


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_what_is_no_file_is_refused_without_waiting(folder: Path, third: Keyring, make: Callable[[Path], None]) -> None:
    (folder / "keyring.json").unlink()
    make(folder / "keyring.json")
    with pytest.raises(Tampered, match="no regular file"):
        keyfile.load(folder)
    with pytest.raises(Tampered, match="no regular file"):
        keyfile.save(folder, third.encode(KEYS))


def test_a_huge_file_is_damage(folder: Path) -> None:
    with (folder / "keyring.json").open("r+b") as file:
        file.truncate(1 << 40)
    with pytest.raises(Damaged, match="16 MiB"):
        keyfile.load(folder)


def test_a_file_that_cannot_be_read_is_a_storage_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "read", failing)
    with pytest.raises(StorageError, match="cannot be read"):
        keyfile.load(folder)

    def closed(*_: Any) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", closed)
    with pytest.raises(StorageError, match="cannot be read"):
        keyfile.load(folder)
