"""Reads by key, pages and searches, against MLflow's, on the same names and tags."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import ours, peer
from benchmarks.clock import Timing, each
from registry_app.models.actions import RegisterModel, RegisterVersion, SetAlias
from registry_app.models.lists import ModelPage, VersionPage
from registry_app.models.views import ShowVersion


def measure(sizes: tuple[int, ...] = (10_000, 100_000)) -> dict[str, Any]:
    """Median milliseconds of both at each size, and the ratio."""
    found: dict[str, Any] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as place:
            found[str(size)] = _at(Path(place), size)
    return found


def _at(folder: Path, size: int) -> dict[str, Any]:
    theirs = peer.store(folder, size)
    workspace = ours.make(folder / "ours")
    ours.fill(workspace, size)
    draw = random.Random(1)
    picked = [draw.choice(peer.names(size)) for _ in range(40)]
    few = picked[:7]
    deep = workspace.ask(VersionPage(limit=1)), _cursor(workspace, size)
    ask = workspace.ask
    pairs = {
        "read a version by name and number": (
            each(lambda n: theirs.get_model_version(n, 1), picked),
            each(lambda n: ask(ShowVersion(f"{n}:1")), picked),
        ),
        "first page of versions": (
            each(lambda _: theirs.search_model_versions(max_results=50), few),
            each(lambda _: ask(VersionPage()), picked),
        ),
        "page of versions at 80 % depth": (
            each(lambda _: theirs.search_model_versions(max_results=50, page_token=_token(size)), few),
            each(lambda _: ask(VersionPage(after=deep[1])), picked),
        ),
        "versions by tag": (
            each(lambda _: theirs.search_model_versions("tags.gate = 'fail'", max_results=50), few),
            each(lambda _: ask(VersionPage(tag=("gate", "fail"))), picked),
        ),
        "first page of models": (
            each(lambda _: theirs.search_registered_models(max_results=50), few),
            each(lambda _: ask(ModelPage()), picked),
        ),
        "models by prefix of the name": (
            each(lambda _: theirs.search_registered_models("name LIKE 'team07.%'", max_results=50), few),
            each(lambda _: ask(ModelPage(prefix="team07.")), picked),
        ),
        "versions by a part of the name": (
            each(lambda _: theirs.search_model_versions("name LIKE '%-00012%'", max_results=50), few),
            each(lambda _: ask(ModelPage(contains="-00012")), picked),
        ),
        "models by tag": (
            each(lambda _: theirs.search_registered_models("tags.risk = 'high'", max_results=50), few),
            each(lambda _: ask(ModelPage(tag=("risk", "high"))), picked),
        ),
    }
    writes = _writes(theirs, workspace, picked)
    workspace.close()
    return {name: _row(*pair) for name, pair in {**pairs, **writes}.items()}


def _writes(theirs: Any, workspace: Any, picked: list[str]) -> dict[str, tuple[Timing, Timing]]:
    from mlflow.entities.model_registry import ModelVersionTag

    def register(name: str) -> None:
        workspace.run(RegisterVersion(model=name, artifact="a" * 64, tags=(("gate", "pass"),)))

    many = picked * 3
    aliases = list(enumerate(many))  # each one new: to set again what is set costs MLflow no write
    return {
        "register a model": (
            each(theirs.create_registered_model, [f"new-{n}" for n in range(100)]),
            each(
                lambda n: workspace.run(
                    RegisterModel(name=n, team="bench", tier="low", tier_rationale="r", purpose="p")
                ),
                [f"new-{n}" for n in range(100)],
            ),
        ),
        "register a version with a tag": (
            each(
                lambda n: theirs.create_model_version(
                    n, source="file:///m", run_id="ab" * 16, tags=[ModelVersionTag("gate", "pass")]
                ),
                many,
            ),
            each(register, many),
        ),
        "set an alias": (
            each(lambda one: theirs.set_registered_model_alias(one[1], f"alias{one[0]}", 1), aliases),
            each(lambda one: workspace.run(SetAlias(f"{one[1]}:1", f"alias{one[0]}")), aliases),
        ),
    }


def _cursor(workspace: Any, size: int) -> str:
    rows = workspace.ask(VersionPage(limit=int(size * 0.8)))
    return str(rows[-1].cursor)


def _token(size: int) -> Any:
    from mlflow.utils.search_utils import SearchUtils

    return SearchUtils.create_page_token(int(size * 0.8))


def _row(theirs: Timing, mine: Timing) -> dict[str, float]:
    return {
        "mlflow_ms": round(theirs.median, 3),
        "ours_ms": round(mine.median, 3),
        "ratio": round(theirs.median / mine.median, 1),
    }
