"""Further children with the same model, which make pieces of one explanation at once: here, each behind its own locks.

Which rows there are, in what order and with what seeds is decided by the job alone, so a piece is the same whoever makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

from registry_app import __version__
from registry_app.errors import Cancelled, RegistryError, SandboxError, StorageError, UsageError
from registry_app.measure.explain.batches import BATCH, SENT, processes
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.sandbox.features import Features
from registry_app.measure.sandbox.level import Level
from registry_app.measure.sandbox.limits import Limits
from registry_app.measure.sandbox.process import TURN
from registry_app.measure.sandbox.run import Session, opened
from registry_app.measure.sandbox.trust import Trust, Waiver

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHARES = 4
"""Pieces that each of the crew gets of what is asked for at once, so that none waits long for the last."""


def versions() -> tuple[tuple[str, str], ...]:
    """What must be the same wherever pieces of one explanation are made."""
    names = ("numpy", "scipy", "scikit-learn", "shap")
    return (("registry-app", __version__), *((name, metadata.version(name)) for name in names))


@dataclass(frozen=True, eq=False)
class Job:
    """One explanation, as everybody who makes pieces of it is told of it."""

    format: str
    """Of the model's file."""
    digest: str
    """SHA-256 of the model's file."""
    rows: Features
    background: Features
    asked: dict[str, Any]
    """:data:`~registry_app.measure.sandbox.explaining.PIECE` of what the explanation is asked with."""
    trust: Trust | None = None
    waiver: Waiver | None = None
    limits: Limits | None = None
    keep_out: tuple[Path, ...] = ()
    versions: tuple[tuple[str, str], ...] = field(default_factory=versions)
    """Of the libraries where the explanation is asked for."""


@dataclass(frozen=True, eq=False)
class Piece:
    """Some rows explained."""

    values: NDArray[np.float64]
    """SHAP values, shape (rows, columns of the estimator)."""
    level: Level
    """What the sandbox held where they were made."""
    waiver: Waiver | None
    """By which the model ran below the level it needs."""


class Children:
    """As many children of this process, prepared for one job, as make pieces of it at the same time.

    A child dies with the thread that started it, so that these threads must live as long as this does.
    """

    def __init__(self, job: Job, file: Path | str, progress: Progress = SILENT) -> None:
        """None is started yet. ``file`` is the model's."""
        self._job, self._file, self._ended = job, file, Event()
        self._progress = Progress(SILENT.tell, lambda: self._ended.is_set() or progress.cancelled())
        self._free: list[tuple[Session, ExitStack]] = []
        self._lock = Lock()

    def warm(self) -> None:
        """Prepare one more."""
        self._release(*self._new())

    def piece(self, start: int, stop: int, columns: int) -> Piece:
        """Have one that is free, or a new one, explain the rows from ``start`` up to ``stop``.

        Raises:
            UsageError: the model cannot be explained, or other versions of the libraries are installed here.
            SandboxError: the level does not hold here, or the model misbehaved.
            Cancelled: nobody waits any more.
        """
        with self._lock:
            taken = self._free.pop() if self._free else None
        session, ending = taken or self._new()
        with ExitStack() as stack:
            stack.push(ending)
            values = session.piece(start, stop, columns)
            self._release(session, stack.pop_all())
        return Piece(values, session.level, session.waiver)

    def close(self) -> None:
        """End those that are free now, and the others within a moment."""
        with self._lock:
            self._ended.set()
            free, self._free = self._free, []
        for _, ending in free:
            ending.close()

    def _new(self) -> tuple[Session, ExitStack]:
        job = self._job
        if job.versions != versions():
            here, there = next((a, b) for a, b in zip(versions(), job.versions, strict=False) if a != b)
            raise UsageError(
                f"A worker has {here[0]} {here[1]}, and {there[1]} is here.", "Install the same versions everywhere."
            )
        with ExitStack() as stack:
            session = stack.enter_context(
                opened(
                    self._file, job.format, trust=job.trust, waiver=job.waiver, limits=job.limits,
                    keep_out=job.keep_out, progress=self._progress,
                )
            )  # fmt: skip
            if session.digest != job.digest:
                raise UsageError("The model's file was changed meanwhile.", "Start again when nobody writes to it.")
            session.prepare((job.rows, job.background), job.asked)
            return session, stack.pop_all()

    def _release(self, session: Session, ending: ExitStack) -> None:
        with self._lock:
            if not self._ended.is_set():
                self._free.append((session, ending))
                return
        ending.close()
        raise Cancelled()


