"""What a dossier says, as frozen rows: the page prints it, ``dossier.json`` holds it, verification makes it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from registry_app.evidence.views import EvidenceDetail
from registry_app.ledger.canonical import canonical
from registry_app.measure.result import Result
from registry_app.models.lineage import Arrow, Node
from registry_app.models.shapes import Card, VersionDetail
from registry_app.policy.pack import Source
from registry_app.policy.views import VerdictLine, WaiverLine
from registry_app.reviews.views import ReviewDetail

FORM = "registry-app/dossier/v1"
"""The form of ``dossier.json``."""


@dataclass(frozen=True, slots=True)
class RegistryLine:
    """The registry it comes from, and how far its ledger reached."""

    name: str
    id: str
    """The hash of its genesis leaf, hexadecimal."""
    size: int
    """How many leaves the ledger had."""
    root: str
    """Their root, hexadecimal."""


@dataclass(frozen=True, slots=True)
class ModelLine:
    """The model's entry in the inventory."""

    id: str
    card: Card
    team: str
    """The owning team's name."""
    lead: str
    """The name of the team's lead."""
    risk_tier: str
    domain: str
    jurisdictions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StateLine:
    """Where the version stands."""

    word: str
    """``approved``, ``approved_with_conditions``, ``open``, ``changes_requested``, ``rejected``, ``withdrawn``,
    ``lapsed`` or ``none``."""
    title: str
    """In words, for the pill."""
    sentence: str
    """One sentence more."""
    tone: str
    """``good``, ``bad``, ``warn`` or ``plain``."""


@dataclass(frozen=True, slots=True)
class PackLine:
    """A policy pack that verdicts were given under."""

    id: str
    version: str
    digest: str
    title: str
    status: str
    jurisdiction: str
    effective_from: str
    sources: tuple[Source, ...]
    adopted: bool
    """Whether this very version of the pack still holds."""


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """A signed decision, as 21 CFR 11.50 asks it to be printed."""

    decision: str
    person: str
    """The signer's printed name."""
    person_id: str
    key: str
    """The id of the signing key."""
    role: str
    """The role the stage asks for."""
    stage: str
    outcome: str
    meaning: str
    time: str
    seq: int
    leaf: str
    """The hash of the leaf, hexadecimal."""
    subject: str
    """The digest of what was on the screen, hexadecimal."""


@dataclass(frozen=True, slots=True)
class PositionLine:
    """A leaf of the ledger that is about this version."""

    seq: int
    time: str
    person: str
    """The author's name."""
    kinds: tuple[str, ...]
    """What it says happened."""
    leaf: str
    """The hash of the leaf, hexadecimal."""


@dataclass(frozen=True, slots=True)
class EarlierLine:
    """The explanation of the version that this one was made from."""

    version: str
    """``version 1``, of the same model."""
    evidence: str
    """Its id."""
    recorded: str
    seq: int
    digest: str
    """The salted digest by which the ledger names it."""
    result: Result


@dataclass(frozen=True, slots=True)
class MissingLine:
    """Something that is missing, open or has lapsed."""

    what: str
    why: str
    grave: bool
    """Whether it stands in the way of relying on the version."""


@dataclass(frozen=True, slots=True)
class DossierContent:
    """Everything a dossier says about one version."""

    form: str
    registry: RegistryLine
    issued: str
    """The reckoned time it was made at."""
    issuer: str
    """Who issued it."""
    issuer_id: str
    model: ModelLine
    version: VersionDetail
    state: StateLine
    missing: tuple[MissingLine, ...]
    evidence: tuple[EvidenceDetail, ...]
    """Oldest first."""
    earlier: EarlierLine | None
    """What the explanation is held against; ``None`` when there is no such version, or it was not explained."""
    packs: tuple[PackLine, ...]
    verdicts: tuple[VerdictLine, ...]
    waivers: tuple[WaiverLine, ...]
    reviews: tuple[ReviewDetail, ...]
    """Newest first."""
    signatures: tuple[SignatureLine, ...]
    """By ledger position."""
    nodes: tuple[Node, ...]
    """The lineage: what the version came from, and where it runs."""
    arrows: tuple[Arrow, ...]
    cut: bool
    """Whether the lineage is longer than is shown."""
    positions: tuple[PositionLine, ...]
    """By ledger position."""

    def encode(self) -> bytes:
        """``dossier.json``: canonical JSON (RFC 8785)."""
        return canonical(plain(self))


def evidence_names(content: DossierContent) -> tuple[str, ...]:
    """The name of the attachment that holds each piece of evidence: the newest of a kind has no number."""
    newest = {item.summary.kind: place for place, item in enumerate(content.evidence)}
    return tuple(
        f"evidence-{item.summary.kind}.json"
        if newest[item.summary.kind] == place
        else f"evidence-{item.summary.kind}-{place + 1}.json"
        for place, item in enumerate(content.evidence)
    )


def attachments(content: DossierContent) -> dict[str, bytes]:
    """The files that a dossier carries besides its bundle, by name."""
    found = {"dossier.json": content.encode()}
    for name, item in zip(evidence_names(content), content.evidence, strict=True):
        if item.result is not None:
            found[name] = item.result.encode()
    return found


def plain(value: Any) -> Any:
    """``value`` as JSON has it: objects for frozen rows, lists for tuples."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    return value
