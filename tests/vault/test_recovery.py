from __future__ import annotations

import random

import pytest

from registry_app.errors import UsageError
from registry_app.vault import chance, digest, recovery

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def secrets_to_try() -> list[bytes]:
    draw = random.Random(2026)
    return [bytes(16), b"\xff" * 16, b"\x00" * 15 + b"\x01", *(draw.randbytes(16) for _ in range(40))]


def test_a_new_key_is_seven_groups_of_four_and_reads_back() -> None:
    text, secret = recovery.new()
    assert [len(group) for group in text.split("-")] == [4] * 7
    assert set(text) <= set(ALPHABET) | {"-"}
    assert len(secret) == 16
    assert recovery.read(text) == secret


def test_the_secret_is_128_bits_of_chance() -> None:
    with chance.use(lambda size: bytes(range(size))):
        text, secret = recovery.new()
    assert secret == bytes(range(16))
    assert text == recovery.write(bytes(range(16)))


@pytest.mark.parametrize("secret", secrets_to_try(), ids=lambda secret: secret.hex()[:8])
def test_any_one_wrong_character_is_found(secret: bytes) -> None:
    typed = recovery.write(secret).replace("-", "")
    for place in range(28):
        for wrong in ALPHABET + "U*!é":
            if wrong != typed[place]:
                with pytest.raises(UsageError):
                    recovery.read(typed[:place] + wrong + typed[place + 1 :])


@pytest.mark.parametrize("secret", secrets_to_try(), ids=lambda secret: secret.hex()[:8])
def test_any_two_exchanged_neighbours_are_found(secret: bytes) -> None:
    typed = recovery.write(secret).replace("-", "")
    for place in range(27):
        left, right = typed[place], typed[place + 1]
        if left != right:
            with pytest.raises(UsageError):
                recovery.read(typed[:place] + right + left + typed[place + 2 :])


def test_every_pair_at_the_seam_of_key_and_checksum_is_told_apart() -> None:
    for low in range(1021 * 2):
        typed = recovery.write(low.to_bytes(16, "big")).replace("-", "")
        swapped = typed[:25] + typed[26] + typed[25] + typed[27]
        if swapped != typed:
            with pytest.raises(UsageError):
                recovery.read(swapped)


def test_a_missing_or_doubled_character_is_found() -> None:
    typed = recovery.write(bytes(range(16)))
    for wrong in (typed[1:], typed[:-1], typed + "0", typed[:4] + typed[3:], ""):
        with pytest.raises(UsageError, match="characters where it should have 28"):
            recovery.read(wrong)


def test_a_value_of_more_than_128_bits_is_found_though_its_checksum_fits() -> None:
    value = 1 << 129 | 7
    number = value << 10 | value % 1021
    typed = "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(28)))
    with pytest.raises(UsageError, match="mistyped"):
        recovery.read(typed)


def test_case_blanks_dashes_and_lookalikes_do_not_matter() -> None:
    secret = bytes.fromhex("00108421084210842108421084210842")
    text = recovery.write(secret)
    assert recovery.read(text.lower()) == secret
    assert recovery.read(f"  {text.replace('-', ' ')}\n") == secret
    assert recovery.read(text.replace("-", "")) == secret
    assert recovery.read(text.replace("0", "O").replace("1", "l")) == secret
    assert recovery.read(text.replace("0", "o").replace("1", "I")) == secret


def test_a_mistyped_key_is_never_repeated() -> None:
    typed = recovery.write(bytes(range(16)))
    wrong = ("1" if typed[0] == "0" else "0") + typed[1:]
    with pytest.raises(UsageError) as caught:
        recovery.read(wrong)
    assert not any(group in str(caught.value) for group in wrong.split("-"))


def test_the_wrapping_key_is_not_the_secret() -> None:
    secret = bytes(range(16))
    key = recovery.wrapping_key(secret)
    assert len(key) == 32
    assert key == digest.hkdf(secret, "recovery-wrap") != recovery.wrapping_key(bytes(16))
