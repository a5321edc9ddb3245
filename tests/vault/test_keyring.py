from __future__ import annotations

import json
import random

import pytest
import rfc8785

from registry_app.errors import (
    AuthenticationError,
    Refused,
    Tampered,
    UsageError,
)
from registry_app.vault import chance
from registry_app.vault.identity import Identity
from registry_app.vault.kdf import ARGON2ID_FLOOR_2026_11 as FLOOR
from registry_app.vault.kdf import Profile
from registry_app.vault.keyring import MAX_EPOCH, MAX_PEOPLE, MAX_SIZE, DataKeys, Keyring
from tests.vault.rings import KEY, NEXT, REGISTRY, SECRET, forged, people


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
    with pytest.raises(AuthenticationError, match="The handle or the passphrase is wrong"):
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
    with chance.use(bytes):
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
