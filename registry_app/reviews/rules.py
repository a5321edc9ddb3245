"""Who may say what in reviews. Asked before something is signed, and asked again at verification."""

from __future__ import annotations

from collections.abc import Mapping

from registry_app.errors import Refused
from registry_app.ledger.fact import Fact
from registry_app.ledger.meaning import Rule, Standing
from registry_app.models.facts import TIERS
from registry_app.models.tables import ModelRow, VersionRow
from registry_app.people.facts import ROLES
from registry_app.people.standing import belongs, require
from registry_app.people.tables import TeamRow
from registry_app.reviews import facts
from registry_app.reviews.facts import APPROVING, Stage
from registry_app.reviews.routes import encode
from registry_app.reviews.standing import progress_of, require_gate, why_not
from registry_app.reviews.tables import CommentRow, DecisionRow, ReviewRow, RouteProposalRow, RouteRow
from registry_app.vault.rows import Row


def _may_adopt(standing: Standing, said: facts.RouteAdopted) -> None:
    require(standing, "admin", to="adopt a first route")
    _require_route(said.tier, said.stages)
    if standing.rows.ever(RouteRow, tier=said.tier):
        raise Refused("That tier has a route; another one is proposed and confirmed by two people.", "Propose it.")


def _may_propose(standing: Standing, said: facts.RouteProposed) -> None:
    require(standing, "admin", "risk_officer", to="propose a route")
    _require_route(said.tier, said.stages)
    if standing.rows.ever(RouteProposalRow, id=said.proposal):
        raise Refused("An id can be used once only.", "Propose it again.")


def _may_confirm(standing: Standing, said: facts.RouteConfirmed) -> None:
    require(standing, "admin", "risk_officer", to="confirm a route")
    proposal = standing.rows.one(RouteProposalRow, id=said.proposal)
    if proposal is None:
        raise Refused("No such proposal waits.", "Nothing needs to be done.")
    if proposal["author"] == standing.at.person:
        raise Refused("A route is confirmed by somebody else than its proposer.", "Ask a second person.")


def _may_submit(standing: Standing, said: facts.ReviewSubmitted) -> None:
    rows = standing.rows
    if rows.ever(ReviewRow, id=said.review):
        raise Refused("An id can be used once only.", "Submit the version again.")
    version = rows.one(VersionRow, id=said.version)
    model = rows.one(ModelRow, id=version["model"]) if version else None
    if version is None or model is None:
        raise Refused("That version was never registered.", "Register it first.")
    lead = rows.one(TeamRow, id=model["owner_team"])
    if lead is None or lead["lead"] != standing.at.person:
        require(standing, "developer", "service", to="submit a version", team=model["owner_team"], model=model["id"])
    route = rows.one(RouteRow, tier=model["risk_tier"])
    if said.tier != model["risk_tier"] or route is None or route["stages"] != encode(said.stages):
        raise Refused("A review goes the route of the model's risk tier.", "Submit the version again.")
    states = {row["state"] for row in rows.all(ReviewRow, version=said.version)}
    if "open" in states:
        raise Refused("This version is in review already.", "Wait for the decision, or withdraw it first.")
    if "rejected" in states:
        raise Refused("This version was rejected.", "Register a new version.")


def _may_decide(standing: Standing, said: facts.DecisionMade) -> None:
    rows = standing.rows
    review = _open(standing, said.review)
    progress = progress_of(rows, review)
    if said.subject != progress.subject.digest or said.parts != progress.subject.parts:
        raise Refused(
            "The decision was signed over something else than stands here.", "Look at it again and decide then."
        )
    if progress.stage is None or said.stage != progress.stage.name:
        raise Refused("The review waits at another stage.", "Look at it again and decide then.")
    _require_decision(said)
    reason = why_not(rows, standing.at, review, standing.at.person, progress.stage)
    if reason:
        raise Refused(reason, "Leave it to an independent person with that role.")
    if rows.ever(DecisionRow, id=said.decision):
        raise Refused("A decision counts once.", "Decide again.")
    if said.outcome in APPROVING:
        if standing.at.person in progress.approved:
            raise Refused("Nobody approves the same evidence twice.", "Leave the other stages to somebody else.")
        model = rows.one(ModelRow, id=review["model"])
        if model is None or model["risk_tier"] != review["tier"]:
            raise Refused("The model's risk tier has changed since it was submitted.", "Withdraw and submit it again.")
        require_gate(rows, standing.at, review)


def _require_decision(said: facts.DecisionMade) -> None:
    if said.outcome not in facts.OUTCOMES:
        raise Refused("That is no decision we know.", f"Use one of {', '.join(facts.OUTCOMES)}.")
    if said.meaning != facts.MEANINGS[said.outcome]:
        raise Refused("The signature means something else than the decision.", "Decide again.")
    if said.outcome == "approve_with_conditions" and not said.conditions.strip():
        raise Refused("An approval with conditions names them.", "Give the conditions.")
    if said.outcome in ("request_changes", "reject") and not said.comment.strip():
        raise Refused("Sending a version back needs a reason.", "Give a comment.")


def _may_comment(standing: Standing, said: facts.CommentMade) -> None:
    review = _open(standing, said.review)
    if standing.rows.ever(CommentRow, id=said.comment):
        raise Refused("An id can be used once only.", "Say it again.")
    model = standing.rows.one(ModelRow, id=review["model"])
    team = model["owner_team"] if model else ""
    if belongs(standing.rows, standing.at.person, team):
        return
    roles = ("developer", "validator", "risk_officer", "admin", "auditor")
    require(standing, *roles, to="comment on this review", team=team, model=review["model"])


def _may_withdraw(standing: Standing, said: facts.ReviewWithdrawn) -> None:
    review = _open(standing, said.review)
    model = standing.rows.one(ModelRow, id=review["model"])
    team = standing.rows.one(TeamRow, id=model["owner_team"]) if model else None
    if standing.at.person not in (review["submitter"], team["lead"] if team else ""):
        raise Refused("Only the submitter or the team's lead takes a version back.", "Ask one of them.")


def _open(standing: Standing, name: str) -> Row:
    review = standing.rows.one(ReviewRow, id=name)
    if review is None or review["state"] != "open":
        raise Refused("That review is not open.", "See 'registry-app review list'.")
    return review


def _require_route(tier: str, stages: tuple[Stage, ...]) -> None:
    if tier not in TIERS:
        raise Refused("That is no risk tier.", f"Use one of {', '.join(TIERS)}.")
    names = [stage.name for stage in stages]
    fit = all(stage.role in ROLES and 1 <= stage.quorum <= 20 for stage in stages)
    if not 1 <= len(stages) <= 10 or len(set(names)) != len(names) or not fit:
        raise Refused("A route has 1 to 10 stages of different names, known roles and quorums of 1 to 20.", "Mend it.")


RULES: Mapping[type[Fact], Rule] = {
    facts.RouteAdopted: _may_adopt,
    facts.RouteProposed: _may_propose,
    facts.RouteConfirmed: _may_confirm,
    facts.ReviewSubmitted: _may_submit,
    facts.DecisionMade: _may_decide,
    facts.CommentMade: _may_comment,
    facts.ReviewWithdrawn: _may_withdraw,
}
