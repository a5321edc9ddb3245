"""What can be asked about models. Lists are paged by key, so a deep page costs what the first one costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Select, and_, column, literal_column, or_, select, text, tuple_

from registry_app.ledger.meaning import Reader, View
from registry_app.ledger.payload import Payloads
from registry_app.models.finding import dataset_named, model_named, version_named
from registry_app.models.tables import AliasRow, DatasetRow, DeploymentRow, EdgeRow, ModelRow, TagRow, VersionRow
from registry_app.people.tables import PersonRow, TeamRow
from registry_app.vault.rows import Row, Rows

PAGE = 50
_LAST = "\U0010ffff"
_TRIGRAM = 3


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


@dataclass(frozen=True, slots=True)
class ModelPage(View[tuple[ModelSummary, ...]]):
    """Models by name: those whose name begins with ``prefix`` or holds ``contains``, or that have a tag."""

    prefix: str = ""
    contains: str = ""
    tag: tuple[str, str] | None = None
    after: str = ""
    """The cursor of the last row seen."""
    limit: int = PAGE

    def ask(self, reader: Reader) -> tuple[ModelSummary, ...]:
        held = ModelRow.__table__.c  # type: ignore[attr-defined]
        name, _, last = self.after.rpartition("\x00")
        query = select(ModelRow.__table__).where(_holds(held, reader.rows)).order_by(held.name, held.id)  # type: ignore[attr-defined]
        if self.after:
            query = query.where(or_(held.name > name, and_(held.name == name, held.id > last)))
        if self.prefix:
            query = query.where(held.name >= self.prefix, held.name < self.prefix + _LAST)
        if self.contains:
            query = query.where(_contains(held, reader.rows, self.contains))
        if self.tag:
            query = query.where(held.id.in_(_tagged(reader.rows, "model", self.tag)))
        found = _mappings(reader.rows, query.limit(self.limit))
        return tuple(_model_summary(reader.rows, row) for row in found)


@dataclass(frozen=True, slots=True)
class VersionPage(View[tuple[VersionSummary, ...]]):
    """Versions, newest first: of one model (by name), with a tag, or all."""

    model: str = ""
    tag: tuple[str, str] | None = None
    after: str = ""
    limit: int = PAGE

    def ask(self, reader: Reader) -> tuple[VersionSummary, ...]:
        held = VersionRow.__table__.c  # type: ignore[attr-defined]
        query = select(VersionRow.__table__)  # type: ignore[attr-defined]
        if reader.rows.at is not None:
            query = query.where(held.since <= reader.rows.at)
        if self.model:
            query = query.where(held.model == model_named(reader.rows, self.model)["id"])
        if self.tag:
            query = query.where(held.id.in_(_tagged(reader.rows, "version", self.tag)))
        if self.after:
            since, _, last = self.after.partition(" ")
            query = query.where(tuple_(held.since, held.id) < (int(since), last))
        found = _mappings(reader.rows, query.order_by(held.since.desc(), held.id.desc()).limit(self.limit))
        return _version_summaries(reader, found)


@dataclass(frozen=True, slots=True)
class ShowModel(View[ModelDetail]):
    """One model by name or id."""

    name: str

    def ask(self, reader: Reader) -> ModelDetail:
        row = model_named(reader.rows, self.name)
        team = reader.rows.one(TeamRow, id=row["owner_team"])
        numbers = []
        for alias in reader.rows.all(AliasRow, model=row["id"]):
            version = reader.rows.one(VersionRow, id=alias["version"])
            numbers.append((alias["alias"], version["number"] if version else 0))
        return ModelDetail(
            id=row["id"],
            card=card_of(reader.payloads, row),
            team=team["name"] if team else "",
            lead=person_name(reader.rows, team["lead"]) if team else "",
            risk_tier=row["risk_tier"],
            domain=row["domain"],
            jurisdictions=tuple(row["jurisdictions"].split()),
            tags=_tags(reader.rows, row["id"]),
            aliases=tuple(numbers),
            versions=VersionPage(model=row["id"]).ask(reader),
        )


@dataclass(frozen=True, slots=True)
class ShowVersion(View[VersionDetail]):
    """One version as ``model:number``, ``model:alias``, ``model`` or id."""

    name: str

    def ask(self, reader: Reader) -> VersionDetail:
        row = version_named(reader.rows, self.name)
        fields = reader.payloads.fields(row["details"]) or {}
        aliases = [alias for alias in reader.rows.all(AliasRow, model=row["model"]) if alias["version"] == row["id"]]
        deployments = reader.rows.all(DeploymentRow, version=row["id"])
        edges = reader.rows.all(EdgeRow, target=row["id"])
        return VersionDetail(
            summary=_version_summaries(reader, [row])[0],
            model_id=row["model"],
            artifact_kind=row["artifact_kind"],
            size=row["size"],
            code_commit=row["code_commit"],
            run=row["run"],
            note=str(fields.get("note", "[shredded]")),
            inputs=_pairs(fields, "inputs", "type"),
            outputs=_pairs(fields, "outputs", "type"),
            metrics=_pairs(fields, "metrics", "value"),
            parameters=_pairs(fields, "parameters", "value"),
            findings=tuple(str(item) for item in fields.get("findings", ())),
            data=tuple(_use(reader.rows, edge) for edge in edges if edge["source_kind"] == "dataset"),
            parents=tuple(version_label(reader.rows, edge["source"]) for edge in edges if edge["relation"] == "parent"),
            tags=_tags(reader.rows, row["id"]),
            aliases=tuple(alias["alias"] for alias in aliases),
            deployments=tuple(item["environment"] for item in deployments),
        )


@dataclass(frozen=True, slots=True)
class DatasetPage(View[tuple[DatasetUse, ...]]):
    """Datasets by name; ``role`` is empty."""

    name: str = ""
    limit: int = 1_000

    def ask(self, reader: Reader) -> tuple[DatasetUse, ...]:
        if self.name:
            return (_dataset(dataset_named(reader.rows, self.name), ""),)
        held = DatasetRow.__table__.c  # type: ignore[attr-defined]
        query = select(DatasetRow.__table__).order_by(held.name, held.since).limit(self.limit)  # type: ignore[attr-defined]
        if reader.rows.at is not None:
            query = query.where(held.since <= reader.rows.at)
        return tuple(_dataset(row, "") for row in _mappings(reader.rows, query))


@dataclass(frozen=True, slots=True)
class Deployments(View[tuple[DeploymentSummary, ...]]):
    """What runs, or ran at the time asked about, in one environment or all."""

    environment: str = ""

    def ask(self, reader: Reader) -> tuple[DeploymentSummary, ...]:
        equal = {"environment": self.environment} if self.environment else {}
        return tuple(
            DeploymentSummary(
                row["id"],
                version_label(reader.rows, row["version"]),
                row["environment"],
                reader.log.leaf(row["since"]).time,
            )
            for row in reader.rows.all(DeploymentRow, **equal)
        )


def card_of(payloads: Payloads, row: Row) -> Card:
    """The words of a model's entry; each is ``[shredded]`` when they were shredded."""
    fields = payloads.fields(row["card"])
    names = ("name", "purpose", "intended_use", "out_of_scope", "tier_rationale")
    return Card(*(str(fields[name]) if fields else "[shredded]" for name in names))


