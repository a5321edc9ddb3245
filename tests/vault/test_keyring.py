from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import rfc8785

from registry_app.errors import (
    AuthenticationError,
    Damaged,
    IntegrityError,
    Refused,
    RegistryError,
    Tampered,
    UsageError,
)
from registry_app.vault import chance, digest, kdf
from registry_app.vault.identity import Identity
from registry_app.vault.kdf import ARGON2ID_FLOOR_2026_11 as FLOOR
from registry_app.vault.kdf import Profile
from registry_app.vault.keyring import MAX_EPOCH, MAX_PEOPLE, MAX_SIZE, DataKeys, Keyring

KEY = bytes(range(32))
NEXT = bytes(range(100, 132))
SECRET = bytes(range(16))
REGISTRY = "ab" * 32


def people(count: int, *, recovery: bool = True) -> Keyring:
    """A keyring of ``p0``, ``p1``, ..., whose handles are ``h0``, ... and passphrases ``pass 0``, ..."""
    keyring = Keyring.create("p0", "h0", Identity.create("p0"), "pass 0", FLOOR, KEY)
    if recovery:
        keyring = keyring.set_recovery(Identity.create("recovery"), SECRET, DataKeys.first(KEY))
    for number in range(1, count):
        person = f"p{number}"
        keyring = keyring.enrol(
            person, f"h{number}", Identity.create(person), f"pass {number}", FLOOR, DataKeys.first(KEY)
        )
    return keyring.with_registry(REGISTRY)


@pytest.fixture(scope="module")
def three() -> Keyring:
    return people(3)


@pytest.fixture(scope="module")
def written(three: Keyring) -> bytes:
    return three.encode(DataKeys.first(KEY))


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, int, int]]]:
    """The parameters of every run of Argon2id."""
    ran: list[tuple[int, int, int]] = []
    real = kdf.Argon2id

    class Counted:
        def __init__(self, **given: Any) -> None:
            ran.append((given["iterations"], given["lanes"], given["memory_cost"]))
            self._real = real(**given)

        def derive(self, secret: bytes) -> bytes:
            return self._real.derive(secret)

    monkeypatch.setattr(kdf, "Argon2id", Counted)
    yield ran


def forged(data: bytes, change: Callable[[Any], None]) -> bytes:
    """``data`` with its body changed and the checksum made to fit, as someone without keys can do."""
    outer = json.loads(data)
    change(outer["keyring"])
    signed = {"keyring": outer["keyring"], "mac": outer["mac"]}
    return rfc8785.dumps({**signed, "checksum": digest.sha256_hex(rfc8785.dumps(signed))})


def test_everyone_and_the_recovery_open_the_same_data_key(three: Keyring) -> None:
    for number in range(3):
        unlocked = three.unlock(f"h{number}", f"pass {number}")
        assert unlocked.identity.person == f"p{number}"
        assert unlocked.data_keys == DataKeys(1, {1: KEY}, None)
    recovered = three.unlock_recovery(SECRET)
    assert recovered.identity.person == "recovery"
    assert recovered.data_keys.keys == {1: KEY}


def test_a_keyring_is_read_as_it_was_written(three: Keyring, written: bytes) -> None:
    back = Keyring.decode(written)
    assert back == three
    assert back.registry == REGISTRY
    assert back.unlock("h1", "pass 1").data_keys.keys == {1: KEY}
    assert back.encode(DataKeys.first(KEY)) == written
    assert rfc8785.dumps(json.loads(written)) == written


def test_every_change_is_one_generation_and_leaves_the_old_keyring_alone(three: Keyring) -> None:
    before = three.generation
    assert before == 5
    changed = [
        three.remove("p1"),
        three.change_passphrase("h1", "pass 1", "other", FLOOR),
        three.set_recovery(Identity.create("recovery"), bytes(16), DataKeys.first(KEY)),
        three.begin_rotation(NEXT),
        three.re_enrol("p1", "h1", Identity.create("p1"), "new", FLOOR, DataKeys.first(KEY)),
        three.enrol("p9", "h9", Identity.create("p9"), "new", FLOOR, DataKeys.first(KEY)),
    ]
    assert {keyring.generation for keyring in changed} == {before + 1}
    assert three.generation == before
    assert changed[3].finish_rotation().generation == before + 2
    assert three.unlock("h1", "pass 1").identity.person == "p1"


