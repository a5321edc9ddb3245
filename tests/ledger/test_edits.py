"""Random edits of the open database, every table and column: verification finds each, and names the table or the leaf."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from registry_app.vault.engine import writing
from registry_app.verification import Verification, verify
from registry_app.workspace import Workspace
from tests.golden.story import PASSPHRASE, play
from tests.ledger.forger import Forger

FULL = os.environ.get("REGISTRY_APP_FAULTS") == "full"
EDITS = 1_000 if FULL else 150
ODD = (None, 0, 7, -1, 2**40, 1.5, "", "x", "0", b"", b"\0", b"\xff" * 32, "2027-01-01T00:00:00.000000Z")
UNCHECKED = "model_search"
"""The trigram index is no projection: a search asks the table again, so the index can hide a name and never invent one."""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    place = tmp_path_factory.mktemp("edits")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGISTRY_APP_KDF", "floor")
        patch.setenv("XDG_STATE_HOME", str(place / "state"))
        play(place / "registry")
        with Workspace.open(place / "registry", "audit", PASSPHRASE) as workspace:
            yield workspace


def tables(workspace: Workspace) -> dict[str, list[str]]:
    query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
    with writing(workspace.store.engine) as connection:
        names = [name for (name,) in connection.exec_driver_sql(query) if not name.startswith(UNCHECKED)]
        return {name: [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info('{name}')")] for name in names}


def edited(run: Callable[..., list[Any]], draws: random.Random, shape: dict[str, list[str]]) -> tuple[str, list[Any]]:
    """Make one edit that changes something; the table it was made in, and its rows before."""
    while True:
        table = draws.choice(sorted(shape))
        kind = draws.choice(("update", "update", "update", "insert", "delete"))
        before = [tuple(row) for row in run(f'SELECT * FROM "{table}"')]
        if not before:
            continue
        row = draws.choice(before)
        columns = shape[table]
        where = " AND ".join(f'"{column}" IS ?' for column in columns)
        place = draws.randrange(len(columns))
        other = draws.choice((*ODD, draws.choice(before)[place]))
        values: tuple[Any, ...]
        if kind == "delete":
            sql, values = f'DELETE FROM "{table}" WHERE {where}', row
        elif kind == "update":
            sql, values = f'UPDATE "{table}" SET "{columns[place]}" = ? WHERE {where}', (other, *row)
        else:
            sql = f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(columns))})'
            values = (*row[:place], other, *row[place + 1 :])
        try:
            run(sql, *values)
        except Exception:  # noqa: BLE001 - a constraint: not every edit can be made
            continue
        if sorted(map(repr, run(f'SELECT * FROM "{table}"'))) != sorted(map(repr, before)):
            return table, before


def judged(registry: Workspace, draws: random.Random, shape: dict[str, list[str]]) -> tuple[Verification, str]:
    """What a verification finds after one edit, which is undone again."""
    forger = Forger(registry.store.engine, registry.store.sealer)
    with forger.loose() as run:
        table, before = edited(run, draws, shape)
    found = verify(registry)
    with forger.loose() as run:
        run(f'DELETE FROM "{table}"')
        for row in before:
            run(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(row))})', *row)
    return found, table


def test_every_edit_is_found_and_named(registry: Workspace) -> None:
    shape = tables(registry)
    draws = random.Random(20261121)
    touched = set()
    missed = []
    for number in range(EDITS):
        found, table = judged(registry, draws, shape)
        touched.add(table)
        said = [finding.sentence for answer in found.answers for finding in answer.findings]
        names = {"leaf": "eaf ", "node": "ode ", "payload": "ayload ", "head": "head"}.get(table, f"able {table}")
        if found.ok or not any(names in sentence or f"able {table}" in sentence for sentence in said):
            missed.append((number, table, said[:3]))
    assert missed == []
    assert len(touched) > 20
    assert verify(registry).ok
