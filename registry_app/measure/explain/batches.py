"""SHAP values of many rows, batch by batch: here, in processes (loky) or on a running Dask cluster, with the same values.

A batch has its own seed, by the place it begins at, so that neither the number of workers nor their order changes a value.
A Dask cluster runs what it is sent and answers with pickles: name only one that is trusted as much as this machine.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from registry_app.errors import StorageError, UsageError
from registry_app.measure.explain.explainer import Explainer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH = 100
"""Rows explained before anyone is asked whether to go on."""

SENT = 5
"""Batches sent to a worker at once: sending costs as much as a few rows."""

PATIENCE = 10.0
"""Seconds in which a Dask scheduler must answer."""

Tell = Callable[[str, int, int], None]
"""Told what is done, how many rows of it, and of how many at most."""


@dataclass(frozen=True, eq=False)
class Batches:
    """Where batches are explained."""

    explainer: Explainer
    """What explains them."""
    seed: int
    """Batch ``i`` is permuted with ``seed + i``."""
    workers: int
    """How many at once; 1 is this process."""
    tell: Tell | None
    """Hears of each step."""
    cancelled: Callable[[], bool] | None
    """Asked between steps; true ends the work."""
    pool: Any
    """joblib's ``Parallel``; ``None`` for this process."""
    sent: bytes = b""
    """The explainer as workers get it: pickled once, and unpickled once by each of them."""

    def values(self, table: NDArray[np.float64], first: int, total: int) -> NDArray[np.float64]:
        """SHAP values of ``table``, shape (rows, columns of the estimator).

        Args:
            table: rows that stand at ``first`` and after in the order of explaining; ``first`` is a multiple of :data:`BATCH`.
            total: rows there are at most, for whoever is told.

        Raises:
            UsageError: it was cancelled.
            StorageError: a worker or the cluster was lost.
        """
        import numpy as np

        step = BATCH if self.pool is None else BATCH * SENT
        starts = range(0, len(table), step)
        found = [np.empty((0, table.shape[1]))]
        with closing(self._done(table, first, starts, step)) as done:
            for start in starts:
                if self.cancelled is not None and self.cancelled():
                    raise UsageError(
                        f"Explaining was cancelled after {first + start:,} rows.", "Nothing was kept; start again."
                    )
                found.append(next(done))
                if self.tell is not None:
                    self.tell("explaining", first + min(start + step, len(table)), total)
        return np.concatenate(found)

    def _done(
        self, table: NDArray[np.float64], first: int, starts: range, step: int
    ) -> Generator[NDArray[np.float64], None, None]:
        """The values of each part in order. Workers are given the next part without waiting for each other."""
        work = ((table[at : at + step], self.seed + (first + at) // BATCH) for at in starts)
        if self.pool is None:
            yield from (batched(self.explainer, rows, seed) for rows, seed in work)
            return
        import joblib

        try:
            done = self.pool(joblib.delayed(_elsewhere)(self.sent, rows, seed) for rows, seed in work)
            try:
                for each in done:  # noqa: UP028  ``yield from`` would close it before the warning is silenced
                    yield each
            finally:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # that what was begun is not finished
                    done.close()
        except (OSError, RuntimeError) as error:
            raise StorageError(
                f"A worker was lost while explaining ({type(error).__name__}).", "Try again, or with fewer workers."
            ) from error


def batched(explainer: Explainer, table: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """SHAP values of ``table``, explained :data:`BATCH` rows at a time, each with the next seed."""
    import numpy as np

    parts = range(0, len(table), BATCH)
    return np.concatenate(
        [explainer.values(table[at : at + BATCH], (seed + place) % (1 << 32)) for place, at in enumerate(parts)]
    )


def _elsewhere(sent: bytes, table: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    return batched(_received(sent), table, seed)


@lru_cache(maxsize=1)
def _received(sent: bytes) -> Explainer:
    import pickle  # this process was started to run what it is sent

    return cast(Explainer, pickle.loads(sent))


@contextmanager
def batches(
    explainer: Explainer,
    seed: int,
    n_jobs: int = 1,
    dask: str | None = None,
    tell: Tell | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[Batches]:
    """Somewhere to explain batches, for as long as the block lasts.

    Args:
        n_jobs: processes here; -1 is one per core.
        dask: address of a running scheduler, such as ``tcp://10.0.0.5:8786``; then all threads of its workers are used.

    Raises:
        UsageError: the number or the address is no such thing, or the extra ``dask`` is not there.
        StorageError: no cluster answers there.
    """
    workers = processes(n_jobs)
    import cloudpickle
    import joblib

    if dask is not None:
        sent = cloudpickle.dumps(explainer)
        with (
            cluster(dask) as (client, threads),
            joblib.parallel_config(backend="dask", client=client, scatter=[sent]),
            joblib.Parallel(n_jobs=threads, batch_size=1, return_as="generator") as pool,
        ):
            yield Batches(explainer, seed, threads, tell, cancelled, pool, sent)
        return
    if workers == 1:
        yield Batches(explainer, seed, 1, tell, cancelled, None)
        return
    with joblib.Parallel(n_jobs=workers, backend="loky", batch_size=1, return_as="generator") as pool:
        yield Batches(explainer, seed, workers, tell, cancelled, pool, cloudpickle.dumps(explainer))


def processes(n_jobs: int) -> int:
    """How many processes ``n_jobs`` means here.

    Raises:
        UsageError: it is no such number.
    """
    if type(n_jobs) is not int or not (n_jobs == -1 or 1 <= n_jobs <= 512):
        raise UsageError(f"{str(n_jobs)[:20]} processes cannot be started.", "Give 1 to 512, or -1 for one per core.")
    import joblib

    return int(joblib.effective_n_jobs(n_jobs))


@contextmanager
def cluster(address: str) -> Iterator[tuple[Any, int]]:
    """A client of the Dask cluster at ``address``, and the threads of its workers together.

    Raises:
        UsageError: it is no address, or the extra ``dask`` is not there.
        StorageError: no cluster answers there, or it has no workers.
    """
    if not address.startswith(("tcp://", "tls://")) or len(address) > 200:
        raise UsageError("This is no address of a Dask scheduler.", "Give one such as tcp://10.0.0.5:8786.")
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(
            "Dask is not installed.", "Install the extra dask: pip install 'registry-app[dask]'."
        ) from error
    try:
        client: Any = cast(Any, Client)(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise StorageError(
            f"No Dask scheduler answers at {address}.", "Start it, or leave the address out to work here."
        ) from error
    with client:
        threads = sum(client.nthreads().values())
        if threads == 0:
            raise StorageError("The Dask cluster has no workers.", "Start some, or leave the address out to work here.")
        yield client, threads
