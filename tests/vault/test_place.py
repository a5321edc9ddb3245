"""A place is a folder or a database: the same questions, the same answers."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from registry_app.custody import found, rotate
from registry_app.errors import (
    AuthenticationError,
    Damaged,
    StorageBusy,
    StorageError,
    StorageReadOnly,
    UsageError,
)
from registry_app.models.actions import RegisterVersion
from registry_app.people.actions import FormTeam
from registry_app.text import without_password
from registry_app.vault.database_place import DatabasePlace
from registry_app.vault.engine import translated
from registry_app.vault.folder_place import FolderPlace
from registry_app.vault.place import place_of, state_folder, unlock
from registry_app.verification import verify
from registry_app.workspace import Workspace
from tests.ground import phrase
from tests.postgres import PASSWORD, Bank, Server


def test_an_address_names_a_folder_or_a_database(tmp_path: Path) -> None:
    assert isinstance(place_of(tmp_path), FolderPlace)
    assert isinstance(place_of(str(tmp_path)), FolderPlace)
    for scheme in ("postgresql", "postgres"):
        assert isinstance(place_of(f"{scheme}://ada@db.example.org/registry"), DatabasePlace)


@pytest.mark.parametrize("url", ["postgresql://", "postgresql://host", "postgresql://u:secret@h:port/x"])
def test_a_url_that_cannot_be_read_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(UsageError, match="cannot be read") as caught:
        place_of(url)
    assert "secret" not in str(caught.value)


def test_a_password_is_never_shown() -> None:
    place = place_of(
        "postgresql://ada:very-secret@db.example.org:5433/registry?sslmode=require&sslpassword=very-secret"
    )
    assert place.name == "postgresql://ada@db.example.org:5433/registry?sslmode=require"
    assert "very-secret" not in repr(place) + str(place)
    for url in ("postgresql://ada:very-secret@h/x", "postgresql://h/x?user=ada&password=very-secret&a=b"):
        assert "very-secret" not in without_password(url)
    assert without_password("postgresql://ada@h:5432/x") == "postgresql://ada@h:5432/x"
    assert without_password("/srv/registry") == "/srv/registry"


def test_the_password_of_the_server_is_in_no_error(bank: Bank, capfd: pytest.CaptureFixture[str]) -> None:
    closed = bank.url().replace(str(bank.server.port), "1")
    wrong = bank.url().replace(PASSWORD, "another-secret")
    for url, kind, code in (
        (closed, StorageError, 6),
        (wrong, AuthenticationError, 4),
        (bank.url() + "_not_there", UsageError, 2),
    ):
        with pytest.raises(kind) as caught:
            Workspace.open(url, "dev", phrase("dev"))
        assert caught.value.exit_code == code
        chain = f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
        assert PASSWORD not in chain
        assert "another-secret" not in chain
    assert not (state_folder() / "attempts").exists()
    assert PASSWORD not in "".join(capfd.readouterr())


def test_a_database_that_holds_no_registry_says_so(server: Server) -> None:
    name = server.database()
    with pytest.raises(UsageError, match="There is no registry in"):
        place_of(server.url(name, "owner")).require()
    server.run("CREATE TABLE other (a int)", database=name)
    with pytest.raises(UsageError, match="already"):
        place_of(server.url(name, "owner")).make()


def test_a_founding_cut_off_can_be_done_again_and_is_no_registry(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.url(server.database(), "owner")

    def cut_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(DatabasePlace, "keep", cut_off)
        patch.setattr(DatabasePlace, "clear", lambda _: None)  # as when the process is killed
        with pytest.raises(KeyboardInterrupt):
            found(url, "Bank", "admin", "Ada Admin", phrase("admin"))
    with pytest.raises(UsageError, match="never finished"):
        Workspace.open(url, "admin", phrase("admin"))
    found(url, "Bank", "admin", "Ada Admin", phrase("admin")).workspace.close()
    with pytest.raises(UsageError, match="already"):
        found(url, "Bank", "admin", "Ada Admin", phrase("admin"))
    with Workspace.open(url, "admin", phrase("admin")) as admin:
        assert admin.head().size == 3


def test_a_founding_that_fails_leaves_an_empty_database(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    from registry_app.custody import founding

    name = server.database()

    def fails(pack: str) -> None:
        raise UsageError(f"There is no pack {pack}.", "Name another.")

    monkeypatch.setattr(founding, "shipped_pack", fails)
    with pytest.raises(UsageError, match="There is no pack"):
        found(server.url(name, "owner"), "Bank", "admin", "Ada Admin", phrase("admin"))
    assert server.run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", database=name) == [(0,)]


def test_an_emptied_keyring_is_damage_and_nothing_is_founded_over_it(bank: Bank) -> None:
    bank.superuser("DELETE FROM keyring")
    with pytest.raises(Damaged, match="keyring is missing"):
        bank.open()
    with pytest.raises(UsageError, match="already"):
        found(bank.url(), "Bank", "admin", "Ada Admin", phrase("admin"))


def test_a_keyring_read_before_another_change_is_not_kept(bank: Bank) -> None:
    place = place_of(bank.url())
    _, unlocked = unlock(place, "dev", phrase("dev"))
    old = place.keyring()
    ours = old.remove(old.people[-1].person).encode(unlocked.data_keys)
    theirs = old.remove(old.people[-2].person).encode(unlocked.data_keys)
    place.keep(ours)
    with pytest.raises(StorageBusy, match="changed meanwhile"):
        place.keep(theirs)
    assert place.keyring().people == old.people[:-1]
    assert bank.superuser("SELECT count(*) FROM keyring") == [(2,)]
    place.keep(ours, forget_previous=True)
    assert bank.superuser("SELECT count(*) FROM keyring") == [(1,)]


def test_whoever_changes_the_keyring_holds_others_off(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_app.vault.database_place._KEYRING_PATIENCE", 0.0)
    caught: list[BaseException] = []

    def other() -> None:
        try:
            with place_of(bank.url()).changing():
                pass
        except StorageBusy as error:
            caught.append(error)

    with place_of(bank.url()).changing():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert len(caught) == 1


def test_a_damaged_keyring_is_found_and_the_one_before_restored(bank: Bank) -> None:
    place = place_of(bank.url())
    with pytest.raises(UsageError, match="intact"):
        place.restore_keyring()
    before = place.keyring()
    bank.superuser("UPDATE keyring SET encoded = '\\x00' WHERE generation = (SELECT max(generation) FROM keyring)")
    with pytest.raises(Damaged, match="restore-keyring"):
        bank.open()
    assert place.restore_keyring().generation == before.generation - 1
    bank.open().close()
    bank.superuser("UPDATE keyring SET generation = generation + 1")
    with pytest.raises(Damaged):
        bank.open()
    with pytest.raises(Damaged):
        place.restore_keyring()


def test_who_works_on_all_of_it_waits_until_nobody_else_is_there(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_app.vault.database_place._PATIENCE", 0.0)
    place = place_of(bank.url())
    one, other = place.hold(), place.hold()
    one.share()
    other.share()
    assert not one.alone()
    one.share()
    other.release()
    assert one.alone()
    with pytest.raises(StorageBusy):
        bank.open()
    one.share()
    bank.open().close()
    one.release()


def test_a_server_that_lies_about_durability_is_refused(bank: Bank) -> None:
    for value, refused in (("off", True), ("local", False)):
        bank.superuser(f'ALTER DATABASE "{bank.database}" SET synchronous_commit = {value}')
        if refused:
            with pytest.raises(StorageError, match="before they are durable"):
                bank.open()
        else:
            bank.open().close()


def test_reading_only_refuses_to_write(bank: Bank) -> None:
    with bank.open(read_only=True) as reader:
        assert reader.head().size > 3
        with pytest.raises(StorageReadOnly), reader.store.writing():
            pass
        with pytest.raises(StorageReadOnly), translated(), reader.store.engine.connect() as connection:
            connection.exec_driver_sql("UPDATE head SET size = 0")


def test_whoever_lost_the_hold_does_not_seal_under_a_data_key_that_was_taken_away(bank: Bank) -> None:
    with bank.open() as dev:
        with bank.open("admin") as admin:
            with pytest.raises(StorageBusy, match="Others have the registry open"):
                rotate(admin, phrase("admin"))
            bank.superuser(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        with bank.open("admin") as admin:
            rotate(admin, phrase("admin"))
        with pytest.raises(StorageError, match="rotated meanwhile"):
            dev.run(RegisterVersion(model="m", artifact="d" * 64))
    with bank.open() as dev:
        dev.run(RegisterVersion(model="m", artifact="d" * 64))
        assert verify(dev).ok


def test_text_is_compared_as_bytes_whatever_the_locale_of_the_server(server: Server) -> None:
    name = server.database()
    names = ["Ä", "a", "B", "_", "z", "É", "aa", "Zz"]
    with found(server.url(name, "owner"), "Bank", "admin", "Ada Admin", phrase("admin")).workspace as admin:
        for each in names:
            admin.run(FormTeam(each, "admin"))
        verification = verify(admin)
        assert verification.ok, verification.first_bad
    (ordered,) = server.run("SELECT array_agg(name ORDER BY name) FROM team", database=name)
    assert ordered[0] == sorted(names)
    odd = server.run(
        "SELECT attrelid::regclass, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid "
        "WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attcollation <> 0 "
        "AND attcollation <> '\"C\"'::regcollation AND relname <> 'alembic_version'",
        database=name,
    )
    assert odd == []
