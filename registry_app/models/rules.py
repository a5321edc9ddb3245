"""Who may say what about models."""

from __future__ import annotations

from collections.abc import Mapping

from registry_app.errors import Refused
from registry_app.ledger.fact import Fact
from registry_app.ledger.meaning import Rule, Standing
from registry_app.models import facts
from registry_app.models.finding import last_number
from registry_app.models.tables import DatasetRow, DeploymentRow, ModelRow, RunRow, VersionRow
from registry_app.people.standing import require
from registry_app.people.tables import TeamRow
from registry_app.vault.rows import Row

_HEX = frozenset("0123456789abcdef")


def _may_register(standing: Standing, said: facts.ModelRegistered) -> None:
    if standing.rows.ever(ModelRow, id=said.model):
        raise Refused("An id can be used once only.", "Register the model again.")
    _require_card(standing, said)
    require(standing, "developer", "admin", to="register a model for that team", team=said.owner_team)


def _may_revise(standing: Standing, said: facts.ModelRevised) -> None:
    present = _model(standing, said.model)
    _require_card(standing, said)
    _require_developer(standing, present, "revise this model", "admin")
    if said.owner_team != present["owner_team"]:
        require(standing, "developer", "admin", to="give a model to that team", team=said.owner_team)
    if facts.TIERS.index(said.risk_tier) < facts.TIERS.index(present["risk_tier"]):
        require(standing, "risk_officer", to="lower a model's risk tier", team=present["owner_team"], model=said.model)


def _may_tag(standing: Standing, said: facts.TagSet) -> None:
    if said.kind not in ("model", "version"):
        raise Refused("Only models and versions have tags.", "Name one of them.")
    model = said.subject if said.kind == "model" else _version(standing, said.subject)["model"]
    _require_developer(standing, _model(standing, model), "tag this model", "validator", "risk_officer", "admin")


def _may_version(standing: Standing, said: facts.VersionRegistered) -> None:
    model = _model(standing, said.model)
    _require_developer(standing, model, "register a version of this model")
    if said.number != last_number(standing.rows, said.model) + 1 or standing.rows.ever(VersionRow, id=said.version):
        raise Refused("Versions are numbered one after the other.", "Register it again.")
    _require_digest(said.artifact)
    for parent in said.parents:
        _version(standing, parent)
    _require_data(standing, said.data)
    if said.run and standing.rows.one(RunRow, id=said.run) is None:
        raise Refused("The run was never recorded.", "Record it first.")


def _may_import(standing: Standing, said: facts.VersionsImported) -> None:
    model = _model(standing, said.model)
    _require_developer(standing, model, "import versions of this model")
    if said.first != last_number(standing.rows, said.model) + 1:
        raise Refused("Versions are numbered one after the other.", "Import them again.")
    if not 1 <= len(said.versions) <= facts.MOST_IMPORTED:
        raise Refused(f"One statement imports 1 to {facts.MOST_IMPORTED} versions.", "Import them in several.")
    ids = {each.version for each in said.versions}
    if len(ids) != len(said.versions) or any(standing.rows.ever(VersionRow, id=name) for name in ids):
        raise Refused("An id can be used once only.", "Import them again.")
    for each in said.versions:
        _require_digest(each.artifact)


def _may_dataset(standing: Standing, said: facts.DatasetRegistered) -> None:
    _require_digest(said.digest)
    require_any(standing, to="register a dataset")
    if standing.rows.ever(DatasetRow, id=said.dataset):
        raise Refused("An id can be used once only.", "Register the dataset again.")


def _may_run(standing: Standing, said: facts.RunRecorded) -> None:
    _require_data(standing, said.data)
    if standing.rows.ever(RunRow, id=said.run):
        raise Refused("An id can be used once only.", "Record the run again.")
    if said.model:
        _require_developer(standing, _model(standing, said.model), "record a run of this model")
    else:
        require_any(standing, to="record a run")


