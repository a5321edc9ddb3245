"""A child behind its locks: folders made, command line put together, started, and asked what it locked."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry_app.errors import SandboxError, StorageError
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.sandbox import bubble
from registry_app.measure.sandbox.frames import head_frame
from registry_app.measure.sandbox.limits import Limits
from registry_app.measure.sandbox.lock import Locked
from registry_app.measure.sandbox.process import Child
from registry_app.measure.sandbox.readable import packages

_BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from registry_app.measure.sandbox.child import main; main()"
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True)
class Folder:
    """The folders of one run."""

    model: Path
    """Where the model's file is copied to; the child may read it."""
    scratch: Path
    """Where the child may write."""


@contextmanager
def folders() -> Iterator[Folder]:
    """Two fresh folders of this user alone, gone afterwards.

    Raises:
        StorageError: the temporary folder cannot be written.
    """
    try:
        root = Path(tempfile.mkdtemp(prefix="registry-app-")).resolve()
        found = Folder(root / "model", root / "scratch")
        for each in (found.model, found.scratch):
            each.mkdir(mode=0o700)
    except OSError as error:
        raise StorageError(
            f"No temporary folder can be made ({error.strerror}).", "Free some space, or set TMPDIR to another folder."
        ) from error
    try:
        yield found
    finally:
        shutil.rmtree(root, ignore_errors=True)


def environment(scratch: str, threads: int) -> dict[str, str]:
    """All that the child has of an environment; nothing of it is inherited."""
    count = {name: str(threads) for name in _THREADS}
    fixed = {"LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "2", "JOBLIB_MULTIPROCESSING": "0"}
    return {"HOME": scratch, "TMPDIR": scratch, **fixed, **count}


@contextmanager
def jailed(
    folder: Folder,
    readable: list[str],
    limits: Limits,
    wrap: bool,
    model: dict[str, Any] | None = None,
    progress: Progress = SILENT,
) -> Iterator[tuple[Child, Locked]]:
    """A running child that has locked itself and read nothing of the model yet.

    Raises:
        SandboxError: it could not be started, or did not say what it locked.
    """
    scratch = str(folder.scratch)
    given = environment(scratch, limits.threads)
    root = str(Path(__file__).resolve().parents[3])
    command = [sys.executable, "-I", "-B", "-u", "-c", _BOOT, root]
    visible = [*readable, str(folder.model)]
    if wrap:
        command = bubble.wrapped(command, visible, scratch, given)
    setting = {
        "readable": visible, "scratch": scratch, "packages": packages(), "limits": limits.resources(),
        "parent": 0 if wrap else os.getpid(), "model": model,
    }  # fmt: skip
    with Child(command, given, scratch, limits, progress) as child:
        yield child, _locked(child, setting)


def _locked(child: Child, setting: dict[str, Any]) -> Locked:
    """What the child says it locked; nothing of the model can have spoken before."""
    try:
        said = child.ask([head_frame(setting)], lambda _: []).head["locked"]
        return Locked(int(said["landlock"]), bool(said["seccomp"]))
    except SandboxError as error:
        why = error.details[-1] if error.details else error.what.rstrip(".")
        raise SandboxError(
            f"The sandbox could not be closed: {why}.", "Look at what this machine allows, or run it elsewhere."
        ) from error
