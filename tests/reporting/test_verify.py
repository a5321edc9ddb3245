from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from registry_app.errors import Damaged, UsageError
from registry_app.house import MEANING
from registry_app.ledger.checkpoint import Checkpoint, parse
from registry_app.ledger.meaning import Action
from registry_app.models.actions import RegisterModel
from registry_app.people.actions import Disable
from registry_app.reporting.bundle import Bundle
from registry_app.reporting.issue import issue
from registry_app.reporting.verify import ANSWERS, DossierVerification, verify_bytes, verify_dossier
from registry_app.reviews.facts import DecisionMade
from registry_app.reviews.tables import ReviewRow
from registry_app.vault.engine import reading
from registry_app.vault.rows import Rows
from tests.reporting.conftest import Handed
from tests.reporting.forge import Note, Prepared, forged
from tests.reporting.story import Desk, register, story
from tests.stage import Actor, Stage


def answers(verification: DossierVerification) -> dict[str, bool | None]:
    return {answer.name: answer.holds for answer in verification.answers}


def wrong(verification: DossierVerification) -> list[str]:
    return [answer.name for answer in verification.answers if answer.holds is False]


def test_an_honest_dossier_holds_and_cannot_tell_what_came_after(handed: Handed) -> None:
    found = verify_dossier(handed.issued.path, MEANING)
    assert answers(found) == {**dict.fromkeys(ANSWERS, True), "completeness": None}
    assert found.ok
    assert found.notices == ()
    assert (found.title, found.state) == ("credit-scoring:1", "Approved with conditions")
    assert (found.issuer, found.issued) == ("Audit Person", handed.content.issued)
    assert (found.digest, found.registry) == (handed.issued.digest, handed.content.registry.id)
    assert (found.size, found.root) == (handed.content.registry.size, handed.content.registry.root)


def test_a_part_of_the_ledger_says_how_far_it_goes(tmp_path: Path) -> None:
    stage = story()
    stage.run("dev", _other())
    for _ in range(5):
        register(stage)
    out = tmp_path / "dossier.pdf"
    issue(Desk(stage, "val"), "credit-scoring:1", out, whole=3)
    found = verify_dossier(out, MEANING)
    assert answers(found) == {**dict.fromkeys(ANSWERS, True), "completeness": None, "authority": None}
    assert "not handed out whole" in found.answers[4].sentence


def test_a_dossier_of_another_version_and_after_an_earlier_dossier_holds(tmp_path: Path) -> None:
    stage = story()
    register(stage, parents=("credit-scoring:1",), note="second")
    issue(Desk(stage, "audit"), "credit-scoring:1", tmp_path / "one.pdf")
    issued = issue(Desk(stage, "risk"), "credit-scoring:2", tmp_path / "two.pdf")
    assert issued.content.state.word == "none"
    assert wrong(verify_dossier(tmp_path / "two.pdf", MEANING)) == []


