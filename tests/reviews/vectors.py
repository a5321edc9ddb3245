"""What nobody may say: each a forged statement, who says it, and why it is refused and found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from registry_app.evidence.actions import RecordEvidence
from registry_app.ledger.fact import Fact
from registry_app.models import facts as models
from registry_app.models.actions import RegisterModel, ReviseModel
from registry_app.people import facts as people
from registry_app.people.actions import AddMember, Disable, Grant, Revoke
from registry_app.policy import facts as policy
from registry_app.policy.actions import RevokeWaiver
from registry_app.policy.pack import shipped_pack
from registry_app.policy.views import WaiversOf
from registry_app.reviews import facts as reviews
from registry_app.reviews.actions import Comment, Decide, ProposeRoute, Withdraw
from registry_app.reviews.facts import Stage as Stop
from registry_app.reviews.views import Routes
from tests.reviews.world import PACK, World, measured
from tests.stage import Actor

Says = Callable[[World], Fact | tuple[Fact, ...]]


def then(*steps: Callable[[World], Any], says: Says) -> Says:
    """Do ``steps`` first."""

    def said(world: World) -> Fact | tuple[Fact, ...]:
        for step in steps:
            step(world)
        return says(world)

    return said


def ran(who: str, make: Callable[[World], Any]) -> Callable[[World], Any]:
    return lambda world: world.run(who, make(world))


def approve(who: str) -> Callable[[World], Any]:
    return ran(who, lambda _: Decide("m:1", "approve"))


VECTORS: dict[str, tuple[str, Says, str]] = {
    # decisions
    "the submitter approves": (
        "dev",
        then(ran("admin", lambda w: Grant("dev", "validator")), says=lambda w: w.decision()),
        "submitted",
    ),
    "the author approves": (
        "dev2",
        then(ran("admin", lambda w: Grant("dev2", "validator")), says=lambda w: w.decision()),
        "author",
    ),
    "a member of the owner team approves": (
        "val",
        then(ran("admin", lambda w: AddMember("credit", "val")), says=lambda w: w.decision()),
        "team that owns",
    ),
    "a member of a team in the owner team approves": (
        "val",
        then(
            ran("admin", lambda w: AddMember("other", "val")),
            ran("admin", lambda w: AddMember("credit", "other", "team")),
            says=lambda w: w.decision(),
        ),
        "team that owns",
    ),
    "nobody's role": ("audit", lambda w: w.decision(), "role validator"),
    "a role for another model": (
        "audit",
        then(ran("admin", lambda w: Grant("audit", "validator", "model", "00000000")), says=lambda w: w.decision()),
        "role validator",
    ),
    "a role for another team": (
        "audit",
        then(ran("admin", lambda w: Grant("audit", "validator", "team", w.team("other"))), says=lambda w: w.decision()),
        "role validator",
    ),
    "a revoked role": (
        "val",
        then(ran("admin", lambda w: Revoke(w.grant_of("val"), "r")), says=lambda w: w.decision()),
        "role validator",
    ),
    "the second stage before the first": ("risk", lambda w: w.decision(stage="risk acceptance"), "another stage"),
    "a stage the route does not have": ("val", lambda w: w.decision(stage="lunch"), "another stage"),
    "another subject": ("val", lambda w: w.decision(subject="f" * 64), "something else"),
    "other parts under the subject": ("val", lambda w: w.decision(parts=()), "something else"),
    "an approval carried over an edit": (
        "val",
        lambda w: (w.decision(), w.run("dev", ReviseModel(model="m", purpose="other")))[0],
        "something else",
    ),
    "an approval carried over a comment": (
        "val",
        lambda w: (w.decision(), w.run("audit", Comment("m:1", "wait")))[0],
        "something else",
    ),
    "an approval carried over new evidence": (
        "val",
        lambda w: (w.decision(), w.run("dev", RecordEvidence("m:1", measured())))[0],
        "something else",
    ),
    "the same evidence approved twice by one": (
        "val",
        then(
            ran("admin", lambda w: Grant("val", "risk_officer")),
            approve("val"),
            says=lambda w: w.decision(stage="risk acceptance"),
        ),
        "twice",
    ),
    "two approvals in one breath": ("val", lambda w: (w.decision(), w.decision()), "another stage"),
    "a decision said again": (
        "risk",
        lambda w: replace(w.decision(), decision=_decided(w), stage="risk acceptance"),
        "counts once",
    ),
    "a decision after the close": ("val", lambda w: (w.decision(), w.run("dev", Withdraw("m:1")))[0], "not open"),
    "a decision on no review": ("val", lambda w: w.decision(review="00000000-0000-7000-8000-000000000000"), "not open"),
    "an outcome nobody knows": ("val", lambda w: w.decision(outcome="wave through"), "no decision"),
    "a signature that means something else": (
        "val",
        lambda w: w.decision(meaning="rejected after review"),
        "means something else",
    ),
    "conditions without conditions": (
        "val",
        lambda w: w.decision(outcome="approve_with_conditions", meaning="approved with conditions after review"),
        "names them",
    ),
    "sent back without a reason": (
        "val",
        lambda w: w.decision(outcome="reject", meaning="rejected after review"),
        "reason",
    ),
    "an approval after the tier was raised": (
        "val",
        then(ran("dev", lambda w: ReviseModel(model="m", tier="critical")), says=lambda w: w.decision()),
        "tier has changed",
    ),
    # the gate
    "an approval through a closed gate": ("val", lambda w: w.with_pack().decision(), "gate is closed"),
    "an approval over stale verdicts": (
        "val",
        lambda w: (w.waived(), w.run("dev", RecordEvidence("m:1", measured())), w.decision())[2],
        "older than the evidence",
    ),
    "an approval over verdicts of another entry": (
        "val",
        lambda w: (w.waived(), w.run("dev", ReviseModel(model="m", purpose="q")), w.decision())[2],
        "inventory entry",
    ),
    "an approval after a waiver was revoked": (
        "val",
        lambda w: (w.waived(), w.run("risk", RevokeWaiver(w.ask("audit", WaiversOf("m:1"))[0].id, "r")), w.decision())[
            2
        ],
        "gate is closed",
    ),
    "verdicts made up": (
        "dev",
        lambda w: (
            v := w.with_pack().verdicts(),
            replace(v, verdicts=tuple(replace(o, outcome="met") for o in v.verdicts)),
        )[1],
        "not what the pack",
    ),
    "words of verdicts made up": ("dev", lambda w: w.with_pack().verdicts(details="[]"), "words of the verdicts"),
    "verdicts under a pack that is not adopted": (
        "dev",
        lambda w: w.with_pack().verdicts(pack_digest="0" * 64),
        "pack that is adopted",
    ),
    "verdicts on evidence there is not": ("dev", lambda w: w.with_pack().verdicts(evidence=("x",)), "other evidence"),
    "verdicts by an auditor": ("audit", lambda w: w.with_pack().verdicts(), "is needed"),
    "a waiver by the owner team": (
        "risk",
        lambda w: (w.with_pack(), w.run("admin", AddMember("credit", "risk")), w.waiver())[2],
        "own team",
    ),
    "a waiver by the author": (
        "dev2",
        lambda w: (w.with_pack(), w.run("admin", Grant("dev2", "risk_officer")), w.waiver())[2],
        "own team",
    ),
    "a waiver by a validator": ("val", lambda w: w.with_pack().waiver(), "risk officer"),
    "a waiver for ever": ("risk", lambda w: w.with_pack().waiver(ends="2099-01-01T00:00:00.000000Z"), "within a year"),
    "a waiver whose end is no time": ("risk", lambda w: w.with_pack().waiver(ends="2027-01-01T"), "UTC time"),
    "a waiver of no control": ("risk", lambda w: w.with_pack().waiver(control="CMR-99"), "no such control"),
    "a pack whose text is another": (
        "risk",
        lambda w: policy.PackAdopted(
            pack="other", version="1", digest=shipped_pack(PACK).digest, text=shipped_pack(PACK).text.decode()
        ),
        "id, version and digest",
    ),
    "a pack by a developer": ("dev", lambda w: policy.PackWithdrawn(pack=PACK, reason="r"), "is needed"),
    # evidence
    "evidence by an auditor": ("audit", lambda w: w.evidence(), "is needed"),
    "evidence of another kind than its document": ("dev", lambda w: w.evidence(kind="fairness"), "document"),
    "evidence of other data than its document": ("dev", lambda w: w.evidence(data="0" * 64), "document"),
    "evidence that is no document": ("dev", lambda w: w.evidence(document="approved"), "document"),
    "evidence that says it was shredded": ("dev", lambda w: w.evidence(document="[shredded]"), "document"),
    "words of verdicts that say they were shredded": (
        "dev",
        lambda w: w.with_pack().verdicts(details="[shredded]"),
        "words of the verdicts",
    ),
    "a pack that says it was shredded": (
        "risk",
        lambda w: policy.PackAdopted(pack="p", version="1", digest="0" * 64, text="[shredded]"),
        "pack",
    ),
    "evidence about nothing": ("dev", lambda w: w.evidence(version="nothing"), "registered version"),
    # routes and submissions
    "a route adopted twice": (
        "admin",
        lambda w: reviews.RouteAdopted(tier="low", stages=(Stop("s", "validator", 1),)),
        "two people",
    ),
    "a route confirmed by its proposer": (
        "admin",
        lambda w: (
            w.run("admin", ProposeRoute("medium", (Stop("s", "auditor", 1),), "r")),
            reviews.RouteConfirmed(proposal=next(x.proposal for x in w.ask("admin", Routes()) if x.proposal)),
        )[1],
        "somebody else",
    ),
    "a route without a quorum": (
        "admin",
        lambda w: reviews.RouteProposed(proposal="p", tier="low", stages=(Stop("s", "validator", 0),), reason=""),
        "route has",
    ),
    "a route proposed by a developer": (
        "dev",
        lambda w: reviews.RouteProposed(proposal="p", tier="low", stages=(Stop("s", "validator", 1),), reason=""),
        "is needed",
    ),
    "a submission along a shorter route": (
        "dev",
        then(ran("dev", lambda w: Withdraw("m:1")), says=lambda w: w.submission(stages=(Stop("s", "developer", 1),))),
        "tier",
    ),
    "a submission under another tier": (
        "dev",
        then(ran("dev", lambda w: Withdraw("m:1")), says=lambda w: w.submission(tier="low")),
        "tier",
    ),
    "a review's id used again": (
        "dev",
        then(ran("dev", lambda w: Withdraw("m:1")), says=lambda w: w.submission(review=w.review.summary.id)),
        "once only",
    ),
    "a second review of a version": ("dev", lambda w: w.submission(), "in review already"),
    "a rejected version submitted again": (
        "dev",
        then(ran("val", lambda w: Decide("m:1", "reject", "no")), says=lambda w: w.submission()),
        "rejected",
    ),
    "a submission by an auditor": (
        "audit",
        then(ran("dev", lambda w: Withdraw("m:1")), says=lambda w: w.submission()),
        "is needed",
    ),
    "a withdrawal by a validator": (
        "val",
        lambda w: reviews.ReviewWithdrawn(review=w.review.summary.id, reason=""),
        "submitter",
    ),
    # people
    "a role granted to oneself": ("admin", lambda w: w.grant("admin"), "themselves"),
    "a role granted by a developer": ("dev", lambda w: w.grant("audit"), "is needed"),
    "a role nobody knows": ("admin", lambda w: w.grant("dev", role="king"), "no role"),
    "a grant whose end is no time": ("admin", lambda w: w.grant("dev", ends="zzzz"), "UTC time"),
    "a grant that has ended": ("admin", lambda w: w.grant("dev", ends="2020-01-01T00:00:00.000000Z"), "ended already"),
    "a grant's id used again": ("admin", lambda w: w.grant("dev", grant=w.grant_of("val")), "once only"),
    "the last administrator removed": (
        "admin",
        lambda w: people.RoleRevoked(grant=w.grant_of("admin"), reason=""),
        "last administrator",
    ),
    "the last administrator disabled": (
        "admin",
        lambda w: people.PersonDisabled(person=w.id("admin"), reason=""),
        "last administrator",
    ),
    "a second genesis": (
        "admin",
        lambda w: people.RegistryFounded(recovery_key="ab" * 32, name="again"),
        "first statement",
    ),
    "a key of somebody else": ("admin", lambda w: w.enrolment(w.cast["val"].public), "once only"),
    "a key of the recovery": ("admin", lambda w: w.enrolment(_recovery(w)), "once only"),
    "a person named recovery": ("admin", lambda w: w.enrolment(Actor().public, "recovery"), "once only"),
    "a handle of somebody else": ("admin", lambda w: w.enrolment(Actor().public, handle="val"), "taken"),
    "an enrolment by a developer": ("dev", lambda w: w.enrolment(Actor().public), "is needed"),
    "a key that is none": ("admin", lambda w: w.enrolment("ab"), "Ed25519"),
    "a disabled person speaks": (
        "val",
        then(ran("admin", lambda w: Disable("val", "r")), says=lambda w: w.decision()),
        "not an active person",
    ),
    "a team's id used again": (
        "admin",
        lambda w: people.TeamFormed(team=w.team("credit"), lead=w.id("val"), name="x"),
        "once only",
    ),
    "a team inside itself": (
        "admin",
        lambda w: people.TeamMemberAdded(team=w.team("credit"), kind="team", member=w.team("credit")),
        "contain itself",
    ),
    "a lead from another team": (
        "admin",
        lambda w: people.TeamLeadNamed(team=w.team("credit"), lead=w.id("val")),
        "belongs",
    ),
    "a lead through a team in the team": (
        "admin",
        lambda w: (
            w.run("admin", AddMember("other", "val")),
            w.run("admin", AddMember("credit", "other", "team")),
            people.TeamLeadNamed(team=w.team("credit"), lead=w.id("val")),
        )[2],
        "belongs",
    ),
    "a profile shredded while its person is active": (
        "admin",
        lambda w: people.PayloadShredded(payload=_profile(w, "val"), reason=""),
        "disabled person",
    ),
    # models
    "a tier lowered without a risk officer": ("dev", lambda w: w.card(risk_tier="low"), "risk officer"),
    "a model renamed to another's name": (
        "dev",
        then(
            ran("dev", lambda w: RegisterModel(name="n", team="credit", tier="low", tier_rationale="r", purpose="p")),
            says=lambda w: w.card(name="n"),
        ),
        "that name",
    ),
    "a model revised by a validator": ("val", lambda w: w.card(), "is needed"),
    "an alias to another model's version": (
        "dev",
        lambda w: models.AliasSet(model=w.model, alias="a", version="x"),
        "never registered",
    ),
}


def _decided(world: World) -> str:
    (said,) = world.run("val", Decide("m:1", "approve")).facts
    assert isinstance(said, reviews.DecisionMade)
    return said.decision


def _recovery(world: World) -> str:
    from registry_app.people.tables import RegistryRow
    from registry_app.vault.engine import reading
    from registry_app.vault.rows import Rows

    with reading(world.engine) as connection:
        return str((Rows(connection).one(RegistryRow, one=1) or {})["recovery_key"])


def _profile(world: World, handle: str) -> str:
    from registry_app.people.tables import PersonRow
    from registry_app.vault.engine import reading
    from registry_app.vault.rows import Rows

    with reading(world.engine) as connection:
        return str((Rows(connection).one(PersonRow, handle=handle) or {})["profile"])
