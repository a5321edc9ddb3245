"""What views of models give can be handed on, and cannot be changed on the way."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from registry_app.ledger.canonical import canonical, parse
from registry_app.models.actions import RegisterDataset, RegisterModel, RegisterVersion, SetAlias, StartDeployment
from registry_app.models.facts import Column, Named
from registry_app.models.lists import ModelPage, VersionPage
from registry_app.models.views import DatasetPage, Deployments, ShowDataset, ShowModel, ShowVersion
from registry_app.reporting.content import plain
from tests.stage import Stage


@pytest.fixture(scope="module")
def stage() -> Stage:
    stage = Stage().people()
    stage.run(
        "dev", RegisterDataset(name="d", digest="d" * 64, sensitive=("sex",), columns=(Column("größe", "float"),))
    )
    stage.run(
        "dev", RegisterModel(name="m", team="credit", tier="low", tier_rationale="r", purpose="p", tags=(("k", "v"),))
    )
    stage.run(
        "dev", RegisterVersion(model="m", artifact="a" * 64, data=(("d", "training"),), metrics=(Named("auc", "0.81"),))
    )
    stage.run("dev", SetAlias("m:1", "champion"))
    stage.run("dev", StartDeployment("m:1", "production"))
    return stage


@pytest.mark.parametrize(
    "view",
    [ShowModel("m"), ShowVersion("m:1"), ShowDataset("d"), DatasetPage(), Deployments(), ModelPage(), VersionPage()],
    ids=lambda view: type(view).__name__,
)
def test_every_row_is_frozen_and_becomes_json_without_loss(stage: Stage, view: Any) -> None:
    found = stage.ask("audit", view)
    rows = found if isinstance(found, tuple) else (found,)
    assert rows
    assert parse(canonical(plain(list(rows)))) == plain(list(rows))
    for row in rows:
        field = dataclasses.fields(row)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(row, field, "other")
