"""An open registry's inside: the engine, the unlocked keys, the lock, and the heads outside. ``Workspace`` stands before it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from registry_app.errors import Damaged, RegistryError, RolledBack, StorageBusy, StorageError, StorageReadOnly
from registry_app.ledger.anchor import Anchor, Seen
from registry_app.ledger.entry import Head
from registry_app.ledger.log import Log
from registry_app.people.tables import KeyRow, RegistryRow
from registry_app.vault import check, digest, schema
from registry_app.vault.engine import from_os, open_sqlcipher, reading, translated, writing
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
    resources: ExitStack = field(default_factory=ExitStack)
    """What is let go at the end: the engine, the lock, a copy to read from."""

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
        """Fold the WAL into the file and let go.

        Where folding fails (a full disk, a bad page), the WAL stays: what is in it is as durable as the file.
        """
        try:
            if not self.read_only:
                with suppress(RegistryError), translated(), self.engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self.engine.dispose()
            self.lock.release()
            self.resources.close()


def open_store(folder: Folder, registry: str, keys: DataKeys, *, read_only: bool = False) -> Store:
    """Open the database of a registry whose keyring was unlocked.

    File, shape and heads outside are checked first, on the file as it lies or on a copy with its journals folded in: where
    something is wrong, no file was touched.

    Raises:
        Damaged, RolledBack: it is not what was written or seen; nothing was written.
        StorageBusy: another process works on the file.
        UsageError: a newer program wrote it.
    """
    lock = FolderLock(folder.path)
    resources = ExitStack()
    resources.callback(lock.release)
    try:
        alone = lock.alone()
        if not alone:
            lock.share()
        anchor = Anchor(folder.head, state_folder(), registry)
        with translated():
            key, seen, newest, current = _examined(folder, keys, anchor, alone=alone)
        if alone:
            check.sweep(folder)
        lock.share()
        engine = _reader(folder, key, resources) if read_only else open_sqlcipher(folder.database, key)
        resources.callback(engine.dispose)
        if not current:
            _upgrade(engine, lock, read_only=read_only)
        sealer = Sealer(keys.keys, keys.current_epoch)
        store = Store(folder, engine, keys, sealer, key, lock, anchor, registry, seen, newest, read_only)
    except BaseException:
        resources.close()
        raise
    store.resources = resources.pop_all()
    return store


def _examined(folder: Folder, keys: DataKeys, anchor: Anchor, *, alone: bool) -> tuple[bytes, Seen, Head, bool]:
    """The key that fits, what the heads outside say, the head, and whether the shape is the present one."""
    held = [keys.keys[keys.current_epoch]]
    if keys.pending is not None:  # a rotation was cut off: the file may stand under either
        held.insert(0, keys.keys[keys.pending])
    candidates = [database_key(data_key) for data_key in held]
    for place, key in enumerate(candidates):
        with ExitStack() as stack:
            try:
                engine = stack.enter_context(check.untouched(folder, key, alone=alone))
            except Damaged:
                if place == len(candidates) - 1:
                    raise
                continue
            with reading(engine) as connection:
                current = schema.require_current(connection)
                rows = Rows(connection)
                log = Log(rows)
                seen = anchor.compare(log, lambda person: keys_of(rows, person))  # noqa: B023  called at once
                return key, seen, log.head(), current
    raise AssertionError("unreachable")


def _reader(folder: Folder, key: bytes, resources: ExitStack) -> Engine:
    """An engine that only reads, also where not even the files beside a WAL can be made."""
    engine = open_sqlcipher(folder.database, key, read_only=True)
    try:
        check.probe(engine)
        return engine
    except StorageError:
        engine.dispose()
    if folder.at_rest:
        return open_sqlcipher(folder.database, key, immutable=True)
    place = resources.enter_context(TemporaryDirectory())
    try:
        return open_sqlcipher(check.copied(folder, Path(place)), key)
    except OSError as error:
        raise from_os(error) from error


def _upgrade(engine: Engine, lock: FolderLock, *, read_only: bool) -> None:
    if read_only:
        raise StorageReadOnly("The registry needs a migration before it can be read.", "Open it once for writing.")
    if not lock.alone():
        raise StorageBusy("The registry needs a migration and others have it open.", "Close them and try again.")
    schema.upgrade(engine)
    lock.share()


def keys_of(rows: Rows, person: str) -> list[bytes]:
    """The public keys a person (or the recovery) ever held."""
    from sqlalchemy import select

    if person == "recovery":
        row = rows.one(RegistryRow, one=1)
        return [bytes.fromhex(row["recovery_key"])] if row else []
    held = KeyRow.__table__.c  # type: ignore[attr-defined]
    return [bytes.fromhex(key) for (key,) in rows.connection.execute(select(held.public).where(held.person == person))]
