"""Who may say what about evidence, and what a forger with a key of their own cannot say."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from registry_app.errors import Refused, UsageError
from registry_app.evidence import facts
from registry_app.evidence.actions import (
    KeepCase,
    RecordEvidence,
    RecordRedo,
    RevokeSandboxWaiver,
    RevokeTrust,
    TrustArtifact,
    WaiveSandbox,
)
from registry_app.evidence.views import CompareEvidence, EvidenceOf, KeptCases, RunningOf, ShowRedo, ShowWhole
from registry_app.measure.result import Result
from registry_app.measure.sameness import sameness
from registry_app.reviews.views import ReviewsOf
from registry_app.vault import chance, clock
from tests.reviews.world import LATER, World, measured

FILE = "b" * 64
"""The artifact of version 1."""
OTHER = "c" * 64


def by_model(**changes: Any) -> Result:
    """The measurement as if the version's file had made the predictions."""
    run = {
        "digest": FILE,
        "format": "joblib",
        "features": ["age"],
        "sandbox": {"level": 3, "because": "", "landlock": 4, "seccomp": True, "wrapper": "", "system": "", "user": 0, "attempts": {}},
        "trust": {"by": "Val Person", "scan": "clean", "scanner": "picklescan 1"},
        "waiver": None,
    }  # fmt: skip
    for name, value in changes.items():
        run[name] = {**run["sandbox"], "level": value} if name == "sandbox" else value  # type: ignore[dict-item]
    return replace(measured(), data={**measured().data, "model": run})


def moved(by: str) -> Result:
    """The measurement with its accuracy said otherwise."""
    result = json.loads(json.dumps(measured().result))
    result["metrics"]["accuracy"]["value"] = by
    return replace(measured(), result=result)


