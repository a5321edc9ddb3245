"""A registry in a folder: a SQLCipher file, and the keyring, the head and the lock beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from registry_app.errors import Damaged, StorageError
from registry_app.vault import check, keyfile
from registry_app.vault.engine import from_os, open_sqlcipher, reading, translated
from registry_app.vault.folder import Folder
from registry_app.vault.keyring import Keyring
from registry_app.vault.lock import FolderLock
from registry_app.vault.place import Hold, Opened, database_key, disposing, state_folder
from registry_app.vault.slot import DataKeys


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """The folder of one registry, as a place (:class:`registry_app.vault.place.Place`)."""

    folder: Folder
    """Its files."""

    @classmethod
    def at(cls, path: Path) -> FolderPlace:
        """The place at ``path``."""
        return cls(Folder(path.absolute()))

    @property
    def name(self) -> str:
        """The folder's path."""
        return str(self.folder.path)

    def require(self) -> None:
        """See :meth:`Folder.require`."""
        self.folder.require()

    def require_free(self) -> None:
        """See :meth:`Folder.require_free`."""
        self.folder.require_free()

    def make(self) -> Hold:
        """See :meth:`Folder.make`."""
        return self.folder.make()

    def finish(self) -> None:
        """See :meth:`Folder.finish`."""
        self.folder.finish()

    def clear(self) -> None:
        """See :meth:`Folder.clear`."""
        self.folder.clear()

    def keyring(self) -> Keyring:
        """See :func:`keyfile.load`."""
        return keyfile.load(self.folder.path)

    def keep(self, encoded: bytes, *, forget_previous: bool = False) -> None:
        """See :func:`keyfile.save`."""
        keyfile.save(self.folder.path, encoded, forget_previous=forget_previous)

    def changing(self) -> AbstractContextManager[None]:
        """See :func:`keyfile.changing`."""
        return keyfile.changing(self.folder.path)

    def restore_keyring(self) -> Keyring:
        """See :func:`keyfile.restore_previous`."""
        return keyfile.restore_previous(self.folder.path)

    def notes(self, registry: str) -> Path:
        """The folder itself."""
        return self.folder.path

    def heads(self, registry: str) -> tuple[Path, ...]:
        """One beside the database, one in the user's own state folder."""
        return self.folder.head, state_folder() / "heads" / registry

    def hold(self) -> Hold:
        """The lock file."""
        return FolderLock(self.folder.path)

    def create(self, data_key: bytes, hold: Hold) -> Opened:
        """A new file."""
        key = database_key(data_key)
        return Opened(open_sqlcipher(self.folder.database, key), key)

    @contextmanager
    def examined(self, keys: DataKeys, hold: Hold) -> Iterator[Opened]:
        """The file as it lies, or a copy with its journals folded in: where something is wrong, no file was touched."""
        alone = hold.alone()
        if not alone:
            hold.share()
        held = [keys.keys[keys.current_epoch]]
        if keys.pending is not None:  # a rotation was cut off: the file may stand under either
            held.insert(0, keys.keys[keys.pending])
        candidates = [database_key(data_key) for data_key in held]
        with ExitStack() as stack:
            for place, key in enumerate(candidates):
                try:
                    engine = stack.enter_context(check.untouched(self.folder, key, alone=alone))
                except Damaged:
                    if place == len(candidates) - 1:
                        raise
                    continue
                yield Opened(engine, key)
                break
        if alone:
            check.sweep(self.folder)
        hold.share()

    def open(self, key: bytes, hold: Hold, resources: ExitStack, *, read_only: bool) -> Engine:
        """An engine; one that only reads works also where not even the files beside a WAL can be made."""
        if not read_only:
            return open_sqlcipher(self.folder.database, key)
        engine = open_sqlcipher(self.folder.database, key, read_only=True)
        try:
            check.probe(engine)
            return engine
        except StorageError:
            engine.dispose()
        if self.folder.at_rest:
            return open_sqlcipher(self.folder.database, key, immutable=True)
        place = resources.enter_context(TemporaryDirectory())
        try:
            return open_sqlcipher(check.copied(self.folder, Path(place)), key)
        except OSError as error:
            raise from_os(error) from error

    def rekey(self, opened: Opened, data_key: bytes, hold: Hold) -> Opened:
        """SQLCipher rewrites the file in one transaction of its own, with a journal that is gone for good afterwards."""
        new = database_key(data_key)
        if opened.key == new:
            return opened
        opened.engine.dispose()
        engine = open_sqlcipher(self.folder.database, opened.key)
        with disposing(engine), translated(), engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            connection.rollback()
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            raw.execute("PRAGMA journal_mode = DELETE").fetchall()
            raw.execute("PRAGMA synchronous = EXTRA")  # the journal is gone before the keyring forgets the key
            raw.execute(f"PRAGMA rekey = \"x'{new.hex()}'\"").fetchall()
        engine = open_sqlcipher(self.folder.database, new)
        try:
            with reading(engine) as connection:
                connection.exec_driver_sql("SELECT count(*) FROM leaf")
        except Damaged:
            engine.dispose()
            raise StorageError(
                "The database could not be written under the new key; it stands under the old one.",
                "Free some space, then run 'registry-app vault rotate' again: it goes on from there.",
            ) from None
        return Opened(engine, new)

    def settle(self, engine: Engine) -> None:
        """Fold the WAL into the file. Where that fails, the WAL stays: what is in it is as durable as the file."""
        with translated(), engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def size(self, engine: Engine) -> int:
        """Bytes of the database's file."""
        return self.folder.database.stat().st_size
