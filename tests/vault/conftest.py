"""Keyrings and folders that the tests of the vault share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from registry_app.vault import kdf, keyfile
from registry_app.vault.identity import Identity
from registry_app.vault.kdf import ARGON2ID_FLOOR_2026_11 as FLOOR
from registry_app.vault.keyring import DataKeys, Keyring
from tests.vault.rings import KEY, KEYS, people


@pytest.fixture(scope="module")
def three() -> Keyring:
    return people(3)


@pytest.fixture(scope="module")
def written(three: Keyring) -> bytes:
    return three.encode(DataKeys.first(KEY))


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int]]:
    """The parameters of every run of Argon2id."""
    ran: list[tuple[int, int, int]] = []
    real = Argon2id

    class Counted:
        def __init__(self, **given: Any) -> None:
            ran.append((given["iterations"], given["lanes"], given["memory_cost"]))
            self._real = real(**given)

        def derive(self, secret: bytes) -> bytes:
            return self._real.derive(secret)

    monkeypatch.setattr(kdf, "Argon2id", Counted)
    return ran


@pytest.fixture(scope="module")
def first() -> Keyring:
    return Keyring.create("p0", "h0", Identity.create("p0"), "pass 0", FLOOR, bytes(range(32))).with_registry("ab" * 32)


@pytest.fixture(scope="module")
def second(first: Keyring) -> Keyring:
    return first.enrol("p1", "h1", Identity.create("p1"), "pass 1", FLOOR, KEYS)


@pytest.fixture(scope="module")
def third(second: Keyring) -> Keyring:
    return second.remove("p0")


@pytest.fixture
def folder(tmp_path: Path, first: Keyring, second: Keyring) -> Path:
    """A registry's folder with the second keyring, and the first as the previous one."""
    keyfile.save(tmp_path, first.encode(KEYS))
    keyfile.save(tmp_path, second.encode(KEYS))
    return tmp_path
