"""What a leaf says of people in clear, for ever, and what it only names by a digest."""

from __future__ import annotations

import dataclasses

import pytest

from registry_app.ledger.fact import Fact, private, public, read_fact
from registry_app.people import facts
from registry_app.people.facts import PersonEnrolled, RegistryFounded, UnlockFailuresReported

SAID = [cls for cls in vars(facts).values() if isinstance(cls, type) and issubclass(cls, Fact) and cls is not Fact]
IN_CLEAR = {
    "count", "epoch", "first", "kind", "last", "role", "scope", "size", "ends", "root", "payload", "recovery_key", "recovery_box",
    "person", "sign_key", "box_digest", "team", "lead", "member", "grant", "scope_id",
}  # fmt: skip
"""Ids, keys, digests, counts, times and the words of this program: nothing that names a human being."""


@pytest.mark.parametrize("cls", SAID, ids=lambda cls: cls.KIND)
def test_no_leaf_holds_a_name_a_handle_an_address_or_a_reason(cls: type[Fact]) -> None:
    clear = {field.name for field in dataclasses.fields(cls) if field.name not in cls.SEALED}  # type: ignore[arg-type]
    assert clear <= IN_CLEAR


def test_what_somebody_is_called_is_sealed() -> None:
    said = PersonEnrolled(
        person="p", sign_key="k", box_digest="b", handle="ada", name="Ada Lovelace", email="ada@example.org"
    )
    assert "ada" not in str(public(said)).lower()
    assert private(said) == {"handle": "ada", "name": "Ada Lovelace", "email": "ada@example.org"}


def test_the_handles_that_were_tried_are_sealed_and_may_be_passphrases() -> None:
    said = UnlockFailuresReported(count=1, first="f", last="l", handles=("my passphrase typed too early",))
    assert "passphrase" not in str(public(said))


def test_a_founding_from_before_the_recovery_had_a_receiving_key_reads() -> None:
    old = read_fact("registry-founded", 1, {"recovery_key": "00" * 32}, {"name": "Bank"})
    assert old == RegistryFounded(recovery_key="00" * 32, recovery_box="", name="Bank")
