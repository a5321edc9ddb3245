"""What the rooms hand to the ledger is whole: a fold and a rule for each fact, and no guess where one is missing."""

from __future__ import annotations

from typing import Any

import pytest

from registry_app.errors import Refused
from registry_app.house import MEANING
from registry_app.ledger.entry import Entry
from registry_app.ledger.meaning import Action, Meaning, Standing, View
from registry_app.ledger.payload import Payloads
from registry_app.people.actions import Disable
from registry_app.people.facts import DataKeyRotated, PersonDisabled, TeamFormed
from registry_app.people.tables import PersonRow
from registry_app.vault.rows import Rows
from tests.stage import Stage


def nobody(standing: Standing, said: Any) -> None:
    raise Refused("Nobody may.", "Do not.")


def nothing(*_: Any) -> None:
    return None


def test_a_fact_with_a_fold_or_a_rule_alone_is_not_understood_at_all() -> None:
    alone: dict[Any, Any] = {DataKeyRotated: nothing}
    for folds, rules in ((alone, {}), ({}, alone)):
        with pytest.raises(TypeError, match="DataKeyRotated"):
            Meaning(folds, rules, nothing)
    assert Meaning({DataKeyRotated: nothing}, {DataKeyRotated: nothing}, nothing).kinds == {DataKeyRotated}


def test_each_fact_is_judged_by_its_own_rule_and_folded_by_its_own_fold() -> None:
    folded: list[object] = []
    meaning = Meaning(
        {DataKeyRotated: lambda rows, said, at: folded.append(said), TeamFormed: nothing},
        {DataKeyRotated: nothing, TeamFormed: nobody},
        nothing,
    )
    said, team = DataKeyRotated(epoch=2), TeamFormed(team="t", lead="l", name="n")
    rows: Any = None
    meaning.allow(rows, said)
    meaning.fold(rows, said, rows)
    meaning.fold(rows, team, rows)
    assert folded == [said]
    with pytest.raises(Refused):
        meaning.allow(rows, team)


def test_a_fact_that_no_room_knows_is_never_allowed_by_default() -> None:
    meaning = Meaning({DataKeyRotated: nothing}, {DataKeyRotated: nothing}, nothing)
    unknown = TeamFormed(team="t", lead="l", name="n")
    standing: Any = None
    with pytest.raises(KeyError):
        meaning.allow(standing, unknown)
    with pytest.raises(KeyError):
        meaning.fold(standing, unknown, standing)


def test_an_action_or_a_view_that_says_nothing_is_a_bug_of_ours_and_says_whose() -> None:
    class Idle(Action):
        pass

    class Mute(View[str]):
        pass

    nobody_: Any = None
    with pytest.raises(TypeError, match="Idle says nothing"):
        Idle().facts(nobody_)
    with pytest.raises(TypeError, match="Mute asks nothing"):
        Mute().ask(nobody_)
    assert Idle().subjects() == ()
    assert Idle.REAUTHENTICATE is False


def test_a_payload_is_shredded_when_it_is_gone_and_not_when_its_words_say_so() -> None:
    stage = Stage().people()
    stage.run("admin", Disable("val", "[shredded]"))

    def shredded(rows: Rows, payload: str | None) -> bool:
        at = Entry(9, "", "", "", "", payload)
        return Standing(rows, Payloads(rows, stage.sealer), at).shredded

    with stage.rows() as rows:
        profile = rows.all(PersonRow)[0]["profile"]
        assert not shredded(rows, None)
        assert not shredded(rows, profile)
    stage.sql("UPDATE payload SET body = NULL WHERE digest = ?", profile)
    with stage.rows() as rows:
        assert shredded(rows, profile)


def test_the_house_understands_what_it_says() -> None:
    assert PersonDisabled in MEANING.kinds
    assert MEANING.folds.keys() == MEANING.rules.keys() == MEANING.kinds
