"""An open registry's inside: the engine, the unlocked keys, the lock, and the heads outside. ``Workspace`` stands before it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from registry_app.errors import Damaged, RolledBack, StorageBusy, StorageReadOnly
from registry_app.ledger.anchor import Anchor, Seen
from registry_app.ledger.entry import Head
from registry_app.ledger.log import Log
from registry_app.people.tables import KeyRow, RegistryRow
from registry_app.vault import check, digest, schema
from registry_app.vault.engine import open_sqlcipher, reading, writing
from registry_app.vault.folder import Folder
from registry_app.vault.lock import FolderLock
from registry_app.vault.rows import Rows
from registry_app.vault.sealed import Sealer
from registry_app.vault.slot import DataKeys


def state_folder() -> Path:
    """The user's own state folder, where the heads of the registries this user has seen are kept."""
    from platformdirs import user_state_path

    return user_state_path("registry-app", appauthor=False)


def database_key(data_key: bytes) -> bytes:
    """The raw SQLCipher key of a registry with that data key."""
    return digest.hkdf(data_key, "sqlcipher")


@dataclass(slots=True)
class Store:
    """What an open registry holds in memory."""

    folder: Folder
    """Where it is."""
    engine: Engine
    """The encrypted database."""
    keys: DataKeys
    """The data keys, by epoch."""
    sealer: Sealer
    """What opens sealed values."""
    key: bytes
    """The raw key of the database."""
    lock: FolderLock
    """Held as long as it is open."""
    anchor: Anchor
    """The heads outside."""
    registry: str
    """The registry's id."""
    seen: Seen = field(default_factory=lambda: Seen(0, 0))
    """What the heads outside said when it was opened."""
    newest: Head = field(default_factory=lambda: Head(0, b""))
    """The newest head this process knows; the ledger must never be behind it."""
    read_only: bool = False
    """Whether nothing may be written."""

    @contextmanager
    def reading(self, at: int | None = None) -> Iterator[Rows]:
        """Rows of one snapshot, now or as of a ledger position."""
        with reading(self.engine) as connection:
            yield Rows(connection, at)

    @contextmanager
    def writing(self) -> Iterator[Rows]:
        """Rows of one transaction that nobody interleaves."""
        if self.read_only:
            raise StorageReadOnly("The registry is open for reading only.", "Open it where it can be written.")
        with writing(self.engine) as connection:
            yield Rows(connection)

    def compare(self) -> None:
        """Check the ledger against every head outside.

        Raises:
            RolledBack, Damaged: see :meth:`~registry_app.ledger.anchor.Anchor.compare`.
        """
        with self.reading() as rows:
            log = Log(rows)
            self.seen = self.anchor.compare(log, lambda person: keys_of(rows, person))
            self.newest = log.head()

    def extends(self, head: Head, root_at_known: bytes) -> None:
        """Check that ``head`` extends the newest head this process knows."""
        if head.size < self.newest.size or (self.newest.size and root_at_known != self.newest.root):
            raise RolledBack(
                "The registry was put back while it was open.", "Stop, and compare it with the newest copy there is."
            )

    def name(self, registry: str) -> None:
        """Take the id that the genesis gave."""
        self.registry = registry
        self.anchor = Anchor(self.folder.head, state_folder(), registry)

    def close(self) -> None:
        """Fold the WAL into the file and let go."""
        try:
            if not self.read_only:
                with self.engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self.engine.dispose()
            self.lock.release()


def open_store(folder: Folder, registry: str, keys: DataKeys, *, read_only: bool = False) -> Store:
    """Open the database of a registry whose keyring was unlocked; checks file, shape and heads outside.

    Raises:
        Damaged, RolledBack: it is not what was written or seen; nothing was written.
        StorageBusy: another process works on the file.
        UsageError: a newer program wrote it.
    """
    lock = FolderLock(folder.path)
    try:
        key = _fitting_key(folder, keys, alone=lock.alone())
        lock.share()
        engine = open_sqlcipher(folder.database, key, read_only=read_only)
        anchor = Anchor(folder.head, state_folder(), registry)
        store = Store(
            folder,
            engine,
            keys,
            Sealer(keys.keys, keys.current_epoch),
            key,
            lock,
            anchor,
            registry,
            read_only=read_only,
        )
        _require_shape(store)
        store.compare()
        return store
    except BaseException:
        lock.release()
        raise


def _fitting_key(folder: Folder, keys: DataKeys, *, alone: bool) -> bytes:
    candidates = [keys.keys[keys.current_epoch]]
    if keys.pending is not None:
        candidates.insert(0, keys.keys[keys.pending])
    for place, data_key in enumerate(candidates):
        key = database_key(data_key)
        try:
            if not folder.database.exists() or (alone and folder.database.stat().st_size <= check.QUICK_LIMIT):
                check.file_at_rest(folder, key)
            return key
        except Damaged:
            if place == len(candidates) - 1:
                raise
    raise AssertionError("unreachable")


def _require_shape(store: Store) -> None:
    with reading(store.engine) as connection:
        current = schema.require_current(connection)
    if not current:
        if not store.lock.alone():
            raise StorageBusy("The registry needs a migration and others have it open.", "Close them and try again.")
        schema.upgrade(store.engine)
        store.lock.share()


def keys_of(rows: Rows, person: str) -> list[bytes]:
    """The public keys a person (or the recovery) ever held."""
    from sqlalchemy import select

    if person == "recovery":
        row = rows.one(RegistryRow, one=1)
        return [bytes.fromhex(row["recovery_key"])] if row else []
    held = KeyRow.__table__.c  # type: ignore[attr-defined]
    return [bytes.fromhex(key) for (key,) in rows.connection.execute(select(held.public).where(held.person == person))]