def _may_deploy(standing: Standing, said: facts.DeploymentStarted) -> None:
    version = _version(standing, said.version)
    _require_developer(standing, _model(standing, version["model"]), "deploy this model", "admin")
    if standing.rows.ever(DeploymentRow, id=said.deployment):
        raise Refused("An id can be used once only.", "Deploy it again.")
    if standing.rows.one(DeploymentRow, version=said.version, environment=said.environment) is not None:
        raise Refused("That version runs there already.", "Nothing needs to be done.")


def _may_undeploy(standing: Standing, said: facts.DeploymentEnded) -> None:
    row = standing.rows.one(DeploymentRow, id=said.deployment)
    if row is None:
        raise Refused("That deployment does not run.", "See 'registry-app deployment list'.")
    version = _version(standing, row["version"])
    _require_developer(standing, _model(standing, version["model"]), "end this deployment", "admin", "risk_officer")


def _may_alias(standing: Standing, said: facts.AliasSet) -> None:
    _require_developer(standing, _model(standing, said.model), "name versions of this model", "admin")
    if said.version and _version(standing, said.version)["model"] != said.model:
        raise Refused("An alias points at a version of its own model.", "Choose a version of that model.")


def require_any(standing: Standing, *, to: str) -> None:
    """Refuse unless the author is a developer or a service anywhere, or an administrator or validator."""
    from registry_app.people.tables import GrantRow

    roles = {"developer", "service", "validator", "admin"}
    held = standing.rows.all(GrantRow, person=standing.at.person)
    if not any(g["role"] in roles and (not g["ends"] or g["ends"] > standing.at.reckoned) for g in held):
        raise Refused(
            f"The role developer, service, validator or admin is needed to {to}.", "Ask an administrator for a grant."
        )


def _require_developer(standing: Standing, model: Row, to: str, *others: str) -> None:
    require(standing, "developer", "service", *others, to=to, team=model["owner_team"], model=model["id"])


def _require_card(standing: Standing, said: facts.ModelRegistered | facts.ModelRevised) -> None:
    if said.risk_tier not in facts.TIERS:
        raise Refused("That is no risk tier.", f"Use one of {', '.join(facts.TIERS)}.")
    if standing.rows.one(TeamRow, id=said.owner_team) is None:
        raise Refused("A model is owned by a team that is there.", "Form the team first.")
    named = standing.rows.one(ModelRow, name=said.name)
    if named is not None and named["id"] != said.model and not standing.shredded:
        raise Refused("There is a model of that name already.", "Choose another name.")


def _require_data(standing: Standing, data: tuple[facts.Use, ...]) -> None:
    for use in data:
        if use.role not in facts.ROLES_OF_DATA or standing.rows.one(DatasetRow, id=use.dataset) is None:
            raise Refused("A dataset was never registered, or its use is none we know.", "Register it first.")


def _require_digest(digest: str) -> None:
    if len(digest) != 64 or not set(digest) <= _HEX:
        raise Refused("That is no SHA-256 digest.", "Give 64 hexadecimal digits in small letters.")


def _model(standing: Standing, model: str) -> Row:
    row = standing.rows.one(ModelRow, id=model)
    if row is None:
        raise Refused("That model is not in the inventory.", "Register it first.")
    return row


def _version(standing: Standing, version: str) -> Row:
    row = standing.rows.one(VersionRow, id=version)
    if row is None:
        raise Refused("That version was never registered.", "Register it first.")
    return row


RULES: Mapping[type[Fact], Rule] = {
    facts.ModelRegistered: _may_register,
    facts.ModelRevised: _may_revise,
    facts.TagSet: _may_tag,
    facts.VersionRegistered: _may_version,
    facts.VersionsImported: _may_import,
    facts.DatasetRegistered: _may_dataset,
    facts.RunRecorded: _may_run,
    facts.DeploymentStarted: _may_deploy,
    facts.DeploymentEnded: _may_undeploy,
    facts.AliasSet: _may_alias,
}
