"""What is remembered about models."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import DDL, Index, event
from sqlmodel import Field, SQLModel

from registry_app.ledger.entry import Entry
from registry_app.ledger.fact import Fact
from registry_app.ledger.meaning import Fold
from registry_app.models import facts
from registry_app.vault.rows import Rows, now_index


class ModelRow(SQLModel, table=True):
    """A model, as the inventory had it between two ledger positions."""

    __tablename__ = "model"
    __table_args__ = (
        now_index("model_now", "id", "since"),
        Index("model_name", "name", "until"),
        now_index("model_page", "name", "id"),
        Index("model_owner", "owner_team", "until"),
    )

    id: str = Field(primary_key=True)
    since: int = Field(primary_key=True)
    until: int | None
    name: str
    owner_team: str
    risk_tier: str
    domain: str
    jurisdictions: str
    """Joined by blanks."""
    author: str
    card: str
    """The payload with name, purpose, uses and rationale."""


class VersionRow(SQLModel, table=True):
    """A version; never changes."""

    __tablename__ = "version"
    __table_args__ = (
        Index("version_number", "model", "number", unique=True),
        Index("version_page", "since", "id"),
        Index("version_artifact", "artifact"),
    )

    id: str = Field(primary_key=True)
    since: int
    model: str
    number: int
    artifact: str
    artifact_kind: str
    size: int
    format: str
    scan: str
    code_commit: str
    run: str
    author: str
    registered: str
    """When, by the author's clock."""
    details: str
    """The payload with signature, metrics, parameters, findings and note."""


class DatasetRow(SQLModel, table=True):
    """A dataset; never changes."""

    __tablename__ = "dataset"
    __table_args__ = (Index("dataset_digest", "digest"), Index("dataset_name", "name"))

    id: str = Field(primary_key=True)
    since: int
    name: str
    digest: str
    rows: int
    licence: str
    sensitive: str
    """Joined by line feeds."""
    author: str
    details: str


class RunRow(SQLModel, table=True):
    """A run; never changes."""

    __tablename__ = "run"

    id: str = Field(primary_key=True)
    since: int
    name: str
    model: str
    code_commit: str
    started: str
    ended: str
    author: str
    details: str


class EdgeRow(SQLModel, table=True):
    """One arrow of the lineage: ``target`` came from ``source``."""

    __tablename__ = "edge"
    __table_args__ = (Index("edge_source", "source"),)

    target: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    relation: str = Field(primary_key=True)
    """``training``, ``validation``, ``test``, ``monitoring``, ``parent``, ``run``, ``read`` or ``deployed``."""
    since: int
    target_kind: str
    source_kind: str


class DeploymentRow(SQLModel, table=True):
    """A deployment, while it ran."""

    __tablename__ = "deployment"
    __table_args__ = (
        Index("deployment_version", "version", "until"),
        Index("deployment_environment", "environment", "until"),
    )

    id: str = Field(primary_key=True)
    since: int
    until: int | None
    version: str
    environment: str
    author: str


class AliasRow(SQLModel, table=True):
    """Where an alias pointed."""

    __tablename__ = "alias"
    __table_args__ = (now_index("alias_now", "model", "alias", "since"),)

    model: str = Field(primary_key=True)
    alias: str = Field(primary_key=True)
    since: int = Field(primary_key=True)
    until: int | None
    version: str


class TagRow(SQLModel, table=True):
    """A tag of a model or a version."""

    __tablename__ = "tag"
    __table_args__ = (
        now_index("tag_now", "subject", "key", "since"),
        Index("tag_value", "kind", "key", "value", "until", "subject"),
    )

    subject: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    since: int = Field(primary_key=True)
    until: int | None
    kind: str
    value: str


NAME_SEARCH = (
    "CREATE VIRTUAL TABLE model_search USING fts5(name, content='model', content_rowid='rowid', tokenize='trigram')",
    """CREATE TRIGGER model_search_added AFTER INSERT ON model
    BEGIN INSERT INTO model_search(rowid, name) VALUES (new.rowid, new.name); END""",
)
"""SQLite's trigram index over models' names; PostgreSQL searches without it."""

for _statement in NAME_SEARCH:
    event.listen(
        ModelRow.__table__,  # type: ignore[attr-defined]
        "after_create",
        DDL(_statement).execute_if(dialect="sqlite"),  # type: ignore[no-untyped-call]
    )


def _registered(rows: Rows, said: facts.ModelRegistered, at: Entry) -> None:
    rows.add(ModelRow, id=said.model, until=None, **_card(said, at))


