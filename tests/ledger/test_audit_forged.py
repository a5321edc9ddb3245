"""The audit: each way to falsify a leaf, or what is stored around it, is found for the right reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry_app.ledger import audit
from registry_app.ledger.audit import Leaf
from registry_app.ledger.envelope import Signature, decode
from registry_app.ledger.merkle import leaf_hash
from tests.ledger.builder import BERT, answers, audited, grown, uuid
from tests.ledger.forgeries import AT, FORGED, TRUE, resaid


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_leaf_is_not_authentic_even_when_its_hash_was_made_good(name: str) -> None:
    assert FORGED[name] != TRUE.envelopes[AT]
    leaves = TRUE.leaves()
    leaves[AT] = (AT, FORGED[name], leaf_hash(FORGED[name]))
    report = audited(leaves)
    assert ("authenticity", AT) in answers(report)
    assert not report.holds("authenticity")
    assert report.root != TRUE.frontier.root()
    # Whoever wrote later saw the true history, and says so.
    assert [("integrity", seq) for seq in range(AT + 1, 20)] == [
        each for each in answers(report) if each[0] == "integrity"
    ]


def test_the_table_of_forgeries_is_the_better_part_of_the_cases() -> None:
    assert len(FORGED) >= 49


def test_a_leaf_the_author_says_otherwise_breaks_the_heads_that_others_saw() -> None:
    leaves = TRUE.leaves()
    other = resaid(BERT, id=uuid(555))
    leaves[AT] = (AT, other, leaf_hash(other))
    report = audited(leaves)
    assert report.holds("authenticity")
    assert answers(report) == [("integrity", seq) for seq in range(AT + 1, 20)]


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ({"head_size": AT + 1, "head_root": "ab" * 32}, "integrity"),
        ({"head_size": AT, "head_root": "ab" * 32}, "integrity"),
        ({"head_size": 1, "head_root": "ab" * 32}, "integrity"),
        ({"head_size": 2**53 - 1, "head_root": "ab" * 32}, "integrity"),
    ],
)
def test_a_head_this_ledger_never_had_is_found(head: dict[str, Any], answer: str) -> None:
    leaves = TRUE.leaves()[:AT]
    sealed = resaid(BERT, **head)
    assert answers(audited([*leaves, (AT, sealed, leaf_hash(sealed))])) == [(answer, AT)]


def stored(seq: int, envelope: bytes | None = None, hashed: bytes | None = None) -> list[Leaf]:
    leaves = TRUE.leaves()
    leaves[seq] = (seq, envelope if envelope is not None else leaves[seq][1], hashed or leaves[seq][2])
    return leaves


def test_an_edited_hash_is_found_at_its_leaf_alone() -> None:
    report = audited(stored(AT, hashed=bytes(32)))
    assert answers(report) == [("integrity", AT)]
    assert report.root == TRUE.frontier.root()
    assert report.unseen_heads == 20 - AT


def test_an_edited_envelope_is_found_at_its_leaf_alone() -> None:
    flipped = bytearray(TRUE.envelopes[AT])
    flipped[60] ^= 1
    assert answers(audited(stored(AT, bytes(flipped)))) == [("integrity", AT), ("authenticity", AT)]


def test_damage_to_the_first_leaf_is_not_laid_at_the_door_of_the_others() -> None:
    report = audited(stored(0, hashed=bytes(32)))
    assert answers(report) == [("integrity", 0)]
    assert report.registry == TRUE.registry


def test_a_missing_leaf_is_named() -> None:
    leaves = TRUE.leaves()
    report = audited(leaves[:AT] + leaves[AT + 1 :])
    assert [finding.sentence for finding in report.findings] == ["Leaf 7 is missing."]
    report = audited(leaves[:AT] + leaves[AT + 3 :])
    assert [finding.sentence for finding in report.findings] == ["Leaves 7 to 9 are missing."]


def test_a_missing_beginning_is_found() -> None:
    report = audited(TRUE.leaves()[2:])
    assert ("integrity", 0) in answers(report)
    assert not report.holds("authenticity")


def test_leaves_renumbered_after_a_removal_are_found_by_the_heads_that_were_seen() -> None:
    kept = TRUE.envelopes[:AT] + TRUE.envelopes[AT + 1 :]
    report = audited([(seq, one, leaf_hash(one)) for seq, one in enumerate(kept)])
    assert answers(report) == [("integrity", seq) for seq in range(AT, 19)]


def test_two_swapped_leaves_are_found() -> None:
    leaves = TRUE.leaves()
    leaves[AT], leaves[AT + 1] = leaves[AT + 1], leaves[AT]
    assert {("integrity", AT), ("integrity", AT + 1)} & set(answers(audited(leaves)))
    renumbered = [(seq, one, hashed) for seq, (_, one, hashed) in enumerate(leaves)]
    assert not audited(renumbered).holds("integrity")


def test_a_leaf_stored_twice_is_found() -> None:
    leaves = TRUE.leaves()
    assert ("integrity", AT) in answers(audited([*leaves[: AT + 1], leaves[AT], *leaves[AT + 1 :]]))


def test_a_statement_put_in_again_is_found_though_its_signature_holds() -> None:
    ledger = grown(10)
    ledger.put(ledger.envelopes[AT])
    report = audited(ledger.leaves())
    assert answers(report) == [("authenticity", 10)]
    assert "leaf 7" in report.findings[0].sentence


def test_an_id_used_for_another_statement_is_found() -> None:
    ledger = grown(10).add(BERT, id=uuid(1_000 + AT))
    assert answers(audited(ledger.leaves())) == [("authenticity", 10)]


def test_a_shortened_ledger_holds_for_truncation_is_a_question_of_completeness() -> None:
    report = audited(TRUE.leaves()[:AT])
    assert report.findings == ()
    assert report.size == AT


@pytest.mark.parametrize("workers", [1, 3])
def test_all_findings_are_listed_up_to_a_cap_and_the_rest_counted(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "MAX_FINDINGS", 100)
    ledger = grown(400)
    leaves = [(seq, one, bytes(32)) for seq, one, _ in ledger.leaves()]
    report = audited(leaves, workers)
    assert answers(report) == [("integrity", seq) for seq in range(100)]
    assert report.unlisted == 300
    assert not report.holds("authenticity")


def test_findings_stand_in_the_order_of_the_ledger_whoever_found_them() -> None:
    ledger = grown(300)
    leaves = ledger.leaves()
    bad = [3, 50, 51, 200, 299]
    for seq in bad:
        opened = decode(leaves[seq][1])
        false = replace(opened, signatures=(Signature(opened.signatures[0].keyid, bytes(64)),)).encode()
        leaves[seq] = (seq, false, leaves[seq][2])
    report = audited(leaves, 4)
    assert answers(report) == [(answer, seq) for seq in bad for answer in ("integrity", "authenticity")]


def test_the_sentences_name_the_leaf_and_show_nothing_of_its_content() -> None:
    for forged in FORGED.values():
        leaves = TRUE.leaves()[: AT + 1]
        leaves[AT] = (AT, forged, leaf_hash(forged))
        for finding in audited(leaves).findings:
            assert "7" in finding.sentence
            assert finding.sentence.isprintable()
            assert len(finding.sentence) < 250
