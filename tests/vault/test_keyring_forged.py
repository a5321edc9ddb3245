from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785

from registry_app.errors import (
    AuthenticationError,
    Damaged,
    IntegrityError,
    RegistryError,
    Tampered,
    UsageError,
)
from registry_app.vault import digest
from registry_app.vault.identity import Identity
from registry_app.vault.kdf import ARGON2ID_FLOOR_2026_11 as FLOOR
from registry_app.vault.keyring import MAX_SIZE, DataKeys, Keyring
from tests.vault.rings import KEY, KEYS, NEXT, SECRET, forged, people


def test_two_thousand_flipped_bits_are_refused_before_any_slow_work(
    written: bytes, runs: list[tuple[int, int, int]]
) -> None:
    draw = random.Random(2000)
    for place in draw.sample(range(len(written) * 8), 2_000):
        flipped = bytearray(written)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(Damaged):
            Keyring.decode(bytes(flipped))
    assert not runs


def test_every_bit_of_checksum_and_mac_counts(written: bytes) -> None:
    for name in (b'"checksum":"', b'"mac":"'):
        start = written.index(name) + len(name)
        for place in range(start * 8, (start + 64) * 8):
            flipped = bytearray(written)
            flipped[place // 8] ^= 1 << place % 8
            with pytest.raises(Damaged):
                Keyring.decode(bytes(flipped))


def test_a_shortened_or_lengthened_file_is_damage(written: bytes) -> None:
    for cut in (0, 1, 2, 100, len(written) // 2, len(written) - 1):
        with pytest.raises(Damaged):
            Keyring.decode(written[:cut])
    for more in (b"\n", b" ", b"\0", b"{}"):
        with pytest.raises(Damaged):
            Keyring.decode(written + more)
        with pytest.raises(Damaged):
            Keyring.decode(more + written)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":1,"a":1}',
        b'{"checksum":"","keyring":{},"mac":""}',
        b'{"checksum":1e400,"keyring":NaN,"mac":9007199254740993}',
        b'{"checksum":"","keyring":"\\ud800","mac":""}',
        b"9" * 10_000,
        b" " * (MAX_SIZE + 1),
    ],
    ids=range(12),
)
def test_what_is_no_keyring_is_damage(data: bytes) -> None:
    with pytest.raises(Damaged):
        Keyring.decode(data)


def test_the_same_keyring_written_in_another_way_is_damage(written: bytes) -> None:
    value = json.loads(written)
    upper = {**value, "mac": value["mac"].upper()}
    for other in (
        json.dumps(value).encode(),
        json.dumps(value, indent=1).encode(),
        json.dumps(dict(reversed(value.items())), separators=(",", ":")).encode(),
        rfc8785.dumps(upper),
        written.replace(b'"epoch":1', b'"epoch":1.0'),
        written.replace(b'"epoch":1', b'"epoch":1,"epoch":1'),
        written.replace(b'"h0"', b'"\\u0068\\u0030"'),
        written.replace(b'"mac"', b'"mac":"","mac"'),
    ):
        assert other != written
        with pytest.raises(Damaged):
            Keyring.decode(other)


def test_a_thousand_forged_headers_out_of_bounds_never_run(written: bytes, runs: list[tuple[int, int, int]]) -> None:
    draw = random.Random(1000)
    bad = {
        "iterations": [-1, 0, 1, 17, 1000, 2**32, 2**53 - 1],
        "lanes": [-1, 0, 17, 255, 2**24],
        "memory_kib": [-1, 0, 8, 19455, 2**20 + 1, 2**31, 2**53 - 1],
    }
    for _ in range(1_000):
        field = draw.choice(list(bad))
        value, place = draw.choice(bad[field]), draw.randrange(3)

        def change(body: Any, field: str = field, value: int = value, place: int = place) -> None:
            body["people"][place]["kdf"][field] = value

        with pytest.raises(Damaged, match="outside the accepted bounds"):
            Keyring.decode(forged(written, change))
    assert not runs


def swap_box(body: Any) -> None:
    body["people"][1]["box_key"] = body["people"][2]["box_key"]


def swap_sign(body: Any) -> None:
    eve = Identity.create("eve")
    from base64 import b64encode

    body["people"][1]["sign_key"] = b64encode(eve.public_key).decode()


