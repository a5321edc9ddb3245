"""How far a review has come, who may not decide, and what closes the gate."""

from __future__ import annotations

from dataclasses import dataclass

from registry_app.errors import Refused
from registry_app.evidence.tables import EvidenceRow
from registry_app.ledger.entry import Entry
from registry_app.models.tables import ModelRow, VersionRow
from registry_app.people.standing import belongs, holds
from registry_app.policy.tables import PackRow, VerdictRow, WaiverRow
from registry_app.reviews.facts import APPROVING, Stage
from registry_app.reviews.routes import decode, waiting
from registry_app.reviews.subject import Subject, subject_of
from registry_app.reviews.tables import DecisionRow
from registry_app.vault.rows import Row, Rows


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a review stands on its route."""

    subject: Subject
    """What would be signed now."""
    stages: tuple[Stage, ...]
    """The route."""
    stage: Stage | None
    """The stage that waits, or ``None`` when the route is passed."""
    approved: tuple[str, ...]
    """The people whose approvals of the present subject count."""
    lapsed: tuple[Row, ...]
    """Approvals that were signed over something else than stands now."""


def progress_of(rows: Rows, review: Row) -> Progress:
    """Where a review stands, counting only approvals signed over what stands now."""
    subject = subject_of(rows, review)
    stages = decode(review["stages"])
    approvals = [row for row in rows.all(DecisionRow, review=review["id"]) if row["outcome"] in APPROVING]
    present = [row for row in approvals if row["subject"] == subject.digest]
    lapsed = tuple(row for row in approvals if row["subject"] != subject.digest)
    approved = tuple(dict.fromkeys(row["person"] for row in present))
    return Progress(subject, stages, waiting(stages, present), approved, lapsed)


def why_not(rows: Rows, at: Entry, review: Row, person: str, stage: Stage) -> str:
    """Why a person may not decide at a stage, as a sentence; empty when they may.

    Independence: the submitter, the version's author, and whoever belongs to the owner team, directly or through teams,
    do not decide; nobody approves twice.
    """
    version = rows.one(VersionRow, id=review["version"])
    model = rows.one(ModelRow, id=review["model"])
    if version is None or model is None:
        return "The version is not there."
    if holds(rows, at, person, [stage.role], team=model["owner_team"], model=model["id"]) is None:
        return f"The role {stage.role.replace('_', ' ')} is needed to decide at the stage '{stage.name}'."
    if person == review["submitter"]:
        return "Whoever submitted a version does not decide about it."
    if person == version["author"]:
        return "The author of a version does not decide about it."
    if belongs(rows, person, model["owner_team"]):
        return "Nobody on the team that owns a model decides about it."
    return ""


def require_gate(rows: Rows, at: Entry, review: Row) -> None:
    """Refuse an approval while a blocking control stands in the way, or verdicts are missing or out of date.

    Raises:
        Refused: the gate is closed, and the sentence says by which control.
    """
    version = review["version"]
    waived = {
        (row["pack"], row["control"]) for row in rows.all(WaiverRow, version=version) if row["ends"] > at.reckoned
    }
    evidence = sorted(rows.all(EvidenceRow, version=version), key=lambda row: (row["since"], row["id"]))
    ids = " ".join(row["id"] for row in evidence)
    model = rows.one(ModelRow, id=review["model"])
    revised = -1 if model is None else model["since"]
    for pack in rows.all(PackRow):
        verdicts = rows.all(VerdictRow, version=version, pack=pack["id"])
        if not verdicts or verdicts[0]["pack_digest"] != pack["digest"] or verdicts[0]["evidence"] != ids:
            raise Refused(
                f"The gate is closed: the verdicts under {pack['id']} are missing or older than the evidence.",
                "Judge the version first: registry-app policy judge.",
            )
        if verdicts[0]["since"] <= revised:
            raise Refused(
                f"The gate is closed: the verdicts under {pack['id']} are older than the model's inventory entry.",
                "Judge the version first: registry-app policy judge.",
            )
        for row in verdicts:
            if _blocks(row, waived):
                outcome = row["outcome"].replace("_", " ")
                raise Refused(
                    f"The gate is closed: control {row['control']} of {pack['id']} is {outcome}.",
                    "Send the version back, or ask an independent risk officer for a waiver.",
                )


def _blocks(row: Row, waived: set[tuple[str, str]]) -> bool:
    if row["severity"] != "blocking" or (row["pack"], row["control"]) in waived:
        return False
    return row["outcome"] in ("not_met", "insufficient_evidence", "waived")
