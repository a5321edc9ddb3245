"""Where a version stands is said in words that are true of what is signed; what is missing is named, the grave first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry_app.evidence.views import EvidenceDetail, RedoLine
from registry_app.measure.result import Result
from registry_app.policy.views import VerdictLine
from registry_app.reporting.content import DossierContent, MissingLine, PackLine
from registry_app.reporting.standing import EXPECTED, TITLES, missing_of, state_of
from registry_app.reviews.views import DecisionLine, ReviewDetail, ReviewSummary
from tests.measure import six
from tests.reporting.conftest import Handed

SUMMARY = ReviewSummary(
    id="r", version="m:1", tier="high", state="open", stage="validation", role="validator", lacking=2, submitter="Dev",
    submitted="2026-11-21T09:00:00.000000Z", why_you="", why_not="", seq=5,
)  # fmt: skip
REVIEW = ReviewDetail(SUMMARY, "", (), "s", (), (), (), "", "open")


def decided(person: str, seq: int = 7, **changes: Any) -> DecisionLine:
    line = DecisionLine(
        id=f"d{seq}", person=person, stage="validation", outcome="approve", meaning="approved after review", comment="",
        conditions="", time="2026-11-21T10:17:22.123456Z", seq=seq, lapsed=(),
    )  # fmt: skip
    return replace(line, **changes)


def review(standing: str, *decisions: DecisionLine, **changes: Any) -> ReviewDetail:
    return replace(REVIEW, standing=standing, decisions=decisions, **changes)


def test_a_version_that_nobody_was_asked_about_says_so() -> None:
    state = state_of([])
    assert (state.word, state.title, state.tone) == ("none", "Not submitted for review", "plain")


@pytest.mark.parametrize("word", [word for word in TITLES if word not in ("none",)])
def test_each_standing_has_its_title_and_one_sentence(word: str) -> None:
    state = state_of([review(word, decided("Val"))])
    assert (state.word, state.title, state.tone) == (word, *TITLES[word])
    assert state.sentence.endswith(".")
    assert "complian" not in state.sentence.lower()


def test_the_newest_review_counts() -> None:
    assert state_of([review("rejected", decided("Val")), review("approved", decided("Ann"))]).word == "rejected"


@pytest.mark.parametrize(("lacking", "said"), [(1, "1 approval is needed"), (2, "2 approvals are needed")])
def test_an_open_review_says_how_many_are_needed_where(lacking: int, said: str) -> None:
    state = state_of([review("open", summary=replace(SUMMARY, lacking=lacking))])
    assert state.sentence == f"It waits at the stage 'validation': {said} from a validator."


def test_only_those_whose_signature_covers_what_stands_here_are_named_as_signers() -> None:
    earlier = decided("Val", 6, lapsed=("evidence was added",))
    state = state_of([review("approved", earlier, decided("Ann", 8), decided("Risk", 9))])
    assert state.sentence == "Signed by Ann and Risk, over exactly the evidence in this dossier."


def test_two_signers_of_one_name_are_two_signers() -> None:
    assert state_of([review("approved", decided("Ann Lee", 7), decided("Ann Lee", 8))]).sentence.startswith(
        "Signed by Ann Lee and Ann Lee,"
    )
    three = [decided("A", 7), decided("B", 8), decided("C", 9)]
    assert state_of([review("approved_with_conditions", *three)]).sentence.startswith("Signed by A, B and C,")


def test_who_sent_it_back_and_when_is_the_last_who_decided() -> None:
    last = decided("Risk", 9, outcome="reject", time="2026-12-01T00:00:00.000000Z")
    assert state_of([review("rejected", last, decided("Val", 7))]).sentence == "Decided by Risk on 2026-12-01."


def missing(content: DossierContent, **changes: Any) -> tuple[MissingLine, ...]:
    given = {name: getattr(content, name) for name in ("model", "version", "evidence", "verdicts", "packs", "reviews")}
    return missing_of(**{**given, **changes})


def named(lines: tuple[MissingLine, ...]) -> dict[str, bool]:
    return {line.what: line.grave for line in lines}


@pytest.fixture
def content(handed: Handed) -> DossierContent:
    return handed.content


def test_the_grave_ones_come_first(content: DossierContent) -> None:
    lines = missing(content, evidence=(), reviews=(), model=replace(content.model, domain=""))
    assert [line.grave for line in lines] == sorted([line.grave for line in lines], reverse=True)
    assert {line.grave for line in lines} == {True, False}
    assert all(line.what and line.why.strip() for line in lines)


def test_an_approval_that_lapsed_and_was_given_again_by_others_is_told_and_is_not_grave(
    content: DossierContent,
) -> None:
    lapsed = decided("Val", 6, lapsed=("evidence was added",))
    for standing, grave in (("approved", False), ("approved_with_conditions", False), ("lapsed", True), ("open", True)):
        reviews = [review(standing, lapsed, decided("Ann", 8))]
        assert named(missing(content, reviews=reviews))["Approval by Val has lapsed"] is grave


def test_conditions_hold_up_nothing_and_are_said_in_their_own_words(content: DossierContent) -> None:
    line = decided("Ann", outcome="approve_with_conditions", conditions="Monthly report.")
    found = missing(content, reviews=[review("approved_with_conditions", line)])
    assert MissingLine("Conditions set by Ann", "Monthly report.", False) in found
    gone = replace(line, lapsed=("evidence was added",))
    assert "Conditions set by Ann" not in named(missing(content, reviews=[review("lapsed", gone)]))


def verdict(outcome: str, severity: str = "blocking") -> VerdictLine:
    return VerdictLine(
        pack="p", pack_version="1", control="C-1", title="t", outcome=outcome, severity=severity, observed="", limit="",
        reason="because.", citations=(), seq=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "what", "grave"),
    [
        (verdict("not_met"), "Control C-1 (blocking): not met", True),
        (verdict("not_met", "advisory"), "Control C-1 (advisory): not met", False),
        (verdict("insufficient_evidence"), "Control C-1 (blocking): insufficient evidence", True),
        (verdict("waived"), "Control C-1: waived", False),
    ],
)
def test_what_a_control_leaves_open_is_named(
    content: DossierContent, line: VerdictLine, what: str, *, grave: bool
) -> None:
    assert named(missing(content, verdicts=[line]))[what] is grave


@pytest.mark.parametrize("outcome", ["met", "not_applicable"])
def test_a_control_that_asks_for_nothing_is_not_missing(content: DossierContent, outcome: str) -> None:
    assert not [what for what in named(missing(content, verdicts=[verdict(outcome)])) if what.startswith("Control")]


def test_verdicts_of_a_pack_that_holds_no_longer_are_told(content: DossierContent) -> None:
    old: PackLine = replace(content.packs[0], adopted=False)
    assert f"Pack {old.id} {old.version}" in named(missing(content, packs=[old]))
    assert f"Pack {old.id} {old.version}" not in named(missing(content))


def test_evidence_that_is_absent_unreadable_or_on_unknown_data_is_told(content: DossierContent) -> None:
    first: EvidenceDetail = content.evidence[0]
    kind = first.summary.kind.capitalize()
    rest = content.evidence[1:]
    assert named(missing(content, evidence=rest))[f"{kind} evidence"] is True
    hollow = named(missing(content, evidence=(replace(first, result=None), *rest)))
    assert hollow[f"{kind} evidence"] is True
    loose = replace(first, summary=replace(first.summary, dataset=""))
    assert named(missing(content, evidence=(loose, *rest)))[f"Data of the {kind.lower()} evidence"] is False


@pytest.mark.parametrize(
    ("scan", "grave"),
    [("clean", None), ("not_scanned", False), ("suspicious", False), ("error", False), ("dangerous", True)],
)
def test_what_the_scanner_said_is_told_unless_it_is_clean(
    content: DossierContent, scan: str, *, grave: bool | None
) -> None:
    version = replace(content.version, summary=replace(content.version.summary, scan=scan))
    assert named(missing(content, version=version)).get("Artifact scan") is grave


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_an_empty_entry_is_told_field_by_field(content: DossierContent, blank: str) -> None:
    card = replace(content.model.card, purpose=blank, intended_use=blank, out_of_scope=blank)
    model = replace(content.model, card=card, domain=blank, jurisdictions=())
    version = replace(content.version, code_commit=blank, inputs=(), data=())
    assert {
        "Purpose", "Intended use", "Out-of-scope use", "Domain", "Jurisdictions", "Code commit", "Input signature",
        "Training data",
    } <= set(named(missing(content, model=model, version=version)))  # fmt: skip


def test_data_without_a_licence_is_told_by_name(content: DossierContent) -> None:
    use = replace(content.version.data[0], licence="")
    version = replace(content.version, data=(use, *content.version.data[1:]))
    assert f"Licence of {use.name}" in named(missing(content, version=version))
    assert not [what for what in named(missing(content)) if what.startswith("Licence")]


def about(content: DossierContent, result: Result, *redone: str) -> dict[str, bool]:
    """What is missing of the dossier with one more measurement, and whether it is grave."""
    one = content.evidence[0]
    again = tuple(RedoLine("r", "Ann", "2026-11-21T10:00:00.000000Z", 9, outcome, 1) for outcome in redone)
    item = replace(one, summary=replace(one.summary, kind=result.kind), result=result, redone=again)
    return named(missing(content, evidence=(*content.evidence, item)))


def test_only_three_kinds_of_evidence_are_missed(content: DossierContent) -> None:
    told = named(missing(content, evidence=()))
    assert {what for what in told if what.endswith(" evidence")} == {
        f"{kind.capitalize()} evidence" for kind in EXPECTED
    }


def test_a_sandbox_that_was_waived_is_grave(content: DossierContent) -> None:
    assert about(content, six.run(six.performance(), waived=True))["Performance evidence: waived sandbox"]
    assert not any("sandbox" in what for what in about(content, six.run(six.performance())))


def test_a_measurement_that_came_out_otherwise_is_grave(content: DossierContent) -> None:
    assert about(content, six.performance(), "differs")["Performance evidence: differs when measured again"]


def test_nobody_makes_a_difference_go_away_by_measuring_once_more(content: DossierContent) -> None:
    told = about(content, six.performance(), "differs", "matches")
    assert told["Performance evidence: differs when measured again"]
    assert not any("again" in what for what in about(content, six.performance(), "matches"))


def test_what_drift_and_quality_leave_open_and_a_better_champion_are_told_and_not_grave(
    content: DossierContent,
) -> None:
    assert about(content, six.drift())["Drift"] is False
    assert about(content, six.quality())["Quality"] is False
    still = replace(six.drift(), result={**six.drift().result, "outcome": "no drift beyond the limit"})
    assert "Drift" not in about(content, still)
    champion = {**six.performance().result["champion"], "outcome": "champion better"}
    beaten = replace(six.performance(), result={**six.performance().result, "champion": champion})
    assert about(content, beaten)["Champion"] is False
    assert "Champion" not in about(content, six.performance())
