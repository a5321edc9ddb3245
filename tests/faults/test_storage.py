"""T10: a full disk, a folder that cannot be written, a disk that fails."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from registry_app.custody import enrol, found, rotate
from registry_app.errors import StorageError, StorageFull, StorageReadOnly
from registry_app.models.actions import RegisterVersion
from registry_app.people.views import People
from registry_app.reviews.actions import Comment
from registry_app.vault.place import state_folder
from registry_app.verification import verify
from registry_app.workspace import Workspace
from tests.faults.preload import compiled
from tests.ground import CAST, Ground, many, phrase, tables

LIBC = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """No file of this process grows beyond ``size`` bytes: EFBIG, which SQLite takes for a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


@contextlib.contextmanager
def mounted(place: Path, kind: str, flags: int, options: str) -> Iterator[bool]:
    """A file system of its own at ``place``; ``False`` where this process may not mount."""
    place.mkdir(exist_ok=True)
    done = LIBC.mount(kind.encode(), os.fsencode(place), kind.encode(), flags, options.encode()) == 0
    try:
        yield done
    finally:
        if done:
            LIBC.umount2(os.fsencode(place), 2)


@contextlib.contextmanager
def read_only(place: Path) -> Iterator[None]:
    """``place`` as a read-only file system where this process may mount, else as a folder without write permission."""
    bind, remount_read_only = 4096, 4096 | 32 | 1
    done = LIBC.mount(os.fsencode(place), os.fsencode(place), b"", bind, None) == 0
    if done:
        assert LIBC.mount(b"", os.fsencode(place), b"", remount_read_only, None) == 0
    else:
        for each in (*place.rglob("*"), place):
            each.chmod(0o500 if each.is_dir() else 0o400)
    try:
        yield
    finally:
        if done:
            LIBC.umount2(os.fsencode(place), 2)
        else:
            for each in (place, *place.rglob("*")):
                each.chmod(0o700 if each.is_dir() else 0o600)


def write_until_refused(workspace: Workspace, most: int = 2_000) -> tuple[int, type[StorageError]]:
    """How many versions were acknowledged, and what the first refusal was."""
    for number in range(most):
        try:
            workspace.run(RegisterVersion(model="m", artifact=f"{number:064x}", note="kept " * 500))
        except StorageError as error:
            return number, type(error)
    raise AssertionError("the disk never filled")


def test_a_full_disk_refuses_whole_keeps_what_was_said_and_goes_on(small: Ground) -> None:
    with small.open() as workspace:
        before = workspace.head().size
        with no_file_beyond((small.folder / "registry.db").stat().st_size + 400_000):
            told, _ = write_until_refused(workspace)
            assert workspace.head().size == before + told
            assert len(workspace.ask(People())) == len(CAST) + 1
            with pytest.raises(StorageError):
                workspace.run(RegisterVersion(model="m", artifact="f" * 64, note="kept " * 1500))
        assert workspace.run(RegisterVersion(model="m", artifact="f" * 64)).seq == before + told
        assert verify(workspace).ok
    with small.open() as workspace:
        assert workspace.head().size == before + told + 1


