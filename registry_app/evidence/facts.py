"""What can be said about evidence."""

from __future__ import annotations

from registry_app.ledger.fact import Fact, fact, sealed
from registry_app.measure.result import KINDS as MEASURED
from registry_app.measure.sameness import OUTCOMES as REDONE

KINDS: tuple[str, ...] = MEASURED
"""The kinds of measurement that evidence can hold."""

OUTCOMES: tuple[str, ...] = REDONE
"""What measuring again can come to."""

SMALL = 10
"""Groups with fewer rows are put together in what leaves the registry, unless another size is set."""


@fact("evidence-recorded")
class EvidenceRecorded(Fact):
    """Somebody measured a version and signs the result (EU AI Act, Annex IV 2(g))."""

    evidence: str
    """The evidence's id."""
    version: str
    """The id of the version it is about."""
    kind: str
    """One of :data:`KINDS`."""
    form: int
    """The version of the result's form."""
    dataset: str
    """The id of the registered dataset with that digest, or empty."""
    data: str
    """SHA-256 of the bytes that were measured, hexadecimal."""
    document: str = sealed()
    """The result as JSON text, with all that is needed to do it again."""


@fact("small-groups-recorded")
class SmallGroupsRecorded(Fact):
    """The same measurement with the groups that are too small to leave the registry; no dossier discloses it."""

    evidence: str
    """The id of the evidence in which they are put together."""
    version: str
    """The id of the version it is about."""
    below: int
    """Groups with fewer rows are put together there, 2 or more."""
    document: str = sealed()
    """The result as JSON text, with each group by itself."""


@fact("evidence-redone")
class EvidenceRedone(Fact):
    """Somebody measured again what evidence tells of, and signs what came of it."""

    redo: str
    """The id of this passage."""
    evidence: str
    """The id of the evidence that was measured again."""
    version: str
    """The id of the version it is about."""
    outcome: str
    """One of :data:`OUTCOMES`."""
    differences: int
    """In how many places the two results are not the same."""
    document: str = sealed()
    """The new result as JSON text."""


@fact("case-kept")
class CaseKept(Fact):
    """A reviewer keeps one explained row of evidence with its values; no dossier discloses it."""

    case: str
    """The id of what is kept."""
    evidence: str
    """The id of the evidence that explains it."""
    version: str
    """The id of the version it is about."""
    pseudonym: str
    """What the row is called here: 16 hexadecimal digits, drawn at random, so that nothing leads back to the row but what is sealed."""
    values: str = sealed()
    """JSON text: ``row``, its name in the data, and ``values``, column to value as text."""
    why: str = sealed()
    """Why it is kept."""


@fact("artifact-trusted")
class ArtifactTrusted(Fact):
    """Somebody decided that a version's file may be loaded although loading it runs code."""

    trust: str
    """The decision's id."""
    version: str
    """The id of the version."""
    artifact: str
    """SHA-256 of the file, hexadecimal; no other file is trusted by it."""
    scan: str
    """What the scanner said of the file then: advice."""
    scanner: str
    """The scanner and its version."""
    reason: str = sealed()
    """Why."""


@fact("trust-revoked")
class TrustRevoked(Fact):
    """A decision to trust a file holds no longer."""

    trust: str
    """The decision's id."""
    version: str
    """The id of the version."""
    reason: str = sealed()
    """Why."""


@fact("sandbox-waived")
class SandboxWaived(Fact):
    """A version's code may run on a machine where no sandbox holds, until a date."""

    waiver: str
    """The waiver's id."""
    version: str
    """The id of the version."""
    ends: str
    """When it ends; at most a year ahead."""
    reason: str = sealed()
    """Why; shown wherever the numbers are shown."""


@fact("sandbox-waiver-revoked")
class SandboxWaiverRevoked(Fact):
    """A sandbox waiver holds no longer."""

    waiver: str
    """The waiver's id."""
    version: str
    """The id of the version."""
    reason: str = sealed()
    """Why."""
