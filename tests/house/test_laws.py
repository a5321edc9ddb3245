"""The house's laws that can be read off the source and off the leaves themselves."""

from __future__ import annotations

import ast

from registry_app.ledger import envelope
from registry_app.ledger.entry import Entry
from registry_app.ledger.merkle import Frontier, leaf_hash
from registry_app.ledger.statement import read
from tests.house.places import ROOT, shown, sources
from tests.ledger.forger import Forger
from tests.reviews.world import World

WRITES = {"add", "add_many", "put", "end", "revise"}
MAY_WRITE = {
    "registry_app/ledger/log.py",
    "registry_app/ledger/payload.py",
    "registry_app/ledger/replay.py",
    "registry_app/custody/rotation.py",
    "registry_app/reporting/bundled.py",  # a dossier's leaves, in memory, to be read there
    "registry_app/vault/rows.py",
}


def writers() -> dict[str, set[str]]:
    """Which files call a writing method on something called ``rows``, and which."""
    found: dict[str, set[str]] = {}
    for file in sources("registry_app"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES):
                continue
            target = ast.unparse(node.func.value)
            if target.rpartition(".")[2] in ("rows", "_rows", "other"):
                found.setdefault(shown(file), set()).add(node.func.attr)
    return found


def test_law_1_only_folds_write_a_table() -> None:
    found = writers()
    assert "registry_app/people/tables.py" in found
    assert {name for name in found if not name.endswith("/tables.py")} <= MAY_WRITE


def test_law_1_no_statement_that_changes_rows_is_written_by_hand() -> None:
    scratch = "registry_app/measure/table/collected.py"  # a DuckDB of its own, of rows that are measured
    allowed = {"registry_app/vault/rows.py", "registry_app/models/tables.py", scratch}
    for file in sources("registry_app"):
        if shown(file) in allowed or "migrations" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words = node.value.split(None, 2)[:2]
                assert words not in (["INSERT", "INTO"], ["DELETE", "FROM"]), shown(file)
                assert not node.value.startswith("UPDATE "), shown(file)


def test_law_1_a_fold_looks_at_rows_and_its_fact_alone() -> None:
    for file in sources("registry_app"):
        if file.name == "tables.py":
            names = {
                node.id for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Name)
            }
            assert not names & {"clock", "chance", "random", "open"}, shown(file)


def test_laws_3_and_4_each_leaf_is_signed_by_its_author_over_the_head_they_saw() -> None:
    world = World()
    keys = {actor.person: actor for actor in world.cast.values()}
    frontier = Frontier.empty()
    for sealed in Forger(world.engine, world.sealer).envelopes():
        opened = envelope.decode(sealed)
        said = read(opened.payload)
        author = keys[said.person]
        assert [each.keyid for each in opened.signatures] == [said.key] == [author.key_id]
        assert opened.signed_by(said.key, author.public_key)
        assert (said.head_size, said.head_root) == (frontier.size, frontier.root().hex())
        frontier, _ = frontier.append(leaf_hash(sealed))


def test_law_3_the_registry_signs_nothing_itself() -> None:
    signers = {
        shown(file)
        for file in sources("registry_app")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr == "sign")
        or (isinstance(node, ast.Name) and node.id == "Ed25519PrivateKey")
    }
    assert {name for name in signers if name.startswith("registry_app/vault")} <= {"registry_app/vault/identity.py"}
    assert (ROOT / "registry_app/vault/identity.py").is_file()
    assert "key" in Entry.__dataclass_fields__