def test_a_flipped_bit_stops_at_the_seal(handed: Handed) -> None:
    changed = bytearray(handed.pdf)
    changed[len(changed) // 3] ^= 4
    found = verify_bytes(bytes(changed), MEANING)
    assert wrong(found) == ["seal"]
    assert set(answers(found).values()) == {False, None}
    assert not found.ok


def test_what_is_no_pdf_is_told_so_without_a_traceback(tmp_path: Path) -> None:
    for content in (b"", b"hello", b"%PDF-1.7\n%%EOF\n", bytes(range(256)) * 40):
        assert wrong(verify_bytes(content, MEANING)) == ["seal"]


def test_a_file_that_is_no_pdf_at_all_is_wrong_input_and_a_damaged_dossier_is_not(
    handed: Handed, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    for content in (b"", b"name,age\n", bytes(range(256)) * 40):
        other.write_bytes(content)
        with pytest.raises(UsageError, match="is no PDF"):
            verify_dossier(other, MEANING)
    for place in (tmp_path / "none.pdf", tmp_path, Path("/dev/null"), Path("a\0b")):
        with pytest.raises(UsageError):
            verify_dossier(place, MEANING)
    half = len(handed.pdf) // 2
    for damaged in (b"\0" * 2048 + handed.pdf[2048:], handed.pdf[:half], handed.pdf[half:], b"%PDF-1.7\n"):
        other.write_bytes(damaged)
        assert wrong(verify_dossier(other, MEANING)) == ["seal"]


def test_a_seal_by_a_key_the_ledger_does_not_know_is_refused(handed: Handed) -> None:
    desk, audit = Desk(handed.stage, "audit"), handed.stage.cast["audit"]
    stranger = Actor(audit.person)
    assert wrong(verify_bytes(forged(desk, key=stranger), MEANING)) == ["issuer"]


def test_a_seal_by_another_persons_key_is_refused(handed: Handed) -> None:
    desk, audit = Desk(handed.stage, "audit"), handed.stage.cast["audit"]
    found = verify_bytes(forged(desk, key=handed.stage.cast["dev"], person=audit.person), MEANING)
    assert "issuer" in wrong(found)


def test_a_person_disabled_before_cannot_seal() -> None:
    stage = story()
    stage.run("admin", Disable("audit", "left"))
    assert "issuer" in wrong(verify_bytes(forged(Desk(stage, "audit")), MEANING))


def test_a_lying_page_is_found(handed: Handed) -> None:
    def lie(html: str) -> str:
        changed, count = re.subn(r"(<span class=\"card-value\">)0\.\d+", r"\g<1>0.999", html, count=1)
        assert count == 1
        return changed

    found = verify_bytes(forged(Desk(handed.stage, "audit"), page=lie), MEANING)
    assert wrong(found) == ["content"]
    assert "ROC AUC" in found.answers[6].sentence


def test_another_signers_name_on_the_page_is_found(handed: Handed) -> None:
    found = verify_bytes(
        forged(Desk(handed.stage, "audit"), page=lambda html: html.replace(">Val Person<", ">Vera Other<")), MEANING
    )
    assert wrong(found) == ["content"]
    assert any("name, time, meaning" in finding.sentence for finding in found.answers[6].findings)


def test_lying_attachments_are_found(handed: Handed) -> None:
    def lie(files: dict[str, bytes]) -> dict[str, bytes]:
        files["dossier.json"] = files["dossier.json"].replace(b'"outcome":"not_met"', b'"outcome":"met"')
        files["evidence-performance.json"] = files["evidence-performance.json"].replace(b'"seed":11', b'"seed":12')
        files["extra.json"] = b"{}"
        del files["evidence-fairness.json"]
        return files

    found = verify_bytes(forged(Desk(handed.stage, "audit"), files=lie), MEANING)
    assert wrong(found) == ["content"]
    told = " ".join(finding.sentence for finding in found.answers[6].findings)
    assert "verdicts.4.outcome" in told
    assert "evidence-performance.json is not what the ledger says at seed" in told
    assert "extra.json" in told
    assert "evidence-fairness.json is missing" in told


def test_a_disclosed_content_that_no_leaf_names_is_found(handed: Handed) -> None:
    name = min(handed.bundle.payloads)

    def swapped(bundle: Bundle) -> Bundle:
        return replace(
            bundle, payloads={**bundle.payloads, name: bundle.payloads[name][:-1] + b"?", "f" * 64: b"x" * 40}
        )

    found = verify_bytes(forged(Desk(handed.stage, "audit"), bundle=swapped), MEANING)
    assert "evidence" in wrong(found)
    assert len(found.answers[5].findings) == 2


def test_a_leaf_that_is_changed_or_left_out_is_found(handed: Handed) -> None:
    def changed(bundle: Bundle) -> Bundle:
        leaves = list(bundle.leaves)
        old = leaves[9].envelope
        leaves[9] = replace(leaves[9], envelope=old.replace(b'"sig":"', b'"sig":"A')[: len(old)])
        return replace(bundle, leaves=tuple(leaves))

    desk = Desk(handed.stage, "audit")
    assert {"integrity", "authenticity"} <= set(wrong(verify_bytes(forged(desk, bundle=changed), MEANING)))
    cut = forged(desk, bundle=lambda bundle: replace(bundle, leaves=bundle.leaves[:12] + bundle.leaves[13:]))
    assert "integrity" in wrong(verify_bytes(cut, MEANING))


def test_a_leaf_outside_the_tree_is_found_in_a_partial_bundle(handed: Handed) -> None:
    def swapped(bundle: Bundle) -> Bundle:
        leaves = list(bundle.leaves)
        leaves[4] = replace(leaves[4], path=leaves[5].path)
        return replace(bundle, leaves=tuple(leaves))

    found = verify_bytes(forged(Desk(handed.stage, "audit"), whole=3, bundle=swapped), MEANING)
    assert "integrity" in wrong(found)


def test_an_approval_nobody_was_allowed_to_sign_is_found() -> None:
    stage = story()
    register(stage)
    from registry_app.reviews.actions import Submit
    from registry_app.reviews.views import ReviewsOf

    stage.run("dev", Submit("credit-scoring:2"))
    review = stage.ask("dev", ReviewsOf("credit-scoring:2"))[0]
    with reading(stage.engine) as connection:
        assert Rows(connection).one(ReviewRow, id=review.summary.id) is not None
    saying = stage.force(
        "dev",
        DecisionMade(
            decision="01900000-0000-7000-8000-000000000001",
            review=review.summary.id,
            stage=review.summary.stage,
            outcome="approve",
            meaning="approved after review",
            subject=review.subject,
            parts=review.parts,
            comment="",
            conditions="",
        ),
    )
    found = verify_bytes(forged(Desk(stage, "audit"), version="credit-scoring:2"), MEANING)
    assert wrong(found) == ["authority"]
    assert found.first_bad is not None
    assert found.first_bad.seq == saying.at.seq


def test_a_checkpoint_from_elsewhere_is_compared(handed: Handed) -> None:
    from registry_app.ledger.merkle import leaf_hash, tree_root

    bundle = handed.bundle
    note = [Note(handed.stage.cast["val"])]
    roots = {
        size: tree_root(leaf_hash(leaf.envelope) for leaf in bundle.leaves[:size]) for size in (7, bundle.size - 1)
    }
    ours = {size: parse(Checkpoint.of(bundle.registry, size, root).sign(note)) for size, root in roots.items()}
    for seen in ours.values():
        assert answers(verify_bytes(handed.pdf, MEANING, seen))["completeness"] is True
    fork = parse(Checkpoint.of(bundle.registry, 7, b"\x05" * 32).sign(note))
    assert wrong(verify_bytes(handed.pdf, MEANING, fork)) == ["completeness"]
    newer = parse(Checkpoint.of(bundle.registry, 9_999, b"\x05" * 32).sign(note))
    found = verify_bytes(handed.pdf, MEANING, newer)
    assert answers(found)["completeness"] is None
    assert "newer" in found.answers[7].sentence
    other = parse(Checkpoint.of("9" * 64, 7, roots[7]).sign(note))
    assert wrong(verify_bytes(handed.pdf, MEANING, other)) == ["completeness"]
    with pytest.raises(Damaged):
        verify_dossier(handed.issued.path, MEANING, against="no checkpoint")


def test_contents_kept_back_are_told(handed: Handed) -> None:
    def quiet(bundle: Bundle) -> Bundle:
        comment = next(name for name, kept in bundle.payloads.items() if b"The intersection with age is thin" in kept)
        return replace(bundle, payloads={name: kept for name, kept in bundle.payloads.items() if name != comment})

    found = verify_bytes(forged(Desk(handed.stage, "audit"), bundle=quiet), MEANING)
    assert wrong(found) == ["content"]
    assert any("kept back" in notice for notice in found.notices)


def test_names_of_others_and_their_models_do_not_leave_the_registry(handed: Handed) -> None:
    stage = story()
    stage.enrol("stranger")
    stage.run("dev", _other())
    _, bundle, _ = Desk(stage, "audit").ask(_prepared("audit", stage))
    for word in (b"very-secret-model", b"Stranger Person"):
        kept = b"".join(bundle.payloads.values()) + b"".join(leaf.envelope for leaf in bundle.leaves)
        assert word not in kept
        assert b64encode(word)[:-4] not in bundle.encode()


def _prepared(who: str, stage: Stage) -> Prepared:
    return Prepared("credit-scoring:1", stage.cast[who].key_id, 5_000)


def _other() -> Action:
    return RegisterModel(name="very-secret-model", team="credit", tier="low", tier_rationale="x", purpose="y")
