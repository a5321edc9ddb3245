"""One story and one issued dossier for all tests that only look at them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest

from registry_app.reporting.bundle import Bundle, decode
from registry_app.reporting.content import DossierContent
from registry_app.reporting.issue import BUNDLE, Issued, issue
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
    """Of a snapshot that was taken later; :attr:`enclosed` is the one in the file."""
    pdf: bytes

    @property
    def enclosed(self) -> Bundle:
        """The bundle that the file carries."""
        with pikepdf.open(io.BytesIO(self.pdf)) as pdf:
            return decode(bytes(pdf.attachments[BUNDLE].get_file().read_bytes()))


@pytest.fixture(scope="session")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    stage = story()
    out: Path = tmp_path_factory.mktemp("dossier") / "dossier.pdf"
    issued = issue(Desk(stage, "audit"), "credit-scoring:1", out)
    _, bundle, _ = prepared(Desk(stage, "audit"))
    return Handed(stage, issued, issued.content, bundle, out.read_bytes())