@dataclass(eq=False)
class Crew:
    """Those who make the pieces, and what came of it."""

    workers: int
    """How many at once."""
    give: Callable[[int, int, int], Future[Any]]
    """Has the rows from a start up to a stop explained, of so many columns."""
    level: Level
    """The lowest that any of them ran at, or that of the child that asks."""
    waiver: Waiver | None
    """By which any of them ran below the level it needs."""

    def values(self, start: int, stop: int, columns: int, waiting: Callable[[int], None]) -> NDArray[np.float64]:
        """SHAP values of the rows from ``start`` up to ``stop``, shape (rows, columns), checked to be that and finite.

        Args:
            waiting: called many times a second with the rows explained since the explanation began; may raise.

        Raises:
            StorageError: a worker or the cluster was lost.
            SandboxError: the model misbehaved, or the level does not hold.
        """
        import numpy as np

        batches = -(-(stop - start) // BATCH)
        step = BATCH * max(1, min(SENT, -(-batches // (self.workers * SHARES))))
        given = {self.give(at, min(at + step, stop), columns): at for at in range(start, stop, step)}
        values, left, done = np.empty((stop - start, columns)), set(given), start
        try:
            while left:
                waiting(done)
                ready, left = wait(left, TURN, FIRST_COMPLETED)
                for each in ready:
                    at = given[each]
                    rows = min(step, stop - at)
                    values[at - start : at - start + rows] = self._checked(each, (rows, columns))
                    done += rows
        finally:
            for each in left:
                each.cancel()
        waiting(done)
        return values

    def _checked(self, given: Future[Any], shape: tuple[int, int]) -> NDArray[np.float64]:
        import numpy as np

        try:
            found = given.result()
        except RegistryError:
            raise
        except (Exception, CancelledError) as error:
            raise StorageError(
                f"A worker or its cluster was lost while explaining ({type(error).__name__}).",
                "See that the cluster runs and has this program on every worker, and try again.",
            ) from error
        values = found.values if isinstance(found, Piece) else None
        if not isinstance(values, np.ndarray) or values.dtype != np.float64 or values.shape != shape:
            raise SandboxError("A worker answered what was not asked.", "Name a cluster that is trusted.")
        if not np.isfinite(values).all():
            raise SandboxError(
                "A SHAP value of the model is no finite number.",
                "Look at where the model comes from before you try it again.",
            )
        self.level = min(self.level, found.level, key=lambda each: each.number)
        self.waiver = self.waiver or found.waiver
        return values


@contextmanager
def crew(
    job: Job, file: Path | str, session: Session, n_jobs: int, dask: str, progress: Progress = SILENT
) -> Iterator[Crew | None]:
    """Those who help ``session`` with one explanation, for as long as the block lasts; ``None`` where it works alone.

    Args:
        n_jobs: further children here, from 2; -1 is one per core.
        dask: address of a running scheduler, such as ``tcp://10.0.0.5:8786``; then there is one per thread of its workers.

    Raises:
        UsageError: the number or the address is no such thing, or the extra ``dask`` is not there.
        StorageError: no cluster answers there.
    """
    many = processes(n_jobs)
    if dask:
        from registry_app.measure.sandbox.cluster import spread

        with spread(job, file, dask) as (workers, give):
            yield Crew(workers, give, session.level, session.waiver)
        return
    if many == 1:
        yield None
        return
    children = Children(job, file, progress)
    threads: Executor = ThreadPoolExecutor(many, thread_name_prefix="crew")
    try:
        for _ in range(many):
            threads.submit(children.warm)
        yield Crew(
            many,
            lambda start, stop, columns: threads.submit(children.piece, start, stop, columns),
            session.level,
            session.waiver,
        )
    finally:
        children.close()
        threads.shutdown(wait=True, cancel_futures=True)
