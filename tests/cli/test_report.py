"""Dossiers by the command line: issued with the registry, verified without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_app.cli.options import PASSPHRASE, REGISTRY, USER
from registry_app.vault import digest
from tests.cli.conftest import Ask


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # files that WeasyPrint leaves open
def test_a_dossier_is_issued_once_and_verified_without_the_registry(
    ask: Ask, say: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "dossier.pdf"
    said = ask("report", "issue", "credit-risk:1", "-o", str(file), "--json", who="audit").json
    assert said["sha256"] == digest.sha256_hex(file.read_bytes())
    assert "is there already" in ask("report", "issue", "credit-risk:1", "-o", str(file), who="audit", code=2).err
    assert said["sha256"] in ask("report", "list", "credit-risk:1").out
    note = tmp_path / "checkpoint.txt"
    ask("ledger", "checkpoint", "-o", str(note))
    for name in (REGISTRY, USER, PASSPHRASE):
        monkeypatch.delenv(name, raising=False)
    found = say("verify", str(file), "--json").json
    assert found["ok"] is True
    shown = say("verify", str(file)).out
    assert "credit-risk:1" in shown
    assert "Odd Auditor" in shown
    changed = bytearray(file.read_bytes())
    changed[len(changed) // 2] ^= 1
    file.write_bytes(changed)
    refused = say("verify", str(file), code=3)
    assert "NO" in refused.out
    assert refused.err.startswith("This dossier is not what was issued.")


def test_a_missing_dossier_is_wrong_usage(say: Ask, tmp_path: Path) -> None:
    say("verify", str(tmp_path / "none.pdf"), code=2)


def test_a_dossier_about_nothing_is_not_issued(ask: Ask, tmp_path: Path) -> None:
    ask("report", "issue", "nothing:1", "-o", str(tmp_path / "d.pdf"), code=2)
    assert not (tmp_path / "d.pdf").exists()
