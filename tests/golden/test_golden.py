"""A registry written by each release opens, verifies and is read for ever; its tampered twins fail for ever."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from registry_app.custody import recover
from registry_app.evidence.views import EvidenceOf
from registry_app.models.actions import RegisterVersion
from registry_app.models.views import Deployments, ShowModel
from registry_app.policy.views import VerdictsOf
from registry_app.reviews.views import ReviewsOf
from registry_app.verification import ANSWERS, verify
from tests.golden.make import HERE, KEPT, laid_over, pages
from tests.golden.story import desk
from tests.golden.twins import TWINS, judged

RELEASES = sorted(path.name for path in HERE.iterdir() if (path / "registry.db").is_file())


@pytest.fixture(params=RELEASES)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a release's registry."""
    copy = tmp_path / str(request.param)
    copy.mkdir()
    for name in KEPT:
        shutil.copyfile(HERE / str(request.param) / name, copy / name)
    return copy


def test_there_is_a_golden_registry_and_all_of_it_is_small() -> None:
    assert RELEASES
    assert sum(file.stat().st_size for file in HERE.rglob("*") if file.is_file()) < 2 << 20


def test_it_opens_and_verifies(folder: Path) -> None:
    with desk(folder, "audit") as workspace:
        found = verify(workspace)
    assert {answer.name: answer.holds for answer in found.answers} == dict.fromkeys(ANSWERS, True)
    assert found.size == 52


def test_it_still_says_what_it_said(folder: Path) -> None:
    with desk(folder, "audit") as workspace:
        model = workspace.ask(ShowModel("credit-risk"))
        assert (model.card.purpose, model.lead, model.risk_tier) == ("Score consumer loans.", "Dev Person", "medium")
        assert (model.aliases, [version.number for version in model.versions]) == ((("champion", 1),), [3, 2, 1])
        assert [line.environment for line in workspace.ask(Deployments())] == ["production"]
        (evidence,) = workspace.ask(EvidenceOf("credit-risk:1"))
        assert evidence.result is not None
        assert evidence.result.result["n"] == 4
        outcomes = {line.control: line.outcome for line in workspace.ask(VerdictsOf("credit-risk:1"))}
        assert set(outcomes.values()) <= {"met", "waived", "insufficient_evidence", "not_applicable"}
        assert len(outcomes) == 7
        review = workspace.ask(ReviewsOf("credit-risk:1"))[0]
        assert review.standing == "approved_with_conditions"
        assert [line.text for line in review.comments] == [
            "Is the age column needed?",
            "Only for the fairness report.",
        ]
        assert [(line.person, line.outcome, line.conditions) for line in review.decisions] == [
            ("Val Person", "approve", ""),
            ("Risk Person", "approve_with_conditions", "Monitor monthly."),
        ]


def test_it_can_be_gone_on_with_and_its_recovery_key_opens_it(folder: Path) -> None:
    with desk(folder, "dev") as workspace:
        workspace.run(RegisterVersion(model="credit-risk", artifact="e" * 64))
        assert verify(workspace).ok
    shown = (HERE / folder.name / "recovery.txt").read_text(encoding="utf-8").strip()
    with recover(folder, shown, "admin", "another horse battery staple", "lost") as workspace:
        assert verify(workspace).ok


@pytest.mark.parametrize("name", TWINS)
def test_its_tampered_twin_fails(folder: Path, name: str) -> None:
    kept = (HERE / folder.name / "twins" / f"{name}.pages").read_bytes()
    (folder / "registry.db").write_bytes(laid_over((folder / "registry.db").read_bytes(), kept))
    found = judged(folder)
    assert {answer.name for answer in found.answers if answer.holds is not True} == TWINS[name].no
    assert TWINS[name].says in next(answer for answer in found.answers if answer.holds is False).sentence


def test_pages_laid_over_a_database_give_the_other_one() -> None:
    before, after = bytes(4_096 * 3), bytes(4_096) + b"\1" * 4_096
    assert laid_over(before, pages(before, after)) == after
    assert laid_over(after, pages(after, before)) == before
