from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry_app.errors import (
    Damaged,
    StorageBusy,
    StorageError,
    StorageFull,
    StorageReadOnly,
    Tampered,
    UsageError,
)
from registry_app.vault import keyfile
from registry_app.vault.identity import Identity
from registry_app.vault.kdf import ARGON2ID_FLOOR_2026_11 as FLOOR
from registry_app.vault.keyring import DataKeys, Keyring

KEYS = DataKeys.first(bytes(range(32)))
NAMES = ("keyring.json", "keyring.previous.json")


@pytest.fixture(scope="module")
def first() -> Keyring:
    return Keyring.create("p0", "h0", Identity.create("p0"), "pass 0", FLOOR, bytes(range(32))).with_registry("ab" * 32)


@pytest.fixture(scope="module")
def second(first: Keyring) -> Keyring:
    return first.enrol("p1", "h1", Identity.create("p1"), "pass 1", FLOOR, KEYS)


@pytest.fixture(scope="module")
def third(second: Keyring) -> Keyring:
    return second.remove("p0")


@pytest.fixture
def folder(tmp_path: Path, first: Keyring, second: Keyring) -> Path:
    """A registry's folder with the second keyring, and the first as the previous one."""
    keyfile.save(tmp_path, first.encode(KEYS))
    keyfile.save(tmp_path, second.encode(KEYS))
    return tmp_path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


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
    with pytest.raises(Damaged, match="keyring.json is missing") as caught:
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

    monkeypatch.setattr(keyfile.os, "read", failing)
    with pytest.raises(StorageError, match="cannot be read"):
        keyfile.load(folder)

    def closed(*_: Any) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(keyfile.os, "open", closed)
    with pytest.raises(StorageError, match="cannot be read"):
        keyfile.load(folder)


# Every step fails once, and the process dies at every step

STEPS = ("open", "write", "fchmod", "fsync", "close", "link", "replace")


class Killed(BaseException):
    """The process is dead; nothing of it runs any more."""


