"""What can be said about models. Names and words are sealed; ids, digests and small facts stand in the leaf."""

from __future__ import annotations

from dataclasses import dataclass

from registry_app.ledger.fact import Fact, fact, sealed

TIERS = ("low", "medium", "high", "critical")
"""Risk tiers, from least to most."""

MOST_IMPORTED = 1_000
"""Versions that one statement can import."""

ROLES_OF_DATA = ("training", "validation", "test", "monitoring")
"""What a version used a dataset for."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A word and a value that people file things under."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Named:
    """A named value, as text; numbers are decimal strings."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Column:
    """A named, typed column or tensor."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Use:
    """A dataset a version came from or was tried on."""

    dataset: str
    """The dataset's id."""
    role: str
    """One of :data:`ROLES_OF_DATA`."""


@fact("model-registered")
class ModelRegistered(Fact):
    """A model is in the inventory."""

    model: str
    """The model's id."""
    owner_team: str
    """The id of the team that owns it."""
    risk_tier: str
    """One of :data:`TIERS`."""
    domain: str
    """The field of use, such as ``credit``."""
    jurisdictions: tuple[str, ...]
    """Where it is used, such as ``EU`` or ``US-NY``."""
    name: str = sealed()
    """What the model is called."""
    purpose: str = sealed()
    """What it is for."""
    intended_use: str = sealed()
    """How it is meant to be used."""
    out_of_scope: str = sealed()
    """What it must not be used for."""
    tier_rationale: str = sealed()
    """Why it has this tier."""


@fact("model-revised")
class ModelRevised(Fact):
    """The inventory entry of a model says something else from here on; fields as in :class:`ModelRegistered`."""

    model: str
    owner_team: str
    risk_tier: str
    domain: str
    jurisdictions: tuple[str, ...]
    name: str = sealed()
    purpose: str = sealed()
    intended_use: str = sealed()
    out_of_scope: str = sealed()
    tier_rationale: str = sealed()


@fact("tag-set")
class TagSet(Fact):
    """A model or a version is filed under a tag."""

    kind: str
    """``model`` or ``version``."""
    subject: str
    """Its id."""
    key: str
    """The tag."""
    value: str
    """The value; empty takes the tag away."""


@fact("version-registered")
class VersionRegistered(Fact):
    """An immutable version of a model exists."""

    version: str
    """The version's id."""
    model: str
    """The model's id."""
    number: int
    """1, 2, 3 … within the model."""
    artifact: str
    """SHA-256 of the file, or of the folder's manifest, hexadecimal."""
    artifact_kind: str
    """``file`` or ``folder``."""
    size: int
    """Bytes."""
    format: str
    """Guessed without loading: ``skops``, ``onnx``, ``pickle``, ``unknown`` …"""
    scan: str
    """What the scanner said: ``clean``, ``suspicious``, ``dangerous``, ``not_scanned``, ``error``."""
    code_commit: str
    """The commit of the training code, or empty."""
    run: str
    """The id of the run that made it, or empty."""
    parents: tuple[str, ...]
    """The ids of the versions it was made from."""
    data: tuple[Use, ...]
    """The datasets it used."""
    inputs: tuple[Column, ...] = sealed()
    """The signature of its inputs."""
    outputs: tuple[Column, ...] = sealed()
    """The signature of its outputs."""
    metrics: tuple[Named, ...] = sealed()
    """Metrics its makers claim; evidence is what counts."""
    parameters: tuple[Named, ...] = sealed()
    """Hyperparameters."""
    findings: tuple[str, ...] = sealed()
    """What the scanner named."""
    note: str = sealed()
    """What changed."""


@fact("dataset-registered")
class DatasetRegistered(Fact):
    """A dataset is known by its digest."""

    dataset: str
    """The dataset's id."""
    digest: str
    """SHA-256 of its bytes, hexadecimal."""
    rows: int
    """How many rows it has; 0 when not counted."""
    licence: str
    """An SPDX expression or ``LicenseRef-…``; empty: not declared."""
    sensitive: tuple[str, ...]
    """The columns that hold sensitive features."""
    name: str = sealed()
    """What it is called."""
    description: str = sealed()
    """Where it comes from and what it holds."""
    columns: tuple[Column, ...] = sealed()
    """Its schema."""


@fact("run-recorded")
class RunRecorded(Fact):
    """Code ran over data."""

    run: str
    """The run's id."""
    model: str
    """The id of the model it trained, or empty."""
    code_commit: str
    """The commit of the code, or empty."""
    started: str
    """When, by the clock of the machine it ran on; or empty."""
    ended: str
    """When it ended; or empty."""
    data: tuple[Use, ...]
    """The datasets it read."""
    name: str = sealed()
    """What it is called."""
    parameters: tuple[Named, ...] = sealed()
    """What it was started with."""


@fact("deployment-started")
class DeploymentStarted(Fact):
    """A version began to run somewhere."""

    deployment: str
    """The deployment's id."""
    version: str
    """The version's id."""
    environment: str
    """Where: ``production``, ``staging`` …"""


@fact("deployment-ended")
class DeploymentEnded(Fact):
    """A deployment runs no longer."""

    deployment: str
    """The deployment's id."""


@fact("alias-set")
class AliasSet(Fact):
    """A name points at a version of a model."""

    model: str
    """The model's id."""
    alias: str
    """The name, such as ``champion``."""
    version: str
    """The version's id; empty takes the alias away."""


@dataclass(frozen=True, slots=True)
class ImportedVersion:
    """A version that was registered elsewhere before."""

    version: str
    """The version's id."""
    artifact: str
    """SHA-256 of the artifact, hexadecimal."""
    format: str
    """As the other registry calls it."""
    size: int
    """Bytes; 0 when not known."""


@fact("versions-imported")
class VersionsImported(Fact):
    """Many versions of a model, in one statement: what another registry held. Nothing about them was checked here."""

    model: str
    """The model's id."""
    first: int
    """The number of the first; the others follow."""
    source: str
    """Where they come from, such as ``mlflow``."""
    versions: tuple[ImportedVersion, ...]
    """At most :data:`MOST_IMPORTED`, oldest first."""
    note: str = sealed()
    """What the importer says."""
