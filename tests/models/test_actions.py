"""What people may write about models: which words must be there, and which form they have."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry_app.errors import UsageError
from registry_app.ledger.meaning import Action
from registry_app.models.actions import (
    EndDeployment,
    ImportVersions,
    RecordRun,
    RegisterDataset,
    RegisterModel,
    RegisterVersion,
    RemoveAlias,
    ReviseModel,
    SetAlias,
)
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


def test_a_run_that_was_never_recorded_is_wrong_input(stage: Stage) -> None:
    with pytest.raises(UsageError, match="There is no run '123'"):
        stage.run("dev", RegisterVersion(model="m", artifact="b" * 64, run="123"))


def test_a_new_name_is_told_what_is_wrong_with_it(stage: Stage) -> None:
    stage.run("dev", replace(MODEL, name="n"))
    for name, why in (("n", "There is a model 'n' already"), ("a:b", "has no colon")):
        for action in (replace(MODEL, name=name), ReviseModel(model="m", name=name)):
            with pytest.raises(UsageError, match=why):
                stage.run("dev", action)
    stage.run("dev", ReviseModel(model="m", name="m"))


@pytest.mark.parametrize("value", ["0.81", "-3", "+.5", "7.", "1e-3", "2E10"])
def test_a_claimed_metric_is_a_decimal_number(stage: Stage, value: str) -> None:
    stage.run("dev", RegisterVersion(model="m", artifact="b" * 64, metrics=(Named("auc", value),)))
    assert stage.ask("dev", ShowVersion("m:1")).metrics == (("auc", value),)


@pytest.mark.parametrize("value", ["abc", "", "NaN", "-inf", "0,81", "1_000", "81 %", "0x1f", "\u0661", "1e"])
def test_a_claimed_metric_that_is_no_number_is_refused(stage: Stage, value: str) -> None:
    with pytest.raises(UsageError, match="no decimal number"):
        stage.run("dev", RegisterVersion(model="m", artifact="b" * 64, metrics=(Named("auc", value),)))


@pytest.mark.parametrize("place", ["New York", "EU DE", "EU\u00a0DE", "", "x" * 41])
def test_a_jurisdiction_is_one_word(stage: Stage, place: str) -> None:
    with pytest.raises(UsageError, match="jurisdiction"):
        stage.run("dev", replace(MODEL, name="n", jurisdictions=("EU", place)))
    with pytest.raises(UsageError, match="jurisdiction"):
        stage.run("dev", ReviseModel(model="m", jurisdictions=(place,)))
    stage.run("dev", ReviseModel(model="m", jurisdictions=("EU", "US-NY", "Québec")))
    assert stage.ask("dev", ShowModel("m")).jurisdictions == ("EU", "US-NY", "Québec")


@pytest.mark.parametrize(
    "action",
    [
        RegisterVersion(model="m", artifact="b" * 64, size=-1),
        ImportVersions(model="m", source="mlflow", versions=(("b" * 64, "skops", -1),)),
        RegisterDataset(name="d", digest="b" * 64, rows=-1),
    ],
    ids=lambda action: type(action).__name__,
)
def test_nothing_has_less_than_no_bytes_or_rows(stage: Stage, action: Action) -> None:
    with pytest.raises(UsageError, match="is -1"):
        stage.run("dev", action)


def test_what_is_named_twice_counts_once(stage: Stage) -> None:
    stage.run("dev", RegisterDataset(name="d", digest="d" * 64))
    use = (("d", "training"), ("d" * 64, "training"), ("d", "test"))
    stage.run("dev", RecordRun(name="r", model="m", data=use))
    stage.run("dev", RegisterVersion(model="m", artifact="b" * 64, data=use))
    again = RegisterVersion(
        model="m", artifact="c" * 64, parents=("m:1", "m"), tags=(("k", "one"), ("k", ""), (" k ", "two"))
    )
    stage.run("dev", again)
    shown = stage.ask("dev", ShowVersion("m:1"))
    assert [item.role for item in shown.data] == ["test", "training"]
    assert stage.ask("dev", ShowVersion("m:2")).parents == ("m:1",)
    assert stage.ask("dev", ShowVersion("m:2")).tags == (("k", "two"),)
    assert stage.replayed() == []


def test_a_run_does_not_end_before_it_began(stage: Stage) -> None:
    noon, later = "2026-11-21T12:00:00.000000Z", "2026-11-21T12:00:00.000001Z"
    with pytest.raises(UsageError, match="before it began"):
        stage.run("dev", RecordRun(name="r", started=later, ended=noon))
    for started, ended in ((noon, later), (noon, noon), (noon, ""), ("", noon)):
        stage.run("dev", RecordRun(name="r", started=started, ended=ended))
    for odd in ("yesterday", "2026-11-21T12:00:00Z", "2026-02-30T12:00:00.000000Z"):
        with pytest.raises(UsageError, match="not a UTC time"):
            stage.run("dev", RecordRun(name="r", started=odd))


@pytest.mark.parametrize("name", ["credit:3", ":", "m", " m ", "m\u200b", "a\nb", "", "x" * 121])
def test_a_models_name_is_new_plain_and_has_no_colon(stage: Stage, name: str) -> None:
    stage.run("dev", replace(MODEL, name="other"))
    with pytest.raises(UsageError):
        stage.run("dev", replace(MODEL, name=name))
    with pytest.raises(UsageError):
        stage.run("dev", ReviseModel(model="other", name=name))


def test_a_name_is_kept_composed_so_that_it_is_found_however_it_was_typed(stage: Stage) -> None:
    stage.run("dev", replace(MODEL, name="Bonite\u0301"))
    assert stage.ask("dev", ShowModel("Bonit\u00e9")).card.name == "Bonit\u00e9"
    with pytest.raises(UsageError, match="already"):
        stage.run("dev", replace(MODEL, name="Bonit\u00e9"))


@pytest.mark.parametrize("alias", ["7", "007", "Champion", "a b", "", "-x", "é"])
def test_an_alias_is_a_word_that_is_no_number(stage: Stage, alias: str) -> None:
    stage.run("dev", RegisterVersion(model="m", artifact="b" * 64))
    with pytest.raises(UsageError):
        stage.run("dev", SetAlias("m:1", alias))
    stage.run("dev", SetAlias("m:1", "v1.5"))
    assert stage.ask("dev", ShowVersion("m:v1.5")).summary.number == 1


def test_what_does_not_hold_is_not_taken_away(stage: Stage) -> None:
    stage.run("dev", RegisterVersion(model="m", artifact="b" * 64))
    stage.run("dev", SetAlias("m:1", "champion"))
    for action in (RemoveAlias("m", "Champion"), EndDeployment("m:1", "production")):
        with pytest.raises(UsageError):
            stage.run("dev", action)
    stage.run("dev", RemoveAlias("m", "champion"))
    with pytest.raises(UsageError, match="no alias"):
        stage.run("dev", RemoveAlias("m", "champion"))


def test_a_statement_about_a_version_names_its_artifact_for_strangers() -> None:
    (subject,) = RegisterVersion(model="m", artifact="b" * 64).subjects()
    assert (subject.name, subject.sha256) == ("artifact", "b" * 64)
