"""What a leaf says of a measurement in clear, and which kinds there are."""

from __future__ import annotations

from registry_app.evidence.facts import KINDS, EvidenceRecorded
from registry_app.ledger.fact import private, public, read_fact
from registry_app.measure.result import KINDS as MEASURED
from registry_app.policy.pack import EVIDENCE_KINDS

SAID = EvidenceRecorded(
    evidence="e", version="v", kind="fairness", form=1, dataset="", data="a" * 64, document='{"secret":"0.42"}'
)


def test_a_measured_number_never_stands_in_the_leaf() -> None:
    assert "0.42" not in str(public(SAID))
    assert private(SAID) == {"document": '{"secret":"0.42"}'}


def test_shredded_evidence_still_says_what_was_measured_on_which_bytes() -> None:
    read = read_fact(SAID.KIND, SAID.VERSION, public(SAID), None)
    assert isinstance(read, EvidenceRecorded)
    assert (read.kind, read.data, read.document) == ("fairness", "a" * 64, "[shredded]")


def test_whatever_can_be_recorded_can_be_read_and_asked_for_by_a_pack() -> None:
    assert set(KINDS) <= set(MEASURED)
    assert set(KINDS) <= set(EVIDENCE_KINDS)
