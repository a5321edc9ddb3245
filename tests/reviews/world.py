"""A stage with a version in review, and the statements somebody could forge there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from registry_app.evidence.facts import EvidenceRecorded
from registry_app.models import facts as models
from registry_app.models.actions import RegisterModel, RegisterVersion
from registry_app.models.views import ShowModel, ShowVersion
from registry_app.people import facts as people
from registry_app.people.actions import FormTeam, Grant
from registry_app.people.views import People, Teams
from registry_app.policy import facts as policy
from registry_app.policy.actions import AdoptPack, GrantWaiver, Judge
from registry_app.policy.pack import shipped_pack
from registry_app.reviews import facts as reviews
from registry_app.reviews.actions import Submit
from registry_app.reviews.views import ReviewDetail, ReviewsOf
from registry_app.vault import chance, clock
from tests.golden.story import result
from tests.stage import Stage

PACK = "credit-model-risk"
LATER = clock.text(clock.now() + timedelta(days=200))
measured = cache(result)


class World(Stage):
    """A stage with two of each, and a version of a medium model in review."""

    def __init__(self) -> None:
        super().__init__()
        self.people()
        for handle, role in (("dev2", "developer"), ("val2", "validator"), ("risk2", "risk_officer")):
            self.enrol(handle)
            self.run("admin", Grant(handle, role))
        self.run("admin", FormTeam("other", "audit"))
        self.run("dev", RegisterModel(name="m", team="credit", tier="medium", tier_rationale="r", purpose="p"))
        self.run("dev2", RegisterVersion(model="m", artifact="b" * 64))
        self.run("dev", Submit("m:1"))

    @property
    def review(self) -> ReviewDetail:
        return self.ask("audit", ReviewsOf("m:1"))[-1]

    @property
    def model(self) -> str:
        return self.ask("audit", ShowModel("m")).id

    @property
    def version(self) -> str:
        return self.ask("audit", ShowVersion("m:1")).summary.id

    def id(self, handle: str) -> str:
        return self.cast[handle].person

    def team(self, name: str) -> str:
        return self.ask("audit", Teams(name))[0].id

    def grant_of(self, handle: str) -> str:
        return next(p for p in self.ask("audit", People()) if p.handle == handle).grants[0].id

    def decision(self, **changes: Any) -> reviews.DecisionMade:
        shown = self.review
        decided = reviews.DecisionMade(
            decision=chance.uuid7(),
            review=shown.summary.id,
            stage="validation",
            outcome="approve",
            meaning="approved after review",
            subject=shown.subject,
            parts=shown.parts,
            comment="",
            conditions="",
        )
        return replace(decided, **changes)

    def grant(self, handle: str, **changes: Any) -> people.RoleGranted:
        fields = {"role": "validator", "scope": "global", "scope_id": "", "ends": ""} | changes
        return people.RoleGranted(**{"grant": chance.uuid7(), "person": self.id(handle)} | fields)

    def card(self, **changes: Any) -> models.ModelRevised:
        fields: dict[str, Any] = {
            "model": self.model,
            "owner_team": self.team("credit"),
            "risk_tier": "medium",
            "domain": "",
            "jurisdictions": (),
            "name": "m",
            "purpose": "p",
            "intended_use": "",
            "out_of_scope": "",
            "tier_rationale": "r",
        }
        return models.ModelRevised(**fields | changes)

    def enrolment(self, key: str, person: str = "", handle: str = "new") -> people.PersonEnrolled:
        made = person or chance.uuid7()
        return people.PersonEnrolled(person=made, sign_key=key, box_digest="0" * 64, handle=handle, name="N", email="")

    def submission(self, **changes: Any) -> reviews.ReviewSubmitted:
        fields: dict[str, Any] = {
            "review": chance.uuid7(),
            "version": self.version,
            "tier": "medium",
            "stages": self.review.stages,
            "note": "",
        }
        return reviews.ReviewSubmitted(**fields | changes)

    def with_pack(self) -> World:
        self.run("risk", AdoptPack(shipped_pack(PACK).text))
        self.run("dev", Judge("m:1"))
        return self

    def waived(self) -> World:
        self.with_pack()
        for control in ("CMR-1", "CMR-2", "CMR-3", "CMR-4", "CMR-6"):
            self.run("risk2", GrantWaiver("m:1", PACK, control, LATER, "pilot"))
        return self

    def waiver(self, **changes: Any) -> policy.WaiverGranted:
        fields = {"pack": PACK, "control": "CMR-1", "ends": LATER, "reason": "r"} | changes
        return policy.WaiverGranted(**{"waiver": chance.uuid7(), "version": self.version} | fields)

    def verdicts(self, **changes: Any) -> policy.VerdictsRecorded:
        """The verdicts that the ledger holds for version 1, said again with changes."""
        from registry_app.ledger.entry import Entry
        from registry_app.ledger.log import Log
        from registry_app.ledger.meaning import Standing
        from registry_app.ledger.payload import Payloads
        from registry_app.models.finding import version_named
        from registry_app.policy.actions import verdicts_fact
        from registry_app.policy.tables import PackRow
        from registry_app.vault.engine import reading
        from registry_app.vault.rows import Rows

        with reading(self.engine) as connection:
            rows = Rows(connection)
            at = Entry(99, self.id("dev"), "", Log(rows).state()[2], Log(rows).state()[2])
            standing = Standing(rows, Payloads(rows, self.sealer), at)
            made = verdicts_fact(standing, version_named(rows, "m:1"), rows.all(PackRow)[0])
        return replace(made, **changes)

    def evidence(self, **changes: Any) -> EvidenceRecorded:
        fields: dict[str, Any] = {
            "evidence": chance.uuid7(),
            "version": self.version,
            "kind": "performance",
            "form": measured().version,
            "dataset": "",
            "data": str(measured().data["digest"]),
            "document": measured().encode().decode(),
        }
        return EvidenceRecorded(**fields | changes)
