from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from registry_app.custody import salvage
from registry_app.errors import AuthenticationError, Damaged, UsageError
from registry_app.ledger import envelope
from registry_app.ledger.payload import matches
from tests.ground import Ground, flip, phrase


def test_every_leaf_and_payload_is_written_with_what_checks_it(ground: Ground, tmp_path: Path) -> None:
    with ground.open("val") as val:
        size = val.head().size
    found = salvage(ground.folder, "val", phrase("val"), tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    leaves = [line for line in lines if line["kind"] == "leaf"]
    assert [line["seq"] for line in leaves] == list(range(size))
    assert (found.leaves, found.lost, found.payloads) == (size, (), len(lines) - size)
    for line in leaves:
        assert envelope.decode(base64.b64decode(line["envelope"])).signatures
    assert all(matches(line["digest"], base64.b64decode(line["kept"])) for line in lines[size:])
    assert (tmp_path / "out.jsonl").stat().st_mode & 0o777 == 0o600


def test_nothing_is_written_over_and_nobody_else_gets_it(ground: Ground, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(UsageError, match="there already"):
        salvage(ground.folder, "val", phrase("val"), tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"
    with pytest.raises(AuthenticationError):
        salvage(ground.folder, "val", "wrong, quite wrong", tmp_path / "other")
    flip(ground.folder / "keyring.json", 300, 1)
    with pytest.raises(Damaged):
        salvage(ground.folder, "val", phrase("val"), tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_file_in_no_folder_is_wrong_usage(ground: Ground, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for out in (tmp_path / "none" / "out", tmp_path / "file" / "out"):
        with pytest.raises(UsageError, match="There is no folder"):
            salvage(ground.folder, "dev", phrase("dev"), out)


def test_a_file_of_noise_gives_nothing_and_says_so(ground: Ground, tmp_path: Path) -> None:
    (ground.folder / "registry.db").write_bytes(bytes(range(256)) * 512)
    found = salvage(ground.folder, "val", phrase("val"), tmp_path / "out")
    assert (found.leaves, found.payloads) == (0, 0)