def _revised(rows: Rows, said: facts.ModelRevised, at: Entry) -> None:
    rows.revise(ModelRow, {"id": said.model}, **_card(said, at))


def _card(said: facts.ModelRegistered | facts.ModelRevised, at: Entry) -> dict[str, str | None]:
    return {
        "name": said.name,
        "owner_team": said.owner_team,
        "risk_tier": said.risk_tier,
        "domain": said.domain,
        "jurisdictions": " ".join(said.jurisdictions),
        "author": at.person,
        "card": at.payload,
    }


def _tagged(rows: Rows, said: facts.TagSet, at: Entry) -> None:
    key = {"subject": said.subject, "key": said.key}
    present = rows.one(TagRow, **key)
    if present is not None and said.value and present["since"] == at.seq:
        rows.put(TagRow, {**key, "since": at.seq}, value=said.value)
        return
    rows.end(TagRow, **key)
    if said.value:
        rows.add(TagRow, **key, until=None, kind=said.kind, value=said.value)


def _versioned(rows: Rows, said: facts.VersionRegistered, at: Entry) -> None:
    rows.add(
        VersionRow,
        id=said.version,
        model=said.model,
        number=said.number,
        artifact=said.artifact,
        artifact_kind=said.artifact_kind,
        size=said.size,
        format=said.format,
        scan=said.scan,
        code_commit=said.code_commit,
        run=said.run,
        author=at.person,
        registered=at.time,
        details=at.payload,
    )
    for use in said.data:
        _edge(rows, ("version", said.version), ("dataset", use.dataset), use.role)
    for parent in said.parents:
        _edge(rows, ("version", said.version), ("version", parent), "parent")
    if said.run:
        _edge(rows, ("version", said.version), ("run", said.run), "run")


def _imported(rows: Rows, said: facts.VersionsImported, at: Entry) -> None:
    same = {
        "model": said.model,
        "artifact_kind": "file",
        "scan": "not_scanned",
        "code_commit": "",
        "run": "",
        "author": at.person,
        "registered": at.time,
        "details": at.payload,
    }
    rows.add_many(
        VersionRow,
        (
            {
                "id": each.version,
                "number": number,
                "artifact": each.artifact,
                "size": each.size,
                "format": each.format,
                **same,
            }
            for number, each in enumerate(said.versions, start=said.first)
        ),
    )


def _dataset(rows: Rows, said: facts.DatasetRegistered, at: Entry) -> None:
    rows.add(
        DatasetRow,
        id=said.dataset,
        name=said.name,
        digest=said.digest,
        rows=said.rows,
        licence=said.licence,
        sensitive="\n".join(said.sensitive),
        author=at.person,
        details=at.payload,
    )


def _run(rows: Rows, said: facts.RunRecorded, at: Entry) -> None:
    rows.add(
        RunRow,
        id=said.run,
        name=said.name,
        model=said.model,
        code_commit=said.code_commit,
        started=said.started,
        ended=said.ended,
        author=at.person,
        details=at.payload,
    )
    for use in said.data:
        _edge(rows, ("run", said.run), ("dataset", use.dataset), use.role)


def _deployed(rows: Rows, said: facts.DeploymentStarted, at: Entry) -> None:
    rows.add(
        DeploymentRow,
        id=said.deployment,
        until=None,
        version=said.version,
        environment=said.environment,
        author=at.person,
    )
    _edge(rows, ("deployment", said.deployment), ("version", said.version), "deployed")


def _undeployed(rows: Rows, said: facts.DeploymentEnded, at: Entry) -> None:
    rows.end(DeploymentRow, id=said.deployment)


def _aliased(rows: Rows, said: facts.AliasSet, at: Entry) -> None:
    key = {"model": said.model, "alias": said.alias}
    rows.end(AliasRow, **key)
    if said.version:
        rows.add(AliasRow, **key, until=None, version=said.version)


def _edge(rows: Rows, target: tuple[str, str], source: tuple[str, str], relation: str) -> None:
    rows.add(
        EdgeRow, target=target[1], source=source[1], relation=relation, target_kind=target[0], source_kind=source[0]
    )


FOLDS: Mapping[type[Fact], Fold] = {
    facts.ModelRegistered: _registered,
    facts.ModelRevised: _revised,
    facts.TagSet: _tagged,
    facts.VersionRegistered: _versioned,
    facts.VersionsImported: _imported,
    facts.DatasetRegistered: _dataset,
    facts.RunRecorded: _run,
    facts.DeploymentStarted: _deployed,
    facts.DeploymentEnded: _undeployed,
    facts.AliasSet: _aliased,
}
