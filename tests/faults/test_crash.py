"""T9: killed at any instant: while writing, while the data key is rotated, while a registry is made."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
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


def killed(script: str, *args: str, after: float) -> list[str]:
    """Run ``script``, kill it so many seconds after its first line, and give the whole lines it had said."""
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
    child.wait()
    timer.join()
    child.stdout.close()
    return [line.rstrip("\n") for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]


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
        lines = killed(WRITER, str(small.folder), phrase("dev"), after=draw.random() * 0.15)
        receipts = [line.split() for line in lines[1:]]
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


def test_what_the_command_acknowledged_survives_kill_9(small: Ground) -> None:
    draw = dice("command")
    started = time.monotonic()
    assert register(small, "unhurried").communicate()[0]
    whole = time.monotonic() - started
    with small.open() as workspace:
        size = workspace.head().size
    told = 0
    for number in range(many(6, 200)):
        child = register(small, f"m{number}")
        timer = threading.Timer(whole * (0.2 + 0.8 * draw.random()), child.send_signal, (signal.SIGKILL,))
        timer.start()
        said, _ = child.communicate()
        timer.cancel()
        timer.join()
        told += bool(said)
        with small.open("audit") as workspace:
            now = workspace.head().size
        assert now >= size + bool(said)
        size = now
    print(f"{told} acknowledged")
    require_whole(small, None)


def test_a_rotation_killed_at_any_instant_is_finished_by_the_next(small_ground: Ground, tmp_path: Path) -> None:
    draw = dice("rotations")
    for _ in range(many(6, 170)):
        ground = small_ground.copy(tmp_path / "registry")
        killed(ROTATOR, str(ground.folder), phrase("admin"), "0", after=draw.random() * 0.12)
        finish(ground)


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
    kinds = {"free": 0, "whole": 0, "unfinished": 0}
    for number in range(many(10, 100)):
        folder = tmp_path / f"registry-{number}"
        killed(FOUNDER, str(folder), phrase("admin"), after=draw.random() * 0.35)
        kinds[again(folder)] += 1
        shutil.rmtree(folder)
    print(kinds)
    assert sum(kinds.values()) == many(10, 100)


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