def version_label(rows: Rows, version: str) -> str:
    """A version's name as people write it, ``model:number``."""
    row = rows.one(VersionRow, id=version)
    model = rows.one(ModelRow, id=row["model"]) if row else None
    return f"{model['name']}:{row['number']}" if row and model else version


def person_name(rows: Rows, person: str) -> str:
    """A person's name, or their id when it is not known."""
    if person == "recovery":
        return "the recovery key"
    row = rows.one(PersonRow, id=person)
    return str(row["name"]) if row else person


def _model_summary(rows: Rows, row: Row) -> ModelSummary:
    from registry_app.models.finding import last_number

    team = rows.one(TeamRow, id=row["owner_team"])
    newest = last_number(rows, row["id"])
    cursor = f"{row['name']}\x00{row['id']}"
    return ModelSummary(
        row["id"], row["name"], team["name"] if team else "", row["risk_tier"], row["domain"], newest, cursor
    )


def _version_summaries(reader: Reader, found: Sequence[Row]) -> tuple[VersionSummary, ...]:
    rows = reader.rows
    models = {key: rows.one(ModelRow, id=key) for key in {row["model"] for row in found}}
    people = {key: person_name(rows, key) for key in {row["author"] for row in found}}
    times = _times(rows, {row["since"] for row in found})
    return tuple(
        VersionSummary(
            id=row["id"],
            model=(models[row["model"]] or {"name": row["model"]})["name"],
            number=row["number"],
            artifact=row["artifact"],
            format=row["format"],
            scan=row["scan"],
            author=people[row["author"]],
            registered=times[row["since"]],
            seq=row["since"],
            cursor=f"{row['since']} {row['id']}",
        )
        for row in found
    )


def _times(rows: Rows, seqs: set[int]) -> dict[int, str]:
    from registry_app.ledger.tables import LeafRow

    held = LeafRow.__table__.c  # type: ignore[attr-defined]
    found = rows.connection.execute(select(held.seq, held.time).where(held.seq.in_(seqs))).all()
    return {int(row[0]): str(row[1]) for row in found}


def _holds(held: Any, rows: Rows) -> Any:
    if rows.at is None:
        return held.until.is_(None)
    return and_(held.since <= rows.at, or_(held.until.is_(None), held.until > rows.at))


def _contains(held: Any, rows: Rows, words: str) -> Any:
    if rows.connection.dialect.name != "sqlite" or len(words) < _TRIGRAM:
        return held.name.contains(words, autoescape=True)
    quoted = '"' + words.replace('"', '""') + '"'
    matching = text("SELECT rowid FROM model_search WHERE name MATCH :words").bindparams(words=quoted)
    return literal_column("model.rowid").in_(matching.columns(column("rowid", Integer)))


def _tagged(rows: Rows, kind: str, tag: tuple[str, str]) -> Select[Any]:
    held = TagRow.__table__.c  # type: ignore[attr-defined]
    return select(held.subject).where(held.kind == kind, held.key == tag[0], held.value == tag[1], _holds(held, rows))


def _mappings(rows: Rows, query: Select[Any]) -> list[Row]:
    return [dict(row) for row in rows.connection.execute(query).mappings()]


def _tags(rows: Rows, subject: str) -> tuple[tuple[str, str], ...]:
    return tuple((row["key"], row["value"]) for row in rows.all(TagRow, subject=subject))


def _pairs(fields: dict[str, Any], name: str, second: str) -> tuple[tuple[str, str], ...]:
    return tuple((str(item["name"]), str(item[second])) for item in fields.get(name, ()))


def _use(rows: Rows, edge: Row) -> DatasetUse:
    row = rows.one(DatasetRow, id=edge["source"])
    if row is None:
        return DatasetUse(edge["source"], "", edge["relation"], "", 0, "", ())
    return _dataset(row, edge["relation"])


def _dataset(row: Row, role: str) -> DatasetUse:
    sensitive = tuple(row["sensitive"].split("\n")) if row["sensitive"] else ()
    return DatasetUse(row["id"], row["name"], role, row["digest"], row["rows"], row["licence"], sensitive)
