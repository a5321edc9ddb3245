"""T9: killed at any instant: while writing, while the data key is rotated, while a registry is made."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry_app.custody import found, rotate
from registry_app.errors import UsageError
from registry_app.ledger.log import Log
from registry_app.verification import verify
from registry_app.workspace import Workspace
from tests.ground import Ground, dice, many, phrase

WRITER = """
import sys
from registry_app.models.actions import RegisterVersion
from registry_app.workspace import Workspace
with Workspace.open(sys.argv[1], "dev", sys.argv[2]) as workspace:
    print("ready", flush=True)
    for number in range(100_000):
        receipt = workspace.run(RegisterVersion(model="m", artifact=f"{number:064x}", note="kept " * 50))
        print(receipt.seq, receipt.head.root.hex(), flush=True)
"""

ROTATOR = """
import os, sys
from registry_app.custody import rotate
from registry_app.workspace import Workspace
workspace = Workspace.open(sys.argv[1], "admin", sys.argv[2])
left = int(sys.argv[3])
def dying(name):
    real = getattr(os, name)
    def call(*args, **options):
        global left
        left -= 1
        if left == 0:
            os._exit(9)
        return real(*args, **options)
    return call
for name in ("fsync", "replace", "link", "unlink", "write"):
    setattr(os, name, dying(name))