@cache
def explained() -> Result:
    """An explanation of two rows."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    from registry_app.measure.explain import explain

    rows = np.array([[20.0, 1.0], [30.0, 0.0], [40.0, 1.0], [50.0, 0.0]])
    model = LogisticRegression().fit(rows, [0, 0, 1, 1])
    return explain(model, rows, rows, ["age", "car"], seed=1, cases=2, checks=False)


def recorded(world: World) -> str:
    """The id of evidence about version 1."""
    return str(world.run("dev", RecordEvidence("m:1", measured())).facts[0].evidence)  # type: ignore[attr-defined]


def test_what_is_measured_again_and_equal_matches_whatever_machine_measured_it() -> None:
    world = World()
    name = recorded(world)
    elsewhere = replace(measured(), platform="Linux riscv64", duration_ms=9, libraries={"registry-app": "9"})
    world.run("val", RecordRedo(name, elsewhere))
    (line,) = world.ask("audit", EvidenceOf("m:1"))[0].redone
    assert (line.outcome, line.differences, line.author) == ("matches", 0, "Val Person")
    assert world.ask("audit", ShowRedo(line.id)).differences == ()
    assert world.replayed() == []


def test_a_number_a_little_off_is_within_tolerance_and_another_one_differs_at_its_place() -> None:
    world = World()
    name = recorded(world)
    value = measured().result["metrics"]["accuracy"]["value"]
    world.run("dev", RecordRedo(name, moved(repr(float(value) + 1e-13))))
    world.run("dev", RecordRedo(name, moved("0.5")))
    near, far = world.ask("audit", EvidenceOf("m:1"))[0].redone
    assert (near.outcome, far.outcome) == ("within tolerance", "differs")
    (difference,) = world.ask("audit", ShowRedo(far.id)).differences
    assert (difference.place, difference.before, difference.after) == (
        "result / metrics / accuracy / value",
        value,
        "0.5",
    )


def test_measuring_again_neither_replaces_evidence_nor_ends_an_approval_but_a_difference_does() -> None:
    world = World()
    name = recorded(world)
    before = world.ask("audit", ReviewsOf("m:1"))[0].subject
    world.run("dev", RecordRedo(name, measured()))
    assert world.ask("audit", ReviewsOf("m:1"))[0].subject == before
    assert len(world.ask("audit", EvidenceOf("m:1"))) == 1
    world.run("dev", RecordRedo(name, moved("0.5")))
    assert world.ask("audit", ReviewsOf("m:1"))[0].subject != before


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "within tolerance"},
        {"outcome": "differs", "differences": 1},
        {"outcome": "better"},
        {"differences": 3},
        {"evidence": "01900000-0000-7000-8000-000000000001"},
        {"version": "01900000-0000-7000-8000-000000000001"},
        {"document": "{}"},
        {"document": moved("0.5").encode().decode()},
        {"document": replace(measured(), data={**measured().data, "digest": OTHER}).encode().decode()},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_redo_says_what_the_two_results_come_to_or_it_is_refused(changes: dict[str, Any]) -> None:
    world = World()
    fields: dict[str, Any] = {
        "redo": chance.uuid7(), "evidence": recorded(world), "version": world.version, "outcome": "matches", "differences": 0,
        "document": measured().encode().decode(),
    }  # fmt: skip
    with pytest.raises(Refused):
        world.say("dev", facts.EvidenceRedone(**{**fields, **changes}))
    with pytest.raises(Refused, match="is needed"):
        world.say("audit", facts.EvidenceRedone(**fields))
    world.force(
        "dev", facts.EvidenceRedone(**{**fields, "outcome": "matches", "document": moved("0.5").encode().decode()})
    )
    assert any(finding.answer == "authority" for finding in world.replayed())


def test_a_redo_of_other_data_is_refused_in_words() -> None:
    world = World()
    other = replace(measured(), data={**measured().data, "digest": OTHER})
    with pytest.raises(UsageError, match="measured on other data"):
        world.run("dev", RecordRedo(recorded(world), other))


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 12},
        {"parameters": {**measured().parameters, "limit": "0.1"}},
        {"parameters": {**measured().parameters, "hidden_below": 0}},
        {"data": {**measured().data, "positive": "no"}},
    ],
    ids=["seed", "parameters", "small groups", "mapping"],
)
def test_measured_with_other_choices_is_not_measured_again(changes: dict[str, Any]) -> None:
    """It would differ and end an approval, or carry into a dossier the groups that the evidence puts together."""
    world = World()
    name, other = recorded(world), replace(measured(), **changes)
    with pytest.raises(UsageError, match="other choices"):
        world.run("dev", RecordRedo(name, other))
    found = sameness(measured(), other)
    said = facts.EvidenceRedone(
        redo=chance.uuid7(), evidence=name, version=world.version, outcome=found.outcome,
        differences=len(found.differences), document=other.encode().decode(),
    )  # fmt: skip
    with pytest.raises(Refused, match="same choices"):
        world.say("dev", said)
    world.force("dev", said)
    assert any(finding.answer == "authority" for finding in world.replayed())


def fair(*sizes: int, **parameters: Any) -> Result:
    """A fairness of groups of so many rows, of version 2's form."""
    from registry_app.measure.fairness.document import fairness
    from registry_app.measure.table.mapping import Feature, Mapping
    from registry_app.measure.table.memory import Memory

    race = [f"g{place}" for place, many in enumerate(sizes) for _ in range(many)]
    said = [str(row % 3 % 2) for row in range(len(race))]
    frame = {"y": [str(row % 2) for row in range(len(race))], "p": said, "race": race}
    mapping = Mapping("y", positive="1", prediction="p", sensitive=(Feature("race"),))
    with Memory(frame, mapping.columns) as source:
        return fairness(source, mapping, 1, **parameters)


def test_evidence_tells_of_no_small_group_unless_somebody_chose_that_it_may() -> None:
    world = World()
    alone, chosen, large = fair(40, 3, 50), fair(40, 3, 50, hide_below=0), fair(40, 30)
    with pytest.raises(UsageError, match="a group of 3 rows by itself"):
        world.run("dev", RecordEvidence("m:1", alone))
    for result in (chosen, large, fair(40, 3, 50, hide_below=10)):
        world.run("dev", RecordEvidence("m:1", result))
    marked = replace(alone, parameters={**alone.parameters, "hidden_below": 10})
    with pytest.raises(UsageError, match="a group of 3 rows by itself"):
        world.run("dev", RecordEvidence("m:1", marked))
    for result in (alone, marked):
        said = world.evidence(
            kind="fairness", form=result.version, data=result.data["digest"], document=result.encode().decode()
        )
        with pytest.raises(Refused, match="small group by itself"):
            world.say("dev", said)
    assert world.replayed() == []
    world.force("dev", said)
    assert any(finding.answer == "authority" for finding in world.replayed())


def test_a_redo_carries_no_small_group_past_the_size_of_its_evidence() -> None:
    world = World()
    together, alone = fair(40, 3, 50, hide_below=10), fair(40, 3, 50)
    name = str(world.run("dev", RecordEvidence("m:1", together)).facts[0].evidence)  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="small group by itself"):
        world.run("dev", RecordRedo(name, replace(alone, parameters=together.parameters)))
    world.run("val", RecordRedo(name, together))


