"""What can be asked about models. Lists are paged by key, so a deep page costs what the first one costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Select, and_, column, func, literal_column, or_, select, text, tuple_

from registry_app.ledger.meaning import Reader, View
from registry_app.ledger.payload import Payloads
from registry_app.models.finding import dataset_named, model_named, version_named
from registry_app.models.shapes import (
    Card,
    DatasetDetail,
    DatasetUse,
    DeploymentSummary,
    ModelDetail,
    ModelSummary,
    VersionDetail,
    VersionSummary,
)
from registry_app.models.tables import (
    AliasRow,
    DatasetRow,
    DeploymentRow,
    EdgeRow,
    ModelRow,
    RunRow,
    TagRow,
    VersionRow,
)
from registry_app.people.tables import PersonRow, TeamRow
from registry_app.vault.rows import Row, Rows

PAGE = 50
_LAST = "\U0010ffff"
_TRIGRAM = 3


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
        return _model_summaries(reader.rows, _mappings(reader.rows, query.limit(self.limit)))


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
        since, _, last = self.after.partition(" ")
        if self.tag:  # in the order of the tag's own index: by id, which a version takes from the clock
            query = query.order_by(held.id.desc())
            if self.model:
                query = query.where(held.id.in_(_tagged(reader.rows, "version", self.tag)))
                query = query.where(held.id < last) if self.after else query
            else:
                query = query.where(held.id.in_(_tagged_page(reader.rows, "version", self.tag, last, self.limit)))
        else:
            query = query.order_by(held.since.desc(), held.id.desc())
            if self.after:
                query = query.where(tuple_(held.since, held.id) < (int(since), last))
        found = _mappings(reader.rows, query.limit(self.limit))
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

    limit: int = 1_000

    def ask(self, reader: Reader) -> tuple[DatasetUse, ...]:
        held = DatasetRow.__table__.c  # type: ignore[attr-defined]
        query = select(DatasetRow.__table__).order_by(held.name, held.since).limit(self.limit)  # type: ignore[attr-defined]
        if reader.rows.at is not None:
            query = query.where(held.since <= reader.rows.at)
        return tuple(_dataset(row, "") for row in _mappings(reader.rows, query))


@dataclass(frozen=True, slots=True)
class ShowDataset(View[DatasetDetail]):
    """One dataset by name, digest or id."""

    name: str

    def ask(self, reader: Reader) -> DatasetDetail:
        row = dataset_named(reader.rows, self.name)
        fields = reader.payloads.fields(row["details"]) or {}
        edges = sorted(reader.rows.all(EdgeRow, source=row["id"]), key=lambda edge: (edge["since"], edge["relation"]))
        return DatasetDetail(
            id=row["id"],
            name=row["name"],
            digest=row["digest"],
            rows=row["rows"],
            licence=row["licence"],
            sensitive=_lines(row["sensitive"]),
            columns=_pairs(fields, "columns", "type"),
            description=str(fields.get("description", "[shredded]")),
            author=person_name(reader.rows, row["author"]),
            registered=reader.log.leaf(row["since"]).time,
            seq=row["since"],
            used_by=tuple((_user(reader.rows, edge), edge["relation"]) for edge in edges),
        )


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


def _model_summaries(rows: Rows, found: Sequence[Row]) -> tuple[ModelSummary, ...]:
    teams = {row["id"]: row["name"] for row in rows.among(TeamRow, "id", {row["owner_team"] for row in found})}
    held = VersionRow.__table__.c  # type: ignore[attr-defined]
    query = select(held.model, func.max(held.number)).where(held.model.in_([row["id"] for row in found]))
    if rows.at is not None:
        query = query.where(held.since <= rows.at)
    newest = {str(row[0]): int(row[1]) for row in rows.connection.execute(query.group_by(held.model))}
    return tuple(
        ModelSummary(
            id=row["id"],
            name=row["name"],
            team=teams.get(row["owner_team"], ""),
            risk_tier=row["risk_tier"],
            domain=row["domain"],
            newest=newest.get(row["id"], 0),
            cursor=f"{row['name']}\x00{row['id']}",
        )
        for row in found
    )


def _version_summaries(reader: Reader, found: Sequence[Row]) -> tuple[VersionSummary, ...]:
    rows = reader.rows
    models: dict[str, str] = {
        row["id"]: row["name"] for row in rows.among(ModelRow, "id", {row["model"] for row in found})
    }
    people: dict[str, str] = {
        row["id"]: row["name"] for row in rows.among(PersonRow, "id", {row["author"] for row in found})
    }
    return tuple(
        VersionSummary(
            id=row["id"],
            model=models.get(row["model"], str(row["model"])),
            number=row["number"],
            artifact=row["artifact"],
            format=row["format"],
            scan=row["scan"],
            author=people.get(row["author"], str(row["author"])),
            registered=row["registered"],
            seq=row["since"],
            cursor=f"{row['since']} {row['id']}",
        )
        for row in found
    )


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


def _tagged_page(rows: Rows, kind: str, tag: tuple[str, str], before: str, limit: int) -> list[str]:
    held = TagRow.__table__.c  # type: ignore[attr-defined]
    query = _tagged(rows, kind, tag).order_by(held.subject.desc()).limit(limit)
    if before:
        query = query.where(held.subject < before)
    return [str(subject) for (subject,) in rows.connection.execute(query)]


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
    held = _lines(row["sensitive"])
    return DatasetUse(row["id"], row["name"], role, row["digest"], row["rows"], row["licence"], held)


def _user(rows: Rows, edge: Row) -> str:
    """What used a dataset, as people call it."""
    if edge["target_kind"] == "version":
        return version_label(rows, edge["target"])
    run = rows.one(RunRow, id=edge["target"])
    return f"run {run['name'] if run else edge['target']}"


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n")) if text else ()
