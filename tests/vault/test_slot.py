from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry_app.errors import Damaged, Tampered, UsageError
from registry_app.vault import chance
from registry_app.vault.identity import Identity
from registry_app.vault.kdf import ARGON2ID_FLOOR_2026_11 as FLOOR
from registry_app.vault.slot import DataKeys, Slot

KEY = bytes(range(32))
KEYS = DataKeys(3, {3: KEY})


@pytest.fixture(scope="module")
def ada() -> Identity:
    return Identity.create("ada")


@pytest.fixture(scope="module")
def slot(ada: Identity) -> Slot:
    return Slot.for_person("ada.l", ada, "a passphrase", FLOOR, KEYS)


def test_the_passphrase_opens_the_identity_and_the_data_keys(slot: Slot, ada: Identity) -> None:
    identity = slot.unlock("a passphrase")
    assert identity is not None
    assert identity.public == ada.public
    assert slot.open_data_keys(identity) == {3: KEY}
    assert slot.unlock("another passphrase") is None


def test_a_slot_is_read_as_it_was_written(slot: Slot) -> None:
    assert Slot.read(slot.form(), (3,)) == slot


def test_a_slot_holds_exactly_the_epochs_it_should(slot: Slot) -> None:
    two = slot.with_data_key(4, bytes(32))
    assert Slot.read(two.form(), (3, 4)) == two
    assert two.without_data_key(3).data_keys.keys() == {4}
    for epochs in ((3,), (4,), (3, 4, 5), ()):
        with pytest.raises(Damaged, match="data keys"):
            Slot.read(two.form(), epochs)


@pytest.mark.parametrize("field", ["salt", "profile", "person", "public"])
def test_the_wrapped_identity_is_bound_to_its_description(slot: Slot, field: str) -> None:
    changed: dict[str, Any] = {
        "salt": bytes(16),
        "profile": replace(FLOOR, name="another-name"),
        "person": "eve",
        "public": Identity.create("eve").public,
    }
    assert replace(slot, **{field: changed[field]}).unlock("a passphrase") is None


def test_private_keys_of_other_public_keys_are_found(slot: Slot) -> None:
    from registry_app.vault.kdf import derive

    wrapped = Identity.create("eve").wrap(derive("a passphrase", slot.salt, FLOOR), slot.about())
    with pytest.raises(Tampered, match="not those of its public keys"):
        replace(slot, wrapped=wrapped).unlock("a passphrase")


def test_a_data_key_moved_to_another_epoch_or_person_is_found(slot: Slot, ada: Identity) -> None:
    with pytest.raises(Tampered):
        replace(slot, data_keys={4: slot.data_keys[3]}).open_data_keys(ada)
    with pytest.raises(Tampered):
        replace(slot, person="eve").open_data_keys(ada)
    with pytest.raises(Tampered, match="wrong length"):
        slot.with_data_key(3, b"short").open_data_keys(ada)


def test_the_recovery_secret_opens_the_recovery_alone(slot: Slot) -> None:
    secret = bytes(range(16))
    recovery = Slot.for_recovery(Identity.create("recovery"), secret, KEYS)
    identity = recovery.unlock_recovery(secret)
    assert identity is not None
    assert recovery.open_data_keys(identity) == {3: KEY}
    assert recovery.unlock_recovery(bytes(16)) is None
    assert recovery.unlock("a passphrase") is None
    assert slot.unlock_recovery(secret) is None
    assert Slot.read(recovery.form(), (3,)) == recovery


def test_a_changed_passphrase_has_a_new_salt_and_the_same_keys(slot: Slot, ada: Identity) -> None:
    changed = slot.rewrapped(ada, "something else", FLOOR)
    assert changed.salt != slot.salt
    assert changed.unlock("a passphrase") is None
    identity = changed.unlock("something else")
    assert identity is not None
    assert identity.public == ada.public
    assert changed.data_keys == slot.data_keys


def test_ids_and_handles_of_the_wrong_form_are_refused(ada: Identity) -> None:
    for person in ("", "recovery", "a b", "x" * 65, "é"):
        with pytest.raises(UsageError):
            Slot.for_person("ada", Identity.create(person), "p", FLOOR, KEYS)
    for handle in ("", "Ada", "a b", "-ada", "\x1b[1m"):
        with pytest.raises(UsageError):
            Slot.for_person(handle, ada, "p", FLOOR, KEYS)
    with pytest.raises(UsageError, match="recovery"):
        Slot.for_recovery(ada, bytes(16), KEYS)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("person", 7),
        ("person", ""),
        ("person", "recovery"),
        ("handle", None),
        ("handle", "Ada"),
        ("sign_key", "AA=="),
        ("sign_key", 5),
        ("box_key", "*" * 1624),
        ("identity", ""),
        ("data_keys", []),
        ("data_keys", {"3": None}),
        ("kdf", None),
        ("kdf", {"name": "recovery"}),
        ("kdf", {"name": "argon2id"}),
        ("extra", 1),
    ],
)
def test_a_slot_of_another_form_is_damage(slot: Slot, field: str, value: Any) -> None:
    with pytest.raises(Damaged):
        Slot.read({**slot.form(), field: value}, (3,))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", 1),
        ("iterations", True),
        ("iterations", 2.0),
        ("lanes", "1"),
        ("memory_kib", None),
        ("salt", ""),
        ("salt", "AAAAAAAAAAAAAAAAAAAAAB=="),
    ],
)
def test_a_key_derivation_of_another_form_is_damage(slot: Slot, field: str, value: Any) -> None:
    form = slot.form()
    with pytest.raises(Damaged):
        Slot.read({**form, "kdf": {**form["kdf"], field: value}}, (3,))


def test_a_missing_field_is_damage(slot: Slot) -> None:
    for field in slot.form():
        with pytest.raises(Damaged):
            Slot.read({name: value for name, value in slot.form().items() if name != field}, (3,))
    with pytest.raises(Damaged):
        Slot.read([], (3,))


def test_data_keys_follow_a_rotation_and_never_print() -> None:
    first = DataKeys.first(KEY)
    both = first.with_pending(bytes(32))
    assert (both.current_epoch, both.pending, both.keys) == (1, 2, {1: KEY, 2: bytes(32)})
    assert both.finished() == DataKeys(2, {2: bytes(32)}, None)
    with pytest.raises(UsageError, match="No rotation"):
        first.finished()
    secret = chance.token(32)
    assert repr(secret) not in repr(DataKeys.first(secret))
    assert secret.hex() not in repr(DataKeys.first(secret))
