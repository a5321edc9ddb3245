"""Facts: what stands in the leaf, what is sealed, and what reads back."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from registry_app.errors import Damaged
from registry_app.house import MEANING
from registry_app.ledger.fact import SHREDDED, private, public, read_fact
from registry_app.models.facts import Column, Named, Use, VersionRegistered
from registry_app.people.facts import DataKeyRotated, PersonEnrolled, UnlockFailuresReported

PERSON = PersonEnrolled(person="p", sign_key="k", box_digest="b", handle="h", name="N", email="")
VERSION = VersionRegistered(
    version="v", model="m", number=1, artifact="a", artifact_kind="file", size=2**53 - 1, format="f", scan="s",
    code_commit="", run="", parents=("x",), data=(Use("d", "test"),), inputs=(Column("c", "float"),), outputs=(),
    metrics=(Named("auc", "0.5"),), parameters=(), findings=("one",), note="ü",
)  # fmt: skip


@pytest.mark.parametrize("said", [PERSON, VERSION, DataKeyRotated(epoch=2)])
def test_a_fact_reads_back_as_it_was_said(said: Any) -> None:
    assert read_fact(said.KIND, said.VERSION, public(said), private(said) or {}) == said


def test_names_never_stand_in_the_leaf() -> None:
    assert public(PERSON) == {"person": "p", "sign_key": "k", "box_digest": "b"}
    assert private(PERSON) == {"handle": "h", "name": "N", "email": ""}
    assert private(DataKeyRotated(epoch=2)) is None


def test_a_shredded_fact_keeps_its_public_fields_and_its_form() -> None:
    read = read_fact(VERSION.KIND, 1, public(VERSION), None)
    assert isinstance(read, VersionRegistered)
    assert (read.note, read.inputs, read.artifact) == (SHREDDED, (), "a")
    tried = UnlockFailuresReported(count=1, first="", last="", handles=("x",))
    assert read_fact(tried.KIND, 1, public(tried), None) == UnlockFailuresReported(
        count=1, first="", last="", handles=()
    )


@pytest.mark.parametrize(
    ("body", "hidden"),
    [
        ({"epoch": "2"}, {}),
        ({"epoch": True}, {}),
        ({"epoch": 2, "x": 1}, {}),
        ({}, {}),
        ({"epoch": None}, {}),
        ({"epoch": 2}, {"epoch": 2}),
    ],
)
def test_another_form_is_damage(body: dict[str, Any], hidden: dict[str, Any]) -> None:
    with pytest.raises(Damaged):
        read_fact("data-key-rotated", 1, body, hidden)


def test_a_fact_is_frozen_and_every_fact_of_the_house_has_a_kind_of_its_own() -> None:
    with pytest.raises(FrozenInstanceError):
        PERSON.person = "q"  # type: ignore[misc]
    kinds = [(cls.KIND, cls.VERSION) for cls in MEANING.kinds]
    assert len(set(kinds)) == len(kinds) == len(MEANING.rules)


def test_a_float_cannot_be_said() -> None:
    with pytest.raises(TypeError, match="float"):
        public(DataKeyRotated(epoch=0.5))  # type: ignore[arg-type]
