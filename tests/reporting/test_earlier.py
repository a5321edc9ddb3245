"""What changed since the version that this one was made from: in the dossier, and checked by a stranger."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from registry_app.evidence.actions import KeepCase, RecordEvidence, RecordRedo
from registry_app.evidence.views import EvidenceOf
from registry_app.house import MEANING
from registry_app.reporting.dossier import Dossier
from registry_app.reporting.figures import figures_of
from registry_app.reporting.issue import issue
from registry_app.reporting.verify import ANSWERS, verify_dossier
from tests.measure import six
from tests.reporting.forge import prepared
from tests.reporting.story import Desk, frozen, register, story
from tests.stage import Stage

LABEL = "credit-scoring:2"


def second(explained: bool = True, **more: object) -> Stage:
    """The story, and a second version made from the first."""
    stage = story()
    with frozen(7):
        register(stage, artifact="e" * 64, **{"parents": ("credit-scoring:1",), **more})
        if explained:
            stage.run("dev", RecordEvidence(LABEL, six.explanation()))
    return stage


def test_the_explanation_is_held_against_that_of_the_version_it_was_made_from() -> None:
    stage = second()
    content = Desk(stage, "audit").ask(Dossier(LABEL))
    assert content.earlier is not None
    first = stage.ask("audit", EvidenceOf("credit-scoring:1"))[-1]
    assert (content.earlier.version, content.earlier.evidence) == ("version 1", first.summary.id)
    assert content.earlier.result == first.result
    (figure,) = figures_of(content)
    (part,) = (each.part for each in figure.passages if each.part.title == "What changed")
    assert part.outcome == "nothing changed beyond the intervals"
    assert "Compared with that of version 1." in part.said


def test_without_a_parent_or_an_explanation_there_is_nothing_to_hold_it_against() -> None:
    for stage in (second(parents=()), second(explained=False)):
        assert Desk(stage, "audit").ask(Dossier(LABEL)).earlier is None
    assert Desk(story(), "audit").ask(Dossier("credit-scoring:1")).earlier is None


@pytest.mark.parametrize("whole", [3, 3_000], ids=["a part", "the whole"])
def test_a_stranger_comes_to_the_same_from_the_bundle_alone(tmp_path: Path, whole: int) -> None:
    stage = second()
    name = stage.ask("audit", EvidenceOf("credit-scoring:1"))[-1].summary.id
    stage.run("risk", RecordRedo(name, six.explanation()))
    out = tmp_path / "dossier.pdf"
    issue(Desk(stage, "audit"), LABEL, out, whole=whole)
    found = verify_dossier(out, MEANING)
    held = {answer.name: answer.holds for answer in found.answers}
    assert held == {**dict.fromkeys(ANSWERS, True), "completeness": None, "authority": None if whole == 3 else True}


def test_of_the_parent_nothing_else_is_disclosed() -> None:
    stage = second()
    first = stage.ask("audit", EvidenceOf("credit-scoring:1"))
    bundle = prepared(Desk(stage, "audit"), LABEL)[1]
    assert {each.summary.kind for each in first if each.summary.digest in bundle.payloads} == {"explanation"}


def test_what_speaks_of_few_people_is_in_no_bundle() -> None:
    stage = second()
    pooled = replace(six.fairness(), parameters={**six.fairness().parameters, "hidden_below": 10})
    stage.run("dev", RecordEvidence(LABEL, pooled, six.fairness()))
    name = stage.ask("audit", EvidenceOf(LABEL))[0].summary.id
    stage.run("val", KeepCase(name, _explained(), {"income": "2100 for certain"}, "an appeal of somebody"))
    bundle = prepared(Desk(stage, "audit"), LABEL)[1]
    disclosed = b"".join(bundle.payloads.values())
    assert b"2100 for certain" not in disclosed
    assert b"an appeal of somebody" not in disclosed
    assert six.fairness().encode() not in disclosed
    assert disclosed.count(b'\\"kind\\":\\"fairness\\"') == 1


def _explained() -> str:
    """A row that the story's explanation explains."""
    return str(six.explanation().result["cases"][0]["row"])
