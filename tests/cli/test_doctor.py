"""``doctor`` says what a machine has, without a registry."""

from __future__ import annotations

from dataclasses import replace
from importlib import metadata
from types import SimpleNamespace

import pytest

from registry_app.measure.sandbox import level
from tests.cli.conftest import Ask


def test_it_says_the_level_each_attempt_the_libraries_and_the_room_there_is(say: Ask) -> None:
    text = say("doctor").out
    found = say("doctor", "--json").json
    assert found["sandbox"] == level.probed().encoded()
    assert f"level {found['sandbox']['level']}: " in text
    for name, outcome in found["sandbox"]["attempts"].items():
        assert any(line.split("  ", 1)[0] == name and line.endswith(outcome) for line in text.splitlines()), name
    assert found["libraries"]["duckdb"] in text
    assert found["sqlcipher"].startswith("4.")
    assert all(free > 0 for free in found["space"].values())
    assert found["terminal"]["is_one"] is False


def test_a_machine_without_a_sandbox_ends_it_with_7_only_when_one_is_required(
    say: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = replace(level.probed(), number=0, because="this system has no Landlock", attempts=())
    monkeypatch.setattr(level, "probed", lambda: bare)
    assert "level 0" in say("doctor").out
    needed = say("doctor", "--require-sandbox", code=7)
    assert "no sandbox that holds: this system has no Landlock" in needed.err
    assert "None was made" in needed.out


def test_a_machine_with_a_sandbox_is_fit_where_one_is_required(say: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    holding = replace(level.probed(), number=2, because="bubblewrap is not installed")
    monkeypatch.setattr(level, "probed", lambda: holding)
    assert "bubblewrap is not installed" in say("doctor", "--require-sandbox").out


def test_a_library_is_found_under_the_name_of_another_build_and_missed_where_there_is_none(
    say: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = [SimpleNamespace(name="xgboost-cpu", version="3.2.0"), SimpleNamespace(name=None, version="1")]
    monkeypatch.setattr(metadata, "distributions", lambda: only)
    found = say("doctor", "--json").json["libraries"]
    assert (found["xgboost"], found["lightgbm"]) == ("3.2.0", "")
