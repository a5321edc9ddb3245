"""Who may measure, decide and keep: the actions of the room."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from registry_app import text
from registry_app.errors import Refused, UsageError
from registry_app.evidence import facts
from registry_app.evidence.facts import SMALL
from registry_app.evidence.tables import EvidenceRow, SandboxWaiverRow, TrustRow
from registry_app.ledger.fact import Fact
from registry_app.ledger.meaning import Action, Standing
from registry_app.measure.alone import told_alone
from registry_app.measure.result import Result, decode
from registry_app.measure.sameness import chosen, sameness
from registry_app.models.finding import version_named
from registry_app.models.tables import DatasetRow
from registry_app.vault import chance, clock
from registry_app.vault.rows import Row

LIMIT = 8 << 20
"""A result has at most this many bytes; row-level data does not belong in it."""


@dataclass(frozen=True, slots=True)
class RecordEvidence(Action):
    """Sign and keep a measurement of a version."""

    version: str
    result: Result
    """What may leave the registry."""
    whole: Result | None = None
    """The same with each small group by itself, when ``result`` puts them together; stays in the registry."""

    def facts(self, standing: Standing) -> Sequence[Fact]:
        document = _checked(self.result)
        few = told_alone(self.result.parameters, self.result.result, SMALL)
        if few is not None:
            raise UsageError(
                f"The result tells of a group of {few} rows by itself, and evidence may leave the registry.",
                "Measure it with smaller groups put together (hide_below), or with 0 where each may be told of.",
            )
        data = str(self.result.data["digest"])
        known = standing.rows.all(DatasetRow, digest=data)
        version = version_named(standing.rows, self.version)["id"]
        said = facts.EvidenceRecorded(
            evidence=chance.uuid7(),
            version=version,
            kind=self.result.kind,
            form=self.result.version,
            dataset=known[-1]["id"] if known else "",
            data=data,
            document=document,
        )
        if self.whole is None:
            return (said,)
        below = self.result.parameters.get("hidden_below")
        if type(below) is not int or below < 2:
            raise UsageError(
                "The result does not say which groups it puts together.",
                "Measure it with groups below a size together.",
            )
        detail = facts.SmallGroupsRecorded(
            evidence=said.evidence, version=version, below=below, document=_checked(self.whole)
        )
        return (said, detail)


@dataclass(frozen=True, slots=True)
class RecordRedo(Action):
    """Sign what came of measuring evidence again."""

    evidence: str
    result: Result
    """The new result, from the same inputs."""

    def facts(self, standing: Standing) -> Sequence[Fact]:
        row = evidence_named(standing, self.evidence)
        before = standing.payloads.fields(row["document"])
        if before is None:
            raise UsageError("That evidence was shredded.", "Measure the version anew with 'registry-app evaluate'.")
        first = decode(before["document"].encode())
        if first.data["digest"] != self.result.data["digest"]:
            raise UsageError("It was measured on other data.", "Give the very data that was measured.")
        if _chosen(first) != _chosen(self.result):
            raise UsageError("It was measured with other choices.", "Measure it as the evidence says it was.")
        found = sameness(first, self.result)
        return (
            facts.EvidenceRedone(
                redo=chance.uuid7(),
                evidence=row["id"],
                version=row["version"],
                outcome=found.outcome,
                differences=len(found.differences),
                document=_checked(self.result),
            ),
        )


@dataclass(frozen=True, slots=True)
class KeepCase(Action):
    """Keep one explained row with its values, sealed, under a name drawn at random."""

    evidence: str
    row: str
    """Its name in the data, such as ``row 17`` or its id."""
    values: Mapping[str, str]
    """Column to value."""
    why: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        row = evidence_named(standing, self.evidence)
        content = json.dumps({"row": self.row, "values": dict(self.values)}, ensure_ascii=False, sort_keys=True)
        return (
            facts.CaseKept(
                case=chance.uuid7(),
                evidence=row["id"],
                version=row["version"],
                pseudonym=chance.token(8).hex(),
                values=content,
                why=_reason(self.why, "A case with its values is kept for a reason."),
            ),
        )


@dataclass(frozen=True, slots=True)
class TrustArtifact(Action):
    """Decide that a version's file may be loaded although loading it runs code."""

    REAUTHENTICATE: ClassVar[bool] = True
    version: str
    artifact: str
    """SHA-256 of the file that was looked at, hexadecimal."""
    scan: str
    """What the scanner said of it."""
    scanner: str
    """The scanner and its version."""
    reason: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        return (
            facts.ArtifactTrusted(
                trust=chance.uuid7(),
                version=version_named(standing.rows, self.version)["id"],
                artifact=self.artifact,
                scan=text.name(self.scan, "scan's outcome", 40),
                scanner=text.name(self.scanner, "scanner", 80),
                reason=_reason(self.reason, "A decision to trust a file says why."),
            ),
        )


@dataclass(frozen=True, slots=True)
class RevokeTrust(Action):
    """Take a decision to trust a version's file back."""

    version: str
    reason: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        version = version_named(standing.rows, self.version)["id"]
        held = standing.rows.one(TrustRow, version=version)
        if held is None:
            raise Refused("Nobody trusts that version's file.", "Nothing needs to be done.")
        why = _reason(self.reason, "A revocation says why.")
        return (facts.TrustRevoked(trust=held["id"], version=version, reason=why),)


@dataclass(frozen=True, slots=True)
class WaiveSandbox(Action):
    """Let a version's code run where no sandbox holds, until a date at most a year ahead."""

    REAUTHENTICATE: ClassVar[bool] = True
    version: str
    ends: str
    reason: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        clock.parse(self.ends)
        return (
            facts.SandboxWaived(
                waiver=chance.uuid7(),
                version=version_named(standing.rows, self.version)["id"],
                ends=self.ends,
                reason=_reason(self.reason, "A waiver says why."),
            ),
        )


@dataclass(frozen=True, slots=True)
class RevokeSandboxWaiver(Action):
    """Take a sandbox waiver back."""

    version: str
    reason: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        version = version_named(standing.rows, self.version)["id"]
        held = standing.rows.one(SandboxWaiverRow, version=version)
        if held is None:
            raise Refused("No sandbox waiver holds for that version.", "Nothing needs to be done.")
        why = _reason(self.reason, "A revocation says why.")
        return (facts.SandboxWaiverRevoked(waiver=held["id"], version=version, reason=why),)


def evidence_named(standing: Standing, name: str) -> Row:
    """The evidence with that id.

    Raises:
        UsageError: there is none.
    """
    row = standing.rows.one(EvidenceRow, id=name)
    if row is None:
        raise UsageError(f"There is no evidence {name[:40]!r}.", "See 'registry-app evidence list'.")
    return row


def _chosen(result: Result) -> dict[str, Any]:
    return chosen(result.data, result.parameters, result.seed)


def _checked(result: Result) -> str:
    """The result as text, after looking whether it can be read back."""
    document = result.encode()
    if len(document) > LIMIT:
        raise UsageError(f"The result has {len(document)} bytes.", f"Keep it under {LIMIT}: no row-level data.")
    decode(document)
    return document.decode()


def _reason(given: str, without: str) -> str:
    reason = text.prose(given, "reason")
    if not reason.strip():
        raise UsageError(without, "Give a reason.")
    return reason
