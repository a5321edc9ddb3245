"""Random stories: whoever comes, goes, grants, nests teams, turns the clock and decides, no approval is ever unearned."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from registry_app.errors import RegistryError
from registry_app.evidence.actions import RecordEvidence
from registry_app.ledger.meaning import Action
from registry_app.models.actions import RegisterModel, RegisterVersion, ReviseModel
from registry_app.people.actions import AddMember, Disable, FormTeam, Grant, ReEnrol, RemoveMember, Revoke
from registry_app.people.views import People
from registry_app.reviews.actions import Comment, ConfirmRoute, Decide, ProposeRoute, Submit, Withdraw
from registry_app.reviews.facts import Stage as Stop
from registry_app.reviews.views import ReviewsOf, Routes
from registry_app.vault import clock
from tests.golden.story import result
from tests.reviews.oracle import Oracle
from tests.stage import Actor, Stage

FULL = os.environ.get("REGISTRY_APP_FAULTS") == "full"
CAST = ("admin", "dev", "dev2", "val", "val2", "risk", "risk2", "audit")
TEAMS = ("credit", "inner", "outer")
ROLES = ("developer", "validator", "risk_officer", "admin", "auditor")
START = datetime(2026, 1, 1, tzinfo=UTC)
RESULT = result()

people = st.sampled_from(CAST)
teams = st.sampled_from(TEAMS)
numbers = st.integers(0, 30)


class Stories(RuleBasedStateMachine):
    """Actions by anybody, most of them sensible; the oracle hears what was accepted."""

    @initialize(tier=st.sampled_from(("low", "medium", "critical")))
    def begin(self, tier: str) -> None:
        self.now = START
        self.oracle = Oracle()
        self.versions = 0
        with clock.use(self.tick):
            self.stage = Stage()
        admin = self.stage.cast["admin"].person
        self.oracle.people[admin] = True
        grant = self.stage.ask("admin", People())[0].grants[0].id
        self.oracle.grants[grant] = (admin, "admin", "global", "", "")
        for handle in CAST[1:]:
            actor = self.stage.cast[handle] = Actor()
            self.act("admin", _enrol(handle, actor))
        given = (("dev", "developer"), ("dev2", "developer"), ("val", "validator"), ("val2", "validator"))
        for handle, role in (*given, ("risk", "risk_officer"), ("risk2", "risk_officer")):
            self.act("admin", Grant(handle, role))
        for name, lead in (("credit", "dev"), ("inner", "audit"), ("outer", "audit")):
            self.act("admin", FormTeam(name, lead))
        self.act("dev", RegisterModel(name="m", team="credit", tier=tier, tier_rationale="r", purpose="p"))
        self.register("dev")
        self.act("dev", Submit("m:1"))

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def act(self, who: str, action: Action) -> bool:
        """Do it if it is allowed."""
        with clock.use(self.tick):
            try:
                saying = self.stage.run(who, action)
            except RegistryError:
                return False
        self.oracle.hear(saying)
        return True

    @rule(by=people, to=people, role=st.sampled_from(ROLES), team=teams, days=st.integers(-1, 3), scope=numbers)
    def grant(self, by: str, to: str, role: str, team: str, days: int, scope: int) -> None:
        ends = "" if days < 1 else clock.text(self.now + timedelta(days=days))
        scoped = [("global", ""), ("team", self.stage_team(team)), ("model", self.model())][scope % 3]
        self.act(by if scope > 10 else "admin", Grant(to, role, *scoped, ends))

    @rule(by=people, nth=numbers)
    def revoke(self, by: str, nth: int) -> None:
        held = sorted(self.oracle.grants)
        self.act(by if nth > 15 else "admin", Revoke(held[nth % len(held)], "r"))

    @rule(who=people)
    def leave(self, who: str) -> None:
        self.act("admin", Disable(who, "r"))

    @rule(who=people)
    def come_back(self, who: str) -> None:
        if self.oracle.people[self.stage.cast[who].person] and who != "dev2":
            return
        new = Actor(person=self.stage.cast[who].person)
        if self.act("admin", ReEnrol(who, new.public, "0" * 64, "r")):
            self.stage.cast[who] = new

    @rule(team=teams, other=teams, who=people, nested=st.booleans(), remove=st.booleans())
    def move(self, team: str, other: str, who: str, nested: bool, remove: bool) -> None:
        change = RemoveMember if remove else AddMember
        self.act("admin", change(team, other, "team") if nested else change(team, who))

    @rule(who=st.sampled_from(("dev", "dev2")))
    def register(self, who: str) -> None:
        if self.act(who, RegisterVersion(model="m", artifact="b" * 64)):
            self.versions += 1

    @rule(who=people, nth=numbers)
    def submit(self, who: str, nth: int) -> None:
        self.act(who if nth > 15 else "dev", Submit(self.version(nth)))

    @rule(who=people, nth=numbers, outcome=st.sampled_from(("request_changes", "reject")))
    def refuse(self, who: str, nth: int, outcome: str) -> None:
        self.act(who, Decide(self.version(nth), outcome, "no"))

    @rule(who=people, nth=numbers, conditions=st.sampled_from(("", "", "monitor")))
    def approve(self, who: str, nth: int, conditions: str) -> None:
        outcome = "approve_with_conditions" if conditions else "approve"
        self.act(who, Decide(self.version(nth), outcome, conditions=conditions))

    @rule(by=st.sampled_from(("dev", "dev2")), order=st.permutations(CAST))
    def a_new_version_goes_round(self, by: str, order: list[str]) -> None:
        self.register(by)
        self.act("dev", Submit("m"))
        self.the_newest_goes_round(order)

    @rule(order=st.permutations(CAST))
    def the_newest_goes_round(self, order: list[str]) -> None:
        for who in order:
            self.approve(who, self.versions - 1, "")
            self.no_approval_is_unearned()

    @rule(order=st.permutations(CAST))
    def the_newest_goes_round_after_a_change(self, order: list[str]) -> None:
        self.act("dev", Comment("m", "Look again."))
        self.the_newest_goes_round(order)

    @rule(who=people, nth=numbers, what=st.sampled_from(("comment", "evidence", "purpose", "withdraw", "tier", "team")))
    def change(self, who: str, nth: int, what: str) -> None:
        version = self.version(nth)
        self.act(who, {
            "comment": Comment(version, f"words {nth}"),
            "evidence": RecordEvidence(version, RESULT),
            "purpose": ReviseModel(model="m", purpose=f"p{nth}"),
            "tier": ReviseModel(model="m", tier=("low", "medium", "critical")[nth % 3]),
            "team": ReviseModel(model="m", team=TEAMS[nth % 3]),
            "withdraw": Withdraw(version),
        }[what])  # fmt: skip

    @rule(by=people, second=people, tier=st.sampled_from(("low", "medium")), quorum=st.integers(1, 2))
    def reroute(self, by: str, second: str, tier: str, quorum: int) -> None:
        if self.act(by, ProposeRoute(tier, (Stop("only", "validator", quorum),), "r")):
            waiting = [line.proposal for line in self.stage.ask("admin", Routes()) if line.proposal]
            assert self.act(second, ConfirmRoute(waiting[-1])) is False or by != second

    @rule(hours=st.integers(-40, 40))
    def turn_the_clock(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def no_approval_is_unearned(self) -> None:
        assert self.oracle.wrong == []
        for number in range(1, self.versions + 1):
            for review in self.stage.ask("admin", ReviewsOf(f"m:{number}")):
                assert review.standing == self.oracle.state(review.summary.id)

    def teardown(self) -> None:
        if hasattr(self, "stage"):
            assert self.stage.replayed() == []

    def version(self, nth: int) -> str:
        return f"m:{nth % self.versions + 1}"

    def model(self) -> str:
        return next(iter(self.oracle.models))

    def stage_team(self, name: str) -> str:
        return sorted(self.oracle.teams)[TEAMS.index(name)]


def _enrol(handle: str, actor: Actor) -> Action:
    from registry_app.people.actions import Enrol

    return Enrol(actor.person, actor.public, "0" * 64, handle, handle.title())


TestStories = Stories.TestCase
TestStories.settings = settings(max_examples=500 if FULL else 60, stateful_step_count=50 if FULL else 40)
