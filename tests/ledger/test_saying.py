"""How something comes to be said: all of it or nothing, over a head this ledger had."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry_app.errors import Refused, StorageError, UsageError
from registry_app.house import MEANING
from registry_app.ledger.entry import Head
from registry_app.ledger.log import Log
from registry_app.ledger.saying import Saying, say
from registry_app.models.actions import RegisterDataset, RegisterModel
from registry_app.models.facts import RunRecorded
from registry_app.models.views import DatasetPage
from registry_app.people.actions import AcceptUnanchored
from registry_app.vault import chance
from registry_app.vault.engine import reading, writing
from registry_app.vault.rows import Rows
from tests.ledger.forger import Facts, Forger
from tests.stage import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage().people()


def head(stage: Stage) -> Head:
    with reading(stage.engine) as connection:
        return Log(Rows(connection)).head()


def said(stage: Stage, seen: Head | None) -> Saying:
    with writing(stage.engine) as connection:
        rows = Rows(connection)
        return say(rows, stage.sealer, stage.cast["dev"], AcceptUnanchored(), MEANING, chance.uuid7(), seen)


@pytest.mark.parametrize("change", ["future", "empty", "root"])
def test_a_head_this_ledger_never_had_is_refused(stage: Stage, change: str) -> None:
    now = head(stage)
    seen = {"future": Head(now.size + 1, now.root), "empty": Head(0, b""), "root": Head(now.size, b"\7" * 32)}[change]
    with pytest.raises(Refused, match="not of this ledger"):
        said(stage, seen)
    assert head(stage) == now


def test_an_older_head_may_have_been_on_the_screen(stage: Stage) -> None:
    old = head(stage)
    said(stage, None)
    seq = said(stage, old).at.seq
    assert Forger(stage.engine, stage.sealer).statement(seq).head_size == old.size
    assert stage.replayed() == []


def test_a_refused_fact_leaves_nothing_of_its_statement(stage: Stage) -> None:
    before = head(stage)
    model = RegisterModel(name="m", team="credit", tier="low", tier_rationale="r", purpose="p")

    with writing(stage.engine) as connection:
        from registry_app.ledger.entry import Entry
        from registry_app.ledger.meaning import Standing
        from registry_app.ledger.payload import Payloads

        at = Entry(before.size, stage.cast["dev"].person, "", "", "")
        facts = model.facts(Standing(Rows(connection), Payloads(Rows(connection), stage.sealer), at))
    from registry_app.people.facts import DataKeyRotated

    with pytest.raises(Refused, match="rotate"):
        stage.run("dev", Facts(*facts, DataKeyRotated(epoch=9)))
    assert head(stage) == before
    assert stage.replayed() == []


def test_a_statement_stands_once(stage: Stage) -> None:
    name = chance.uuid7()
    stage.run("dev", AcceptUnanchored(), name)
    before = head(stage)
    with pytest.raises(StorageError, match="UNIQUE"):
        stage.run("dev", AcceptUnanchored(), name)
    assert head(stage) == before


@pytest.mark.parametrize("odd", [{"rows": "1000"}, {"rows": True}, {"rows": 2**64}, {"digest": None}])
def test_what_could_not_be_read_back_is_not_said(stage: Stage, odd: dict[str, object]) -> None:
    """A value of another type would stand in the tables, and no replay could ever read it again."""
    before = head(stage)
    with pytest.raises(UsageError) as caught:
        stage.run("dev", RegisterDataset(**({"name": "d", "digest": "a" * 64} | odd)))  # type: ignore[arg-type]
    assert "verify" not in str(caught.value)  # nothing is wrong with the ledger
    assert head(stage) == before
    assert stage.ask("dev", DatasetPage()) == ()


def test_what_is_folded_and_told_is_what_will_be_read(stage: Stage) -> None:
    """A list is read back as a tuple, so a tuple it is from the beginning."""
    nothing: Any = []
    run = RunRecorded(
        run=chance.uuid7(),
        model="",
        code_commit="",
        started="",
        ended="",
        data=nothing,
        name="r",
        parameters=nothing,
    )
    (told,) = stage.run("dev", Facts(run)).facts
    assert told == replace(run, data=(), parameters=())
    assert stage.replayed() == []
