"""What a leaf says of models in clear, for ever, and what it only names by a digest."""

from __future__ import annotations

import dataclasses

import pytest

from registry_app.ledger.fact import Fact, private, public, read_fact
from registry_app.models import facts
from registry_app.models.facts import Column, ModelRegistered, Named, Use, VersionRegistered

SAID = [cls for cls in vars(facts).values() if isinstance(cls, type) and issubclass(cls, Fact) and cls is not Fact]
WORDS = {
    "name",
    "purpose",
    "intended_use",
    "out_of_scope",
    "tier_rationale",
    "note",
    "description",
    "parameters",
    "findings",
}
NUMBERS = {"inputs", "outputs", "metrics", "columns"}


@pytest.mark.parametrize("cls", SAID, ids=lambda cls: f"{cls.KIND}-{cls.VERSION}")
def test_no_leaf_holds_words_that_may_have_to_be_destroyed(cls: type[Fact]) -> None:
    clear = {field.name for field in dataclasses.fields(cls) if field.name not in cls.SEALED}  # type: ignore[arg-type]
    assert not clear & (WORDS | NUMBERS)


def test_the_tiers_rise() -> None:
    """A tier is lowered when it moves to the left, and that takes a risk officer."""
    assert facts.TIERS == ("low", "medium", "high", "critical")


def version() -> VersionRegistered:
    return VersionRegistered(
        version="v", model="m", number=3, artifact="a" * 64, artifact_kind="file", size=7, format="skops", scan="clean",
        code_commit="", run="", parents=("p",), data=(Use("d", "training"),), inputs=(Column("größe", "float64"),),
        outputs=(), metrics=(Named("auc", "0.81"),), parameters=(), findings=(), note="first",
    )  # fmt: skip


def test_a_fact_reads_back_with_its_parts_whole() -> None:
    said = version()
    assert read_fact(said.KIND, said.VERSION, public(said), private(said)) == said


def test_a_shredded_version_keeps_what_lineage_and_order_stand_on() -> None:
    said = version()
    read = read_fact(said.KIND, said.VERSION, public(said), None)
    assert isinstance(read, VersionRegistered)
    assert (read.number, read.artifact, read.parents, read.data) == (3, "a" * 64, ("p",), (Use("d", "training"),))
    assert (read.metrics, read.inputs, read.note) == ((), (), "[shredded]")


def test_a_shredded_entry_keeps_its_owner_and_tier() -> None:
    said = ModelRegistered(
        model="m", owner_team="t", risk_tier="high", domain="credit", jurisdictions=("EU",), name="n", purpose="p",
        intended_use="", out_of_scope="", tier_rationale="r",
    )  # fmt: skip
    read = read_fact(said.KIND, said.VERSION, public(said), None)
    assert isinstance(read, ModelRegistered)
    assert (read.owner_team, read.risk_tier, read.jurisdictions) == ("t", "high", ("EU",))
    assert read.name == read.purpose == "[shredded]"