def break_at(monkeypatch: pytest.MonkeyPatch, step: int, how: Callable[[], BaseException], *, dead: bool) -> list[str]:
    """Let the ``step``-th call raise; when ``dead``, every later call too, so that no clean-up is done."""
    calls: list[str] = []

    def wrapped(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            if name != "unlink":
                calls.append(name)
            if len(calls) == step + 1 and name != "unlink" or dead and len(calls) > step:
                if name == "close":
                    real(*args, **more)
                raise how()
            return real(*args, **more)

        return call

    for name in (*STEPS, "unlink"):
        monkeypatch.setattr(os, name, wrapped(name, getattr(os, name)))
    return calls


def each_step(
    folder: Path,
    act: Callable[[], object],
    how: Callable[[], BaseException],
    check: Callable[[str], None],
    *,
    dead: bool,
) -> list[str]:
    """Play ``act`` on a fresh copy of ``folder`` for every step, and check what is left."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    step, seen = 0, []
    while True:
        for path in folder.iterdir():
            path.unlink()
        for name, data in before.items():
            (folder / name).write_bytes(data)
        with pytest.MonkeyPatch.context() as patch:
            calls = break_at(patch, step, how, dead=dead)
            try:
                act()
                broke = False
            except (Killed, StorageError):
                broke = True
        if len(calls) <= step:
            return seen
        assert broke, calls
        seen.append(calls[step])
        check(calls[step])
        step += 1


@pytest.mark.parametrize("forget", [False, True])
def test_killed_at_any_step_there_is_a_whole_keyring(
    folder: Path, first: Keyring, second: Keyring, third: Keyring, forget: bool
) -> None:
    new = third.encode(KEYS)
    states: list[str] = []

    def check(step: str) -> None:
        loaded = keyfile.load(folder)
        assert loaded in (second, third)
        states.append("new" if loaded == third else "old")
        kept = folder / "keyring.previous.json"
        assert Keyring.decode(kept.read_bytes()) in (first, second, third)
        keyfile.save(folder, new, forget_previous=forget)
        assert keyfile.load(folder) == third
        assert names(folder) == set(NAMES)
        if forget:
            assert kept.read_bytes() == new

    seen = each_step(folder, lambda: keyfile.save(folder, new, forget_previous=forget), Killed, check, dead=True)
    assert {"write", "fsync", "replace"} <= set(seen)
    assert ("link" in seen) is not forget
    assert states == sorted(states, reverse=True)
    assert {"old", "new"} == set(states)


def test_an_error_at_any_step_leaves_a_whole_keyring_and_nothing_half_written(
    folder: Path, second: Keyring, third: Keyring
) -> None:
    def check(step: str) -> None:
        assert keyfile.load(folder) in (second, third)
        assert names(folder) == set(NAMES)

    def broken() -> OSError:
        return OSError(errno.EIO, "Input/output error")

    each_step(folder, lambda: keyfile.save(folder, third.encode(KEYS)), broken, check, dead=False)


def test_killed_at_any_step_of_restoring_the_kept_one_stays(folder: Path, first: Keyring) -> None:
    (folder / "keyring.json").write_bytes(b"torn")

    def check(step: str) -> None:
        try:
            assert keyfile.load(folder) == first
        except Damaged as error:
            assert "restore-keyring" in error.todo
            assert keyfile.restore_previous(folder) == first
        assert (folder / "keyring.damaged.json").read_bytes() == b"torn"

    seen = each_step(folder, lambda: keyfile.restore_previous(folder), Killed, check, dead=True)
    assert {"link", "replace"} <= set(seen)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, StorageFull),
        (errno.EDQUOT, StorageFull),
        (errno.EROFS, StorageReadOnly),
        (errno.EACCES, StorageReadOnly),
        (errno.EIO, StorageError),
    ],
)
@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_each_failure_of_the_storage_has_its_error(
    folder: Path, second: Keyring, third: Keyring, number: int, kind: type[StorageError], call: str
) -> None:
    def failing(*_: Any) -> int:
        raise OSError(number, os.strerror(number))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, call, failing)
        with pytest.raises(StorageError) as caught:
            keyfile.save(folder, third.encode(KEYS))
    assert type(caught.value) is kind
    assert keyfile.load(folder) == second
    assert names(folder) == set(NAMES)


def test_a_file_system_that_is_full_in_earnest(folder: Path, second: Keyring, third: Keyring) -> None:
    code = """
import resource, sys
from pathlib import Path
from registry_app.errors import StorageFull
from registry_app.vault import keyfile
data = sys.stdin.buffer.read()
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    keyfile.save(Path(sys.argv[1]), data)
except StorageFull:
    sys.exit(6)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], input=third.encode(KEYS), check=False, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 6
    assert keyfile.load(folder) == second
    assert names(folder) == set(NAMES)


def test_without_hard_links_the_one_before_is_copied(folder: Path, second: Keyring, third: Keyring) -> None:
    def failing(*_: Any) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "link", failing)
        keyfile.save(folder, third.encode(KEYS))
    assert keyfile.load(folder) == third
    assert Keyring.decode((folder / "keyring.previous.json").read_bytes()) == second
    assert names(folder) == set(NAMES)


def test_a_missing_folder_is_a_storage_error(tmp_path: Path, first: Keyring) -> None:
    with pytest.raises(StorageError):
        keyfile.save(tmp_path / "nowhere", first.encode(KEYS))


def test_two_processes_do_not_change_it_at_once(folder: Path, third: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyfile, "_PATIENCE", 0.05)
    code = """
import sys
from pathlib import Path
from registry_app.vault import keyfile
with keyfile.changing(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        with pytest.raises(StorageBusy, match="Another process"):
            keyfile.save(folder, third.encode(KEYS))
        assert child.stdin is not None
        child.stdin.close()
    with keyfile.changing(folder), keyfile.changing(folder):
        keyfile.save(folder, third.encode(KEYS))
    assert keyfile.load(folder) == third
    keyfile.save(folder, third.begin_rotation(bytes(32)).encode(KEYS))


def test_nothing_heavy_is_loaded_to_read_a_keyring() -> None:
    code = "import sys, registry_app.vault.keyfile; sys.exit(any(n in sys.modules for n in ('sqlalchemy', 'zxcvbn')))"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2]).returncode == 0
