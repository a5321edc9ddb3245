"""The workers of a real Dask cluster explain rows in sandboxes of their own, and leave none of them behind."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

from registry_app.errors import Cancelled, SandboxError, StorageError, UsageError
from registry_app.measure.progress import Progress
from registry_app.measure.sandbox import cluster, level
from registry_app.measure.sandbox.crew import Piece
from tests.measure.sandbox.crews import explained, job, none_left, sandboxes, saved, turning

started: Any = LocalCluster
connected: Any = Client


@pytest.fixture(scope="module")
def dask() -> Iterator[Any]:
    with started(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as found:
        yield found


def test_workers_find_what_one_child_finds_here(dask: Any, tmp_path: Path) -> None:
    before, path = sandboxes(), saved(tmp_path, LogisticRegression())
    heard: list[tuple[str, int, int]] = []
    progress = Progress(lambda *told: heard.append(told))
    assert explained(path, dask=dask.scheduler_address, progress=progress) == explained(path)
    assert heard[-1] == ("explaining", 1130, 1130)
    assert none_left(before)


@pytest.mark.parametrize(
    ("source", "words"), [("os._exit(0)", "ended without an answer"), ("raise SystemExit", "tried to end the program")]
)
def test_a_model_that_is_hostile_on_a_worker_is_refused_here(
    source: str, words: str, dask: Any, tmp_path: Path
) -> None:
    before, (path, trust) = sandboxes(), turning(tmp_path, "_prepare", source)
    with pytest.raises(SandboxError, match=words):
        explained(path, dask=dask.scheduler_address, trust=trust)
    assert none_left(before)


def test_nothing_is_left_on_workers_when_nobody_waits_any_more(dask: Any, tmp_path: Path) -> None:
    before, heard = sandboxes(), [False]

    def tell(what: str, done: int, total: int) -> None:
        heard[0] = heard[0] or (what == "explaining" and len(sandboxes() - before) > 1)

    path, trust = turning(tmp_path, "_prepare", "while True: pass")
    with pytest.raises(Cancelled):
        explained(path, dask=dask.scheduler_address, trust=trust, progress=Progress(tell, lambda: heard[0]))
    assert none_left(before)


def test_the_lowest_level_is_told_and_code_does_not_run_below_its_own(dask: Any, tmp_path: Path) -> None:
    none = level.Level(0, "it is a test", 0, False, "", "Linux", 0, ())

    def lower(dask_worker: Any) -> None:
        from registry_app.measure.sandbox import level as there

        there.kept, there.probed = there.probed, lambda: none  # type: ignore[attr-defined, assignment]

    def restore(dask_worker: Any) -> None:
        from registry_app.measure.sandbox import level as there

        there.probed = there.kept  # type: ignore[attr-defined]

    path = saved(tmp_path, LogisticRegression())
    malign, trust = turning(tmp_path, "_nowhere", "")
    with connected(dask) as client:
        client.run(lower)
        try:
            assert explained(path, dask=dask.scheduler_address)[1:] == (none, None)
            with pytest.raises(SandboxError, match="no sandbox that holds"):
                explained(malign, dask=dask.scheduler_address, trust=trust)
        finally:
            client.run(restore)


def test_a_worker_that_is_killed_takes_its_sandbox_with_it_and_another_goes_on(dask: Any, tmp_path: Path) -> None:
    before, path = sandboxes(), saved(tmp_path, LogisticRegression())
    with connected(dask) as client:
        first, *_ = client.run(os.getpid).values()
    killed: list[int] = []

    def tell(what: str, done: int, total: int) -> None:
        if what == "explaining" and not killed:
            killed.append(first)
            os.kill(first, signal.SIGKILL)

    found = explained(path, dask=dask.scheduler_address, progress=Progress(tell))
    assert killed
    assert found == explained(path)
    assert none_left(before)


def test_a_cluster_that_is_lost_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    before, path = sandboxes(), saved(tmp_path, GaussianNB())
    with started(n_workers=1, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as lost:

        def tell(what: str, done: int, total: int) -> None:
            if what == "explaining":
                lost.close()

        with pytest.raises(StorageError, match=r"lost while explaining"):
            explained(path, dask=lost.scheduler_address, progress=Progress(tell))
    assert none_left(before)


def test_where_no_cluster_is_nothing_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, path = sandboxes(), saved(tmp_path, GaussianNB())
    with pytest.raises(UsageError, match="no address of a Dask scheduler"):
        explained(path, dask="http://a")
    monkeypatch.setattr("registry_app.measure.explain.batches.PATIENCE", 0.3)
    with pytest.raises(StorageError, match="No Dask scheduler"):
        explained(path, dask="tcp://127.0.0.1:9")
    assert none_left(before)


def test_a_worker_ends_the_children_of_a_job_that_nobody_asks_about_and_prepares_others_when_somebody_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "IDLE", 0.1)
    before, path = sandboxes(), saved(tmp_path, LogisticRegression())
    sent = cluster.Sent("a job", job(path), path.read_bytes())
    waiting = threading.Event()
    for _ in range(2):
        piece = cluster.made(sent, 0, 100, 2)
        assert isinstance(piece, Piece)
        assert piece.values.shape == (100, 2)
        assert none_left(before)
        assert any("a job" not in cluster._HELD or waiting.wait(0.1) for _ in range(100))
    cluster.end("a job")
    with pytest.raises(Cancelled):
        cluster.made(sent, 0, 100, 2)
    assert none_left(before)
