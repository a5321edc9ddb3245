"""T9: the power goes. Every statement that was acknowledged is there, and nobody has to help."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from registry_app.ledger.log import Log
from registry_app.vault.place import state_folder
from registry_app.verification import verify
from registry_app.workspace import Workspace
from tests.faults.power import Call, Disk, calls, compiled, lay
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


def recorded(ground: Ground, root: Path, place: Path, library: Path) -> list[Call]:
    """What a process that wrote and was not disturbed did to the files below ``root``."""
    log = place / "calls"
    environment = {**os.environ, "LD_PRELOAD": str(library), "RECORD_ROOT": str(root), "RECORD_LOG": str(log)}
    environment["XDG_STATE_HOME"] = str(root / "home")
    subprocess.run(
        [sys.executable, "-c", WRITER, str(ground.folder), phrase("dev"), "25"],
        env=environment, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return calls(log)


def test_what_was_acknowledged_survives_a_power_cut(small_ground: Ground, tmp_path: Path) -> None:
    library = compiled(tmp_path)
    if library is None:  # without a compiler there is no recorder, and the sync calls are taken on trust
        return
    root = tmp_path / "disk"
    ground = small_ground.copy(root / "registry")
    shutil.copytree(state_folder(), root / "home" / "registry-app")
    disk = Disk(root)
    done = recorded(ground, root, tmp_path, library)
    assert sum(call.kind == "S" for call in done) > 50, "the recorder saw no sync"
    draw = dice("power")
    images = many(80, 1_000)
    cuts = sorted(draw.choices(range(len(done)), k=images))
    at = lost = 0
    for number, cut in enumerate(cuts):
        while at < cut:
            disk.play(done[at])
            at += 1
        lay(disk.image(draw), root, tmp_path / "after")
        shutil.rmtree(state_folder(), ignore_errors=True)
        shutil.copytree(tmp_path / "after" / "home" / "registry-app", state_folder())
        with Workspace.open(tmp_path / "after" / "registry", "audit", phrase("audit")) as workspace:
            with workspace.store.reading() as rows:
                log = Log(rows)
                if disk.told:
                    seq, found = disk.told[-1].split()
                    lost += log.head().size <= int(seq)
                    assert log.root_at(int(seq) + 1).hex() == found, (number, cut)
            if number % 10 == 0:
                assert verify(workspace).ok, (number, cut)
    assert lost == 0
    print(f"{images} images of {len(done)} calls, {len(disk.told)} acknowledged")
    assert len(disk.told) > 20
