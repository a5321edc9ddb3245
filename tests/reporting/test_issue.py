from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from registry_app.errors import Refused, StorageFull, UsageError
from registry_app.reporting.facts import DossierIssued
from registry_app.reporting.issue import STEPS, issue
from registry_app.reporting.views import DossiersOf
from registry_app.vault import digest
from tests.reporting.conftest import Handed
from tests.reporting.story import Desk, story


def test_the_record_names_the_very_file_that_was_written(handed: Handed) -> None:
    said = handed.issued.receipt.facts[0]
    assert isinstance(said, DossierIssued)
    assert said.digest == handed.issued.digest == digest.sha256_hex(handed.pdf)
    assert said.size == handed.content.registry.size == handed.issued.receipt.at.seq
    (line,) = handed.stage.ask("val", DossiersOf("credit-scoring:1"))
    assert (line.digest, line.author, line.version) == (said.digest, "Audit Person", "credit-scoring:1")
    assert handed.stage.replayed() == []


def test_a_full_disk_leaves_no_file_and_no_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = story()
    out = tmp_path / "dossier.pdf"

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        issue(Desk(stage, "audit"), "credit-scoring:1", out)
    assert list(tmp_path.iterdir()) == []
    assert stage.ask("audit", DossiersOf("credit-scoring:1")) == ()


def test_a_dossier_that_cannot_be_recorded_is_not_handed_out(tmp_path: Path) -> None:
    class Broken(Desk):
        def run(self, action: Any) -> Any:
            raise Refused("No.", "Never.")

    with pytest.raises(Refused):
        issue(Broken(story(), "audit"), "credit-scoring:1", tmp_path / "dossier.pdf")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_made_for_somebody_who_may_not_issue(tmp_path: Path) -> None:
    stage = story()
    stage.enrol("guest")
    steps: list[str] = []
    with pytest.raises(Refused):
        issue(
            Desk(stage, "guest"),
            "credit-scoring:1",
            tmp_path / "dossier.pdf",
            progress=lambda name, *_: steps.append(name),
        )
    assert steps == ["gather"]
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "dossier.pdf"
    out.write_text("mine")
    with pytest.raises(UsageError):
        issue(Desk(story(), "audit"), "credit-scoring:1", out)
    with pytest.raises(UsageError):
        issue(Desk(story(), "audit"), "credit-scoring:1", tmp_path / "no" / "such.pdf")
    assert out.read_text() == "mine"


def test_each_step_is_told_in_order(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    out = tmp_path / "dossier.pdf"
    issue(Desk(story(), "dev"), "credit-scoring:1", out, progress=lambda *step: told.append(step))
    assert told == [(name, place, len(STEPS)) for place, name in enumerate(STEPS)]
    assert out.stat().st_mode & 0o777 == 0o600
