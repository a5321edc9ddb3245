from __future__ import annotations

import pytest

from registry_app.errors import Damaged, Tampered
from registry_app.vault import chance, digest
from registry_app.vault.identity import (
    BOX_KEY_SIZE,
    SEALED_EXTRA,
    SEED_SIZE,
    WRAPPED_SIZE,
    Identity,
    PublicIdentity,
    unwrap,
)


def counting(size: int) -> bytes:
    return bytes(range(size))


@pytest.fixture(scope="module")
def ada() -> Identity:
    return Identity.create("ada")


def test_the_same_chance_gives_the_same_keys() -> None:
    with chance.use(counting):
        one, two = Identity.create("ada"), Identity.create("ada")
    assert one.public == two.public
    assert one.sign(b"x") == two.sign(b"x")
    # The public key of RFC 8032's seed 00 01 .. 1f.
    assert one.public.sign_key.hex() == "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"


def test_keys_have_their_sizes_and_names(ada: Identity) -> None:
    assert len(ada.public.sign_key) == 32
    assert len(ada.public.box_key) == BOX_KEY_SIZE
    assert ada.key_id == ada.public.key_id == digest.sha256_hex(ada.public.sign_key)
    assert ada.public.box_digest == digest.sha256_hex(ada.public.box_key)
    assert ada.public_key == ada.public.sign_key


def test_a_signature_holds_for_that_message_and_person_alone(ada: Identity) -> None:
    signature = ada.sign(b"message")
    assert len(signature) == 64
    assert ada.public.verify(signature, b"message")
    assert not ada.public.verify(signature, b"massage")
    assert not ada.public.verify(signature[:-1], b"message")
    assert not Identity.create("eve").public.verify(signature, b"message")
    assert not PublicIdentity(b"short", b"").verify(signature, b"message")


def test_what_is_sealed_is_opened_by_its_owner_under_its_info_alone(ada: Identity) -> None:
    sealed = ada.public.seal(b"data key", b"info")
    assert len(sealed) == 8 + SEALED_EXTRA
    assert ada.open(sealed, b"info") == b"data key"
    for identity, box, info in (
        (ada, sealed, b"other"),
        (Identity.create("eve"), sealed, b"info"),
        (ada, b"", b"info"),
    ):
        with pytest.raises(Tampered, match="not sealed for this person"):
            identity.open(box, info)


def test_every_flipped_byte_of_a_sealed_value_is_found(ada: Identity) -> None:
    sealed = ada.public.seal(b"data key", b"info")
    for place in range(0, len(sealed), 7):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(Tampered):
            ada.open(bytes(changed), b"info")


@pytest.mark.parametrize("box_key", [b"", bytes(BOX_KEY_SIZE), b"\xff" * BOX_KEY_SIZE, bytes(BOX_KEY_SIZE + 1)])
def test_a_broken_encryption_key_is_damage(box_key: bytes) -> None:
    with pytest.raises(Damaged, match="broken"):
        PublicIdentity(bytes(32), box_key).seal(b"x", b"")


def test_a_wrapped_identity_comes_back_whole(ada: Identity) -> None:
    key = chance.token(32)
    wrapped = ada.wrap(key, b"about")
    assert len(wrapped) == WRAPPED_SIZE
    back = unwrap("ada", wrapped, key, b"about")
    assert back is not None
    assert back.public == ada.public
    assert back.open(ada.public.seal(b"x", b"y"), b"y") == b"x"


def test_a_wrapped_identity_opens_with_its_key_and_description_alone(ada: Identity) -> None:
    key = chance.token(32)
    wrapped = ada.wrap(key, b"about")
    assert unwrap("ada", wrapped, chance.token(32), b"about") is None
    assert unwrap("ada", wrapped, key, b"another") is None
    assert unwrap("ada", wrapped[:-1] + bytes([wrapped[-1] ^ 1]), key, b"about") is None
    assert unwrap("ada", b"", key, b"about") is None


def test_no_private_key_stands_in_print_or_in_a_wrapped_identity(ada: Identity) -> None:
    seed = ada._seed
    assert repr(ada) == "Identity('ada')"
    wrapped = ada.wrap(chance.token(32), b"")
    for start in (0, 32, 64, 96):
        assert seed[start : start + 32] not in wrapped


def test_a_seed_of_another_length_is_damage() -> None:
    with pytest.raises(Damaged, match="wrong length"):
        Identity("ada", bytes(SEED_SIZE - 1))
