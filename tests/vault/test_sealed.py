from __future__ import annotations

import random

import pytest

from registry_app.errors import Tampered
from registry_app.vault import chance
from registry_app.vault.sealed import Sealed, SealedType, Sealer, epoch_of

ONE, TWO = bytes(32), bytes([7]) * 32


def test_what_was_sealed_opens_in_its_own_cell_alone() -> None:
    sealer = Sealer({1: ONE}, 1)
    sealed = sealer.seal("payload", "body", "row", b"words")
    assert isinstance(sealed, Sealed)
    assert sealer.open("payload", "body", "row", sealed) == b"words"
    for cell in (
        ("payload", "body", "other"),
        ("payload", "other", "row"),
        ("other", "body", "row"),
        ("payload", "bodyrow", ""),
    ):
        with pytest.raises(Tampered):
            sealer.open(*cell, sealed)


def test_any_flipped_bit_and_any_shortening_is_found() -> None:
    sealer = Sealer({1: ONE}, 1)
    sealed = sealer.seal("t", "c", "r", b"some words")
    for place in range(len(sealed)):
        for bit in range(8):
            with pytest.raises(Tampered):
                sealer.open("t", "c", "r", sealed[:place] + bytes([sealed[place] ^ 1 << bit]) + sealed[place + 1 :])
        with pytest.raises(Tampered):
            sealer.open("t", "c", "r", sealed[:place])
    with pytest.raises(Tampered):
        sealer.open("t", "c", "r", sealed + b"\0")


def test_each_epoch_opens_under_its_own_key() -> None:
    old, both, new = Sealer({1: ONE}, 1), Sealer({1: ONE, 2: TWO}, 2), Sealer({2: TWO}, 2)
    first, second = old.seal("t", "c", "r", b"x"), both.seal("t", "c", "r", b"y")
    assert (epoch_of(first), epoch_of(second)) == (1, 2)
    assert both.open("t", "c", "r", first) == b"x"
    assert new.open("t", "c", "r", second) == b"y"
    for sealer, sealed in ((new, first), (old, second)):
        with pytest.raises(Tampered):
            sealer.open("t", "c", "r", sealed)


def test_the_same_words_never_look_the_same() -> None:
    sealer = Sealer({1: ONE}, 1)
    assert len({bytes(sealer.seal("t", "c", "r", b"x")) for _ in range(100)}) == 100
    draw = random.Random(1)
    with chance.use(draw.randbytes):
        assert sealer.seal("t", "c", "r", b"x") != sealer.seal("t", "c", "r", b"x")


def test_a_sealed_column_takes_sealed_values_alone() -> None:
    column = SealedType()
    assert column.process_bind_param(Sealed(b"x"), None) == b"x"
    assert column.process_bind_param(None, None) is None
    with pytest.raises(TypeError):
        column.process_bind_param(b"plain", None)
