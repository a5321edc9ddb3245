"""Who may say what about policy, and the actions that say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from registry_app import text
from registry_app.errors import Refused, UsageError
from registry_app.evidence.tables import EvidenceRow
from registry_app.ledger.canonical import parse
from registry_app.ledger.fact import Fact
from registry_app.ledger.meaning import Action, Rule, Standing
from registry_app.models.finding import version_named
from registry_app.models.tables import DatasetRow, EdgeRow, ModelRow, VersionRow
from registry_app.people.standing import belongs, require
from registry_app.people.tables import TeamRow
from registry_app.policy import facts
from registry_app.policy.judge import Verdict, encode_verdicts, judge, waive
from registry_app.policy.pack import Pack, load_pack
from registry_app.policy.subject import subject_of
from registry_app.policy.tables import PackRow, WaiverRow
from registry_app.vault import chance, clock
from registry_app.vault.rows import Row

LONGEST_WAIVER = timedelta(days=366)
"""A waiver ends within a year."""


@dataclass(frozen=True, slots=True)
class AdoptPack(Action):
    """Judge versions by this pack from now on; it takes the place of an earlier version of the same pack."""

    content: bytes

    def facts(self, standing: Standing) -> Sequence[Fact]:
        pack = load_pack(self.content, "pack.yaml")
        present = standing.rows.one(PackRow, id=pack.id)
        if present is not None and present["digest"] == pack.digest:
            raise UsageError(f"The pack {pack.id} {pack.version} is adopted already.", "Nothing needs to be done.")
        return (
            facts.PackAdopted(
                pack=pack.id, version=pack.version, digest=pack.digest, text=self.content.decode("utf-8")
            ),
        )


@dataclass(frozen=True, slots=True)
class WithdrawPack(Action):
    """Judge by a pack no longer."""

    pack: str
    reason: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        if standing.rows.one(PackRow, id=self.pack) is None:
            raise UsageError(f"The pack {self.pack[:64]!r} is not adopted.", "See 'registry-app policy list'.")
        return (facts.PackWithdrawn(pack=self.pack, reason=text.prose(self.reason, "reason")),)


@dataclass(frozen=True, slots=True)
class Judge(Action):
    """Check every control of every adopted pack for a version, on the evidence there is, and sign the verdicts."""

    version: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        packs = standing.rows.all(PackRow)
        if not packs:
            raise UsageError("No policy pack is adopted.", "Adopt one: registry-app policy adopt credit-model-risk.")
        version = version_named(standing.rows, self.version)
        return tuple(verdicts_fact(standing, version, pack) for pack in packs)


@dataclass(frozen=True, slots=True)
class GrantWaiver(Action):
    """Let a version pass without a control being met, until a date at most a year ahead."""

    version: str
    pack: str
    control: str
    ends: str
    reason: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        clock.parse(self.ends)
        reason = text.prose(self.reason, "reason")
        if not reason:
            raise UsageError("A waiver says why.", "Give a reason.")
        waiver = facts.WaiverGranted(
            waiver=chance.uuid7(),
            version=version_named(standing.rows, self.version)["id"],
            pack=self.pack,
            control=self.control,
            ends=self.ends,
            reason=reason,
        )
        return (waiver,)


@dataclass(frozen=True, slots=True)
class RevokeWaiver(Action):
    """Take a waiver back."""

    waiver: str
    reason: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        return (facts.WaiverRevoked(waiver=self.waiver, reason=text.prose(self.reason, "reason")),)


def verdicts_fact(standing: Standing, version: Row, pack_row: Row) -> facts.VerdictsRecorded:
    """What the controls of an adopted pack come to for a version, as things stand."""
    evidence = standing.rows.all(EvidenceRow, version=version["id"])
    verdicts = _judged(standing, version, pack_row, evidence)
    if verdicts is None:
        raise UsageError("The pack's text was shredded.", "Adopt it again.")
    return facts.VerdictsRecorded(
        version=version["id"],
        pack=pack_row["id"],
        pack_version=pack_row["version"],
        pack_digest=pack_row["digest"],
        evidence=_ids(evidence),
        verdicts=tuple(facts.Outcome(v.control, v.outcome, v.severity) for v in verdicts),
        details=encode_verdicts(verdicts).decode(),
    )


def _ids(evidence: Sequence[Row]) -> tuple[str, ...]:
    return tuple(row["id"] for row in sorted(evidence, key=lambda row: (row["since"], row["id"])))


def _judged(standing: Standing, version: Row, pack_row: Row, evidence: Sequence[Row]) -> tuple[Verdict, ...] | None:
    pack = pack_of(standing, pack_row)
    if pack is None:
        return None
    verdicts = judge(pack, _subject(standing, version, evidence))
    waivers = standing.rows.all(WaiverRow, version=version["id"], pack=pack.id)
    held = sorted((row["ends"], row["control"]) for row in waivers if row["ends"] > standing.at.reckoned)
    ends = {control: end for end, control in held}
    return tuple(waive(v, f"until {ends[v.control][:10]}") if v.control in ends else v for v in verdicts)


def pack_of(standing: Standing, row: Row) -> Pack | None:
    """The adopted pack, or ``None`` when its text was shredded."""
    fields = standing.payloads.fields(row["text"])
    return None if fields is None else load_pack(fields["text"].encode(), "pack.yaml")


def _subject(standing: Standing, version: Row, evidence: Sequence[Row]) -> dict[str, Any]:
    rows = standing.rows
    model = rows.one(ModelRow, id=version["model"]) or {}
    team = rows.one(TeamRow, id=model["owner_team"])
    card = standing.payloads.fields(model["card"]) or {}
    datasets = []
    for edge in rows.all(EdgeRow, target=version["id"], source_kind="dataset"):
        row = rows.one(DatasetRow, id=edge["source"])
        if row is not None:
            sensitive = row["sensitive"].split("\n") if row["sensitive"] else []
            datasets.append(
                {**_some(row, "name", "digest", "licence"), "role": edge["relation"], "sensitive": sensitive}
            )
    documents = []
    for row in sorted(evidence, key=lambda row: (row["since"], row["id"])):
        fields = standing.payloads.fields(row["document"])
        if fields is not None:
            document = _plain(fields["document"])
            documents.append({"id": row["id"], "kind": row["kind"], "seq": row["since"], "document": document})
    about = {
        **{
            key: str(card.get(key, "")) for key in ("name", "purpose", "intended_use", "out_of_scope", "tier_rationale")
        },
        "risk_tier": model["risk_tier"],
        "domain": model["domain"],
        "jurisdictions": model["jurisdictions"].split(),
        "owner_team": team["name"] if team else "",
    }
    of_version = {**_some(version, "number", "format", "code_commit", "scan"), "artifact_digest": version["artifact"]}
    return subject_of(about, of_version, datasets, documents)


def _plain(document: str) -> Any:
    return parse(document.encode())


def _some(row: Row, *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _may_adopt(standing: Standing, said: facts.PackAdopted) -> None:
    require(standing, "admin", "risk_officer", to="adopt a policy pack")
    if standing.shredded:
        return
    pack = load_pack(said.text.encode(), "pack.yaml")
    if (pack.id, pack.version, pack.digest) != (said.pack, said.version, said.digest):
        raise Refused("The pack's text is not what its id, version and digest say.", "Adopt it again.")


def _may_withdraw(standing: Standing, said: facts.PackWithdrawn) -> None:
    require(standing, "admin", "risk_officer", to="withdraw a policy pack")
    if standing.rows.one(PackRow, id=said.pack) is None:
        raise Refused("That pack is not adopted.", "Nothing needs to be done.")


def _may_judge(standing: Standing, said: facts.VerdictsRecorded) -> None:
    version, model = _version_and_model(standing, said.version)
    team = standing.rows.one(TeamRow, id=model["owner_team"])
    if team is None or team["lead"] != standing.at.person:  # a lead submits, and the verdicts go with it
        roles = ("developer", "service", "validator", "risk_officer")
        require(standing, *roles, to="record verdicts", team=model["owner_team"], model=model["id"])
    pack = standing.rows.one(PackRow, id=said.pack)
    if pack is None or (pack["version"], pack["digest"]) != (said.pack_version, said.pack_digest):
        raise Refused("Verdicts are given under the pack that is adopted.", "Judge the version again.")
    evidence = standing.rows.all(EvidenceRow, version=said.version)
    if said.evidence != _ids(evidence):
        raise Refused("The verdicts rest on other evidence than there is.", "Judge the version again.")
    again = _judged(standing, version, pack, evidence)
    if again is not None and tuple((v.control, v.outcome, v.severity) for v in again) != tuple(
        (v.control, v.outcome, v.severity) for v in said.verdicts
    ):
        raise Refused("The verdicts are not what the pack's checks come to.", "Judge the version again.")
    if again is not None and not standing.shredded and said.details != encode_verdicts(again).decode():
        raise Refused("The words of the verdicts are not what the pack's checks come to.", "Judge the version again.")


def _may_waive(standing: Standing, said: facts.WaiverGranted) -> None:
    version, model = _version_and_model(standing, said.version)
    require(standing, "risk_officer", to="waive a control", team=model["owner_team"], model=model["id"])
    if standing.at.person == version["author"] or belongs(standing.rows, standing.at.person, model["owner_team"]):
        raise Refused("Nobody waives a control for their own team's model.", "Ask an independent risk officer.")
    pack = standing.rows.one(PackRow, id=said.pack)
    known = pack_of(standing, pack) if pack is not None else None
    if pack is None or (known is not None and said.control not in {control.ref for control in known.controls}):
        raise Refused("There is no such control in an adopted pack.", "See 'registry-app policy show'.")
    if standing.rows.ever(WaiverRow, id=said.waiver):
        raise Refused("An id can be used once only.", "Grant the waiver again.")
    clock.parse(said.ends)
    latest = clock.text(clock.parse(standing.at.reckoned) + LONGEST_WAIVER)
    if not standing.at.reckoned < said.ends <= latest:
        raise Refused("A waiver ends in the future, and within a year.", "Give another end.")


def _may_unwaive(standing: Standing, said: facts.WaiverRevoked) -> None:
    waiver = standing.rows.one(WaiverRow, id=said.waiver)
    if waiver is None:
        raise Refused("That waiver does not hold.", "Nothing needs to be done.")
    _, model = _version_and_model(standing, waiver["version"])
    require(standing, "risk_officer", to="revoke a waiver", team=model["owner_team"], model=model["id"])


def _version_and_model(standing: Standing, name: str) -> tuple[Row, Row]:
    version = standing.rows.one(VersionRow, id=name)
    model = standing.rows.one(ModelRow, id=version["model"]) if version else None
    if version is None or model is None:
        raise Refused("That version was never registered.", "Register it first.")
    return version, model


RULES: Mapping[type[Fact], Rule] = {
    facts.PackAdopted: _may_adopt,
    facts.PackWithdrawn: _may_withdraw,
    facts.VerdictsRecorded: _may_judge,
    facts.WaiverGranted: _may_waive,
    facts.WaiverRevoked: _may_unwaive,
}
