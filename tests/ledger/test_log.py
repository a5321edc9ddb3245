"""The log: what is read is what was appended, or it is said."""

from __future__ import annotations

import pytest

from registry_app.errors import Damaged, UsageError
from registry_app.ledger.log import Log
from registry_app.ledger.merkle import leaf_hash, tree_root
from registry_app.vault.engine import reading
from registry_app.vault.rows import Rows
from tests.ledger.forger import Forger
from tests.stage import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage().people()


def test_every_earlier_root_is_known(stage: Stage) -> None:
    sealed = Forger(stage.engine, stage.sealer).envelopes()
    with reading(stage.engine) as connection:
        log = Log(Rows(connection))
        for size in range(len(sealed) + 1):
            assert log.root_at(size) == tree_root(map(leaf_hash, sealed[:size]))
        assert (
            [leaf.envelope for leaf in log.stored()] == [log.leaf(seq).envelope for seq in range(len(sealed))] == sealed
        )
        assert [seq for seq, _, _ in log.raw(3, 5)] == [3, 4]
        assert log.seq_of(log.leaf(4).id) == 4
        assert log.seq_at(log.leaf(4).reckoned) == 4
        assert log.seq_at("2000-01-01T00:00:00.000000Z") is None
        with pytest.raises(UsageError, match="no leaf"):
            log.leaf(len(sealed))


@pytest.mark.parametrize("column", ["envelope", "hash"])
@pytest.mark.parametrize("value", [7, "text", b"\7" * 32])
def test_a_leaf_that_is_not_what_was_appended_is_never_shown(stage: Stage, column: str, value: object) -> None:
    stage.sql(f"UPDATE leaf SET {column} = ? WHERE seq = 4", value)
    with reading(stage.engine) as connection, pytest.raises(Damaged):
        Log(Rows(connection)).leaf(4)


@pytest.mark.parametrize("edit", ["size = 3", "frontier = x'00'", "frontier = 'text'", "frontier = 40"])
def test_a_head_that_does_not_fit_is_never_appended_to(stage: Stage, edit: str) -> None:
    from registry_app.people.actions import AcceptUnanchored

    stage.sql(f"UPDATE head SET {edit}")
    with pytest.raises(Damaged):
        stage.run("dev", AcceptUnanchored())
