from __future__ import annotations

from pathlib import Path

import pytest

from registry_app.custody import found
from registry_app.errors import Damaged, StorageBusy, StorageReadOnly
from registry_app.store import keys_of, open_store
from registry_app.vault import keyfile
from registry_app.vault.folder import Folder
from registry_app.vault.folder_place import FolderPlace
from registry_app.vault.lock import FolderLock
from registry_app.vault.place import database_key, state_folder
from registry_app.vault.slot import DataKeys
from tests.ground import phrase


@pytest.fixture
def made(tmp_path: Path) -> tuple[Folder, str, DataKeys]:
    found(tmp_path / "r", "Bank", "admin", "Ada", phrase("admin")).workspace.close()
    keyring = keyfile.load(tmp_path / "r")
    return Folder(tmp_path / "r"), keyring.registry, keyring.unlock("admin", phrase("admin")).data_keys


def test_it_opens_compared_and_closes_at_rest(made: tuple[Folder, str, DataKeys]) -> None:
    folder, registry, keys = made
    store = open_store(FolderPlace(folder), registry, keys)
    assert store.seen.places == 2
    assert store.seen.size == store.newest.size == 3
    with store.writing() as rows:
        rows.connection.exec_driver_sql("UPDATE unlock_failure SET count = 0")
    store.close()
    assert folder.at_rest
    assert FolderLock(folder.path).alone()


def test_while_a_rotation_is_under_way_either_key_fits(made: tuple[Folder, str, DataKeys]) -> None:
    folder, registry, keys = made
    pending = keys.with_pending(bytes(range(32)))
    for alone in (True, False):
        other = None if alone else open_store(FolderPlace(folder), registry, keys)
        store = open_store(FolderPlace(folder), registry, pending)
        assert store.key == database_key(keys.keys[1])
        store.close()
        if other is not None:
            other.close()


def test_keys_that_do_not_fit_are_damage_and_the_lock_is_let_go(made: tuple[Folder, str, DataKeys]) -> None:
    folder, registry, _ = made
    with pytest.raises(Damaged):
        open_store(FolderPlace(folder), registry, DataKeys.first(bytes(32)))
    assert FolderLock(folder.path).alone()


def test_somebody_working_on_the_file_alone_keeps_others_out(
    made: tuple[Folder, str, DataKeys], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry_app.vault.lock._PATIENCE", 0.0)
    folder, registry, keys = made
    lock = FolderLock(folder.path)
    assert lock.alone()
    with pytest.raises(StorageBusy):
        open_store(FolderPlace(folder), registry, keys)


def test_reading_only_refuses_to_write(made: tuple[Folder, str, DataKeys]) -> None:
    folder, registry, keys = made
    store = open_store(FolderPlace(folder), registry, keys, read_only=True)
    with pytest.raises(StorageReadOnly), store.writing():
        pass
    store.close()


def test_the_keys_of_nobody_are_none(made: tuple[Folder, str, DataKeys]) -> None:
    folder, registry, keys = made
    store = open_store(FolderPlace(folder), registry, keys)
    with store.reading() as rows:
        assert keys_of(rows, "nobody") == []
        assert len(keys_of(rows, "recovery")) == 1
    store.close()
    assert (state_folder() / "heads" / registry).exists()
