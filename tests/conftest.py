"""What holds for every test: nobody's real home is touched, keys are cheap to derive, generated stories repeat."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.postgres import Bank, Server

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("nightly", parent=settings.get_profile("ci"), derandomize=False, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

_OURS = ("REGISTRY_APP_REGISTRY", "REGISTRY_APP_USER", "REGISTRY_APP_PASSPHRASE")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server for the whole session."""
    from tests.postgres import serving

    with serving() as running:
        yield running


@pytest.fixture(scope="session")
def bank_template(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """A registry in a database, made once."""
    from tests.postgres import found_bank

    return found_bank(server, tmp_path_factory.mktemp("bank"))


@pytest.fixture
def bank(bank_template: Bank) -> Bank:
    """A copy of it for one test, with the state folder of those who made it."""
    return bank_template.copy()


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh folder for what the program keeps for its user; also for child processes."""
    home = tmp_path_factory.mktemp("home")
    for variable in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(variable, str(home / variable.lower()))
    for variable in _OURS:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("REGISTRY_APP_KDF", "floor")
    return home
