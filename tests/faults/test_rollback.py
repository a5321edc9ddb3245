"""T4: a lost, shortened or flipped WAL; an older file, an older page; the heads outside deleted."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from registry_app.custody import enrol, salvage
from registry_app.errors import IntegrityError, RolledBack, StorageReadOnly
from registry_app.models.actions import RegisterVersion
from registry_app.people.actions import AcceptUnanchored
from registry_app.people.views import People
from registry_app.vault.place import state_folder
from registry_app.verification import verify
from registry_app.workspace import Workspace
from tests.ground import Ground, dice, flip, many, phrase, tables

CHILD = """
import sys
from registry_app.models.actions import RegisterVersion
from registry_app.workspace import Workspace
workspace = Workspace.open(sys.argv[1], "dev", sys.argv[2])
for number in range(int(sys.argv[3])):
    receipt = workspace.run(RegisterVersion(model="m", artifact=f"{number:064x}", note=f"kept {number}"))
    print(receipt.seq, receipt.head.root.hex(), flush=True)
print("done", flush=True)
sys.stdin.read()
"""


def cut_off(ground: Ground, writes: int) -> tuple[int, str]:
    """Let another process write and be killed before it closes; the head it was told last."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(ground.folder), phrase("dev"), str(writes)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdin is not None
    lines: list[str] = []
    for line in child.stdout:
        if line == "done\n":
            break
        lines.append(line)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdin.close()
    child.stdout.close()
    seq, root = lines[-1].split()
    return int(seq) + 1, root


@pytest.fixture
def killed(small: Ground, tmp_path: Path) -> tuple[Ground, int]:
    """A registry whose last thirty statements stand in the WAL alone, and its size."""
    size, _ = cut_off(small, 30)
    assert (small.folder / "registry.db-wal").stat().st_size > 100_000
    kept = Ground(tmp_path / "kept", tmp_path / "kept-state", "")
    shutil.copytree(small.folder, kept.folder)
    shutil.copytree(state_folder(), kept.state)
    return kept, size


def wal_of(ground: Ground) -> Path:
    return ground.folder / "registry.db-wal"


def refused_untouched(ground: Ground) -> None:
    before = ground.print()
    with pytest.raises(IntegrityError):
        ground.open()
    assert ground.print() == before


def test_the_whole_wal_is_believed(killed: tuple[Ground, int], tmp_path: Path) -> None:
    kept, size = killed
    ground = kept.copy(tmp_path / "again")
    with ground.open() as workspace:
        assert workspace.head().size == size
        assert verify(workspace).ok


def test_a_lost_wal_is_found_and_no_file_is_touched(killed: tuple[Ground, int], tmp_path: Path) -> None:
    ground = killed[0].copy(tmp_path / "again")
    wal_of(ground).unlink()
    with pytest.raises(RolledBack, match="the last 30 are gone"):
        ground.open()
    wal_of(ground).write_bytes(b"")
    refused_untouched(ground)


def test_a_shortened_wal_is_found_and_no_file_is_touched(killed: tuple[Ground, int], tmp_path: Path) -> None:
    kept = killed[0]
    ground = kept.copy(tmp_path / "again")
    whole = wal_of(ground).read_bytes()
    draw = dice("wal lengths")
    for _ in range(many(25, 200)):
        wal_of(ground).write_bytes(whole[: draw.randrange(len(whole))])
        refused_untouched(ground)


def test_a_flipped_wal_is_found_and_no_file_is_touched(killed: tuple[Ground, int], tmp_path: Path) -> None:
    kept = killed[0]
    ground = kept.copy(tmp_path / "again")
    size = wal_of(ground).stat().st_size
    draw = dice("wal flips")
    for _ in range(many(50, 500)):
        place, bit = draw.randrange(size), draw.randrange(8)
        flip(wal_of(ground), place, bit)
        refused_untouched(ground)
        flip(wal_of(ground), place, bit)
    ground.open().close()


