"""Four versions in four states, each for its real reason, said by the right people with their own keys."""

from __future__ import annotations

import pytest

from registry_app.errors import Refused
from registry_app.evidence.views import EvidenceOf
from registry_app.measure.performance.document import performance
from registry_app.measure.result import Result
from registry_app.measure.table.mapping import Mapping
from registry_app.measure.table.source import open_source
from registry_app.models.artifact import measure_artifact
from registry_app.models.views import Deployments, ShowModel, ShowVersion
from registry_app.policy.views import VerdictLine, VerdictsOf
from registry_app.reviews.actions import Decide
from registry_app.reviews.views import Inbox, ReviewDetail, ReviewsOf
from tests.demo.conftest import Stage

VERSIONS = ("credit-risk:1", "credit-risk:2", "income:1", "income:2")


def review(stage: Stage, version: str) -> ReviewDetail:
    with stage.open("auditor") as auditor:
        (found,) = auditor.ask(ReviewsOf(version))
    return found


def verdicts(stage: Stage, version: str) -> dict[str, VerdictLine]:
    with stage.open("auditor") as auditor:
        return {line.control: line for line in auditor.ask(VerdictsOf(version))}


def results(stage: Stage, version: str) -> dict[str, Result]:
    with stage.open("auditor") as auditor:
        found = {detail.summary.kind: detail.result for detail in auditor.ask(EvidenceOf(version))}
    return {kind: result for kind, result in found.items() if result is not None}


def auc(stage: Stage, version: str) -> float:
    return float(results(stage, version)["performance"].result["metrics"]["roc_auc"]["value"])


def test_the_first_credit_model_is_approved_by_two_people_and_runs(stage: Stage) -> None:
    found = review(stage, "credit-risk:1")
    assert found.standing == "approved"
    assert [(d.person, d.stage, d.outcome, d.lapsed) for d in found.decisions] == [
        ("Vera Vogel", "validation", "approve", ()),
        ("Ravi Rao", "risk acceptance", "approve", ()),
    ]
    assert [comment.person for comment in found.comments] == ["Vera Vogel", "Deniz Demir"]
    with stage.open("auditor") as auditor:
        model = auditor.ask(ShowModel("credit-risk"))
        (running,) = auditor.ask(Deployments("production"))
    assert (model.aliases, model.lead) == ((("champion", 1),), "Deniz Demir")
    assert running.version == "credit-risk:1"


def test_every_control_is_met_for_the_first_credit_model_on_real_figures(stage: Stage) -> None:
    assert {line.outcome for line in verdicts(stage, "credit-risk:1").values()} == {"met"}
    found = results(stage, "credit-risk:1")
    ratios = [
        float(row["value"])
        for row in found["fairness"].result["disparities"]
        if row["metric"] == "demographic_parity_ratio" and len(row["by"]) == 1
    ]
    assert len(ratios) == 2
    assert min(ratios) >= 0.8
    assert float(found["performance"].result["metrics"]["roc_auc"]["ci"][0]) > 0.65


def test_the_second_credit_model_is_better_and_waits_for_the_risk_officer_alone(stage: Stage) -> None:
    found = review(stage, "credit-risk:2")
    assert (found.standing, found.summary.stage, found.summary.lacking, found.gate) == (
        "open",
        "risk acceptance",
        1,
        "",
    )
    assert [(d.person, d.outcome, d.lapsed) for d in found.decisions] == [("Vera Vogel", "approve", ())]
    assert auc(stage, "credit-risk:2") > auc(stage, "credit-risk:1")
    with stage.open("risk-officer") as officer:
        assert [(line.version, line.why_you) for line in officer.ask(Inbox())] == [("credit-risk:2", "as risk officer")]
        assert officer.ask(ShowVersion("credit-risk:2")).parents == ("credit-risk:1",)


def test_the_first_income_model_is_sent_back_with_figures_from_its_evidence(stage: Stage) -> None:
    found = review(stage, "income:1")
    assert found.standing == "changes_requested"
    (decision,) = found.decisions
    assert (decision.person, decision.outcome) == ("Vera Vogel", "request_changes")
    evidence = results(stage, "income:1")
    bins = [
        f"{float(row['mean_score']['value']):.2f} on average ({row['n']} people"
        for row in evidence["performance"].result["calibration"]
        if row["n"]
    ]
    assert any(words in decision.comment for words in bins)
    leading = evidence["explanation"].result["importance"][0]
    assert f"{leading['feature']} moves the score most ({float(leading['value']):.2f}" in decision.comment


