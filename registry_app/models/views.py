"""What can be asked about models, besides lists of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from registry_app.ledger.meaning import Reader, View
from registry_app.ledger.payload import Payloads
from registry_app.models.finding import dataset_named, model_named, version_named
from registry_app.models.lists import BY_NAME, VersionPage, version_summaries
from registry_app.models.shapes import (
    Card,
    DatasetDetail,
    DatasetUse,
    DeploymentSummary,
    ModelDetail,
    VersionDetail,
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
            cursor=BY_NAME.cursor(row),
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
            summary=version_summaries(reader, [row])[0],
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
