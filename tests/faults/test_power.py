"""T9: the power goes. Every statement that was acknowledged is there, and nobody has to help."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from registry_app.errors import RolledBack
from registry_app.ledger.log import Log
from registry_app.vault.place import state_folder
from registry_app.verification import verify
from registry_app.workspace import Workspace
from tests.faults.power import Call, Disk, calls, lay
from tests.faults.preload import compiled
from tests.ground import Ground, dice, many, phrase

WRITER = """
import os, sys
from registry_app.models.actions import RegisterVersion
from registry_app.workspace import Workspace
for opening in range(2):
    with Workspace.open(sys.argv[1], "dev", sys.argv[2]) as workspace:
        for number in range(int(sys.argv[3])):
            receipt = workspace.run(RegisterVersion(model="m", artifact=f"{number:064x}", note="kept " * 60))
            os.write(1, f"{receipt.seq} {receipt.head.root.hex()}\\n".encode())
"""


LAZY = """
import sqlalchemy
@sqlalchemy.event.listens_for(sqlalchemy.Pool, "connect")
def unsynced(connection, _):
    connection.execute("PRAGMA synchronous = NORMAL")
"""


@dataclass
class Tally:
    """What was found after so many power cuts."""

    images: int
    acknowledged: int
    """Statements that were acknowledged until the last of them."""
    lost: int = 0
    """How often a statement that was acknowledged was not there, whether the opening said so or not."""


def recorded(script: str, ground: Ground, root: Path, place: Path) -> list[Call]:
    """What a process that wrote and was not disturbed did to the files below ``root``."""
    log = place / "calls"
    library = compiled("recorder", place)
    environment = {**os.environ, "LD_PRELOAD": str(library), "RECORD_ROOT": str(root), "RECORD_LOG": str(log)}
    environment["XDG_STATE_HOME"] = str(root / "home")
    subprocess.run(
        [sys.executable, "-c", script, str(ground.folder), phrase("dev"), "25"],
        env=environment, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    done = calls(log)
    kinds = {call.kind for call in done}
    assert kinds >= {"W", "S", "A"}, f"the recorder saw only {kinds}"
    return done


def cut(script: str, small_ground: Ground, place: Path, images: int) -> Tally:
    """Cut the power at ``images`` calls of a process that writes, and look at what is found afterwards."""
    root = place / "disk"
    ground = small_ground.copy(root / "registry")
    shutil.copytree(state_folder(), root / "home" / "registry-app")
    disk = Disk(root)
    done = recorded(script, ground, root, place)
    draw = dice("power")
    at = 0
    tally = Tally(images, 0)
    for number, instant in enumerate(sorted(draw.choices(range(len(done)), k=images))):
        for call in done[at:instant]:
            disk.play(call)
        at = instant
        lay(disk.image(draw), root, place / "after")
        shutil.rmtree(state_folder(), ignore_errors=True)
        shutil.copytree(place / "after" / "home" / "registry-app", state_folder())
        tally.acknowledged = len(disk.told)
        tally.lost += not kept(place / "after" / "registry", disk.told, deep=number % 10 == 0)
    print(f"{len(done)} calls: {tally}")
    return tally


def kept(folder: Path, told: list[str], *, deep: bool) -> bool:
    """Whether the last statement that was told is in the registry; what is there is whole in any case."""
    try:
        with Workspace.open(folder, "audit", phrase("audit")) as workspace:
            if deep:
                assert verify(workspace).ok
            with workspace.store.reading() as rows:
                log = Log(rows)
                if not told:
                    return True
                seq, root = told[-1].split()
                return log.head().size > int(seq) and log.root_at(int(seq) + 1).hex() == root
    except RolledBack:
        return False


def test_what_was_acknowledged_survives_a_power_cut(small_ground: Ground, tmp_path: Path) -> None:
    tally = cut(WRITER, small_ground, tmp_path, many(80, 1_000))
    assert tally.acknowledged > 20
    assert tally.lost == 0


def test_without_a_sync_at_each_commit_the_same_cuts_lose_what_was_acknowledged(
    small_ground: Ground, tmp_path: Path
) -> None:
    tally = cut(LAZY + WRITER, small_ground, tmp_path, 40)
    assert tally.acknowledged > 20
    assert tally.lost > 10
