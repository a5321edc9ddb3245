"""A registry in a folder answers as a place: where things lie, and under which key the file stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_app.custody import found
from registry_app.errors import Damaged, StorageError, UsageError
from registry_app.vault.folder_place import FolderPlace
from registry_app.vault.place import database_key, state_folder, unlock
from registry_app.vault.slot import DataKeys
from tests.ground import phrase


@pytest.fixture
def place(tmp_path: Path) -> FolderPlace:
    found(tmp_path / "r", "Bank", "admin", "Ada", phrase("admin")).workspace.close()
    return FolderPlace.at(tmp_path / "r")


def keys_of(place: FolderPlace) -> DataKeys:
    return unlock(place, "admin", phrase("admin"))[1].data_keys


def test_a_place_is_named_by_its_whole_path_wherever_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert FolderPlace.at(Path("r")).name == str(tmp_path / "r")
    assert FolderPlace.at(Path("r")) == FolderPlace.at(tmp_path / "r")


def test_heads_are_kept_beside_the_file_and_with_the_user_so_that_neither_alone_can_be_put_back(
    place: FolderPlace,
) -> None:
    registry = place.keyring().registry
    beside, own = place.heads(registry)
    assert beside.parent == place.folder.path
    assert own == state_folder() / "heads" / registry
    assert not own.is_relative_to(place.folder.path)
    assert beside.is_file()
    assert own.is_file()
    assert place.notes(registry) == place.folder.path


def test_the_file_is_examined_under_its_key_and_found_damaged_under_another(place: FolderPlace) -> None:
    keys = keys_of(place)
    hold = place.hold()
    try:
        with place.examined(keys, hold) as opened:
            assert opened.key == database_key(keys.keys[keys.current_epoch])
        wrong = DataKeys(1, {1: bytes(32)})
        with pytest.raises(Damaged), place.examined(wrong, hold):
            pass
    finally:
        hold.release()


def test_while_a_rotation_is_under_way_the_file_may_stand_under_either_key(place: FolderPlace) -> None:
    keys = keys_of(place)
    (epoch,) = keys.keys
    other = b"\7" * 32
    for held in (
        DataKeys(epoch, {epoch: keys.keys[epoch], epoch + 1: other}, epoch + 1),
        DataKeys(epoch, {epoch: other, epoch + 1: keys.keys[epoch]}, epoch + 1),
    ):
        hold = place.hold()
        try:
            with place.examined(held, hold) as opened:
                assert opened.key == database_key(keys.keys[epoch])
        finally:
            hold.release()


def test_a_file_is_rewritten_under_a_new_key_and_no_longer_opens_under_the_old(place: FolderPlace) -> None:
    keys = keys_of(place)
    new = b"\7" * 32
    hold = place.hold()
    try:
        with place.examined(keys, hold) as opened:
            assert hold.alone()
            done = place.rekey(opened, new, hold)
            done.engine.dispose()
            assert done.key == database_key(new)
            again = place.rekey(done, new, hold)
            assert again is done
        with place.examined(DataKeys(1, {1: new}), hold) as opened:
            assert opened.key == database_key(new)
        with pytest.raises(Damaged), place.examined(keys, hold):
            pass
    finally:
        hold.release()


def test_a_folder_without_a_registry_says_so_and_a_founded_one_does_not(place: FolderPlace, tmp_path: Path) -> None:
    place.require()
    for empty in (tmp_path / "gone", tmp_path):
        with pytest.raises(UsageError):
            FolderPlace.at(empty).require()
    with pytest.raises((UsageError, StorageError)):
        place.make()
