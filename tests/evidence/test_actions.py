"""Evidence: who may record it, and that its leaf and its document say the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry_app.errors import Refused, UsageError
from registry_app.evidence import actions
from registry_app.evidence.actions import RecordEvidence
from registry_app.evidence.views import EvidenceOf, ShowEvidence
from registry_app.models.actions import RegisterDataset
from tests.reviews.world import World, measured


def test_evidence_is_read_back_whole_with_who_signed_it_and_on_what() -> None:
    world = World()
    world.run("dev", RegisterDataset(name="d", digest=str(measured().data["digest"])))
    world.run("val", RecordEvidence("m:1", measured()))
    (found,) = world.ask("audit", EvidenceOf("m:1"))
    assert found.result == measured()
    assert (found.summary.author, found.summary.dataset, found.summary.version) == ("Val Person", "d", "m:1")
    assert world.ask("audit", ShowEvidence(found.summary.id)) == found
    assert world.ask("audit", EvidenceOf("m:1"), found.summary.seq - 1) == ()
    with pytest.raises(UsageError, match="no evidence"):
        world.ask("audit", ShowEvidence("x"))


def test_an_auditor_records_nothing_and_a_long_document_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    with pytest.raises(Refused, match="is needed"):
        world.run("audit", RecordEvidence("m:1", measured()))
    monkeypatch.setattr(actions, "LIMIT", 10)
    with pytest.raises(UsageError, match="bytes"):
        world.run("dev", RecordEvidence("m:1", measured()))


def test_a_document_of_a_kind_nobody_knows_is_refused() -> None:
    world = World()
    odd = replace(measured(), kind="horoscope")  # type: ignore[arg-type]
    with pytest.raises(Refused, match="no kind of evidence"):
        world.run("dev", RecordEvidence("m:1", odd))
