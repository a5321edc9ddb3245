"""Every fact that can be said has one fold and one rule, and every row comes from a fold."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

import pytest

import registry_app
from registry_app.house import MEANING
from registry_app.ledger import fact
from registry_app.ledger.fact import Fact
from registry_app.ledger.replay import projected

ROOMS = ("people", "models", "evidence", "policy", "reviews", "reporting")
SOURCE = Path(registry_app.__file__).parent


def declared(room: str) -> set[type[Fact]]:
    module = importlib.import_module(f"registry_app.{room}.facts")
    return {cls for cls in vars(module).values() if inspect.isclass(cls) and issubclass(cls, Fact) and cls is not Fact}


@pytest.mark.parametrize("room", ROOMS)
def test_every_fact_of_a_room_is_understood(room: str) -> None:
    assert declared(room)
    assert declared(room) <= MEANING.kinds


def test_nothing_is_understood_that_no_room_declares() -> None:
    assert MEANING.kinds == set().union(*map(declared, ROOMS))
    kinds = [(cls.KIND, cls.VERSION) for cls in MEANING.kinds]
    assert len(kinds) == len(set(kinds))
    for cls in MEANING.kinds:
        assert fact._KINDS[cls.KIND, cls.VERSION] is cls


def test_every_room_with_facts_has_its_place_here() -> None:
    assert {path.parent.name for path in SOURCE.glob("*/facts.py")} == set(ROOMS)


def test_every_projected_table_is_written_by_the_folds_of_its_own_room() -> None:
    """A table that no fold writes would be empty for ever, or written behind the ledger's back."""
    written = set()
    for path in SOURCE.glob("*/tables.py"):
        tree = ast.parse(path.read_text("utf-8"))
        names = {
            node.name: statement.value.value
            for node in tree.body
            if isinstance(node, ast.ClassDef)
            for statement in node.body
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)
            and isinstance(statement.targets[0], ast.Name) and statement.targets[0].id == "__tablename__"
        }  # fmt: skip
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
        added = {
            call.args[0].id
            for call in calls
            if isinstance(call.func, ast.Attribute) and call.func.attr in ("add", "add_many")
            and call.args and isinstance(call.args[0], ast.Name)
        }  # fmt: skip
        written |= {names[name] for name in added & names.keys()}
    assert {table.name for table in projected()} == written
