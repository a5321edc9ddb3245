from __future__ import annotations

import orjson
import pytest

from registry_app.ledger.canonical import canonical
from registry_app.measure.result import decode
from registry_app.models.actions import ReviseModel
from registry_app.people.actions import Disable, ShredProfile
from registry_app.reporting.content import DossierContent, attachments
from registry_app.reporting.dossier import Dossier
from registry_app.reviews.actions import Decide, Submit, Withdraw
from tests.reporting.conftest import Handed
from tests.reporting.story import Desk, register, results, setting, story
from tests.stage import Stage


def asked(stage: Stage, version: str = "credit-scoring:1") -> DossierContent:
    return Desk(stage, "audit").ask(Dossier(version))


@pytest.fixture
def bare() -> Stage:
    stage = Stage().people()
    setting(stage)
    register(stage)
    return stage


def test_a_dossier_says_name_time_and_meaning_of_each_signature(handed: Handed) -> None:
    first, second = handed.content.signatures
    assert (first.person, first.meaning, first.stage, first.role) == (
        "Val Person",
        "approved after review",
        "validation",
        "validator",
    )
    assert (second.person, second.meaning) == ("Risk Person", "approved with conditions after review")
    assert first.time < second.time
    assert first.key == handed.stage.cast["val"].key_id
    assert first.subject == second.subject == handed.content.reviews[0].subject


def test_the_state_and_what_is_missing_are_in_words(handed: Handed) -> None:
    content = handed.content
    assert (content.state.word, content.state.tone) == ("approved_with_conditions", "good")
    assert content.state.sentence.startswith("Signed by Val Person and Risk Person")
    told = {line.what for line in content.missing}
    assert "Control CMR-5 (advisory): not met" in told
    assert "Conditions set by Risk Person" in told


def test_a_version_nobody_looked_at_lists_all_that_is_missing(bare: Stage) -> None:
    content = asked(bare)
    assert content.state.word == "none"
    grave = [line.what for line in content.missing if line.grave]
    assert grave == ["Performance evidence", "Fairness evidence", "Explanation evidence", "Verdicts", "Review"]


def test_each_way_a_review_can_go_is_said(bare: Stage) -> None:
    bare.run("dev", Submit("credit-scoring:1"))
    waiting = asked(bare)
    assert waiting.state.word == "open"
    assert "'validation': 1 approval is needed from a validator" in waiting.state.sentence
    assert {"Approvals", "Gate"} <= {line.what for line in waiting.missing}
    bare.run("val", Decide("credit-scoring:1", "request_changes", "No evidence."))
    assert asked(bare).state.title == "Sent back for changes"
    bare.run("dev", Submit("credit-scoring:1"))
    bare.run("dev", Withdraw("credit-scoring:1"))
    assert asked(bare).state.word == "withdrawn"
    bare.run("dev", Submit("credit-scoring:1"))
    bare.run("val", Decide("credit-scoring:1", "reject", "No."))
    said = asked(bare)
    assert (said.state.word, said.state.tone) == ("rejected", "bad")
    assert said.state.sentence.startswith("Decided by Val Person on 20")
    assert len(said.reviews) == 3


def test_a_lapsed_approval_says_what_changed() -> None:
    stage = story()
    stage.run("dev", ReviseModel(model="credit-scoring", purpose="Something else."))
    content = asked(stage)
    assert content.state.word == "lapsed"
    lapsed = [line for line in content.missing if line.what.endswith("has lapsed")]
    assert [line.what for line in lapsed] == ["Approval by Val Person has lapsed", "Approval by Risk Person has lapsed"]
    assert "the model's inventory entry changed" in lapsed[0].why


def test_a_shredded_name_stays_shredded() -> None:
    stage = story()
    stage.run("admin", Disable("val", "left"))
    stage.run("admin", ShredProfile("val", "asked for it"))
    assert asked(stage).signatures[0].person == "[shredded]"


def test_the_attachments_are_canonical_and_hold_the_evidence_as_signed(handed: Handed) -> None:
    files = attachments(handed.content)
    assert sorted(files) == [
        "dossier.json",
        "evidence-explanation.json",
        "evidence-fairness.json",
        "evidence-performance.json",
    ]
    assert canonical(orjson.loads(files["dossier.json"])) == files["dossier.json"]
    assert decode(files["evidence-performance.json"]) == results()[0]


def test_an_older_measurement_of_a_kind_keeps_its_own_file() -> None:
    from registry_app.evidence.actions import RecordEvidence

    stage = story()
    stage.run("dev", RecordEvidence("credit-scoring:1", results()[0]))
    names = set(attachments(asked(stage)))
    assert {"evidence-performance.json", "evidence-performance-1.json"} <= names
