"""Each rule broken on purpose, one at a time: the table of what nobody may say catches every one."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from types import FunctionType, ModuleType

import pytest

from registry_app.errors import RegistryError
from registry_app.people import rules as people_rules
from registry_app.people import standing as people_standing
from registry_app.policy import actions as policy_actions
from registry_app.reviews import routes, rules, standing
from registry_app.reviews.facts import Stage
from tests.ledger.forger import Facts
from tests.reviews.vectors import VECTORS
from tests.reviews.world import World

MUTANTS: dict[str, tuple[ModuleType, str, str, str]] = {
    "the author may decide": (standing, 'person == version["author"]', "False", "the author approves"),
    "the submitter may decide": (standing, 'person == review["submitter"]', "False", "the submitter approves"),
    "the owner team may decide": (
        standing,
        'if belongs(rows, person, model["owner_team"])',
        "if False",
        "a member of the owner team approves",
    ),
    "teams are not walked": (
        people_standing,
        'waiting.append(row["team"])',
        "pass",
        "a member of a team in the owner team approves",
    ),
    "no role is needed": (standing, "team=model[\"owner_team\"], model=model[\"id\"]) is None", 'team="") is False', "nobody's role"),
    "any role will do": (people_standing, 'grant["role"] not in roles or', "", "nobody's role"),
    "a model's grant reaches every model": (
        people_standing,
        'grant["scope_id"] == model',
        "True",
        "a role for another model",
    ),
    "a team's grant reaches every team": (
        people_standing,
        'if grant["scope_id"] in reach',
        "if True",
        "a role for another team",
    ),
    "a stage is not waited for": (rules, "said.stage != progress.stage.name", "False", "the second stage before the first"),
    "the subject is not compared": (
        rules,
        "said.subject != progress.subject.digest or",
        "",
        "another subject",
    ),
    "the parts are not compared": (
        rules,
        "or said.parts != progress.subject.parts",
        "",
        "other parts under the subject",
    ),
    "one person signs twice": (
        rules,
        "if standing.at.person in progress.approved",
        "if False",
        "the same evidence approved twice by one",
    ),
    "signatures are counted, not people": (
        routes,
        "return {row[\"person\"] for",
        "return {row[\"id\"] for",
        "",
    ),
    "a decision counts again": (rules, "if rows.ever(DecisionRow, id=said.decision)", "if False", "a decision said again"),
    "a closed review is decided": (rules, 'or review["state"] != "open"', "", "a decision after the close"),
    "the gate is open": (rules, "require_gate(rows, standing.at, review)", "pass", "an approval through a closed gate"),
    "stale verdicts will do": (standing, 'or verdicts[0]["evidence"] != ids', "", "an approval over stale verdicts"),
    "an entry revised after its verdicts will do": (
        standing,
        'verdicts[0]["since"] <= revised',
        "False",
        "an approval over verdicts of another entry",
    ),
    "the proposer confirms": (
        rules,
        'proposal["author"] == standing.at.person',
        "False",
        "a route confirmed by its proposer",
    ),
    "a rejected version comes back": (rules, '"rejected" in states', "False", "a rejected version submitted again"),
    "any route will do": (
        rules,
        'or route["stages"] != encode(said.stages)',
        "",
        "a submission along a shorter route",
    ),
    "a role is granted to oneself": (
        people_rules,
        "if said.person == standing.at.person:\n        raise Refused(\"Nobody can",
        "if False:\n        raise Refused(\"Nobody can",
        "a role granted to oneself",
    ),
    "the last administrator goes": (
        people_rules,
        'if not still and administrators(standing.rows) <= {grant["person"]}',
        "if False",
        "the last administrator removed",
    ),
    "the disabled speak": (people_standing, 'if person is None or person["state"] != "active":\n        raise AuthenticationError("The author', 'if person is None:\n        raise AuthenticationError("The author', "a disabled person speaks"),
    "the owner team waives": (
        policy_actions,
        'or belongs(standing.rows, standing.at.person, model["owner_team"])',
        "",
        "a waiver by the owner team",
    ),
    "verdicts are believed": (
        policy_actions,
        "if again is not None and tuple(",
        "if False and tuple(",
        "verdicts made up",
    ),
}  # fmt: skip
"""The module, what is replaced in its source, by what, and the vector that must no longer be refused."""


@contextmanager
def broken(module: ModuleType, old: str, new: str) -> Iterator[None]:
    """Give each function of ``module`` the code it would have if its source said ``new`` instead of ``old``."""
    source = inspect.getsource(module)
    assert source.count(old) >= 1, old
    made: dict[str, object] = {"__name__": module.__name__}
    exec(compile(source.replace(old, new), str(module.__file__), "exec"), made)
    kept = {}
    for name, function in vars(module).items():
        other = made.get(name)
        if (
            isinstance(function, FunctionType)
            and function.__module__ == module.__name__
            and isinstance(other, FunctionType)
        ):
            kept[function] = function.__code__
            function.__code__ = other.__code__
    try:
        yield
    finally:
        for function, code in kept.items():
            function.__code__ = code


def refused(name: str) -> bool:
    """Whether the vector is refused for its reason."""
    who, says, why = VECTORS[name]
    world = World()
    said = says(world)
    try:
        world.run(who, Facts(*(said if isinstance(said, tuple) else (said,))))
    except RegistryError as error:
        return why in error.what
    return False


@pytest.mark.parametrize("name", [name for name, mutant in MUTANTS.items() if mutant[3]])
def test_a_broken_rule_is_caught(name: str) -> None:
    module, old, new, vector = MUTANTS[name]
    assert refused(vector)
    with broken(module, old, new):
        assert not refused(vector)
    assert refused(vector)


def test_signatures_counted_instead_of_people_are_caught() -> None:
    """The rule against signing twice would hide this one, so the count itself is asked."""
    decisions = [{"id": str(n), "person": "p", "stage": "s", "outcome": "approve"} for n in range(2)]
    stop = Stage("s", "validator", 2)
    assert routes.waiting((stop,), decisions) == stop
    module, old, new, _ = MUTANTS["signatures are counted, not people"]
    with broken(module, old, new):
        assert routes.waiting((stop,), decisions) is None


def test_a_role_counts_no_longer_when_it_has_ended() -> None:
    from datetime import timedelta

    from registry_app.people.actions import Grant
    from registry_app.vault import clock

    end = clock.now() + timedelta(days=30)

    def tried() -> bool:
        world = World()
        world.run("admin", Grant("audit", "validator", ends=clock.text(end)))
        with clock.use(lambda: end):
            try:
                world.run("audit", Facts(world.decision()))
            except RegistryError:
                return False
        return True

    assert not tried()
    with broken(people_standing, 'or (grant["ends"] and grant["ends"] <= at.reckoned)', ""):
        assert tried()
