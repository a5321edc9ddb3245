"""Training is the same every time, and learns from nothing it must not."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from registry_app.demo import train
from registry_app.demo.train import RECIPES, TASKS, Trained
from registry_app.vault import digest

FORBIDDEN = {
    "credit-risk": {"sex", "status_sex", "age", "age_group", "foreign_worker", "credit", "row"},
    "income": {"sex", "race", "income", "split", "fnlwgt", "row"},
}


def train_credit(place: Path, monkeypatch: pytest.MonkeyPatch) -> list[Trained]:
    for name in ("artifacts", "data"):
        (place / name).mkdir(parents=True)
    monkeypatch.setattr(train, "RECIPES", [recipe for recipe in RECIPES if recipe.model == "credit-risk"])
    return list(train.train(place / "artifacts", place / "data"))


def column(file: Path, name: str) -> list[str]:
    with file.open(encoding="utf-8", newline="") as stream:
        return [row[name] for row in csv.DictReader(stream)]


def test_training_twice_gives_the_same_tables_and_thresholds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = [train_credit(tmp_path / name, monkeypatch) for name in ("once", "again")]
    seen = [
        [(digest.sha256_hex(each.predictions.read_bytes()), each.threshold, each.rows) for each in trained]
        for trained in played
    ]
    assert seen[0] == seen[1]
    assert len(seen[0]) == 2


def test_no_row_is_both_learned_from_and_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in train_credit(tmp_path, monkeypatch):
        learned, measured = column(each.tables.file, "row"), column(each.predictions, "row")
        assert len(learned) == 600
        assert len(measured) == each.rows == 400
        assert not set(learned) & set(measured)
        assert {float(score) <= 1 for score in column(each.predictions, "score")} == {True}


def test_the_threshold_is_chosen_without_a_look_at_the_held_out_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = train_credit(tmp_path / "whole", monkeypatch)[0]
    chosen = train._threshold(first.recipe, first.tables.training, TASKS["credit-risk"])
    assert chosen == first.threshold
    assert 0.4 <= chosen <= 0.7


def test_without_a_fitting_threshold_half_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "WISHED_RATIO", 1.1)
    assert [each.threshold for each in train_credit(tmp_path, monkeypatch)] == [0.5, 0.5]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.label)
def test_nothing_sensitive_is_a_feature(recipe: train.Recipe) -> None:
    assert not set(recipe.features) & (FORBIDDEN[recipe.model] | set(TASKS[recipe.model].sensitive))
    assert len(set(recipe.features)) == len(recipe.features)
