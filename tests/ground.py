"""Real registries in real folders, made once and copied, so that a thousand accidents cost a thousand copies."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry_app.custody import enrol, found
from registry_app.models.actions import RegisterDataset, RegisterModel, RegisterVersion
from registry_app.models.facts import Named
from registry_app.people.actions import AddMember, FormTeam, Grant
from registry_app.reviews.actions import Comment, Submit
from registry_app.vault import digest
from registry_app.vault.engine import open_sqlcipher, reading
from registry_app.vault.place import state_folder
from registry_app.workspace import Workspace

FULL = os.environ.get("REGISTRY_APP_FAULTS") == "full"
PASSPHRASE = "purple anchor drifts beyond nine hills"
CAST = {"dev": "developer", "val": "validator", "val2": "validator", "risk": "risk_officer", "audit": "auditor"}
LEFT_ALONE = ("registry.lock", "attempts.log", "registry.db-shm")
"""Files that hold nothing signed: a lock, notes for the next unlock, and SQLite's index of the WAL, which it rebuilds."""


def many(normal: int, full: int) -> int:
    """How often, in a normal run and in the full one."""
    return full if FULL else normal


def dice(name: str) -> random.Random:
    """Chance that repeats itself, of its own for every test."""
    return random.Random(f"registry-app {name}")


def phrase(handle: str) -> str:
    """Somebody's passphrase."""
    return f"{PASSPHRASE} {handle}"


@dataclass(frozen=True)
class Ground:
    """A registry's folder and its user's state folder, as they lie on the disk."""

    folder: Path
    state: Path
    recovery_key: str

    def copy(self, place: Path) -> Ground:
        """The same lie of things elsewhere, with the state folder where this test's program looks for it."""
        state = state_folder()
        shutil.rmtree(state, ignore_errors=True)
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.folder, place)
        if self.state.exists():
            shutil.copytree(self.state, state)
        return Ground(place, state, self.recovery_key)

    def open(self, handle: str = "dev", **options: Any) -> Workspace:
        """The registry, opened by somebody."""
        return Workspace.open(self.folder, handle, phrase(handle), **options)

    def print(self) -> dict[str, str]:
        """The digest of each file that must not change when nothing may."""
        return {
            str(file.relative_to(self.folder)): digest.sha256_hex(file.read_bytes())
            for file in sorted(self.folder.rglob("*"))
            if file.is_file() and file.name not in LEFT_ALONE
        }


def make(folder: Path | str, versions: int, *, words: int = 200, comments: int = 3) -> Ground:
    """A registry with a cast, a team, a model with ``versions`` versions, and a review with comments."""
    founding = found(folder, "Bank", "admin", "Ada Admin", phrase("admin"), "ada@example.org")
    with founding.workspace as admin:
        for handle, role in CAST.items():
            enrol(admin, handle, f"{handle.title()} Person", phrase(handle))
            admin.run(Grant(handle, role))
        admin.run(FormTeam("credit", "dev"))
        admin.run(AddMember("credit", "audit"))
    draw = dice("words")
    with Workspace.open(folder, "dev", phrase("dev")) as dev:
        dev.run(RegisterDataset(name="german", digest="a" * 64, rows=1000, description=prose(draw, words)))
        dev.run(
            RegisterModel(name="m", team="credit", tier="medium", tier_rationale="moderate", purpose=prose(draw, words))
        )
        for number in range(versions):
            dev.run(
                RegisterVersion(
                    model="m",
                    artifact=digest.sha256_hex(str(number).encode()),
                    note=prose(draw, words),
                    metrics=(Named("auc", "0.75"),),
                    data=(("german", "training"),),
                )
            )
        dev.run(Submit("m:1", prose(draw, words)))
    with Workspace.open(folder, "val", phrase("val")) as val:
        for _ in range(comments):
            val.run(Comment("m:1", prose(draw, words)))
    return Ground(Path(folder), state_folder(), founding.recovery_key)


def prose(draw: random.Random, size: int) -> str:
    """Some ``size`` characters of words."""
    return " ".join(format(draw.getrandbits(32), "x") for _ in range(size // 9 + 1))[:size]


def tables(workspace: Workspace) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the search index's own."""
    from sqlmodel import SQLModel

    found = {}
    with workspace.store.reading() as rows:
        for name in sorted(SQLModel.metadata.tables):
            cursor = rows.connection.exec_driver_sql(f'SELECT * FROM "{name}"')
            found[name] = sorted(tuple(row) for row in cursor)
    return found


def flip(path: Path, place: int, bit: int) -> None:
    """Turn over one bit of a file."""
    with open(path, "r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1 << bit]))


@contextmanager
def raw(path: Path, key: bytes, **options: Any) -> Iterator[Any]:
    """The driver's own connection to a database file."""
    engine = open_sqlcipher(path, key, **options)
    try:
        with reading(engine) as connection:
            yield connection.connection.driver_connection
    finally:
        engine.dispose()
