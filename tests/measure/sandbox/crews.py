"""What the tests of a crew share: a table, an explanation of it, models that turn hostile where pieces are made, and what is left."""

from __future__ import annotations

import os
import pickle
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from sklearn.naive_bayes import GaussianNB

from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.sandbox.crew import Job, crew
from registry_app.measure.sandbox.features import features
from registry_app.measure.sandbox.level import Level
from registry_app.measure.sandbox.limits import Limits
from registry_app.measure.sandbox.run import opened
from registry_app.measure.sandbox.trust import Trust, Waiver
from registry_app.vault import digest
from tests.measure.sandbox.hostile import SAYING, trusted

DRAWS = np.random.default_rng(3)
TABLE = {"age": DRAWS.normal(40, 9, 1130), "income": DRAWS.normal(3, 1, 1130)}
MATRIX = np.column_stack(list(TABLE.values()))
LABELS = (MATRIX[:, 0] / 40 + MATRIX[:, 1] > 4).astype(int)
ASKED: dict[str, Any] = {"seed": 4294967295, "cases": 3, "positive": None, "interventional": False}

Ran = tuple[dict[str, Any], Level, Waiver | None]
"""The result without what differs from run to run, the lowest level, and the waiver."""


def saved(folder: Path, model: Any) -> Path:
    """The model, fitted, as a skops file."""
    skops.io.dump(model.fit(MATRIX, LABELS), folder / "model.skops")
    return folder / "model.skops"


def job(path: Path, trust: Trust | None = None, limits: Limits | None = None, **more: Any) -> Job:
    """What a crew is told of the explanation."""
    kind = "skops" if trust is None else "pickle"
    given = features(TABLE)
    return Job(kind, digest.sha256_hex(path.read_bytes()), given, given, ASKED, trust, None, limits, **more)


def explained(
    path: Path,
    n_jobs: int = 1,
    dask: str = "",
    trust: Trust | None = None,
    limits: Limits | None = None,
    progress: Progress = SILENT,
) -> Ran:
    """The table explained by one child, with a crew where one is asked for."""
    work = job(path, trust, limits)
    with (
        opened(path, work.format, trust=trust, limits=limits, progress=progress) as session,
        crew(work, path, session, n_jobs, dask, progress) as others,
    ):
        found = session.explain(TABLE, TABLE, others, precision=None, checks=False, **ASKED)
        told = {"result": found.result, "data": found.data, "parameters": found.parameters}
        return told, (others or session).level, (others or session).waiver


class _Turning:
    def __init__(self, where: str, source: str) -> None:
        self.where, self.source = where, source

    def __reduce__(self) -> Any:
        honest = pickle.dumps(GaussianNB().fit(MATRIX, LABELS))
        source = (
            "import sys\nframe, names = sys._getframe(), []\n"
            "while frame: names.append(frame.f_code.co_name); frame = frame.f_back\n"
            f"if {self.where!r} in names: exec({SAYING + self.source!r}, {{'names': names}})"
        )
        return eval, (f"(exec({source!r}, {{}}), __import__('pickle').loads({honest!r}))[1]", {})


def turning(folder: Path, where: str, source: str) -> tuple[Path, Trust]:
    """A pickle of an honest model that runs ``source`` when it is loaded in the task ``where``, and a decision to trust it.

    ``names`` is then there, of the functions that called.
    """
    path = folder / "model.pkl"
    path.write_bytes(pickle.dumps(_Turning(where, source)))
    return path, trusted(path)


def sandboxes() -> set[int]:
    """Sandboxes of this very code that this process, or one that it started, has begun, or that nobody owns any more."""
    found, root = set(), str(Path(__file__).parents[3]).encode()
    for each in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            words = (each / "cmdline").read_bytes().split(b"\0")
            if root in words and any(b"sandbox.child" in word for word in words) and _ours(int(each.name)):
                found.add(int(each.name))
    return found


def _ours(process: int) -> bool:
    """Whether it comes from this process; one that its parent left behind belongs to the first of all."""
    parent = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    if parent in (0, 1) or parent == os.getpid():
        return True
    while parent not in (0, 1, os.getpid()):
        parent = int(Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()[1])
    return parent == os.getpid()


def none_left(before: set[int]) -> bool:
    """Whether no sandbox is left but those of ``before``, within ten seconds."""
    waiting = threading.Event()
    return any(not sandboxes() - before or waiting.wait(0.1) for _ in range(100))
