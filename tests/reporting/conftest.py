"""One story and one issued dossier for all tests that only look at them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from registry_app.reporting.bundle import Bundle
from registry_app.reporting.content import DossierContent
from registry_app.reporting.issue import Issued, issue
from tests.reporting.forge import prepared
from tests.reporting.story import Desk, story
from tests.stage import Stage


@dataclass(frozen=True)
class Handed:
    """A dossier, and where it came from. Nobody changes the stage."""

    stage: Stage
    issued: Issued
    content: DossierContent
    bundle: Bundle
    pdf: bytes


@pytest.fixture(scope="session")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    stage = story()
    out: Path = tmp_path_factory.mktemp("dossier") / "dossier.pdf"
    issued = issue(Desk(stage, "audit"), "credit-scoring:1", out)
    _, bundle, _ = prepared(Desk(stage, "audit"))
    return Handed(stage, issued, issued.content, bundle, out.read_bytes())