def test_a_full_file_system_refuses_whole_and_is_readable_while_full(small_ground: Ground, tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "tmpfs", 0, "size=4m") as own:
        ground = small_ground.copy(tmp_path / "disk" / "registry")
        full = contextlib.nullcontext() if own else no_file_beyond(3 << 20)
        with full:
            workspace = ground.open()
            before = workspace.head().size
            told, kind = write_until_refused(workspace)
            assert kind is StorageFull or not own
            truth = tables(workspace)
            workspace.close()
            if own:
                with (tmp_path / "disk" / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
                    while filler.write(bytes(65_536)):
                        pass
            with ground.open("audit", read_only=True) as reader:
                assert reader.head().size == before + told
                assert tables(reader) == truth
        if own:
            (tmp_path / "disk" / "filler").unlink()
            assert LIBC.mount(b"none", os.fsencode(tmp_path / "disk"), b"tmpfs", 32, b"size=16m") == 0
        with ground.open() as workspace:
            assert workspace.run(RegisterVersion(model="m", artifact="f" * 64)).seq == before + told
            assert verify(workspace).ok


def test_a_founding_without_room_leaves_nothing(tmp_path: Path) -> None:
    for size in (0, 4_000, 100_000, 300_000):
        with no_file_beyond(size), pytest.raises(StorageError):
            found(tmp_path / "registry", "Bank", "admin", "Ada Admin", phrase("admin"))
        assert list((tmp_path / "registry").iterdir()) == []
    found(tmp_path / "registry", "Bank", "admin", "Ada Admin", phrase("admin")).workspace.close()


def test_an_enrolment_without_room_changes_nothing(small: Ground) -> None:
    with small.open("admin") as admin:
        before = (small.folder / "keyring.json").read_bytes()
        size = admin.head().size
        with no_file_beyond(10_000), pytest.raises(StorageError):
            enrol(admin, "late", "Late Person", phrase("late"))
        assert (small.folder / "keyring.json").read_bytes() == before
        assert admin.head().size == size
        enrol(admin, "late", "Late Person", phrase("late"))
    small.open("late").close()


def test_a_rotation_without_room_stops_whole_and_goes_on(small_ground: Ground, tmp_path: Path) -> None:
    size = (small_ground.folder / "registry.db").stat().st_size
    for room in (10_000, 60_000, size // 2, size - 8192):
        ground = small_ground.copy(tmp_path / "registry")
        with ground.open("admin") as admin:
            with no_file_beyond(room), pytest.raises(StorageError):
                rotate(admin, phrase("admin"))
            assert verify(admin).ok, room
            rotate(admin, phrase("admin"))
            assert verify(admin).ok
        ground.open().close()


def test_an_unlock_on_a_full_disk_does_not_wait_for_the_failed_attempts_to_be_recorded(small: Ground) -> None:
    other = small.open("val")
    while (size := (small.folder / "registry.db-wal").stat().st_size) < 100_000:
        other.run(Comment("m:1", "so that the journal is long"))
    with pytest.raises(Exception, match="passphrase is wrong"):
        Workspace.open(small.folder, "dev", "not the passphrase")
    with no_file_beyond(size), small.open() as workspace:
        assert "1 attempt to sign in failed" in workspace.notices[0]
        assert "could not be put on record" in workspace.notices[0]
    other.close()
    with small.open() as workspace:
        assert "this is on record" in workspace.notices[0]


@pytest.mark.parametrize("crashed", [False, True], ids=["closed", "killed"])
def test_a_read_only_file_system_can_be_read(small: Ground, *, crashed: bool, tmp_path: Path) -> None:
    if crashed:
        workspace = small.open()
        workspace.run(RegisterVersion(model="m", artifact="f" * 64))
        truth = tables(workspace)
        shutil.copytree(small.folder, tmp_path / "as-killed")
        workspace.close()
        shutil.rmtree(small.folder)
        shutil.move(tmp_path / "as-killed", small.folder)
    else:
        with small.open() as workspace:
            truth = tables(workspace)
    before = small.print()
    with read_only(small.folder):
        for _ in range(3):
            with small.open("audit", read_only=True) as reader:
                assert tables(reader) == truth
                assert verify(reader).ok
                with pytest.raises(StorageReadOnly):
                    reader.run(RegisterVersion(model="m", artifact="f" * 64))
    assert small.print() == before


def test_a_read_only_file_system_refuses_writing_with_one_sentence(small: Ground) -> None:
    with read_only(small.folder), pytest.raises(StorageReadOnly), small.open() as workspace:
        workspace.run(RegisterVersion(model="m", artifact="f" * 64))
    small.open().close()


def test_a_missing_lock_file_on_a_read_only_file_system_is_done_without(small: Ground) -> None:
    (small.folder / "registry.lock").unlink()
    with read_only(small.folder), small.open("audit", read_only=True) as reader:
        assert verify(reader).ok


def test_a_state_folder_that_cannot_be_written_only_costs_the_second_head(small: Ground) -> None:
    shutil.rmtree(state_folder(), ignore_errors=True)
    state_folder().parent.mkdir(parents=True, exist_ok=True)
    state_folder().write_text("in the way")
    with small.open() as workspace:
        workspace.run(RegisterVersion(model="m", artifact="f" * 64))
        assert workspace.notices == []


CHILD = """
import sys
from registry_app.errors import RegistryError
from registry_app.models.actions import RegisterVersion
from registry_app.workspace import Workspace
try:
    with Workspace.open(sys.argv[1], "dev", sys.argv[2]) as workspace:
        for number in range(3):
            receipt = workspace.run(RegisterVersion(model="m", artifact=f"{number:064x}"))
            print(receipt.seq, flush=True)
except RegistryError as error:
    sys.exit(error.exit_code)
"""

POINTS = [
    ("pwrite", errno.ENOSPC, many(30, 1)),
    ("pwrite", errno.EIO, many(50, 1)),
    ("pwrite", 0, many(30, 1)),
    ("sync", errno.EIO, many(3, 1)),
    ("sync", 0, many(4, 1)),
    ("ftruncate", errno.EIO, 1),
    ("pread", errno.EIO, many(150, 5)),
]
"""Which call fails, how (0: the process is killed there), and how many calls lie between one failure and the next."""


def with_a_failing(call: str, error: int, k: int, ground: Ground, library: Path) -> subprocess.CompletedProcess[str]:
    """A process that writes three statements, and whose ``k``-th such call to the database fails."""
    fault = {"FAIL_FILE": str(ground.folder / "registry.db"), "FAIL_CALL": call, "FAIL_AT": k, "FAIL_ERROR": error}
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(ground.folder), phrase("dev")],
        env={**os.environ, "LD_PRELOAD": str(library), **{name: str(value) for name, value in fault.items()}},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("call", "error", "step"), POINTS)
def test_a_failing_disk_call_loses_nothing_that_was_acknowledged(
    small_ground: Ground, tmp_path: Path, call: str, error: int, step: int
) -> None:
    library = compiled("failing", tmp_path)
    for k in count(1, step):
        ground = small_ground.copy(tmp_path / "registry")
        with ground.open("audit") as workspace:
            before = workspace.head().size
        child = with_a_failing(call, error, k, ground, library)
        told = len(child.stdout.split())
        failed = "the call failed" in child.stderr
        assert child.returncode in ((0, 3, 6) if error else (-9,)) if failed else told == 3, (k, child.stderr[-500:])
        with ground.open("audit") as workspace:
            assert workspace.head().size >= before + told, k
            assert verify(workspace).ok, k
        if not failed:
            print(f"{call}, {errno.errorcode.get(error, 'killed')}: {len(range(1, k, step))} points")
            assert k > 1
            return
