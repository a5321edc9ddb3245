from __future__ import annotations

from dataclasses import replace

import pytest

from registry_app.custody import rotate, rotation
from registry_app.errors import AuthenticationError, Refused, StorageBusy, StorageError, Tampered
from registry_app.models.views import ShowModel
from registry_app.people.actions import RecordRotation
from registry_app.vault import keyfile
from registry_app.vault.identity import Identity
from registry_app.verification import verify
from tests.ground import Ground, phrase


def test_everything_stands_under_the_new_key_and_reads_as_before(ground: Ground) -> None:
    with ground.open("admin") as admin:
        before, key = admin.ask(ShowModel("m")), admin.store.key
        told: list[tuple[str, int, int]] = []
        receipt = rotate(admin, phrase("admin"), lambda *each: told.append(each))
        assert [fact.KIND for fact in receipt.facts] == ["data-key-rotated"]
        assert admin.ask(ShowModel("m")) == before
        assert admin.store.key != key
        assert told[-1] == ("database", 1, 1)
        assert verify(admin).ok
        rotate(admin, phrase("admin"))
    with ground.open("val") as val:
        assert val.store.keys.current_epoch == 3
        assert list(val.store.keys.keys) == [3]
        assert val.ask(ShowModel("m")) == before
        assert verify(val).ok


def test_a_developer_a_wrong_passphrase_and_company_stop_it(ground: Ground) -> None:
    before = ground.print()
    with ground.open("dev") as dev, pytest.raises(Refused):
        rotate(dev, phrase("dev"))
    with ground.open("admin") as admin:
        with pytest.raises(AuthenticationError):
            rotate(admin, "wrong, quite wrong")
        with ground.open("val") as val:
            with pytest.raises(StorageBusy, match="Others have the registry open"):
                rotate(admin, phrase("admin"))
            assert verify(val).ok
        assert keyfile.load(ground.folder).pending is None
    assert ground.print()["keyring.json"] == before["keyring.json"]


@pytest.mark.parametrize("step", ["_seal_again", "_rekey"])
def test_a_step_that_fails_can_be_done_again_at_once_or_after_opening_again(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fails(*_: object) -> None:
        raise StorageError("cut off", "")

    with ground.open("admin") as admin:
        for _ in range(2):
            with monkeypatch.context() as patch:
                patch.setattr(rotation, step, fails)
                with pytest.raises(StorageError):
                    rotate(admin, phrase("admin"))
            assert keyfile.load(ground.folder).pending == 2
            assert verify(admin).ok
    with ground.open("val") as val:
        assert verify(val).ok
    with ground.open("admin") as admin:
        rotate(admin, phrase("admin"))
        assert keyfile.load(ground.folder).pending is None
        assert verify(admin).ok


def test_a_rotation_that_only_lacks_its_record_is_recorded(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    with ground.open("admin") as admin:
        run = admin.run

        def cut_off(action: object) -> object:
            if isinstance(action, RecordRotation):
                raise StorageError("cut off", "")
            return run(action)  # type: ignore[arg-type]

        with monkeypatch.context() as patch:
            patch.setattr(admin, "run", cut_off)
            with pytest.raises(StorageError):
                rotate(admin, phrase("admin"))
    with ground.open("admin") as admin:
        receipt = rotate(admin, phrase("admin"))
        assert receipt.facts[0].epoch == 2  # type: ignore[attr-defined]
        assert admin.store.keys.current_epoch == 2
        assert verify(admin).ok


def test_the_next_key_is_never_wrapped_to_a_recovery_key_the_first_leaf_does_not_name(ground: Ground) -> None:
    with ground.open("admin") as admin:
        keyring, keys = keyfile.load(ground.folder), admin.store.keys
        assert keyring.recovery is not None
        own = replace(keyring.recovery.public, box_key=Identity.create("recovery").public.box_key)
        forged = replace(keyring, recovery=replace(keyring.recovery, public=own), generation=keyring.generation + 1)
        keyfile.save(ground.folder, forged.encode(keys))
        with pytest.raises(Tampered, match="recovery"):
            rotate(admin, phrase("admin"))
        assert admin.store.keys.current_epoch == 1
