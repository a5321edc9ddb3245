"""The frozen rows that views of models give."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Card:
    """The words of a model's inventory entry."""

    name: str
    purpose: str
    intended_use: str
    out_of_scope: str
    tier_rationale: str


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """A line of the inventory."""

    id: str
    name: str
    team: str
    """The owning team's name."""
    risk_tier: str
    domain: str
    newest: int
    """The number of its newest version; 0: none yet."""
    cursor: str
    """Ask for the page after this one with it."""


@dataclass(frozen=True, slots=True)
class VersionSummary:
    """A line of a list of versions."""

    id: str
    model: str
    """The model's name."""
    number: int
    artifact: str
    format: str
    scan: str
    author: str
    """The author's name."""
    registered: str
    """When, by the author's clock."""
    seq: int
    cursor: str


@dataclass(frozen=True, slots=True)
class ModelDetail:
    """A model, whole."""

    id: str
    card: Card
    team: str
    lead: str
    """The name of the team's lead."""
    risk_tier: str
    domain: str
    jurisdictions: tuple[str, ...]
    tags: tuple[tuple[str, str], ...]
    aliases: tuple[tuple[str, int], ...]
    """Alias and version number."""
    versions: tuple[VersionSummary, ...]
    """Newest first, one page."""
    cursor: str
    """Ask for the models after this one with it."""


@dataclass(frozen=True, slots=True)
class DatasetUse:
    """A dataset a version used."""

    id: str
    name: str
    role: str
    digest: str
    rows: int
    licence: str
    sensitive: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DatasetDetail:
    """A dataset, whole."""

    id: str
    name: str
    digest: str
    rows: int
    """0: not counted."""
    licence: str
    sensitive: tuple[str, ...]
    """The columns with sensitive features."""
    columns: tuple[tuple[str, str], ...]
    """Name and type of each; empty: not declared."""
    description: str
    author: str
    """The author's name."""
    registered: str
    """When, by the author's clock."""
    seq: int
    used_by: tuple[tuple[str, str], ...]
    """Versions as ``model:number`` and runs as ``run name``, each with its use of the dataset, oldest first."""


@dataclass(frozen=True, slots=True)
class VersionDetail:
    """A version, whole."""

    summary: VersionSummary
    model_id: str
    artifact_kind: str
    size: int
    code_commit: str
    run: str
    note: str
    inputs: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]
    metrics: tuple[tuple[str, str], ...]
    parameters: tuple[tuple[str, str], ...]
    findings: tuple[str, ...]
    data: tuple[DatasetUse, ...]
    parents: tuple[str, ...]
    """As ``model:number``."""
    tags: tuple[tuple[str, str], ...]
    aliases: tuple[str, ...]
    deployments: tuple[str, ...]
    """The environments it runs in."""


@dataclass(frozen=True, slots=True)
class DeploymentSummary:
    """Something that runs, or ran at the time asked about."""

    id: str
    version: str
    """As ``model:number``."""
    environment: str
    since: str
    """When it began."""
