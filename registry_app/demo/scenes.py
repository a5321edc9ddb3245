"""A version's way: registered, measured, submitted, decided. What reviewers write is drawn from the figures before them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from registry_app.demo.again import measured_again
from registry_app.demo.inventory import (
    columns_of,
    held_out_data,
    held_out_name,
    parameters,
    run_of,
    training_data,
    training_name,
)
from registry_app.demo.people import Cast
from registry_app.demo.train import TASKS, Trained
from registry_app.errors import Refused, UsageError
from registry_app.evidence.actions import RecordEvidence
from registry_app.evidence.facts import SMALL
from registry_app.measure.requests.leaving import leaving
from registry_app.measure.result import Result
from registry_app.models.actions import RegisterVersion, SetAlias, StartDeployment
from registry_app.models.artifact import measure_artifact
from registry_app.models.facts import Column, Named, RunRecorded
from registry_app.models.scan import scan
from registry_app.models.views import ShowDataset
from registry_app.reviews.actions import Comment, Decide, Submit

Measured = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The three measurements of a version."""

    performance: Result
    fairness: Result
    explanation: Result
    whole: Result | None = None
    """The fairness with each group by itself, where small ones are put together."""

    def metric(self, name: str) -> float:
        """A metric of the performance."""
        return float(self.performance.result["metrics"][name]["value"])

    def low(self, name: str) -> float:
        """The lower end of a metric's 95 % interval."""
        return float(self.performance.result["metrics"][name]["ci"][0])

    def disparity(self, metric: str, feature: str) -> dict[str, Any]:
        """A disparity between the groups of one feature, with its highest and lowest group."""
        rows = self.fairness.result["disparities"]
        return next(dict(row) for row in rows if row["metric"] == metric and row["by"] == [feature])

    def ratios(self) -> dict[str, float]:
        """The selection-rate ratio of each sensitive feature."""
        names = [feature["column"] for feature in self.fairness.data["sensitive"]]
        return {name: float(self.disparity("demographic_parity_ratio", name)["value"]) for name in names}

    def leading(self) -> tuple[str, float]:
        """The feature that moves the score most, and by how much on average."""
        row = self.explanation.result["importance"][0]
        return str(row["feature"]), float(row["value"])


def measure(trained: Trained, done: Measured) -> Evidence:
    """Measure a version on its held-out rows; ``done`` hears of each measurement."""
    performed = trained.performance.run()
    done("performance")
    fair, whole = leaving(trained.fairness, SMALL)
    done("fairness")
    explained = trained.explanation.run()
    done("explanation")
    return Evidence(performed, fair, explained, whole)


def register(cast: Cast, trained: Trained, evidence: Evidence, parents: tuple[str, ...], note: str) -> None:
    """The developer registers data, run and version; developer and validator put what they measured on record."""
    recipe = trained.recipe
    try:
        cast.ask("developer", ShowDataset(training_name(recipe.model)))
    except UsageError:
        cast.run("developer", training_data(trained))
    cast.run("developer", held_out_data(trained))
    ran = cast.run("developer", run_of(trained)).facts[0]
    assert isinstance(ran, RunRecorded)
    artifact, scanned = measure_artifact(trained.artifact), scan(trained.artifact)
    cast.run(
        "developer",
        RegisterVersion(
            model=recipe.model,
            artifact=artifact.digest,
            artifact_kind=artifact.kind,
            size=artifact.size,
            format=artifact.format,
            scan=scanned.outcome,
            findings=scanned.findings,
            run=ran.run,
            parents=parents,
            data=((training_name(recipe.model), "training"), (held_out_name(trained), "test")),
            inputs=columns_of(trained),
            outputs=(Column("score", f"probability of {TASKS[recipe.model].positive}"),),
            metrics=tuple(Named(name, f"{evidence.metric(name):.4f}") for name in ("roc_auc", "brier", "accuracy")),
            parameters=parameters(trained),
            note=note,
            tags=(("algorithm", recipe.algorithm),),
        ),
    )
    cast.run("developer", RecordEvidence(recipe.label, evidence.performance))
    cast.run("developer", RecordEvidence(recipe.label, evidence.explanation))
    cast.run("validator", RecordEvidence(recipe.label, evidence.fairness, evidence.whole))


def approved(cast: Cast, trained: Trained, evidence: Evidence) -> str:
    """The first credit model: two signatures, then it runs."""
    label = trained.recipe.label
    register(cast, trained, evidence, (), "The first scorecard: six features, so that a refusal can be explained.")
    again = measured_again(cast, trained)
    cast.run("developer", Submit(label, "First version, for use beside the credit officers from next month."))
    low, spread = evidence.low("roc_auc"), _gap(evidence, "age_group")
    cast.run(
        "validator",
        Comment(
            label,
            f"The lower end of the AUC interval is {low:.3f} on {trained.rows} rows. How was the threshold "
            f"{trained.threshold:.2f} found?",
        ),
    )
    cast.run(
        "developer",
        Comment(
            label,
            "On the training rows alone, by five-fold cross-validation: the highest threshold at which the selection rates by "
            "sex and by age group stay within 95 % of each other. The held-out rows were not looked at.",
        ),
    )
    cast.run(
        "validator",
        Decide(
            label,
            "approve",
            f"Fairness measured by me: {_rates(evidence)}. True positive rates by age group differ by {spread:.3f}. The code "
            "table of the data is partly wrong, so the figures by sex are weak: look again after a quarter.",
        ),
    )
    cast.run(
        "risk-officer",
        Decide(
            label, "approve", "Accepted for use beside a credit officer, as the inventory entry says, and no further."
        ),
    )
    cast.run("developer", SetAlias(label, "champion"))
    cast.run("developer", StartDeployment(label, "production"))
    return f"{label} approved by validator and risk officer, champion, runs in production. {_figures(evidence)} Its evidence, {again}."


