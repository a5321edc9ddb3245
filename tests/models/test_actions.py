"""What people may write about models: which words must be there, and which form they have."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry_app.errors import UsageError
from registry_app.models.actions import RegisterModel, RegisterVersion, ReviseModel
from registry_app.models.facts import ModelRegistered, Named
from registry_app.models.views import ShowModel, ShowVersion
from registry_app.people.views import Teams
from registry_app.vault import chance
from tests.stage import Stage

MODEL = RegisterModel(name="m", team="credit", tier="low", tier_rationale="A person decides.", purpose="p")


@pytest.fixture
def stage() -> Stage:
    stage = Stage().people()
    stage.run("dev", MODEL)
    return stage


@pytest.mark.parametrize("blank", ["", "  ", "\n\t\n", "\u2003"])
def test_a_risk_tier_is_given_with_a_reason(stage: Stage, blank: str) -> None:
    with pytest.raises(UsageError, match="rationale is empty"):
        stage.run("dev", replace(MODEL, name="n", tier_rationale=blank))
    with pytest.raises(UsageError, match="rationale is empty"):
        stage.run("dev", ReviseModel(model="m", tier_rationale=blank))
    assert stage.ask("dev", ShowModel("m")).card.tier_rationale == "A person decides."


def test_a_ledger_from_before_a_reason_was_asked_for_holds_and_goes_on(stage: Stage) -> None:
    said = ModelRegistered(
        model=chance.uuid7(), owner_team=stage.ask("dev", Teams("credit"))[0].id, risk_tier="low", domain="",
        jurisdictions=(), name="old", purpose="p", intended_use="", out_of_scope="", tier_rationale="",
    )  # fmt: skip
    stage.force("dev", said)
    stage.run("dev", ReviseModel(model="old", purpose="q"))
    assert stage.replayed() == []


@pytest.mark.parametrize("value", ["0.81", "-3", "+.5", "7.", "1e-3", "2E10"])
def test_a_claimed_metric_is_a_decimal_number(stage: Stage, value: str) -> None:
    stage.run("dev", RegisterVersion(model="m", artifact="b" * 64, metrics=(Named("auc", value),)))
    assert stage.ask("dev", ShowVersion("m:1")).metrics == (("auc", value),)


@pytest.mark.parametrize("value", ["abc", "", "NaN", "-inf", "0,81", "1_000", "81 %", "0x1f", "\u0661", "1e"])
def test_a_claimed_metric_that_is_no_number_is_refused(stage: Stage, value: str) -> None:
    with pytest.raises(UsageError, match="no decimal number"):
        stage.run("dev", RegisterVersion(model="m", artifact="b" * 64, metrics=(Named("auc", value),)))