def test_what_stands_before_the_bad_frame_can_be_salvaged(killed: tuple[Ground, int], tmp_path: Path) -> None:
    kept, size = killed
    ground = kept.copy(tmp_path / "again")
    found = salvage(ground.folder, "dev", phrase("dev"), tmp_path / "all.jsonl")
    assert (found.leaves, found.lost) == (size, ())
    flip(wal_of(ground), wal_of(ground).stat().st_size // 2, 0)
    half = salvage(ground.folder, "dev", phrase("dev"), tmp_path / "half.jsonl")
    assert size - 30 < half.leaves < size


def test_each_older_whole_file_put_back_is_found(small: Ground, tmp_path: Path) -> None:
    backups = []
    for number in range(many(12, 50)):
        backup = tmp_path / f"backup-{number}"
        shutil.copytree(small.folder, backup)
        backups.append(backup)
        with small.open() as workspace:
            workspace.run(RegisterVersion(model="m", artifact=f"{number:064x}"))
    for backup in backups:
        shutil.rmtree(small.folder)
        shutil.copytree(backup, small.folder)  # the head beside it is as old; the user's own copy is not
        before = small.print()
        with pytest.raises(RolledBack):
            small.open()
        assert small.print() == before


def test_the_database_alone_put_back_is_found_by_the_head_beside_it(small: Ground, tmp_path: Path) -> None:
    shutil.copy(small.folder / "registry.db", tmp_path / "older.db")
    with small.open() as workspace:
        workspace.run(RegisterVersion(model="m", artifact="c" * 64))
    shutil.rmtree(state_folder())
    shutil.copy(tmp_path / "older.db", small.folder / "registry.db")
    with pytest.raises(RolledBack, match="the last one is gone"):
        small.open()


def test_one_deleted_head_is_made_up_for_by_the_other(small: Ground, tmp_path: Path) -> None:
    older = small.copy(tmp_path / "older")
    shutil.copy(older.folder / "registry.db", tmp_path / "older.db")
    with older.open() as workspace:
        workspace.run(RegisterVersion(model="m", artifact="c" * 64))
    (older.folder / "head").unlink()
    with older.open() as workspace:
        assert workspace.notices == []
        completeness = next(a for a in verify(workspace).answers if a.name == "completeness")
        assert completeness.holds is True
    shutil.copy(tmp_path / "older.db", older.folder / "registry.db")
    with pytest.raises(RolledBack):
        older.open()


def test_without_any_head_outside_it_says_so_and_claims_nothing(small: Ground) -> None:
    (small.folder / "head").unlink()
    shutil.rmtree(state_folder())
    with small.open("audit") as workspace:
        assert "nothing says that it is the newest copy" in workspace.notices[0]
        verification = verify(workspace)
        completeness = next(a for a in verification.answers if a.name == "completeness")
        assert completeness.holds is None
        assert verification.ok


def test_a_head_put_in_that_nobody_signed_is_found(small: Ground, tmp_path: Path) -> None:
    with small.open() as workspace:
        workspace.run(RegisterVersion(model="m", artifact="c" * 64))
    other = small.copy(tmp_path / "other")
    texts = other.folder / "head"
    content = bytearray(texts.read_bytes())
    for place in (0, 512):
        from registry_app.vault import digest

        slot = bytearray(content[place + 32 : place + 512])
        at = slot.index(b"\n\xe2\x80\x94 ") + 60
        slot[at] = ord("A") if slot[at] != ord("A") else ord("B")
        content[place : place + 32] = digest.sha256(bytes(slot))
        content[place + 32 : place + 512] = slot
    texts.write_bytes(bytes(content))
    with pytest.raises(IntegrityError):
        other.open()


def test_each_older_page_put_back_is_found_or_changes_nothing(small: Ground, tmp_path: Path) -> None:
    path = small.folder / "registry.db"
    older = path.read_bytes()
    with small.open("admin") as admin:
        from registry_app.people.actions import Grant, Revoke
        from registry_app.people.views import WhoAmI

        admin.run(Grant("risk", "validator"))
        grant = next(p for p in admin.ask(People()) if p.handle == "val2").grants[0]
        admin.run(Revoke(grant.id, "left the desk"))
        assert admin.ask(WhoAmI()).handle == "admin"
    with small.open() as dev:
        dev.run(RegisterVersion(model="m", artifact="d" * 64, note="after the backup"))
        truth = tables(dev)
    newer = path.read_bytes()
    changed = [n for n in range(len(older) // 4096) if older[n * 4096 :][:4096] != newer[n * 4096 :][:4096]]
    assert len(changed) > 10
    at_opening = by_verify = harmless = 0
    for page in changed:
        path.write_bytes(newer[: page * 4096] + older[page * 4096 :][:4096] + newer[page * 4096 + 4096 :])
        try:
            with small.open("audit", read_only=True) as workspace:
                if tables(workspace) == truth and verify(workspace).ok:
                    harmless += 1
                else:
                    assert not verify(workspace).ok, page
                    by_verify += 1
        except IntegrityError:
            at_opening += 1
        for left in ("registry.db-wal", "registry.db-shm"):
            (small.folder / left).unlink(missing_ok=True)
    print(
        f"{len(changed)} older pages: {at_opening} found at the opening, {by_verify} by verify, {harmless} hold nothing"
    )
    assert at_opening + by_verify + harmless == len(changed)
    assert harmless <= 2


def test_a_registry_put_back_while_it_is_open_is_not_written_to(small: Ground, tmp_path: Path) -> None:
    shutil.copytree(small.folder, tmp_path / "backup")
    with small.open() as workspace:
        workspace.run(RegisterVersion(model="m", artifact="c" * 64))
        key = workspace.store.key
        size = workspace.head().size
        workspace.store.engine.dispose()
        shutil.copy(tmp_path / "backup" / "registry.db", small.folder / "registry.db")
        for left in ("registry.db-wal", "registry.db-shm"):
            (small.folder / left).unlink(missing_ok=True)
        with pytest.raises(RolledBack, match="put back while it was open"):
            workspace.run(RegisterVersion(model="m", artifact="e" * 64))
        assert key == workspace.store.key
    with pytest.raises(RolledBack, match=f"but {size} have been seen"):
        Workspace.open(small.folder, "dev", phrase("dev"))
    assert os.path.exists(small.folder / "head")


def test_what_was_put_back_can_be_examined_and_not_written_to(killed: tuple[Ground, int], tmp_path: Path) -> None:
    ground = killed[0].copy(tmp_path / "again")
    flip(wal_of(ground), wal_of(ground).stat().st_size // 2, 3)
    before = ground.print()
    with ground.open("audit", examining=True) as workspace:
        verification = verify(workspace)
        assert {answer.name for answer in verification.answers if not answer.holds} == {"completeness"}
        with pytest.raises(StorageReadOnly):
            workspace.run(AcceptUnanchored())
    assert ground.print() == before


def test_who_came_after_the_state_that_was_put_back_is_told_of_that(small: Ground, tmp_path: Path) -> None:
    shutil.copy(small.folder / "registry.db", tmp_path / "older.db")
    with small.open("admin") as admin:
        enrol(admin, "late", "Late Person", phrase("late"))
    shutil.copy(tmp_path / "older.db", small.folder / "registry.db")
    with pytest.raises(RolledBack):
        small.open("late", examining=True)
