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


def test_a_result_that_nobody_could_read_back_is_not_recorded() -> None:
    world = World()
    for odd in (
        replace(measured(), kind="horoscope"),  # type: ignore[arg-type]
        replace(measured(), result={}),
        replace(measured(), version=99),
        replace(measured(), seed=-1),
    ):
        with pytest.raises(UsageError, match="not the result of a measurement"):
            world.run("dev", RecordEvidence("m:1", odd))
    assert world.ask("audit", EvidenceOf("m:1")) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "horoscope"},
        {"kind": "fairness"},
        {"form": 1},
        {"data": "b" * 64},
        {"dataset": "01900000-0000-7000-8000-000000000001"},
        {"version": "01900000-0000-7000-8000-000000000001"},
        {"document": ""},
        {"document": "[]"},
        {"document": "{}"},
        {"document": '{"kind":"performance"'},
    ],
    ids=str,
)
def test_a_leaf_and_its_document_say_the_same_or_it_is_refused(changes: dict[str, object]) -> None:
    world = World()
    with pytest.raises(Refused):
        world.say("dev", world.evidence(**changes))
    odd = world.evidence().document.replace('"kind":"performance"', '"kind":"horoscope"')
    with pytest.raises(Refused, match="no kind of evidence"):
        world.say("dev", world.evidence(kind="horoscope", document=odd))
    said = world.evidence()
    world.say("dev", said)
    with pytest.raises(Refused, match="once only"):
        world.say("dev", said)


def test_evidence_names_the_dataset_of_its_own_digest() -> None:
    world = World()
    other = world.run("dev", RegisterDataset(name="other", digest="c" * 64)).facts[0].dataset  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="another digest"):
        world.say("dev", world.evidence(dataset=other))


@pytest.mark.parametrize("who", ["dev", "val", "risk"])
def test_makers_and_reviewers_record_what_they_measured(who: str) -> None:
    world = World()
    world.run(who, RecordEvidence("m:1", measured()))
    assert len(world.ask("audit", EvidenceOf("m:1"))) == 1
