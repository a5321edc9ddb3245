"""The heads outside: what was seen once cannot be unseen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from registry_app.errors import Damaged, RolledBack
from registry_app.ledger.anchor import Anchor, Seen
from registry_app.ledger.entry import Head
from registry_app.ledger.log import Log
from registry_app.people.actions import AcceptUnanchored
from registry_app.vault.engine import reading
from registry_app.vault.rows import Rows
from tests.ledger.forger import Forger, OwnKey
from tests.stage import Stage


class Kept:
    """A stage, its anchor, and what the anchor says."""

    def __init__(self, place: Path) -> None:
        self.stage = Stage()
        self.forger = Forger(self.stage.engine, self.stage.sealer)
        with reading(self.stage.engine) as connection:
            self.registry = Log(Rows(connection)).state()[0]
        self.place = place
        self.anchor = Anchor((place / "head", place / "state" / "heads" / self.registry), self.registry)

    def head(self) -> Head:
        with reading(self.stage.engine) as connection:
            return Log(Rows(connection)).head()

    def keep(self) -> None:
        self.anchor.keep(self.head(), self.stage.cast["admin"])

    def compare(self) -> Seen:
        admin = self.stage.cast["admin"]

        def keys_of(person: str) -> Sequence[bytes]:
            return [admin.public_key] if person == admin.person else []

        with reading(self.stage.engine) as connection:
            log = Log(Rows(connection))
            log._present = True  # in memory there is one connection only, so no second snapshot
            return self.anchor.compare(log, keys_of)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def test_a_ledger_may_grow_past_what_was_seen(kept: Kept) -> None:
    assert not kept.compare().anchored
    kept.keep()
    kept.stage.run("admin", AcceptUnanchored())
    assert kept.compare() == Seen(2, 2)


def test_a_shorter_ledger_is_refused_by_either_place(kept: Kept) -> None:
    kept.stage.run("admin", AcceptUnanchored())
    kept.keep()
    (kept.place / "head").unlink()
    kept.forger.truncate(2)
    with pytest.raises(RolledBack, match="the last one is gone"):
        kept.compare()


def test_another_history_of_the_same_length_is_refused(kept: Kept) -> None:
    kept.stage.run("admin", AcceptUnanchored())
    kept.keep()
    kept.forger.truncate(2)
    kept.stage.run("admin", AcceptUnanchored())
    with pytest.raises(RolledBack, match="not those"):
        kept.compare()


def test_a_head_of_another_registry_or_of_nobody_is_refused(kept: Kept) -> None:
    stranger = OwnKey(kept.stage.cast["admin"].person)
    kept.anchor.keep(kept.head(), stranger)
    with pytest.raises(Damaged, match="nobody known"):
        kept.compare()
    (kept.place / "head").unlink()
    Anchor((kept.place / "head",), "ab" * 32).keep(kept.head(), kept.stage.cast["admin"])
    with pytest.raises(Damaged, match="another registry"):
        kept.compare()


def test_a_broken_head_is_refused(kept: Kept) -> None:
    kept.keep()
    broken = bytearray((kept.place / "head").read_bytes())
    broken[100] ^= 1
    (kept.place / "head").write_bytes(broken)
    with pytest.raises(Damaged):
        kept.compare()
