"""What a leaf says of packs, verdicts and waivers in clear, and what it only names by a digest."""

from __future__ import annotations

import dataclasses

import pytest

from registry_app.ledger.fact import Fact, private, public, read_fact
from registry_app.policy import facts
from registry_app.policy.facts import Outcome, VerdictsRecorded

SAID = [cls for cls in vars(facts).values() if isinstance(cls, type) and issubclass(cls, Fact) and cls is not Fact]


@pytest.mark.parametrize("cls", SAID, ids=lambda cls: cls.KIND)
def test_reasons_measured_values_and_the_text_of_packs_are_sealed(cls: type[Fact]) -> None:
    clear = {field.name for field in dataclasses.fields(cls) if field.name not in cls.SEALED}  # type: ignore[arg-type]
    assert not clear & {"reason", "details", "text"}


def test_outcomes_stand_for_ever_although_their_words_are_destroyed() -> None:
    said = VerdictsRecorded(
        version="v", pack="p", pack_version="1", pack_digest="d", evidence=("e",),
        verdicts=(Outcome("C-1", "not_met", "blocking"),), details="[]",
    )  # fmt: skip
    assert read_fact(said.KIND, said.VERSION, public(said), private(said)) == said
    read = read_fact(said.KIND, said.VERSION, public(said), None)
    assert isinstance(read, VerdictsRecorded)
    assert (read.verdicts, read.evidence, read.details) == (said.verdicts, ("e",), "[shredded]")
