"""An open registry's inside: the engine, the unlocked keys, the lock, and the heads outside. ``Workspace`` stands before it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy import Engine

from registry_app.errors import RegistryError, RolledBack, StorageBusy, StorageReadOnly
from registry_app.ledger.anchor import Anchor, Seen
from registry_app.ledger.entry import Head
from registry_app.ledger.log import Log
from registry_app.people.tables import KeyRow, RegistryRow
from registry_app.vault import schema
from registry_app.vault.engine import reading, translated, writing
from registry_app.vault.place import Hold, Place
from registry_app.vault.rows import Rows
from registry_app.vault.sealed import Sealer
from registry_app.vault.slot import DataKeys


@dataclass(slots=True)
class Store:
    """What an open registry holds in memory."""

    place: Place
    """Where it is."""
    engine: Engine
    """The encrypted database."""
    keys: DataKeys
    """The data keys, by epoch."""
    sealer: Sealer
    """What opens sealed values."""
    key: bytes
    """The raw key of the database; empty where a server keeps it."""
    lock: Hold
    """Held as long as it is open."""
    anchor: Anchor
    """The heads outside."""
    registry: str
    """The registry's id."""
    seen: Seen = field(default_factory=lambda: Seen(0, 0))
    """What the heads outside said when it was opened."""
    newest: Head = field(default_factory=lambda: Head(0, b""))
    """The newest head this process knows; the ledger must never be behind it."""
    refused: RolledBack | None = None
    """What a head outside said against it, where it was opened all the same to be examined."""
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
        self.anchor = Anchor(self.place.heads(registry), registry)

    def close(self) -> None:
        """Put the database to rest and let go; where that fails, what was acknowledged stands all the same."""
        try:
            if not self.read_only:
                with suppress(RegistryError):
                    self.place.settle(self.engine)
        finally:
            self.engine.dispose()
            self.lock.release()
            self.resources.close()


def open_store(
    place: Place, registry: str, keys: DataKeys, *, read_only: bool = False, examining: bool = False
) -> Store:
    """Open the database of a registry whose keyring was unlocked.

    File, shape and heads outside are checked first: where something is wrong, nothing was touched.

    Args:
        examining: open it for reading also where it was rolled back, and keep what was said against it.

    Raises:
        Damaged, RolledBack: it is not what was written or seen; nothing was written.
        StorageBusy: another process works on all of it.
        UsageError: a newer program wrote it.
    """
    hold = place.hold()
    resources = ExitStack()
    resources.callback(hold.release)
    try:
        anchor = Anchor(place.heads(registry), registry)
        with translated(), place.examined(keys, hold) as found, reading(found.engine) as connection:
            current = schema.require_current(connection)
            rows = Rows(connection)
            log = Log(rows)
            seen, refused = Seen(0, 0), None
            try:
                seen = anchor.compare(log, lambda person: keys_of(rows, person))
            except RolledBack as error:
                if not examining:
                    raise
                refused = error
            newest = log.head()
        read_only = read_only or examining
        engine = place.open(found.key, hold, resources, read_only=read_only)
        resources.callback(engine.dispose)
        if not current:
            _upgrade(engine, hold, read_only=read_only)
        sealer = Sealer(keys.keys, keys.current_epoch)
        store = Store(place, engine, keys, sealer, found.key, hold, anchor, registry, seen, newest, refused, read_only)
    except BaseException:
        resources.close()
        raise
    store.resources = resources.pop_all()
    return store


def _upgrade(engine: Engine, hold: Hold, *, read_only: bool) -> None:
    if read_only:
        raise StorageReadOnly("The registry needs a migration before it can be read.", "Open it once for writing.")
    if not hold.alone():
        raise StorageBusy("The registry needs a migration and others have it open.", "Close them and try again.")
    schema.upgrade(engine)
    hold.share()


def keys_of(rows: Rows, person: str) -> list[bytes]:
    """The public keys a person (or the recovery) ever held."""
    from sqlalchemy import select

    if person == "recovery":
        row = rows.one(RegistryRow, one=1)
        return [bytes.fromhex(row["recovery_key"])] if row else []
    held = KeyRow.__table__.c  # type: ignore[attr-defined]
    return [bytes.fromhex(key) for (key,) in rows.connection.execute(select(held.public).where(held.person == person))]
