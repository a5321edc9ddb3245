"""Random lives of keys against a few lines of sets: a key speaks from its enrolment until it is taken away, no further."""

from __future__ import annotations

import random

import pytest

from registry_app.errors import RegistryError
from registry_app.ledger.audit import check
from registry_app.ledger.key_history import KeyHistory
from registry_app.ledger.log import Log
from registry_app.people.actions import AcceptUnanchored, Disable, Enrol, ReEnrol
from registry_app.people.keys import learn
from registry_app.vault.engine import reading
from registry_app.vault.rows import Rows
from tests.ledger.forger import Facts, Forger
from tests.stage import Actor, Stage


@pytest.mark.parametrize("seed", range(12))
def test_who_may_sign_is_what_the_ledger_says_at_that_place(seed: int) -> None:
    draws = random.Random(seed)
    stage = Stage()
    keys: dict[str, list[Actor]] = {}
    holds: dict[str, Actor | None] = {}
    for step in range(25):
        what = draws.choice(("enrol", "re-enrol", "disable", "sign", "sign", "sign"))
        name = draws.choice(sorted(keys)) if keys else ""
        if what == "enrol" or not name:
            name = f"p{step}"
            keys[name] = [Actor()]
            holds[name] = keys[name][0]
            actor = keys[name][0]
            stage.run("admin", Enrol(actor.person, actor.public, "0" * 64, name, name))
        elif what == "re-enrol":
            new = Actor(person=keys[name][0].person)
            stage.run("admin", ReEnrol(name, new.public, "0" * 64, "r"))
            keys[name].append(new)
            holds[name] = new
        elif what == "disable" and holds[name] is not None:
            stage.run("admin", Disable(name, "r"))
            holds[name] = None
        elif what == "sign":
            actor = draws.choice(keys[name])
            stage.cast["signer"] = actor
            if actor is holds[name]:
                stage.run("signer", AcceptUnanchored())
            else:
                with pytest.raises(RegistryError):
                    stage.run("signer", AcceptUnanchored())
    assert stage.replayed() == []
    assert not audited(stage)
    stale = [actor for name, held in keys.items() for actor in held if actor is not holds[name]]
    for actor in stale:
        stage.cast["stale"] = actor
        seq = stage.force("stale", *Facts(*_unanchored()).facts(None)).at.seq  # type: ignore[arg-type]
        assert ("authenticity", seq) in audited(stage)
        assert ("authority", seq) in [(found.answer, found.seq) for found in stage.replayed()]


def _unanchored() -> tuple[object, ...]:
    from registry_app.people.facts import UnanchoredOpened

    return (UnanchoredOpened(size=1, root="0" * 64),)


def audited(stage: Stage) -> list[tuple[str, int | None]]:
    history = KeyHistory()
    with reading(stage.engine) as connection:
        leaves = Log(Rows(connection)).raw()
        report = check(leaves, history, on_statement=lambda seq, said: learn(history, seq, said), workers=1)
    assert Forger(stage.engine, stage.sealer).envelopes()
    return [(found.answer, found.seq) for found in report.findings]
