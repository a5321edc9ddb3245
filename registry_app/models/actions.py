"""What people do with models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from registry_app import text
from registry_app.errors import UsageError
from registry_app.ledger.fact import Fact
from registry_app.ledger.meaning import Action, Standing
from registry_app.ledger.statement import Subject
from registry_app.models import facts
from registry_app.models.facts import Column, Named, Use
from registry_app.models.finding import dataset_named, deployment_of, last_number, model_named, version_named
from registry_app.models.tables import AliasRow, DatasetRow, ModelRow, RunRow
from registry_app.people.standing import team_by_name
from registry_app.vault import chance, clock

_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?").fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterModel(Action):
    """Put a model into the inventory."""

    name: str
    team: str
    """The owning team's name."""
    tier: str
    """One of :data:`~registry_app.models.facts.TIERS`."""
    tier_rationale: str
    purpose: str
    intended_use: str = ""
    out_of_scope: str = ""
    domain: str = ""
    jurisdictions: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()

    def facts(self, standing: Standing) -> Sequence[Fact]:
        name = text.name(self.name, "model's name")
        _free(standing, name)
        model = chance.uuid7()
        registered = facts.ModelRegistered(
            model=model,
            owner_team=team_by_name(standing.rows, self.team)["id"],
            risk_tier=_tier(self.tier),
            domain=text.prose(self.domain, "domain", 120),
            jurisdictions=tuple(_place(item) for item in self.jurisdictions),
            name=name,
            purpose=text.prose(self.purpose, "purpose"),
            intended_use=text.prose(self.intended_use, "intended use"),
            out_of_scope=text.prose(self.out_of_scope, "out-of-scope use"),
            tier_rationale=_rationale(self.tier_rationale),
        )
        return (registered, *_tags("model", model, self.tags))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseModel(Action):
    """Change a model's inventory entry; what is ``None`` stays. The old entry stays readable as of its date."""

    model: str
    name: str | None = None
    team: str | None = None
    tier: str | None = None
    tier_rationale: str | None = None
    purpose: str | None = None
    intended_use: str | None = None
    out_of_scope: str | None = None
    domain: str | None = None
    jurisdictions: tuple[str, ...] | None = None

    def facts(self, standing: Standing) -> Sequence[Fact]:
        from registry_app.models.views import card_of

        present = model_named(standing.rows, self.model)
        card = card_of(standing.payloads, present)
        name = present["name"] if self.name is None else text.name(self.name, "model's name")
        if name != present["name"]:
            _free(standing, name)
        domain = present["domain"] if self.domain is None else text.prose(self.domain, "domain", 120)
        places = tuple(present["jurisdictions"].split()) if self.jurisdictions is None else self.jurisdictions
        return (
            facts.ModelRevised(
                model=present["id"],
                owner_team=present["owner_team"] if self.team is None else team_by_name(standing.rows, self.team)["id"],
                risk_tier=present["risk_tier"] if self.tier is None else _tier(self.tier),
                domain=domain,
                jurisdictions=tuple(_place(item) for item in places),
                name=name,
                purpose=_either(self.purpose, card.purpose, "purpose"),
                intended_use=_either(self.intended_use, card.intended_use, "intended use"),
                out_of_scope=_either(self.out_of_scope, card.out_of_scope, "out-of-scope use"),
                tier_rationale=card.tier_rationale if self.tier_rationale is None else _rationale(self.tier_rationale),
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterVersion(Action):
    """Register an immutable version of a model by the digest of its artifact, which is never loaded."""

    model: str
    artifact: str
    """SHA-256, hexadecimal: see :func:`registry_app.models.artifact.measure_artifact`."""
    artifact_kind: str = "file"
    size: int = 0
    format: str = "unknown"
    scan: str = "not_scanned"
    findings: tuple[str, ...] = ()
    code_commit: str = ""
    run: str = ""
    parents: tuple[str, ...] = ()
    """Versions it was made from, as ``model:number``."""
    data: tuple[tuple[str, str], ...] = ()
    """Datasets (name or digest) and what they were used for."""
    inputs: tuple[Column, ...] = ()
    outputs: tuple[Column, ...] = ()
    metrics: tuple[Named, ...] = ()
    """What its makers claim; each value a decimal number as text."""
    parameters: tuple[Named, ...] = ()
    note: str = ""
    tags: tuple[tuple[str, str], ...] = ()

    def facts(self, standing: Standing) -> Sequence[Fact]:
        model = model_named(standing.rows, self.model)["id"]
        if self.run and standing.rows.one(RunRow, id=self.run) is None:
            raise UsageError(
                f"There is no run {self.run[:64]!r}.", "Give the id that 'registry-app run record' printed."
            )
        version = chance.uuid7()
        parents = dict.fromkeys(version_named(standing.rows, name)["id"] for name in self.parents)
        registered = facts.VersionRegistered(
            version=version,
            model=model,
            number=last_number(standing.rows, model) + 1,
            artifact=self.artifact,
            artifact_kind=self.artifact_kind,
            size=_counted(self.size, "artifact's size"),
            format=text.name(self.format, "format", 40),
            scan=text.name(self.scan, "scan's outcome", 40),
            code_commit=text.prose(self.code_commit, "commit", 80),
            run=self.run,
            parents=tuple(parents),
            data=_uses(standing, self.data),
            inputs=tuple(_column(column) for column in self.inputs),
            outputs=tuple(_column(column) for column in self.outputs),
            metrics=tuple(_claim(item) for item in self.metrics),
            parameters=tuple(_named(item) for item in self.parameters),
            findings=tuple(text.harmless(item)[:400] for item in self.findings),
            note=text.prose(self.note, "note"),
        )
        return (registered, *_tags("version", version, self.tags))

    def subjects(self) -> tuple[Subject, ...]:
        return (Subject("artifact", self.artifact),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportVersions(Action):
    """Register many versions of a model that another registry held, in one signed statement.

    Their artifacts are named by digest, size and format, oldest first; nothing is scanned.
    """

    model: str
    source: str
    versions: tuple[tuple[str, str, int], ...]
    """Digest, format, size of each."""
    note: str = ""

    def facts(self, standing: Standing) -> Sequence[Fact]:
        model = model_named(standing.rows, self.model)["id"]
        formats = {name: text.name(name, "format", 40) for name in {each[1] for each in self.versions}}
        versions = tuple(
            facts.ImportedVersion(chance.uuid7(), digest, formats[name], _counted(size, "artifact's size"))
            for digest, name, size in self.versions
        )
        return (
            facts.VersionsImported(
                model=model,
                first=last_number(standing.rows, model) + 1,
                source=text.name(self.source, "source", 120),
                versions=versions,
                note=text.prose(self.note, "note"),
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterDataset(Action):
    """Make a dataset known by its digest. A name is given once: another state of the data is another dataset."""

    name: str
    digest: str
    rows: int = 0
    licence: str = ""
    sensitive: tuple[str, ...] = ()
    description: str = ""
    columns: tuple[Column, ...] = ()

    def facts(self, standing: Standing) -> Sequence[Fact]:
        name = text.name(self.name, "dataset's name")
        there = standing.rows.all(DatasetRow, name=name)
        if any(row["digest"] == self.digest for row in there):
            raise UsageError(f"The dataset {name!r} with this digest is registered already.", "Use it as it is.")
        if there:
            raise UsageError(
                f"There is a dataset {name!r} already, with another digest.",
                "Give this one a name that says what is new, such as applications-2026-11.",
            )
        return (
            facts.DatasetRegistered(
                dataset=chance.uuid7(),
                digest=self.digest,
                rows=_counted(self.rows, "number of rows"),
                licence=text.prose(self.licence, "licence", 120),
                sensitive=tuple(text.name(item, "column's name") for item in self.sensitive),
                name=name,
                description=text.prose(self.description, "description"),
                columns=tuple(_column(column) for column in self.columns),
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRun(Action):
    """Record that code ran over data."""

    name: str
    model: str = ""
    code_commit: str = ""
    started: str = ""
    ended: str = ""
    data: tuple[tuple[str, str], ...] = ()
    parameters: tuple[Named, ...] = ()

    def facts(self, standing: Standing) -> Sequence[Fact]:
        for stamp in (self.started, self.ended):
            if stamp:
                clock.parse(stamp)
        if self.started and self.ended and self.ended < self.started:
            raise UsageError("The run ended before it began.", "Give the two times the other way round.")
        return (
            facts.RunRecorded(
                run=chance.uuid7(),
                model=model_named(standing.rows, self.model)["id"] if self.model else "",
                code_commit=text.prose(self.code_commit, "commit", 80),
                started=self.started,
                ended=self.ended,
                data=_uses(standing, self.data),
                name=text.name(self.name, "run's name"),
                parameters=tuple(_named(item) for item in self.parameters),
            ),
        )


@dataclass(frozen=True, slots=True)
class StartDeployment(Action):
    """Record that a version runs in an environment from now on."""

    version: str
    environment: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        environment = text.handle(self.environment, "environment")
        version = version_named(standing.rows, self.version)["id"]
        return (facts.DeploymentStarted(deployment=chance.uuid7(), version=version, environment=environment),)


@dataclass(frozen=True, slots=True)
class EndDeployment(Action):
    """Record that a version runs in an environment no longer."""

    version: str
    environment: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        version = version_named(standing.rows, self.version)["id"]
        return (facts.DeploymentEnded(deployment=deployment_of(standing.rows, version, self.environment)["id"]),)


@dataclass(frozen=True, slots=True)
class SetAlias(Action):
    """Let an alias, such as ``champion``, point at a version of its model."""

    version: str
    alias: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        alias = text.handle(self.alias, "alias")
        if alias.isdecimal():
            raise UsageError("An alias is no number.", "Numbers name versions; use a word such as champion.")
        version = version_named(standing.rows, self.version)
        return (facts.AliasSet(model=version["model"], alias=alias, version=version["id"]),)


@dataclass(frozen=True, slots=True)
class RemoveAlias(Action):
    """Take an alias away."""

    model: str
    alias: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        model = model_named(standing.rows, self.model)["id"]
        if standing.rows.one(AliasRow, model=model, alias=self.alias) is None:
            raise UsageError(f"There is no alias {self.alias[:64]!r}.", "See 'registry-app model show'.")
        return (facts.AliasSet(model=model, alias=self.alias, version=""),)


@dataclass(frozen=True, slots=True)
class SetTag(Action):
    """File a model, or a version, under a tag; an empty value takes the tag away."""

    kind: str
    subject: str
    key: str
    value: str

    def facts(self, standing: Standing) -> Sequence[Fact]:
        found = (version_named if self.kind == "version" else model_named)(standing.rows, self.subject)
        return _tags(self.kind, found["id"], ((self.key, self.value),))


def _free(standing: Standing, name: str) -> None:
    if ":" in name:
        raise UsageError("A model's name has no colon.", "The colon is for versions, as in credit-risk:3.")
    if standing.rows.one(ModelRow, name=name) is not None:
        raise UsageError(f"There is a model {name!r} already.", "Register a version of it, or choose another name.")


def _tier(tier: str) -> str:
    if tier not in facts.TIERS:
        raise UsageError(f"{tier[:40]!r} is no risk tier.", f"Use one of {', '.join(facts.TIERS)}.")
    return tier


def _rationale(given: str) -> str:
    """Asked here and not by the rule, which replays ask again: a ledger may hold an empty one from before this was asked."""
    found = text.prose(given, "tier's rationale")
    if not found:
        raise UsageError("The tier's rationale is empty.", "Say in a sentence why the model has this tier.")
    return found


def _place(item: str) -> str:
    place = text.name(item, "jurisdiction", 40)
    if place.split() != [place]:
        raise UsageError(f"The jurisdiction {place!r} has a blank.", "Give a code, such as EU or US-NY.")
    return place


def _counted(number: int, what: str) -> int:
    if type(number) is int and number < 0:
        raise UsageError(f"The {what} is {number}.", "Give a whole number from 0 up; 0 says that it is not known.")
    return number


def _uses(standing: Standing, data: Sequence[tuple[str, str]]) -> tuple[Use, ...]:
    """Each dataset once for each use."""
    return tuple(dict.fromkeys(Use(dataset_named(standing.rows, name)["id"], _role(role)) for name, role in data))


def _role(role: str) -> str:
    if role not in facts.ROLES_OF_DATA:
        raise UsageError(f"{role[:40]!r} is no use of a dataset.", f"Use one of {', '.join(facts.ROLES_OF_DATA)}.")
    return role


def _either(given: str | None, present: str, what: str) -> str:
    return present if given is None else text.prose(given, what)


def _column(column: Column) -> Column:
    return Column(text.name(column.name, "column's name"), text.name(column.type, "column's type", 60))


def _named(item: Named) -> Named:
    return Named(text.name(item.name, "name"), text.prose(item.value, "value", 1_000))


def _claim(item: Named) -> Named:
    claim = _named(item)
    if not _DECIMAL(claim.value):
        raise UsageError(
            f"The metric {claim.name!r} is {claim.value[:40]!r}, which is no decimal number.", "Write it as 0.81."
        )
    return claim


def _tags(kind: str, subject: str, tags: Sequence[tuple[str, str]]) -> tuple[facts.TagSet, ...]:
    """The last value of each tag."""
    last = {text.name(key, "tag", 64): text.prose(value, "tag's value", 200) for key, value in tags}
    return tuple(facts.TagSet(kind=kind, subject=subject, key=key, value=value) for key, value in last.items())
