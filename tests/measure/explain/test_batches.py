from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shap
from distributed import LocalCluster
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.naive_bayes import GaussianNB

from registry_app.errors import StorageError, UsageError
from registry_app.measure.explain.batches import batches
from registry_app.measure.explain.explainer import Explainer, fitted
from registry_app.measure.explain.subject import subject

DRAW = np.random.default_rng(2)
TABLE = DRAW.normal(0, 1, (1130, 4))
LABELS = (TABLE[:, 0] + TABLE[:, 1] > 0.2).astype(int)
MODEL = HistGradientBoostingClassifier(max_iter=10, random_state=0).fit(TABLE, LABELS)
SHAPS = shap.TreeExplainer(MODEL).shap_values(TABLE)


started: Any = LocalCluster


def explainer(model: Any = MODEL) -> Explainer:
    return fitted(subject(model, None), TABLE[:20], TABLE[:50], interventional=False)


@pytest.mark.parametrize("n_jobs", [1, 2, -1])
def test_values_are_shaps_whatever_the_number_of_processes(n_jobs: int) -> None:
    with batches(explainer(), 1, n_jobs) as where:
        values = where.values(TABLE, 0, len(TABLE))
    assert abs(values - SHAPS).max() < 1e-9


def test_a_dask_cluster_in_processes_gives_the_same_values() -> None:
    with (
        started(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as cluster,
        batches(explainer(), 1, dask=cluster.scheduler_address) as where,
    ):
        assert where.workers == 2
        values = where.values(TABLE, 0, len(TABLE))
    assert abs(values - SHAPS).max() < 1e-9


def test_permutations_depend_on_the_seed_and_the_batch_alone() -> None:
    asking = explainer(GaussianNB().fit(TABLE, LABELS))
    with batches(asking, 4294967295) as where:
        here, rest = where.values(TABLE[:230], 0, 230), where.values(TABLE[100:230], 100, 230)
    with batches(asking, 4294967295, n_jobs=2) as where:
        there = where.values(TABLE[:230], 0, 230)
    assert (here == there).all()
    assert (here[100:] == rest).all()


def test_whoever_listens_hears_each_step() -> None:
    heard: list[tuple[str, int, int]] = []
    with batches(explainer(), 1, tell=lambda *step: heard.append(step)) as where:
        where.values(TABLE[:250], 300, 900)
    assert heard == [("explaining", 400, 900), ("explaining", 500, 900), ("explaining", 550, 900)]


def test_it_ends_between_batches_when_asked_to() -> None:
    heard: list[int] = []
    with (
        batches(explainer(), 1, tell=lambda *step: heard.append(step[1]), cancelled=lambda: len(heard) >= 2) as where,
        pytest.raises(UsageError, match="cancelled after 200 rows"),
    ):
        where.values(TABLE, 0, len(TABLE))
    assert heard == [100, 200]


def test_it_ends_between_batches_of_processes_too_and_they_can_be_asked_again() -> None:
    heard: list[int] = []
    with batches(
        explainer(), 1, 2, tell=lambda *step: heard.append(step[1]), cancelled=lambda: len(heard) == 1
    ) as where:
        with pytest.raises(UsageError, match="cancelled after 500 rows"):
            where.values(TABLE, 0, len(TABLE))
        heard += [0]
        assert abs(where.values(TABLE, 0, len(TABLE)) - SHAPS).max() < 1e-9


class Counted(GaussianNB):  # type: ignore[misc]
    """A model that says in a file whenever it is unpickled."""

    def __setstate__(self, state: Any) -> None:
        super().__setstate__(state)
        with Path(self.heard).open("a") as file:
            file.write(f"{os.getpid()}\n")


def test_a_worker_unpickles_the_explainer_once(tmp_path: Path) -> None:
    model = Counted().fit(TABLE, LABELS)
    model.heard = str(tmp_path / "heard")
    with batches(explainer(model), 1, 2) as where:
        where.values(np.tile(TABLE[:20], (80, 1)), 0, 1600)
    heard = Path(model.heard).read_text().split()
    assert len(heard) == len(set(heard))


@pytest.mark.parametrize("n_jobs", [0, -2, 513, 1.0, True])
def test_a_number_of_processes_that_is_none_is_refused(n_jobs: Any) -> None:
    with pytest.raises(UsageError, match="processes cannot be started"), batches(explainer(), 1, n_jobs):
        pass


def test_a_cluster_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no address of a Dask scheduler"), batches(explainer(), 1, dask="http://a"):
        pass
    monkeypatch.setattr("registry_app.measure.explain.batches.PATIENCE", 0.3)
    with pytest.raises(StorageError, match="No Dask scheduler"), batches(explainer(), 1, dask="tcp://127.0.0.1:9"):
        pass


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(UsageError, match="Install the extra dask"), batches(explainer(), 1, dask="tcp://127.0.0.1:9"):
        pass


class Lost:
    """A pool whose worker is killed."""

    def __call__(self, work: Any) -> Any:
        raise RuntimeError("a worker died")


def test_a_worker_that_is_lost_is_storage_that_can_be_tried_again() -> None:
    with batches(explainer(), 1) as where:
        object.__setattr__(where, "pool", Lost())
        with pytest.raises(StorageError, match="A worker was lost"):
            where.values(TABLE, 0, len(TABLE))
