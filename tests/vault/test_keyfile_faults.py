from __future__ import annotations

import errno
import os
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
)
from registry_app.vault import keyfile
from registry_app.vault.keyring import Keyring
from tests.vault.rings import KEYS, names

NAMES = ("keyring.json", "keyring.previous.json")


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
            if (len(calls) == step + 1 and name != "unlink") or (dead and len(calls) > step):
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
    step = 0
    seen: list[str] = []
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


def test_the_new_file_is_on_the_disk_before_its_name_and_the_name_before_the_receipt(
    folder: Path, third: Keyring
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        calls = break_at(patch, 1_000, Killed, dead=False)
        keyfile.save(folder, third.encode(KEYS))
    steps = [step for step in calls if step in ("write", "fsync", "link", "replace")]
    assert steps == ["write", "fsync", "link", "replace", "replace", "fsync"]


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
        except Damaged:
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