def test_small_groups_are_those_of_the_same_measurement() -> None:
    world = World()
    together, alone = fair(40, 3, 50, hide_below=10), fair(40, 3, 50)
    for whole in (replace(alone, seed=2), fair(40, 3, 50, limit=0.5)):
        with pytest.raises(Refused, match="same choices"):
            world.run("dev", RecordEvidence("m:1", together, whole))
    said = world.run("dev", RecordEvidence("m:1", together, alone)).facts
    name = chance.uuid7()
    fresh = replace(said[0], evidence=name)  # type: ignore[type-var]
    with pytest.raises(Refused, match="same choices"):
        world.say("dev", fresh, replace(said[1], evidence=name, below=5))  # type: ignore[type-var]
    assert world.replayed() == []


def test_a_pickle_needs_the_trust_of_somebody_independent_in_this_very_file() -> None:
    world = World()
    with pytest.raises(Refused, match="nobody with the right role trusts it"):
        world.run("dev", RecordEvidence("m:1", by_model()))
    with pytest.raises(Refused, match="another file"):
        world.run("val", TrustArtifact("m:1", OTHER, "clean", "picklescan 1", "built here"))
    with pytest.raises(Refused, match="is needed"):
        world.run("audit", TrustArtifact("m:1", FILE, "clean", "picklescan 1", "built here"))
    with pytest.raises(UsageError, match="says why"):
        world.run("val", TrustArtifact("m:1", FILE, "clean", "picklescan 1", " "))
    world.join("credit", "val2")
    with pytest.raises(Refused, match="own team"):
        world.run("val2", TrustArtifact("m:1", FILE, "clean", "picklescan 1", "built here"))
    world.run("val", TrustArtifact("m:1", FILE, "suspicious", "picklescan 1", "built here"))
    trust = world.ask("audit", RunningOf("m:1")).trust
    assert trust is not None
    assert (trust.digest, trust.by, trust.scan) == (FILE, "Val Person", "suspicious")
    looked_at = {"by": "Val Person", "scan": "suspicious", "scanner": "picklescan 1"}
    world.run("dev", RecordEvidence("m:1", by_model(trust=looked_at)))
    for other in ({"by": "Risk Person"}, {"scan": "clean"}, {"scanner": "picklescan 2"}):
        with pytest.raises(Refused, match="another decision than the one that holds"):
            world.run("dev", RecordEvidence("m:1", by_model(trust={**looked_at, **other})))
    with pytest.raises(Refused, match="does not name the decision"):
        world.run("dev", RecordEvidence("m:1", by_model(trust=None)))
    world.run("risk", RevokeTrust("m:1", "origin in doubt"))
    assert world.ask("audit", RunningOf("m:1")).trust is None
    with pytest.raises(Refused, match="nobody with the right role trusts it"):
        world.run("dev", RecordEvidence("m:1", by_model()))
    assert world.replayed() == []


def test_a_forged_trust_is_found_at_verification() -> None:
    world = World()
    forged = facts.ArtifactTrusted(
        trust=chance.uuid7(), version=world.version, artifact=FILE, scan="clean", scanner="s", reason="mine"
    )
    with pytest.raises(Refused):
        world.say("dev2", forged)
    world.force("dev2", forged)
    assert any(finding.answer == "authority" for finding in world.replayed())


def test_the_model_that_was_run_is_the_versions_own_file() -> None:
    world = World()
    with pytest.raises(Refused, match="not this version's file"):
        world.run("dev", RecordEvidence("m:1", by_model(digest=OTHER, format="skops", trust=None)))
    world.run("dev", RecordEvidence("m:1", by_model(format="skops", trust=None)))
    with pytest.raises(Refused, match="of which no model is run"):
        world.run("dev", RecordEvidence("m:1", by_model(format="Pickle", trust=None)))
    with pytest.raises(Refused, match="how the model was run"):
        world.say(
            "dev", world.evidence(document=replace(measured(), data={**measured().data, "model": {}}).encode().decode())
        )