def test_no_secret_stands_in_the_file(written: bytes) -> None:
    from base64 import b64encode

    for secret in (KEY, SECRET, b"pass 0"):
        assert secret not in written
        assert secret.hex().encode() not in written
        assert b64encode(secret).rstrip(b"=")[:-1] not in written


@pytest.mark.parametrize(
    ("handle", "passphrase"),
    [("h0", "pass 1"), ("h0", ""), ("nobody", "pass 0"), ("", "pass 0"), ("recovery", "pass 0"), ("p0", "pass 0")],
)
def test_whatever_is_wrong_it_costs_and_says_the_same(
    three: Keyring, runs: list[tuple[int, int, int]], handle: str, passphrase: str
) -> None:
    with pytest.raises(AuthenticationError) as caught:
        three.unlock(handle, passphrase)
    assert caught.value.what == "The handle or the passphrase is wrong."
    assert caught.value.todo == "Check both and try again."
    assert runs == [(FLOOR.iterations, FLOOR.lanes, FLOOR.memory_kib)]


def test_a_removed_person_costs_and_says_the_same(three: Keyring, runs: list[tuple[int, int, int]]) -> None:
    without = three.remove("p1")
    with pytest.raises(AuthenticationError, match="The handle or the passphrase is wrong."):
        without.unlock("h1", "pass 1")
    assert len(runs) == 1


def test_the_recovery_key_of_another_registry_opens_nothing(three: Keyring) -> None:
    for keyring, secret in ((three, bytes(16)), (people(1, recovery=False), SECRET)):
        with pytest.raises(AuthenticationError, match="does not open this registry"):
            keyring.unlock_recovery(secret)


def test_a_new_recovery_key_ends_the_old_one(three: Keyring) -> None:
    changed = three.set_recovery(Identity.create("recovery"), bytes(16), DataKeys.first(KEY))
    assert changed.unlock_recovery(bytes(16)).data_keys.keys == {1: KEY}
    with pytest.raises(AuthenticationError):
        changed.unlock_recovery(SECRET)


def test_a_changed_passphrase_keeps_the_identity(three: Keyring) -> None:
    changed = three.change_passphrase("h1", "pass 1", "another one", Profile("stronger", 3, 1, 19456))
    assert changed.unlock("h1", "another one").identity.public == three.people[1].public
    assert changed.people[1].profile == Profile("stronger", 3, 1, 19456)
    assert changed.people[1].salt != three.people[1].salt
    with pytest.raises(AuthenticationError):
        changed.unlock("h1", "pass 1")
    with pytest.raises(AuthenticationError):
        three.change_passphrase("h1", "wrong", "x", FLOOR)


def test_a_re_enrolled_person_has_new_keys_and_the_old_passphrase_opens_nothing(three: Keyring) -> None:
    fresh = Identity.create("p1")
    changed = three.re_enrol("p1", "h1", fresh, "brand new", FLOOR, DataKeys.first(KEY))
    assert changed.unlock("h1", "brand new").identity.public == fresh.public != three.people[1].public
    assert [slot.person for slot in changed.people] == ["p0", "p1", "p2"]
    with pytest.raises(AuthenticationError):
        changed.unlock("h1", "pass 1")
    with pytest.raises(UsageError, match="new keys"):
        changed.re_enrol("p1", "h1", fresh, "x", FLOOR, DataKeys.first(KEY))
    with pytest.raises(UsageError, match="no slot"):
        three.re_enrol("p9", "h9", Identity.create("p9"), "x", FLOOR, DataKeys.first(KEY))
    with pytest.raises(UsageError, match="taken"):
        three.re_enrol("p1", "h2", Identity.create("p1"), "x", FLOOR, DataKeys.first(KEY))


