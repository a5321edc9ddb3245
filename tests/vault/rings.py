"""Keyrings to try things on, and what someone without keys can do to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rfc8785

from registry_app.vault import digest
from registry_app.vault.identity import Identity
from registry_app.vault.kdf import ARGON2ID_FLOOR_2026_11 as FLOOR
from registry_app.vault.keyring import DataKeys, Keyring

KEY = bytes(range(32))
NEXT = bytes(range(100, 132))
SECRET = bytes(range(16))
REGISTRY = "ab" * 32
KEYS = DataKeys.first(KEY)


def people(count: int, *, recovery: bool = True) -> Keyring:
    """A keyring of ``p0``, ``p1``, ..., whose handles are ``h0``, ... and passphrases ``pass 0``, ..."""
    keyring = Keyring.create("p0", "h0", Identity.create("p0"), "pass 0", FLOOR, KEY)
    if recovery:
        keyring = keyring.set_recovery(Identity.create("recovery"), SECRET, DataKeys.first(KEY))
    for number in range(1, count):
        person = f"p{number}"
        keyring = keyring.enrol(
            person, f"h{number}", Identity.create(person), f"pass {number}", FLOOR, DataKeys.first(KEY)
        )
    return keyring.with_registry(REGISTRY)


def forged(data: bytes, change: Callable[[Any], None]) -> bytes:
    """``data`` with its body changed and the checksum made to fit, as someone without keys can do."""
    outer = json.loads(data)
    change(outer["keyring"])
    signed = {"keyring": outer["keyring"], "mac": outer["mac"]}
    return rfc8785.dumps({**signed, "checksum": digest.sha256_hex(rfc8785.dumps(signed))})


def names(folder: Path) -> set[str]:
    """The names of the files in ``folder``."""
    return {path.name for path in folder.iterdir()}