def test_code_below_a_sandbox_that_holds_needs_a_waiver_that_holds() -> None:
    world = World()
    world.run("val", TrustArtifact("m:1", FILE, "clean", "picklescan 1", "built here"))
    waived = by_model(sandbox=0, waiver={"by": "Risk Person", "reason": "old kernel"})
    with pytest.raises(Refused, match="no waiver allows it"):
        world.run("dev", RecordEvidence("m:1", waived))
    with pytest.raises(Refused, match="is needed"):
        world.run("val", WaiveSandbox("m:1", LATER, "old kernel"))
    with pytest.raises(Refused, match="within a year"):
        world.run("risk", WaiveSandbox("m:1", clock.text(clock.now() + timedelta(days=500)), "old kernel"))
    world.run("risk", WaiveSandbox("m:1", LATER, "old kernel"))
    found = world.ask("audit", RunningOf("m:1"))
    assert found.waiver is not None
    assert (found.waiver.by, found.waiver.reason, found.waived_until) == ("Risk Person", "old kernel", LATER)
    world.run("dev", RecordEvidence("m:1", waived))
    for other in ({"by": "Val Person", "reason": "old kernel"}, {"by": "Risk Person", "reason": "all is well"}):
        with pytest.raises(Refused, match="another decision than the one that holds"):
            world.run("dev", RecordEvidence("m:1", by_model(sandbox=0, waiver=other)))
    with pytest.raises(Refused, match="no waiver allows it"):
        world.run("dev", RecordEvidence("m:1", by_model(sandbox=0)))
    world.run("risk", RevokeSandboxWaiver("m:1", "new kernel"))
    with pytest.raises(Refused, match="no waiver allows it"):
        world.run("dev", RecordEvidence("m:1", waived))
    assert world.replayed() == []


def test_small_groups_are_kept_beside_the_evidence_of_the_same_author_and_place() -> None:
    world = World()
    pooled = replace(measured(), parameters={**measured().parameters, "hidden_below": 10})
    with pytest.raises(UsageError, match="which groups it puts together"):
        world.run("dev", RecordEvidence("m:1", measured(), measured()))
    saying = world.run("dev", RecordEvidence("m:1", pooled, measured()))
    (found,) = world.ask("audit", EvidenceOf("m:1"))
    assert (found.result, found.below) == (pooled, 10)
    assert world.ask("audit", ShowWhole(found.summary.id)) == measured()
    assert "small groups" in {part.kind for part in world.ask("audit", ReviewsOf("m:1"))[0].parts}
    later = replace(saying.facts[1], evidence=recorded(world))  # type: ignore[type-var]
    with pytest.raises(Refused, match="recorded with the evidence"):
        world.say("dev", later)
    assert world.replayed() == []


def test_a_case_is_kept_by_a_reviewer_for_a_reason_under_a_name_that_leads_nowhere() -> None:
    world = World()
    other = recorded(world)
    with pytest.raises(Refused, match="explanation explains"):
        world.run("val", KeepCase(other, "row 1", {"age": "22"}, "appeal"))
    name = str(world.run("dev", RecordEvidence("m:1", explained())).facts[0].evidence)  # type: ignore[attr-defined]
    row = str(explained().result["cases"][0]["row"])
    for other_row in ("row 99", "row", ""):
        with pytest.raises(Refused, match="none of those"):
            world.run("val", KeepCase(name, other_row, {"age": "22"}, "appeal"))
    with pytest.raises(Refused, match="is needed"):
        world.run("dev", KeepCase(name, row, {"age": "22"}, "appeal"))
    with pytest.raises(UsageError, match="for a reason"):
        world.run("val", KeepCase(name, row, {"age": "22"}, ""))
    said = world.run("val", KeepCase(name, row, {"age": "22"}, "appeal")).facts[0]
    (kept,) = world.ask("audit", KeptCases("m:1"))
    assert (kept.row, kept.values, kept.why) == (row, (("age", "22"),), "appeal")
    assert world.ask("audit", EvidenceOf("m:1"))[1].cases == (kept.line,)
    acting = ({"row": "r", "values": {"a\x1b[2J": "1"}}, {"row": "r\u202e", "values": {"a": "1"}})
    for odd in acting:
        with pytest.raises(Refused, match="values as text"):
            world.run("val", KeepCase(name, odd["row"], odd["values"], "appeal"))  # type: ignore[arg-type]
    for changes in ({"pseudonym": "row 1"}, {"values": "[]"}, {"values": '{"row":"r","values":{}}'}, {}):
        fresh: dict[str, Any] = {"case": chance.uuid7(), **changes}
        with pytest.raises(Refused):
            world.say("val", replace(said, **fresh))  # type: ignore[type-var]
    assert world.replayed() == []


def test_two_pieces_of_evidence_stand_side_by_side() -> None:
    world = World()
    first = recorded(world)
    second = str(world.run("dev", RecordEvidence("m:1", moved("0.5"))).facts[0].evidence)  # type: ignore[attr-defined]
    found = world.ask("audit", CompareEvidence(first, second))
    assert found.same_data
    assert {line.place: line.change for line in found.lines}["metrics / accuracy"] == "within intervals"
    assert found.moved == ()