def test_nobody_is_enrolled_twice(three: Keyring) -> None:
    keys = DataKeys.first(KEY)
    with pytest.raises(UsageError, match="enrolled already"):
        three.enrol("p1", "new", Identity.create("p1"), "x", FLOOR, keys)
    with pytest.raises(UsageError, match="taken"):
        three.enrol("p9", "h1", Identity.create("p9"), "x", FLOOR, keys)
    with chance.use(lambda size: bytes(size)):
        twin, other = Identity.create("p8"), Identity.create("p9")
    with pytest.raises(UsageError, match="another person's"):
        three.enrol("p8", "h8", twin, "x", FLOOR, keys).enrol("p9", "h9", other, "x", FLOOR, keys)
    with pytest.raises(UsageError, match="another person's"):
        three.enrol("p9", "h9", twin, "x", FLOOR, keys)


def test_the_last_person_stays(three: Keyring) -> None:
    with pytest.raises(Refused, match="last person"):
        three.remove("p0").remove("p1").remove("p2")
    with pytest.raises(UsageError, match="no slot"):
        three.remove("p9")


def test_wrong_data_keys_are_refused(three: Keyring, written: bytes) -> None:
    for keys in (DataKeys(2, {2: KEY}), DataKeys(1, {}), DataKeys(1, {1: KEY, 2: NEXT}, 2), DataKeys.first(b"short")):
        with pytest.raises(UsageError):
            three.enrol("p9", "h9", Identity.create("p9"), "x", FLOOR, keys)
    with pytest.raises(UsageError):
        three.encode(DataKeys(2, {2: KEY}))
    with pytest.raises(Tampered):
        Keyring.decode(written).enrol("p9", "h9", Identity.create("p9"), "x", FLOOR, DataKeys.first(NEXT))
    with pytest.raises(UsageError):
        three.begin_rotation(b"short")


def test_a_registry_is_named_once(three: Keyring) -> None:
    with pytest.raises(UsageError, match="belongs to a registry already"):
        three.with_registry("cd" * 32)


