"""T8 and T14: people come, lose their passphrase, leave; keys rotate; a small oracle says who can open and sign."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from registry_app.custody import change_passphrase, disable, enrol, re_enrol, recover, rotate
from registry_app.errors import AuthenticationError, IntegrityError, RegistryError, Tampered
from registry_app.models.actions import RegisterVersion
from registry_app.people.actions import Grant
from registry_app.vault import chance, kdf, keyfile
from registry_app.vault.identity import Identity
from registry_app.vault.recovery import read
from registry_app.verification import verify
from registry_app.workspace import Workspace
from tests.ground import CAST, Ground, dice, many, phrase


@dataclass
class Oracle:
    """What must be so: who is active under which passphrase, and every pair that once opened the registry."""

    phrases: dict[str, str] = field(default_factory=lambda: {h: phrase(h) for h in ("admin", *CAST)})
    disabled: set[str] = field(default_factory=set)
    once: set[tuple[str, str]] = field(default_factory=set)

    def now(self, handle: str, secret: str) -> None:
        if handle in self.phrases:
            self.once.add((handle, self.phrases[handle]))
        self.phrases[handle] = secret
        self.disabled.discard(handle)
        self.once.discard((handle, secret))

    def gone(self, handle: str) -> None:
        self.once.add((handle, self.phrases.pop(handle)))
        self.disabled.add(handle)


def live(ground: Ground, oracle: Oracle, draw: object, number: int) -> str:
    """One event, done both ways."""
    import random

    assert isinstance(draw, random.Random)
    others = sorted(set(oracle.phrases) - {"admin"})
    kind = draw.choice(["enrol", "sign", "rotate", "disable", "re-enrol", "recover", "passphrase"])
    secret = f"{phrase('new')} {number}"
    if kind == "recover":
        handle = draw.choice(["admin", *others])
        recover(ground.folder, ground.recovery_key, handle, secret, "lost").close()
        oracle.now(handle, secret)
        return kind
    if kind in ("sign", "passphrase"):
        handle = draw.choice(others) if others else "admin"
        with Workspace.open(ground.folder, handle, oracle.phrases[handle]) as workspace:
            if kind == "passphrase":
                change_passphrase(workspace, oracle.phrases[handle], secret)
                oracle.now(handle, secret)
            elif handle == "dev":
                workspace.run(RegisterVersion(model="m", artifact=f"{number:064x}"))
        return kind
    with Workspace.open(ground.folder, "admin", oracle.phrases["admin"]) as admin:
        if kind == "enrol":
            enrol(admin, f"new{number}", "New Person", secret)
            admin.run(Grant(f"new{number}", "developer"))
            oracle.now(f"new{number}", secret)
        elif kind == "rotate":
            rotate(admin, oracle.phrases["admin"])
        elif kind == "disable" and others:
            handle = draw.choice(others)
            disable(admin, handle, "left")
            oracle.gone(handle)
        elif kind == "re-enrol" and others + sorted(oracle.disabled):
            handle = draw.choice(others + sorted(oracle.disabled))
            re_enrol(admin, handle, secret, "lost the passphrase")
            oracle.now(handle, secret)
    return kind


def test_generated_lives_agree_with_the_oracle(small_ground: Ground, tmp_path: Path) -> None:
    draw = dice("lives")
    events = 0
    for life in range(many(4, 200)):
        ground, oracle = small_ground.copy(tmp_path / "registry"), Oracle()
        for number in range(8):
            live(ground, oracle, draw, life * 100 + number)
            events += 1
        for handle, secret in sorted(oracle.phrases.items()):
            with Workspace.open(ground.folder, handle, secret) as workspace:
                assert workspace.handle == handle
        for handle, secret in sorted(oracle.once):
            with pytest.raises(AuthenticationError):
                Workspace.open(ground.folder, handle, secret)
        with Workspace.open(ground.folder, "admin", oracle.phrases["admin"]) as admin:
            verification = verify(admin)
            assert verification.ok, verification.first_bad
    print(f"{events} events")


def test_after_a_rotation_an_old_keyring_opens_nothing_new(small: Ground, tmp_path: Path) -> None:
    shutil.copy(small.folder / "keyring.json", tmp_path / "old.json")
    with small.open("admin") as admin:
        disable(admin, "val2", "left the bank")
        rotate(admin, phrase("admin"))
    assert (small.folder / "keyring.previous.json").read_bytes() == (small.folder / "keyring.json").read_bytes()
    with pytest.raises(AuthenticationError):
        small.open("val2")
    for name in ("keyring.json", "keyring.previous.json"):
        shutil.copy(tmp_path / "old.json", small.folder / name)
    for handle in ("val2", "dev", "admin"):
        with pytest.raises(IntegrityError):
            small.open(handle)


def test_before_a_rotation_an_old_keyring_lets_a_disabled_person_in_no_more(small: Ground, tmp_path: Path) -> None:
    shutil.copy(small.folder / "keyring.json", tmp_path / "old.json")
    with small.open("admin") as admin:
        disable(admin, "val2", "left the bank")
    shutil.copy(tmp_path / "old.json", small.folder / "keyring.json")
    with pytest.raises(AuthenticationError, match="does not know these keys"):
        small.open("val2")


def test_a_slot_that_the_ledger_does_not_know_is_not_given_the_next_key(small: Ground) -> None:
    with small.open("val2") as insider:
        keys = insider.store.keys
        keyring = keyfile.load(small.folder)
        mole = Identity.create(chance.uuid7())
        keyring = keyring.enrol(mole.person, "mole", mole, phrase("mole"), kdf.chosen(), keys)
        keyfile.save(small.folder, keyring.encode(keys))
    with small.open("admin") as admin:
        rotate(admin, phrase("admin"))
    assert [slot.handle for slot in keyfile.load(small.folder).people] == ["admin", *CAST]


def test_other_keys_for_somebody_known_stop_a_rotation(small: Ground) -> None:
    with small.open("val2") as insider:
        keys = insider.store.keys
        keyring = keyfile.load(small.folder)
        person = next(slot.person for slot in keyring.people if slot.handle == "risk")
        mole = Identity.create(person)
        keyring = keyring.re_enrol(person, "risk", mole, phrase("mole"), kdf.chosen(), keys)
        keyfile.save(small.folder, keyring.encode(keys))
    with small.open("admin") as admin, pytest.raises(Tampered, match="other keys"):
        rotate(admin, phrase("admin"))


def test_with_any_slot_left_it_opens_and_with_none_it_does_not(small_ground: Ground, tmp_path: Path) -> None:
    draw = dice("slots")
    for _ in range(many(5, 100)):
        ground = small_ground.copy(tmp_path / "registry")
        lost = draw.sample(["admin", *CAST], draw.randrange(len(CAST) + 2))
        left = [handle for handle in ("admin", *CAST) if handle not in lost]
        for handle in left:
            ground.open(handle, read_only=True).close()
        for handle in lost:
            with pytest.raises(AuthenticationError):
                Workspace.open(ground.folder, handle, "what was it again, I wonder")
        recovered = recover(ground.folder, ground.recovery_key, "admin", phrase("again"), "all lost")
        assert verify(recovered).ok
        recovered.close()


def test_a_recovery_key_with_one_wrong_character_is_a_typing_error(small: Ground) -> None:
    typed = small.recovery_key
    wrong = typed[:-1] + ("A" if typed[-1] != "A" else "B")
    with pytest.raises(RegistryError) as caught:
        recover(small.folder, wrong, "admin", phrase("again"), "lost")
    assert caught.value.exit_code == 2
    assert read(typed)
