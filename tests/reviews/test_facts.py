"""What a leaf says of reviews in clear, what is sealed, and what each signature means."""

from __future__ import annotations

import dataclasses

import pytest

from registry_app.ledger.fact import Fact, private, public, read_fact
from registry_app.reviews import facts
from registry_app.reviews.facts import APPROVING, MEANINGS, OUTCOMES, DecisionMade, Part
from registry_app.reviews.subject import WORDS

SAID = [cls for cls in vars(facts).values() if isinstance(cls, type) and issubclass(cls, Fact) and cls is not Fact]


@pytest.mark.parametrize("cls", SAID, ids=lambda cls: cls.KIND)
def test_words_of_people_are_sealed(cls: type[Fact]) -> None:
    clear = {field.name for field in dataclasses.fields(cls) if field.name not in cls.SEALED}  # type: ignore[arg-type]
    assert not clear & {"comment" if cls is DecisionMade else "", "conditions", "text", "note", "reason"}


def test_every_decision_has_a_meaning_of_its_own_and_approvals_say_so() -> None:
    assert set(MEANINGS) == set(OUTCOMES)
    assert len(set(MEANINGS.values())) == len(OUTCOMES)
    assert {outcome for outcome in OUTCOMES if MEANINGS[outcome].startswith("approved")} == set(APPROVING)


def test_a_shredded_decision_still_says_who_decided_what_over_what() -> None:
    said = DecisionMade(
        decision="d", review="r", stage="s", outcome="approve", meaning="approved after review", subject="a" * 64,
        parts=(Part("artifact", "v", "b" * 64),), comment="Ann is ill", conditions="",
    )  # fmt: skip
    assert read_fact(said.KIND, said.VERSION, public(said), private(said)) == said
    read = read_fact(said.KIND, said.VERSION, public(said), None)
    assert isinstance(read, DecisionMade)
    assert (read.outcome, read.subject, read.parts, read.comment) == ("approve", "a" * 64, said.parts, "[shredded]")


def test_each_kind_of_part_has_a_word_for_when_it_changes() -> None:
    assert Part.__doc__ is not None
    kinds = {
        "artifact", "details", "model", "dataset", "evidence", "small groups", "redo", "verdicts", "waiver", "comment",
        "route",
    }  # fmt: skip
    assert set(WORDS) == kinds
    assert len(set(WORDS.values())) == len(kinds)
