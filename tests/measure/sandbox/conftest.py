"""What the tests of the sandbox share: bait outside, honest rows, and what this machine's jail holds."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Bait:
    """Something outside the jail that no model may touch."""

    folder: Path
    """A folder posing as a registry."""
    port: int
    """A listening socket of this process."""

    def state(self) -> dict[str, tuple[str, int]]:
        """Digest and mode of every file there."""
        return {
            each.name: (hashlib.sha256(each.read_bytes()).hexdigest(), each.stat().st_mode)
            for each in sorted(self.folder.iterdir())
        }


@pytest.fixture
def bait(tmp_path: Path) -> Iterator[Bait]:
    folder = tmp_path / "outside" / "registry"
    folder.mkdir(parents=True)
    (folder / "registry.db").write_bytes(b"what nobody may read")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield Bait(folder, listening.getsockname()[1])


@pytest.fixture
def rows() -> dict[str, list[float]]:
    """A small table of features."""
    return {"age": [20.0, 30.0, 40.0], "income": [1.0, 2.0, 3.0]}
