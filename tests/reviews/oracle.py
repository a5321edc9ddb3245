"""What a registry should think of its reviews, worked out from the facts that were said and nothing else.

Written from the design's words, not from ``rules.py``: teams are walked downwards, people are counted in plain sets, and
whatever was on the screen is one counter per version that goes up with each change.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from registry_app.ledger.saying import Saying

YES = {"approve", "approve_with_conditions"}


@dataclass
class Judgement:
    """A decision, as the oracle saw it."""

    person: str
    stage: str
    outcome: str
    seen: tuple[int, int]


@dataclass
class Passage:
    """A review."""

    version: str
    stages: list[tuple[str, str, int]]
    tier: str
    submitter: str
    judgements: list[Judgement] = field(default_factory=list)
    closed: str = ""
    words: int = 0


class Oracle:
    """Told of everything that was accepted; keeps what must follow, and what should never have been accepted."""

    def __init__(self) -> None:
        self.now = ""
        self.people: dict[str, bool] = {}
        self.grants: dict[str, tuple[str, str, str, str, str]] = {}
        self.members: dict[str, set[str]] = defaultdict(set)
        self.teams: set[str] = set()
        self.models: dict[str, Any] = {}
        self.versions: dict[str, tuple[str, str]] = {}
        self.screen: dict[str, int] = defaultdict(int)
        self.passages: dict[str, Passage] = {}
        self.wrong: list[str] = []

    def hear(self, saying: Saying) -> None:
        """Take in an accepted statement."""
        self.now = max(self.now, saying.at.time)
        who = saying.at.person
        if saying.at.seq and not self.people.get(who):
            self.wrong.append(f"{who} spoke and is not active")
        for said in saying.facts:
            told = getattr(self, "_" + said.KIND.replace("-", "_"), None)
            if told is not None:
                told(said, who)

    def _person_enrolled(self, said: Any, who: str) -> None:
        self.people[said.person] = True

    def _person_re_enrolled(self, said: Any, who: str) -> None:
        self.people[said.person] = True

    def _person_disabled(self, said: Any, who: str) -> None:
        self.people[said.person] = False
        self.grants = {key: grant for key, grant in self.grants.items() if grant[0] != said.person}

    def _role_granted(self, said: Any, who: str) -> None:
        if who == said.person and self.now and len(self.people) > 1:
            self.wrong.append("somebody granted themselves a role")
        self.grants[said.grant] = (said.person, said.role, said.scope, said.scope_id, said.ends)

    def _role_revoked(self, said: Any, who: str) -> None:
        del self.grants[said.grant]
        if not any(g[1:] == ("admin", "global", "", "") and self.people[g[0]] for g in self.grants.values()):
            self.wrong.append("the last administrator is gone")

    def _team_formed(self, said: Any, who: str) -> None:
        self.teams.add(said.team)
        self.members[said.team].add(said.lead)

    def _team_member_added(self, said: Any, who: str) -> None:
        self.members[said.team].add(said.member)

    def _team_member_removed(self, said: Any, who: str) -> None:
        self.members[said.team].discard(said.member)

    def _model_registered(self, said: Any, who: str) -> None:
        self.models[said.model] = said

    def _model_revised(self, said: Any, who: str) -> None:
        self.models[said.model] = said
        for version, (model, _) in self.versions.items():
            self.screen[version] += model == said.model

    def _version_registered(self, said: Any, who: str) -> None:
        self.versions[said.version] = (said.model, who)

    def _evidence_recorded(self, said: Any, who: str) -> None:
        self.screen[said.version] += 1

    def _comment_made(self, said: Any, who: str) -> None:
        self.passages[said.review].words += 1

    def _review_submitted(self, said: Any, who: str) -> None:
        stages = [(stage.name, stage.role, stage.quorum) for stage in said.stages]
        self.passages[said.review] = Passage(said.version, stages, said.tier, who)

    def _review_withdrawn(self, said: Any, who: str) -> None:
        self.passages[said.review].closed = "withdrawn"

    def _decision_made(self, said: Any, who: str) -> None:
        passage = self.passages[said.review]
        model, author = self.versions[passage.version]
        role = next(role for name, role, _ in passage.stages if name == said.stage)
        if passage.closed:
            self.wrong.append("a closed review was decided")
        if who in (passage.submitter, author) or who in self._everybody(self.models[model].owner_team):
            self.wrong.append("somebody who is not independent decided")
        if not self._holds(who, role, model):
            self.wrong.append(f"somebody without the role {role} decided")
        passage.judgements.append(Judgement(who, said.stage, said.outcome, self._screen(passage)))
        if said.outcome == "request_changes":
            passage.closed = "changes_requested"
        elif said.outcome == "reject":
            passage.closed = "rejected"
        elif self._passed(passage):
            with_conditions = any(each.outcome != "approve" for each in self._standing(passage))
            passage.closed = "approved_with_conditions" if with_conditions else "approved"

    def state(self, review: str) -> str:
        """What a review must read now: its state, or ``lapsed``."""
        passage = self.passages[review]
        if passage.closed.startswith("approved") and passage.judgements[-1].seen != self._screen(passage):
            return "lapsed"
        return passage.closed or "open"

    def _screen(self, passage: Passage) -> tuple[int, int]:
        return self.screen[passage.version], passage.words

    def _standing(self, passage: Passage) -> list[Judgement]:
        now = self._screen(passage)
        return [each for each in passage.judgements if each.outcome in YES and each.seen == now]

    def _passed(self, passage: Passage) -> bool:
        signed = self._standing(passage)
        if len({each.person for each in signed}) != len(signed):
            self.wrong.append("somebody signed the same thing twice")
        return all(
            len({each.person for each in signed if each.stage == name}) >= quorum for name, _, quorum in passage.stages
        )

    def _holds(self, who: str, role: str, model: str) -> bool:
        owner = self.models[model].owner_team
        for person, given, scope, where, ends in self.grants.values():
            if person != who or given != role or (ends and ends <= self.now):
                continue
            if scope == "global" or (scope == "model" and where == model):
                return True
            if scope == "team" and (where == owner or owner in self._within(where)):
                return True
        return False

    def _within(self, team: str) -> set[str]:
        inside = {member for member in self.members[team] if member in self.teams}
        return inside.union(*(self._within(each) for each in inside)) if inside else inside

    def _everybody(self, team: str) -> set[str]:
        people: set[str] = set()
        for each in {team} | self._within(team):
            people |= {member for member in self.members[each] if member not in self.teams}
        return people
