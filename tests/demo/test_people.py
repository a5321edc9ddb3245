"""Five people, one strong passphrase, and no more roles than the story needs."""

from __future__ import annotations

import pytest

from registry_app.demo.people import PEOPLE, REGISTRY, WORDS, passphrase
from registry_app.people.views import People, Teams
from registry_app.vault import chance
from registry_app.vault.passphrase import require_strong
from tests.demo.conftest import Stage


def test_every_byte_is_a_word_of_its_own() -> None:
    assert len(WORDS) == len(set(WORDS)) == 256
    assert all(word.isascii() and word.isalpha() and word.islower() for word in WORDS)


def test_the_passphrase_is_drawn_by_chance() -> None:
    with chance.use(lambda size: bytes(range(size))):
        assert passphrase() == " ".join(WORDS[:6])
    assert passphrase() != passphrase()


def test_every_passphrase_that_is_drawn_is_strong_enough_for_all_five() -> None:
    for person in PEOPLE:
        for _ in range(20):
            require_strong(passphrase(), (person.handle, person.name, REGISTRY))


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.handle)
def test_each_of_the_five_opens_the_registry_with_their_own_role(stage: Stage, person: object) -> None:
    given = next(each for each in PEOPLE if each is person)
    with stage.open(given.handle) as desk:
        (shown,) = (each for each in desk.ask(People()) if each.handle == given.handle)
    assert shown.name == given.name
    assert {grant.role for grant in shown.grants} == {given.role}
    assert {grant.scope for grant in shown.grants} == ({"team"} if given.teams else {"global"})


def test_five_people_have_five_keys_and_the_developer_leads_both_teams(stage: Stage) -> None:
    with stage.open("auditor") as auditor:
        everybody, teams = auditor.ask(People()), auditor.ask(Teams())
    assert len({each.key for each in everybody}) == 5
    assert {(team.name, team.lead.name) for team in teams} == {
        ("credit-team", "Deniz Demir"),
        ("income-team", "Deniz Demir"),
    }
