"""Whatever verification finds spoils an answer that is asked for; an answer nobody asks for would be a finding lost."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import registry_app
from registry_app.ledger.finding import Finding
from registry_app.reporting import verify as dossier
from registry_app.verification import ANSWERS
from tests.reviews.world import World

SOURCE = Path(registry_app.__file__).parent


def answers(folder: str) -> Iterator[tuple[str, str]]:
    """Each answer that is written out where a finding is made, and where."""
    for path in sorted((SOURCE / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield f"{path.name}:{node.lineno}", str(first.value)


def test_every_finding_about_a_registry_spoils_one_of_the_six_answers() -> None:
    found = [*answers("ledger"), *answers("vault")]
    assert {answer for _, answer in found} >= {"integrity", "authenticity", "authority", "projection", "evidence"}
    assert [(where, answer) for where, answer in found if answer not in ANSWERS] == []


def test_every_finding_about_a_dossier_spoils_one_of_its_eight_answers() -> None:
    found = list(answers("reporting"))
    assert found
    assert [(where, answer) for where, answer in found if answer not in dossier.ANSWERS] == []


@pytest.mark.parametrize(
    "edit", ["UPDATE person SET name = 'X'", "DELETE FROM member", "UPDATE payload SET body = NULL"]
)
def test_a_finding_is_a_sentence_with_a_place(edit: str) -> None:
    world = World()
    world.sql(edit)
    found = world.replayed()
    assert found
    for finding in found:
        assert isinstance(finding, Finding)
        assert finding.answer in ANSWERS
        assert finding.sentence.endswith(".")
        assert finding.sentence[0].isupper()
        assert finding.seq is None or finding.seq >= 0