FORGERIES: dict[str, Callable[[Any], None]] = {
    "another encryption key": swap_box,
    "another signing key": swap_sign,
    "a dropped person": lambda body: body["people"].pop(1),
    "exchanged people": lambda body: body["people"].reverse(),
    "a renamed person": lambda body: body["people"][1].update(handle="admin"),
    "no recovery": lambda body: body.update(recovery=None),
    "another registry": lambda body: body.update(registry="cd" * 32),
    "no registry": lambda body: body.update(registry=""),
    "a later generation": lambda body: body.update(generation=99),
    "an exchanged data key": lambda body: body["people"][1].update(data_keys=body["people"][2]["data_keys"]),
    "an exchanged passphrase": lambda body: body["people"][1].update(
        kdf=body["people"][2]["kdf"], identity=body["people"][2]["identity"]
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_with_a_fitting_checksum_is_found_at_the_unlocking(written: bytes, name: str) -> None:
    keyring = Keyring.decode(forged(written, FORGERIES[name]))
    with pytest.raises(Tampered):
        keyring.unlock("h0", "pass 0")
    if keyring.recovery is not None:
        with pytest.raises(Tampered):
            keyring.unlock_recovery(SECRET)


@pytest.mark.parametrize("name", FORGERIES)
def test_nothing_made_from_a_forgery_is_ever_written(written: bytes, name: str) -> None:
    keyring = Keyring.decode(forged(written, FORGERIES[name]))
    keys = DataKeys.first(KEY)
    changes: list[Callable[[], Keyring]] = [
        lambda: keyring,
        lambda: keyring.remove("p2"),
        lambda: keyring.begin_rotation(NEXT),
        lambda: keyring.begin_rotation(NEXT).finish_rotation(),
        lambda: keyring.enrol("p9", "h9", Identity.create("p9"), "x", FLOOR, keys),
        lambda: keyring.set_recovery(Identity.create("recovery"), SECRET, keys),
        lambda: keyring.change_passphrase("h0", "pass 0", "x", FLOOR),
    ]
    for change in changes:
        with pytest.raises(Tampered):
            change().encode(keys.with_pending(NEXT))


MISFITS: dict[str, Callable[[Any], None]] = {
    "an unknown field": lambda body: body.update(more=1),
    "a missing field": lambda body: body.pop("epoch"),
    "nobody": lambda body: body.update(people=[]),
    "people as text": lambda body: body.update(people="p0"),
    "a person twice": lambda body: body["people"].append(body["people"][0]),
    "a handle twice": lambda body: body["people"][1].update(handle="h0"),
    "a key twice": lambda body: body["people"][1].update(sign_key=body["people"][0]["sign_key"]),
    "a person in the recovery's place": lambda body: body.update(recovery=body["people"][1]),
    "the recovery among the people": lambda body: body["people"].append(body["recovery"]),
    "an old format": lambda body: body.update(format=0),
    "a format of truth": lambda body: body.update(format=True),
    "generation 0": lambda body: body.update(generation=0),
    "a generation of truth": lambda body: body.update(generation=True),
    "epoch 0": lambda body: body.update(epoch=0),
    "epoch 65536": lambda body: body.update(epoch=65536),
    "another epoch": lambda body: body.update(epoch=2),
    "a pending epoch without keys": lambda body: body.update(pending=2),
    "a pending epoch far ahead": lambda body: body.update(pending=9),
    "a registry that is no id": lambda body: body.update(registry="a b"),
    "a registry that is no text": lambda body: body.update(registry=None),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_misfit_with_a_fitting_checksum_is_damage(written: bytes, name: str) -> None:
    with pytest.raises(Damaged):
        Keyring.decode(forged(written, MISFITS[name]))


@pytest.mark.parametrize("pending", [1, 3, 0, -1, True, "2"])
def test_a_rotation_leads_to_the_next_epoch_only(three: Keyring, pending: Any) -> None:
    begun = three.begin_rotation(NEXT).encode(KEYS)
    with pytest.raises(Damaged, match="epochs"):
        Keyring.decode(forged(begun, lambda body: body.update(pending=pending)))


def test_a_mac_of_another_form_is_damage(written: bytes) -> None:
    outer = json.loads(written)
    for mac in ("", "AB" * 32, None, "zz" * 32, ["ab"]):
        signed = {"keyring": outer["keyring"], "mac": mac}
        with pytest.raises(Damaged, match="MAC"):
            Keyring.decode(rfc8785.dumps({**signed, "checksum": digest.sha256_hex(rfc8785.dumps(signed))}))


def test_a_newer_format_is_said_in_words(written: bytes) -> None:
    def change(body: Any) -> None:
        body.update(format=2, more="fields")

    with pytest.raises(UsageError, match="newer"):
        Keyring.decode(forged(written, change))


def test_random_edits_of_the_parsed_file_are_found_by_our_own_errors(written: bytes) -> None:
    draw = random.Random(5)
    values: list[Any] = [None, True, 0, -1, 2**40, "", "x", [], {}, "AAAA", "recovery"]

    def mutate(body: Any) -> None:
        target, key = body, draw.choice(list(body))
        while type(target[key]) in (dict, list) and target[key] and draw.random() < 0.8:
            target = target[key]
            key = draw.choice(list(target)) if type(target) is dict else draw.randrange(len(target))
        target[key] = draw.choice([value for value in values if value != target[key]])

    for _ in range(300):
        with pytest.raises(RegistryError) as caught:
            Keyring.decode(forged(written, mutate)).unlock("h0", "pass 0")
        assert isinstance(caught.value, IntegrityError | AuthenticationError | UsageError)


def test_public_keys_are_listed_for_comparison_with_the_ledger(three: Keyring) -> None:
    assert three.public_keys().keys() == {"p0", "p1", "p2", "recovery"}
    assert three.public_keys()["p1"] == three.people[1].public
    assert people(1, recovery=False).public_keys().keys() == {"p0"}
