"""What is known to be wrong with the data is said where the data is registered."""

from __future__ import annotations

from registry_app.demo.inventory import MODELS
from registry_app.models.views import DatasetPage, ShowModel
from tests.demo.conftest import Stage


def test_the_inventory_says_what_the_models_are_for_and_what_not(stage: Stage) -> None:
    with stage.open("auditor") as auditor:
        cards = [auditor.ask(ShowModel(model.name)) for model in MODELS]
    assert [(card.risk_tier, card.team) for card in cards] == [("high", "credit-team"), ("medium", "income-team")]
    for card in cards:
        assert all((card.card.purpose, card.card.intended_use, card.card.out_of_scope, card.card.tier_rationale))
    assert "code table of the data is known to be partly wrong, and sex cannot be recovered in full" in (
        cards[0].card.out_of_scope
    )


def test_every_dataset_has_its_licence_and_its_sensitive_columns(stage: Stage) -> None:
    with stage.open("auditor") as auditor:
        found = {each.name: each for each in auditor.ask(DatasetPage())}
    assert {name: each.rows for name, each in found.items()} == {
        "german-credit training": 600,
        "credit-risk-1 held out": 400,
        "credit-risk-2 held out": 400,
        "adult training": 32561,
        "income-1 held out": 16281,
        "income-2 held out": 16281,
    }
    assert {each.licence for each in found.values()} == {"CC-BY-4.0"}
    assert found["credit-risk-1 held out"].sensitive == ("sex", "age_group")
    assert found["income-1 held out"].sensitive == ("sex", "race")
    assert "status_sex" in found["german-credit training"].sensitive