def waiting(cast: Cast, trained: Trained, evidence: Evidence, before: Evidence) -> str:
    """The better credit model: one signature, the second one outstanding."""
    label, parent = trained.recipe.label, f"{trained.recipe.model}:{trained.recipe.number - 1}"
    gain = evidence.metric("roc_auc") - before.metric("roc_auc")
    register(
        cast,
        trained,
        evidence,
        (parent,),
        f"All {len(trained.recipe.features)} features that are neither sensitive nor made from something sensitive.",
    )
    cast.run("developer", Submit(label, f"To follow {parent}: AUC {evidence.metric('roc_auc'):.3f}, {gain:+.3f}."))
    row = evidence.disparity("equal_opportunity_difference", "age_group")
    lowest = row["lowest"]["by"]["age_group"]
    cast.run(
        "validator",
        Comment(
            label,
            f"Of those who would have repaid, {float(row['lowest']['value']):.0%} are selected among '{lowest}' and "
            f"{float(row['highest']['value']):.0%} among the others: {float(row['value']):.3f} apart, {parent} had "
            f"{_gap(before, 'age_group'):.3f}. The risk officer should weigh this against the gain.",
        ),
    )
    cast.run(
        "validator",
        Decide(label, "approve", f"Sound and better than {parent}: {_rates(evidence)}. See my comment on age."),
    )
    return f"{label} approved by the validator, waits for the risk officer's signature. {_figures(evidence)}"


def sent_back(cast: Cast, trained: Trained, evidence: Evidence) -> str:
    """The first income model: back to the team, with what is wrong."""
    label = trained.recipe.label
    register(cast, trained, evidence, (), "First version, class weights balanced because few incomes are above 50K.")
    cast.run("developer", Submit(label, "First version."))
    worst = _worst_bin(evidence.performance)
    share, mean = float(worst["positive_rate"]["value"]), float(worst["mean_score"]["value"])
    leading, size = evidence.leading()
    cast.run(
        "validator",
        Decide(
            label,
            "request_changes",
            f"1. The scores do not mean what they say: where the model says {mean:.2f} on average "
            f"({worst['n']} people between {worst['from']} and {worst['to']}), {share:.0%} earn more than 50K. Train without "
            "balanced class weights, or calibrate.\n"
            f"2. {leading} moves the score most ({size:.2f} in log-odds on average) and with relationship it stands close to "
            "sex. Leave both out.\n"
            f"3. The {_rates(evidence)}: below four fifths, so control CMR-4 closes the gate.",
        ),
    )
    return f"{label} sent back by the validator with three findings. {_figures(evidence)}"


def gate_closed(cast: Cast, trained: Trained, evidence: Evidence, before: Evidence) -> str:
    """The second income model: better, and still the gate is closed; an attempt to approve it is refused."""
    label, parent = trained.recipe.label, f"{trained.recipe.model}:{trained.recipe.number - 1}"
    register(
        cast,
        trained,
        evidence,
        (parent,),
        "Without class weights, marital status, relationship and native country; gradient boosting.",
    )
    was, now = before.ratios()["sex"], evidence.ratios()["sex"]
    cast.run(
        "developer",
        Submit(
            label,
            f"Findings 1 and 2 on {parent} are done: Brier score {before.metric('brier'):.3f} to {evidence.metric('brier'):.3f}. "
            f"The ratio by sex went from {was:.2f} to {now:.2f}.",
        ),
    )
    head = cast.desk("validator").head()
    try:
        cast.run("validator", Decide(label, "approve", "Findings 1 and 2 are done."))
    except Refused as refused:
        if cast.desk("validator").head() != head:
            raise AssertionError("a refusal was recorded") from refused
        said = refused.what
    else:
        raise AssertionError("the gate was open")
    return f"{label} waits for the validator, whose approval was refused, and nothing recorded: {said} {_figures(evidence)}"


def _figures(evidence: Evidence) -> str:
    return f"AUC {evidence.metric('roc_auc'):.3f}, Brier {evidence.metric('brier'):.3f}, {_rates(evidence)}."


def _rates(evidence: Evidence) -> str:
    said = " and ".join(f"{ratio:.2f} by {name.replace('_', ' ')}" for name, ratio in evidence.ratios().items())
    return f"selection-rate ratio {said}"


def _gap(evidence: Evidence, feature: str) -> float:
    return float(evidence.disparity("equal_opportunity_difference", feature)["value"])


def _worst_bin(result: Result) -> dict[str, Any]:
    """The calibration bin of a hundred or more people whose mean score is furthest from what came true."""
    bins = [row for row in result.result["calibration"] if row["n"] >= 100]
    return max(bins, key=lambda row: abs(float(row["mean_score"]["value"]) - float(row["positive_rate"]["value"])))
