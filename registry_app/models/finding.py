"""Finding what a person named: a model by name, a version as ``model:3`` or ``model:champion``, a dataset by name."""

from __future__ import annotations

from registry_app.errors import UsageError
from registry_app.models.tables import AliasRow, DatasetRow, DeploymentRow, ModelRow, VersionRow
from registry_app.vault.rows import Row, Rows


def model_named(rows: Rows, name: str) -> Row:
    """The model with that id or name: nobody can put a model in another's place by giving it the other's id for a name.

    Raises:
        UsageError: there is none.
    """
    row = rows.one(ModelRow, id=name) or rows.one(ModelRow, name=name)
    if row is None:
        raise UsageError(f"There is no model {name[:120]!r}.", "See 'registry-app model list'.")
    return row


def version_named(rows: Rows, name: str) -> Row:
    """The version written as ``model:number``, ``model:alias``, ``model`` (its newest) or an id.

    Raises:
        UsageError: there is none.
    """
    by_id = rows.one(VersionRow, id=name)
    if by_id is not None:
        return by_id
    model_name, _, which = name.rpartition(":") if ":" in name else (name, "", "")
    model = model_named(rows, model_name)
    if not which:
        number = last_number(rows, model["id"])
        if not number:
            raise UsageError(f"The model {model['name']!r} has no version yet.", "See 'registry-app version register'.")
    elif which.isascii() and which.isdecimal() and len(which) <= 9:
        number = int(which)
    else:
        alias = rows.one(AliasRow, model=model["id"], alias=which)
        if alias is None:
            raise UsageError(f"{model_name!r} has no alias {which[:64]!r}.", "See 'registry-app model show'.")
        return _version(rows, name, id=alias["version"])
    return _version(rows, name, model=model["id"], number=number)


def last_number(rows: Rows, model: str) -> int:
    """The number of a model's newest version; 0 when it has none."""
    newest = rows.last(VersionRow, "number", model=model)
    return int(newest["number"]) if newest else 0


def dataset_named(rows: Rows, name: str) -> Row:
    """The dataset with that id, name, or digest (``sha256:`` may stand before it).

    Raises:
        UsageError: there is none, or there are several; all of them are listed.
    """
    by_id = rows.one(DatasetRow, id=name)
    if by_id is not None:
        return by_id
    found = rows.all(DatasetRow, name=name) or rows.all(DatasetRow, digest=name.removeprefix("sha256:"))
    if not found:
        raise UsageError(f"There is no dataset {name[:120]!r}.", "See 'registry-app dataset list'.")
    if len(found) > 1:
        found.sort(key=lambda row: (row["since"], row["id"]), reverse=True)
        raise UsageError(
            f"{name[:120]!r} may be any of {len(found)} datasets.",
            "Name the one you mean by its id.",
            [f"{row['id']}  {row['name']}, sha256:{row['digest']}" for row in found],
        )
    return found[0]


def deployment_of(rows: Rows, version: str, environment: str) -> Row:
    """Where a version runs now.

    Raises:
        UsageError: it does not run there.
    """
    row = rows.one(DeploymentRow, version=version, environment=environment)
    if row is None:
        raise UsageError(f"That version does not run in {environment[:64]!r}.", "See 'registry-app deployment list'.")
    return row


def _version(rows: Rows, name: str, **equal: str | int) -> Row:
    row = rows.one(VersionRow, **equal)
    if row is None:
        raise UsageError(f"There is no version {name[:140]!r}.", "See 'registry-app version list'.")
    return row