print("ready", flush=True)
rotate(workspace, sys.argv[2], lambda *_: os.write(2, b""))  # every progress told is a step too
os._exit(0)
"""

FOUNDER = """
import sys
from pathlib import Path
from registry_app.custody import found
print("ready", flush=True)
found(Path(sys.argv[1]), "Bank", "admin", "Ada Admin", sys.argv[2])
print("founded", flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class Killed:
    """What was left of a child."""

    said: list[str]
    """The whole lines it had said."""
    at_work: bool
    """Whether it was still running when it was killed."""


def killed(script: str, *args: str, after: float) -> Killed:
    """Run ``script`` and kill it so many seconds after its first line."""
    child = subprocess.Popen(
        [sys.executable, "-c", script, *args],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdin is not None
    first = child.stdout.readline()
    timer = threading.Timer(after, child.send_signal, (signal.SIGKILL,))
    timer.start()
    rest = child.stdout.read()
    child.stdin.close()
    code = child.wait()
    timer.join()
    child.stdout.close()
    said = [line.rstrip("\n") for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]
    return Killed(said, code == -signal.SIGKILL)


def lasted(script: str, *args: str) -> float:
    """How many seconds ``script`` works after its first line when nobody kills it."""
    child = subprocess.Popen(
        [sys.executable, "-c", script, *args],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline()
    started = time.monotonic()
    child.stdout.read()
    child.stdout.close()
    assert child.wait() == 0
    return time.monotonic() - started


def until(wanted: int, kill: Callable[[], bool]) -> None:
    """Kill until ``wanted`` kills met something at work; a kill that came too late was none."""
    met = tries = 0
    while met < wanted:
        assert tries < 5 * wanted, f"only {met} of {tries} kills met anything at work"
        met += kill()
        tries += 1
    print(f"{met} of {tries} kills met it at work")


def require_whole(ground: Ground, acknowledged: tuple[int, str] | None, *, deep: bool = True) -> None:
    """It opens without anybody's help, and everything acknowledged is there."""
    with ground.open("audit") as workspace:
        if acknowledged is not None:
            size, root = acknowledged
            with workspace.store.reading() as rows:
                log = Log(rows)
                assert log.head().size >= size
                assert log.root_at(size).hex() == root
        if deep:
            verification = verify(workspace)
            assert verification.ok, verification.first_bad


def test_what_was_acknowledged_survives_kill_9(small: Ground) -> None:
    draw = dice("kills")
    told = 0
    for number in range(many(20, 200)):
        left = killed(WRITER, str(small.folder), phrase("dev"), after=draw.random() * 0.15)
        assert left.at_work
        receipts = [line.split() for line in left.said[1:]]
        told += len(receipts)
        last = (int(receipts[-1][0]) + 1, receipts[-1][1]) if receipts else None
        require_whole(small, last, deep=number % 5 == 4)
    print(f"{told} acknowledged")
    require_whole(small, None)


def register(ground: Ground, name: str) -> subprocess.Popen[str]:
    """The real command, at work."""
    command = [
        sys.executable,
        "-m",
        "registry_app",
        "-r",
        str(ground.folder),
        "--json",
        "model",
        "register",
        name,
    ]
    options = ["--team", "credit", "--tier", "low", "--tier-rationale", "few people", "--purpose", "to be killed"]
    environment = {**os.environ, "REGISTRY_APP_PASSPHRASE": phrase("dev"), "REGISTRY_APP_USER": "dev"}
    return subprocess.Popen([*command, *options], env=environment, stdout=subprocess.PIPE, text=True)


def opened(ground: Ground, child: subprocess.Popen[str]) -> float:
    """Wait until the command has opened the registry to write; when that was."""
    while child.poll() is None and not (ground.folder / "registry.db-wal").exists():
        os.sched_yield()
    return time.monotonic()


def test_what_the_command_acknowledged_survives_kill_9(small: Ground) -> None:
    draw = dice("command")
    unhurried = register(small, "unhurried")
    began = opened(small, unhurried)
    assert unhurried.stdout is not None
    assert unhurried.stdout.readline()
    lasts = time.monotonic() - began
    unhurried.communicate()
    with small.open() as workspace:
        size = workspace.head().size
    number = told = 0

    def kill() -> bool:
        nonlocal number, size, told
        number += 1
        assert not (small.folder / "registry.db-wal").exists()
        child = register(small, f"m{number}")
        opened(small, child)
        timer = threading.Timer(lasts * 1.3 * draw.random(), child.send_signal, (signal.SIGKILL,))
        timer.start()
        said, _ = child.communicate()
        timer.join()
        told += bool(said)
        with small.open("audit") as workspace:
            now = workspace.head().size
        assert now >= size + bool(said)
        size = now
        return child.returncode == -signal.SIGKILL

    until(many(6, 200), kill)
    print(f"{told} acknowledged")
    require_whole(small, None)


def test_a_rotation_killed_at_any_instant_is_finished_by_the_next(small_ground: Ground, tmp_path: Path) -> None:
    draw = dice("rotations")
    ground = small_ground.copy(tmp_path / "registry")
    lasts = lasted(ROTATOR, str(ground.folder), phrase("admin"), "0")

    def kill() -> bool:
        ground = small_ground.copy(tmp_path / "registry")
        left = killed(ROTATOR, str(ground.folder), phrase("admin"), "0", after=lasts * draw.random())
        finish(ground)
        return left.at_work

    until(many(6, 170), kill)


def test_a_rotation_cut_off_at_any_step_is_finished_by_the_next(small_ground: Ground, tmp_path: Path) -> None:
    steps = 0
    for step in range(1, 40, many(3, 1)):
        ground = small_ground.copy(tmp_path / "registry")
        child = subprocess.run(
            [sys.executable, "-c", ROTATOR, str(ground.folder), phrase("admin"), str(step)],
            stdout=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        if child.returncode == 0:
            break
        assert child.returncode == 9
        steps += 1
        finish(ground)
    assert steps > 3


def finish(ground: Ground) -> None:
    """Everybody can still open it; the rotation goes on from where it was cut off, and what is old opens nothing."""
    require_whole(ground, None)
    with ground.open("admin") as admin:
        rotate(admin, phrase("admin"))
        assert admin.store.keys.pending is None
        assert set(admin.store.keys.keys) == {admin.store.keys.current_epoch}
        assert verify(admin).ok
    require_whole(ground, None, deep=False)
    assert not list(ground.folder.glob(".*"))


def test_a_founding_killed_at_any_instant_can_be_done_again(tmp_path: Path) -> None:
    draw = dice("foundings")
    lasts = lasted(FOUNDER, str(tmp_path / "whole"), phrase("admin"))
    kinds = {"free": 0, "whole": 0, "unfinished": 0}
    folder = tmp_path / "registry"

    def kill() -> bool:
        left = killed(FOUNDER, str(folder), phrase("admin"), after=lasts * draw.random())
        kinds[again(folder)] += 1
        shutil.rmtree(folder)
        return "founded" not in left.said

    until(many(10, 100), kill)
    print(kinds)


def again(folder: Path) -> str:
    """Open it, or make it again."""
    try:
        with Workspace.open(folder, "admin", phrase("admin")) as workspace:
            assert verify(workspace).ok
            return "whole"
    except UsageError as error:
        kind = "unfinished" if "never finished" in error.what else "free"
    with found(folder, "Bank", "admin", "Ada Admin", phrase("admin")).workspace as workspace:
        assert verify(workspace).ok
    with Workspace.open(folder, "admin", phrase("admin")) as workspace:
        assert workspace.head().size == 3
    return kind


def test_a_founding_that_fails_leaves_a_folder_that_can_be_founded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registry_app.custody import founding

    def fails(name: str) -> None:
        raise UsageError(f"There is no pack {name}.", "Name another.")

    with monkeypatch.context() as patch:
        patch.setattr(founding, "shipped_pack", fails)
        with pytest.raises(UsageError, match="There is no pack"):
            found(tmp_path / "registry", "Bank", "admin", "Ada Admin", phrase("admin"))
    assert list((tmp_path / "registry").iterdir()) == []
    found(tmp_path / "registry", "Bank", "admin", "Ada Admin", phrase("admin")).workspace.close()
