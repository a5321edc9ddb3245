"""The crew on a Dask cluster: each worker opens sandboxes of its own with the model's bytes, and answers with plain arrays.

A worker keeps its children for the job that they were prepared for, until it is told that the job is over or nobody has
asked for a while. They die with the worker. The model runs in them alone; the worker itself only runs what stands here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread, Timer
from typing import Any

from registry_app.errors import Cancelled, StorageError, UsageError
from registry_app.measure.explain.batches import cluster
from registry_app.measure.sandbox.crew import Children, Job, Piece
from registry_app.text import harmless
from registry_app.vault import chance

IDLE = 60.0
"""Seconds after which a worker that is asked nothing ends the children of a job."""

PATIENCE = 5.0
"""Seconds in which the workers must say that they have ended theirs."""

_HELD: dict[str, Held | None] = {}
_LOCK = Lock()


@dataclass(frozen=True, eq=False)
class Sent:
    """What goes to the workers, once."""

    name: str
    """Of this job, unlike that of any other."""
    job: Job
    model: bytes
    """The file."""


class Held:
    """On a worker: the children of one job."""

    def __init__(self, sent: Sent) -> None:
        """Write the model's file; no child is started yet."""
        self.busy = 0
        self.timer = Timer(IDLE, end)
        self._folder = tempfile.TemporaryDirectory(prefix="registry-app-worker-", ignore_cleanup_errors=True)
        file = Path(self._folder.name, "model")
        file.write_bytes(sent.model)
        self.children = Children(sent.job, file)

    def close(self) -> None:
        """End the children and remove the file."""
        self.children.close()
        self._folder.cleanup()


def made(sent: Sent, start: int, stop: int, columns: int) -> Piece | None:
    """On a worker: the rows from ``start`` up to ``stop`` explained; no rows prepare a child.

    Raises:
        StorageError: the model cannot be written there.
        UsageError, SandboxError, Cancelled: as :meth:`Children.piece`.
    """
    try:
        with _held(sent) as held:
            if start == stop:
                held.children.warm()
                return None
            return held.children.piece(start, stop, columns)
    except OSError as error:
        raise StorageError(f"A worker cannot write the model ({error.strerror}).", "Free some space.") from error


def _same(sent: Sent) -> Sent:
    return sent


def end(name: str, idle: Held | None = None) -> None:
    """On a worker: the job is over; or, as far as is known, ``idle`` has been for long enough."""
    with _LOCK:
        held = _HELD.get(name)
        if idle is None:
            _HELD[name] = None
        elif held is idle and not idle.busy:
            del _HELD[name]
        else:
            return
    if held is not None:
        held.timer.cancel()
        held.close()


@contextmanager
def _held(sent: Sent) -> Iterator[Held]:
    """The children of a job that is not over, which are not idle meanwhile."""
    with _LOCK:
        held = _HELD[sent.name] if sent.name in _HELD else Held(sent)
        if held is None:
            raise Cancelled()
        _HELD[sent.name] = held
        held.busy += 1
        held.timer.cancel()
    try:
        yield held
    finally:
        with _LOCK:
            held.busy -= 1
            if not held.busy and _HELD[sent.name] is held:
                held.timer = Timer(IDLE, end, (sent.name, held))
                held.timer.daemon = True
                held.timer.start()


@contextmanager
def spread(job: Job, file: Path | str, dask: str) -> Iterator[tuple[int, Callable[[int, int, int], Future[Any]]]]:
    """How many threads the workers of the cluster at ``dask`` have, and what has a piece made by one.

    Raises:
        UsageError: it is no address, the extra ``dask`` is not there, or the model's file cannot be read.
        StorageError: no cluster answers there.
    """
    try:
        sent = Sent(chance.uuid7(), job, Path(file).read_bytes())
    except OSError as error:
        raise UsageError(
            f"The model {harmless(str(file))[:200]!r} cannot be read.", "Check that you may read it."
        ) from error

    with cluster(dask) as (client, workers):
        try:
            # A result, and no scattered data: the cluster drops copies of what nobody needs twice, and makes a lost result again.
            there = client.submit(_same, sent, pure=False)
            warm = [
                client.submit(made, there, 0, 0, 0, workers=[worker], allow_other_workers=True, pure=False)
                for worker, threads in client.nthreads().items()
                for _ in range(threads)
            ]
        except (OSError, RuntimeError) as error:
            raise StorageError(
                f"The Dask cluster does not take the model ({type(error).__name__}).", "See that its workers live."
            ) from error
        pool = client.get_executor(pure=False)
        try:
            yield workers, lambda *rows: pool.submit(made, there, *rows)
        finally:
            ending = Thread(target=_ended, args=(client, warm, sent.name), daemon=True)
            ending.start()
            ending.join(PATIENCE)


def _ended(client: Any, warm: list[Any], name: str) -> None:
    """Tell every worker; one that cannot be reached ends its children when it has been idle for :data:`IDLE`."""
    with suppress(Exception):
        client.cancel(warm)
        client.run(end, name, on_error="ignore")