def test_no_more_people_than_fit(three: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    slot = len(rfc8785.dumps(three.begin_rotation(NEXT).people[0].form()))
    assert (slot + 200) * (MAX_PEOPLE + 1) < MAX_SIZE
    monkeypatch.setattr("registry_app.vault.keyring.MAX_PEOPLE", 3)
    with pytest.raises(UsageError, match="has 3 people"):
        three.enrol("p9", "h9", Identity.create("p9"), "x", FLOOR, DataKeys.first(KEY))
    monkeypatch.setattr("registry_app.vault.keyring.MAX_SIZE", 1000)
    with pytest.raises(UsageError, match="larger than 16 MiB"):
        three.encode(DataKeys.first(KEY))


# Rotation


def test_a_rotation_gives_everyone_the_next_key_without_a_passphrase(
    three: Keyring, runs: list[tuple[int, int, int]]
) -> None:
    both = three.begin_rotation(NEXT)
    done = both.finish_rotation()
    assert not runs
    for number in range(3):
        assert both.unlock(f"h{number}", f"pass {number}").data_keys == DataKeys(1, {1: KEY, 2: NEXT}, 2)
        assert done.unlock(f"h{number}", f"pass {number}").data_keys == DataKeys(2, {2: NEXT}, None)
    assert both.unlock_recovery(SECRET).data_keys.keys == {1: KEY, 2: NEXT}
    assert done.unlock_recovery(SECRET).data_keys.keys == {2: NEXT}


def test_a_rotation_goes_on_from_the_file_after_a_crash(written: bytes) -> None:
    loaded = Keyring.decode(written)
    keys = loaded.unlock("h0", "pass 0").data_keys
    begun = loaded.begin_rotation(NEXT).encode(keys)
    resumed = Keyring.decode(begun)
    both = resumed.unlock("h1", "pass 1").data_keys
    assert both.pending == 2
    done = Keyring.decode(resumed.finish_rotation().encode(both))
    assert done.pending is None
    assert done.epoch == 2
    assert done.unlock("h2", "pass 2").data_keys == both.finished()


def test_a_rotation_goes_on_in_one_process(written: bytes) -> None:
    loaded = Keyring.decode(written)
    keys = loaded.unlock("h0", "pass 0").data_keys.with_pending(NEXT)
    begun = loaded.begin_rotation(NEXT)
    assert Keyring.decode(begun.encode(keys)).unlock("h0", "pass 0").data_keys == keys
    done = Keyring.decode(begun.finish_rotation().encode(keys))
    assert done.unlock("h0", "pass 0").data_keys == keys.finished()


def test_two_rotations_do_not_run_at_once(three: Keyring) -> None:
    with pytest.raises(Refused, match="under way"):
        three.begin_rotation(NEXT).begin_rotation(NEXT)
    with pytest.raises(Refused, match="No rotation"):
        three.finish_rotation()
    from dataclasses import replace

    with pytest.raises(Refused, match="as often as it can be"):
        replace(three, epoch=MAX_EPOCH).begin_rotation(NEXT)


def test_people_join_leave_and_recover_while_a_rotation_is_under_way(three: Keyring) -> None:
    keys = DataKeys.first(KEY).with_pending(NEXT)
    both = three.begin_rotation(NEXT).remove("p1").enrol("p9", "h9", Identity.create("p9"), "nine", FLOOR, keys)
    both = both.change_passphrase("h2", "pass 2", "two", FLOOR).set_recovery(
        Identity.create("recovery"), bytes(16), keys
    )
    unwritten = Keyring.decode(both.encode(keys)).finish_rotation()
    with pytest.raises(UsageError, match="Unlock the keyring again"):
        unwritten.unlock("h9", "nine")  # what it was made from cannot be checked without the old key
    done = Keyring.decode(unwritten.encode(keys))
    assert done.unlock("h9", "nine").data_keys.keys == {2: NEXT}
    assert done.unlock("h2", "two").data_keys.keys == {2: NEXT}
    assert done.unlock_recovery(bytes(16)).data_keys.keys == {2: NEXT}


def test_after_a_rotation_an_old_keyring_opens_nothing_new(written: bytes) -> None:
    old = Keyring.decode(written)
    keys = old.unlock("h0", "pass 0").data_keys
    begun = Keyring.decode(old.remove("p1").encode(keys)).begin_rotation(NEXT)
    done = Keyring.decode(begun.finish_rotation().encode(keys.with_pending(NEXT)))
    for number in range(3):
        assert NEXT not in old.unlock(f"h{number}", f"pass {number}").data_keys.keys.values()
    with pytest.raises(AuthenticationError):
        done.unlock("h1", "pass 1")
    with pytest.raises(AuthenticationError):
        begun.unlock("h1", "pass 1")
    # The removed person's old slot, put back into the new file by hand, does not open it either.
    slot = old.people[1].form()
    slot["data_keys"] = {"2": done.people[0].form()["data_keys"]["2"]}
    planted = Keyring.decode(forged(done.encode(keys.with_pending(NEXT)), lambda body: body["people"].append(slot)))
    with pytest.raises(Tampered):
        planted.unlock("h1", "pass 1")


def test_with_any_slot_left_all_is_recovered_and_with_none_nothing() -> None:
    draw = random.Random(8)
    for _ in range(20):
        count = draw.randint(1, 4)
        whole = people(count)
        data = whole.encode(DataKeys.first(KEY))
        lost = {number for number in range(count) if draw.random() < 0.6}
        for number in range(count):
            passphrase = "forgotten" if number in lost else f"pass {number}"
            if number in lost:
                with pytest.raises(AuthenticationError):
                    Keyring.decode(data).unlock(f"h{number}", passphrase)
            else:
                assert Keyring.decode(data).unlock(f"h{number}", passphrase).data_keys.keys == {1: KEY}
        recovered = Keyring.decode(data).unlock_recovery(SECRET)
        keyring = Keyring.decode(data)
        for number in lost:
            keyring = keyring.re_enrol(
                f"p{number}", f"h{number}", Identity.create(f"p{number}"), "found again", FLOOR, recovered.data_keys
            )
        back = Keyring.decode(keyring.encode(recovered.data_keys))
        for number in lost:
            assert back.unlock(f"h{number}", "found again").data_keys.keys == {1: KEY}
        with pytest.raises(AuthenticationError):
            back.unlock_recovery(chance.token(16))


# Damage and forgery


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