def test_the_second_income_model_waits_behind_a_closed_gate(stage: Stage) -> None:
    found = review(stage, "income:2")
    assert (found.standing, found.summary.stage, found.decisions) == ("open", "validation", ())
    assert "CMR-4" in found.gate
    assert verdicts(stage, "income:2")["CMR-4"].outcome == "not_met"
    with stage.open("validator") as validator:
        assert [line.version for line in validator.ask(Inbox())] == ["income:2"]


def test_an_approval_behind_the_closed_gate_is_refused_and_nothing_is_recorded(stage: Stage) -> None:
    with stage.open("validator") as validator:
        before = validator.head()
        with pytest.raises(Refused, match="CMR-4 of credit-model-risk is not met"):
            validator.run(Decide("income:2", "approve"), passphrase=stage.secret)
        assert validator.head() == before
    (line,) = (line for line in stage.played.lines if line.startswith("income:2 "))
    assert "refused" in line
    assert "CMR-4" in line


def test_the_second_income_model_did_what_was_asked(stage: Stage) -> None:
    first, second = results(stage, "income:1"), results(stage, "income:2")
    briers = [float(each["performance"].result["metrics"]["brier"]["value"]) for each in (first, second)]
    assert briers[1] < briers[0]
    assert not {"marital_status", "relationship"} & set(second["explanation"].data["features"])


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_has_evidence_of_every_kind_by_developer_and_validator(stage: Stage, version: str) -> None:
    with stage.open("auditor") as auditor:
        found = auditor.ask(EvidenceOf(version))
    assert {(each.summary.kind, each.summary.author) for each in found} == {
        ("performance", "Deniz Demir"),
        ("explanation", "Deniz Demir"),
        ("fairness", "Vera Vogel"),
    }
    explained = results(stage, version)["explanation"].result
    assert explained["sampling"]["stopped"] in ("precise", "all rows")
    assert len(explained["cases"]) == 5
    assert float(explained["additivity"]["max_abs_error"]["value"]) <= 1e-6


@pytest.mark.parametrize("version", VERSIONS)
def test_the_evidence_is_about_the_registered_file_that_is_no_training_data(stage: Stage, version: str) -> None:
    stem = version.replace(":", "-")
    with stage.open("auditor") as auditor:
        shown = auditor.ask(ShowVersion(version))
    uses = {use.role: use for use in shown.data}
    assert set(uses) == {"training", "test"}
    measured = measure_artifact(stage.folder / "data" / f"{stem}-held-out.csv").digest
    model = version.partition(":")[0]
    assert uses["test"].digest == measured != uses["training"].digest
    assert uses["training"].digest == measure_artifact(stage.folder / "data" / f"{model}-training.csv").digest
    found = results(stage, version)
    assert {each.data["digest"] for each in found.values()} == {measured}
    run = found["explanation"].data["model"]
    assert (run["digest"], run["format"]) == (shown.summary.artifact, "skops")
    assert len(run["sandbox"]["attempts"]) >= 21
    assert verdicts(stage, version)["CMR-2"].outcome == "met"


@pytest.mark.parametrize("version", VERSIONS)
def test_the_artifact_in_the_folder_is_the_registered_one(stage: Stage, version: str) -> None:
    artifact = measure_artifact(stage.folder / "artifacts" / f"{version.replace(':', '-')}.skops")
    with stage.open("auditor") as auditor:
        shown = auditor.ask(ShowVersion(version))
    assert (shown.summary.artifact, shown.summary.format, shown.size) == (artifact.digest, "skops", artifact.size)
    assert (shown.summary.scan, shown.summary.author) == ("clean", "Deniz Demir")
    assert shown.run
    assert shown.inputs


def test_the_risk_officer_measured_the_approved_model_again_and_everything_matches(stage: Stage) -> None:
    with stage.open("auditor") as auditor:
        found = auditor.ask(EvidenceOf("credit-risk:1"))
    assert len(found) == 3
    assert {(line.author, line.outcome) for each in found for line in each.redone} == {("Ravi Rao", "matches")}
    (line,) = (line for line in stage.played.lines if line.startswith("credit-risk:1 "))
    assert "performance matches, explanation matches, fairness matches" in line


@pytest.mark.parametrize("version", VERSIONS)
def test_whoever_measures_the_file_again_gets_the_recorded_figures(stage: Stage, version: str) -> None:
    recorded = results(stage, version)["performance"]
    with stage.open("auditor") as auditor:
        chosen = dict(auditor.ask(ShowVersion(version)).parameters)
    mapping = Mapping(
        recorded.data["label"], "binary", recorded.data["positive"], None, "score", float(chosen["threshold"])
    )
    file = stage.folder / "data" / f"{version.replace(':', '-')}-held-out.csv"
    with open_source(str(file)) as source:
        assert performance(source, mapping, recorded.seed).result == recorded.result
