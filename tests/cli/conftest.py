"""A small registry on disk with its cast, and the command line called in this process."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from registry_app.cli.main import main
from registry_app.cli.options import PASSPHRASE, REGISTRY, USER

SECRET = "correct horse battery staple river"
NAMES = {"dev": "Dana Dev", "val": "Val Validator", "risk": "Rita Risk", "audit": "Odd Auditor"}
ROLES = {"dev": "developer", "val": "validator", "risk": "risk_officer", "audit": "auditor"}


@dataclass(frozen=True)
class Answer:
    """What a command gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Ask(Protocol):
    """Runs a command as somebody (``ada`` otherwise), and expects an exit code (0 otherwise)."""

    def __call__(self, *args: str, who: str = "ada", code: int = 0) -> Answer: ...


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A registry with five people, a team, a model with two versions, data and a deployment; made once."""
    from registry_app import custody
    from registry_app.models import actions as models
    from registry_app.people import actions as people
    from registry_app.workspace import Workspace

    place = tmp_path_factory.mktemp("founded")
    folder = place / "registry"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGISTRY_APP_KDF", "floor")
        patch.setenv("XDG_STATE_HOME", str(place / "state"))
        founding = custody.found(folder, "Retail credit", "ada", "Ada Admin", SECRET)
        (place / "recovery").write_text(founding.recovery_key)
        with founding.workspace as workspace:
            for handle, name in NAMES.items():
                custody.enrol(workspace, handle, name, SECRET)
                workspace.run(people.Grant(handle, ROLES[handle]))
            workspace.run(people.FormTeam("credit", "dev"))
        with Workspace.open(folder, "dev", SECRET) as workspace:
            data = models.RegisterDataset(
                name="train", digest="a" * 64, rows=1000, licence="CC-BY-4.0", sensitive=("sex",)
            )
            workspace.run(data)
            workspace.run(
                models.RegisterModel(
                    name="credit-risk",
                    team="credit",
                    tier="medium",
                    tier_rationale="people decide",
                    purpose="score applications",
                    intended_use="by clerks",
                    out_of_scope="pricing",
                )
            )
            used = (("train", "training"),)
            workspace.run(models.RegisterVersion(model="credit-risk", artifact="b" * 64, data=used))
            workspace.run(models.RegisterVersion(model="credit-risk", artifact="c" * 64, parents=("credit-risk:1",)))
            workspace.run(models.StartDeployment("credit-risk:1", "production"))
            workspace.run(models.SetAlias("credit-risk:1", "champion"))
        yield folder


@pytest.fixture
def folder(founded: Path, tmp_path: Path) -> Path:
    """A copy of that registry to write to."""
    return shutil.copytree(founded, tmp_path / "registry")


@pytest.fixture
def recovery_key(founded: Path) -> Path:
    return founded.parent / "recovery"


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Ask:
    """The command line, without a registry."""

    def call(*args: str, who: str = "", code: int = 0) -> Answer:
        capsys.readouterr()
        given: Sequence[str] = [*args, "--as", who] if who else args
        got = main(given)
        said = capsys.readouterr()
        assert got == code, said.err
        return Answer(got, said.out, said.err)

    return call


@pytest.fixture
def ask(folder: Path, say: Ask, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """The command line at the registry's copy."""
    monkeypatch.setenv(REGISTRY, str(folder))
    monkeypatch.setenv(PASSPHRASE, SECRET)

    def call(*args: str, who: str = "ada", code: int = 0) -> Answer:
        monkeypatch.setenv(USER, who)
        return say(*args, code=code)

    return call


@pytest.fixture
def scored(tmp_path: Path) -> Path:
    """A table of 400 predictions with a sensitive feature."""
    rows = ["defaults,p,sex"]
    for n in range(400):
        truth = n % 2
        score = 0.15 + 0.6 * truth + 0.1 * (n % 3) - 0.5 * (n % 11 == 0) * truth
        rows.append(f"{truth},{max(0.0, score):.3f},{'female' if n % 4 < 2 else 'male'}")
    path = tmp_path / "scored.csv"
    path.write_text("\n".join(rows) + "\n")
    return path
