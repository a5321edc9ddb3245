"""A registry in a database of a PostgreSQL server: the keyring is a table, the head is kept with the user alone.

Table ``keyring`` has one row a generation: the present keyring is the newest, the one before is kept. Whoever changes it
holds an advisory lock from reading it to writing it, and writes over the very connection that holds the lock.

A registry is held open by a shared advisory lock on a connection of its own, and once more on each connection that works,
so that a hold that breaks leaves no writer behind who would seal under a data key that a rotation takes away.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Engine, LargeBinary, MetaData, Table, text

from registry_app.errors import Damaged, RegistryError, StorageBusy, StorageError, UsageError
from registry_app.vault.engine import translated
from registry_app.vault.keyring import Keyring
from registry_app.vault.place import Hold, Opened, disposing, state_folder
from registry_app.vault.postgres import open_aside, open_postgres, parsed, shown
from registry_app.vault.slot import DataKeys

_HOLD = 0x7265_6769_0001
_KEYRING = 0x7265_6769_0002
_PATIENCE = 15.0
_KEYRING_PATIENCE = 10.0
_LEAVING = 2.0
"""Seconds until a server has noticed that connections were closed."""

_UNFINISHED = 3
"""A founding writes this many leaves before it keeps the keyring; more than that is somebody's registry."""

_TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v')"
)
_RING = Table("keyring", MetaData(), Column("generation", BigInteger, primary_key=True), Column("encoded", LargeBinary))
_NEWEST = "SELECT generation, encoded FROM keyring ORDER BY generation DESC LIMIT 1"

_NONE: Mapping[str, Connection] = MappingProxyType({})
_changing: ContextVar[Mapping[str, Connection]] = ContextVar("changing", default=_NONE)


class DatabaseHold:
    """A hold on a registry in a database.

    Args:
        url: its address.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_aside(url)
        self._connection: Connection | None = None
        self._solitary = False
        self._pools: list[Engine] = []
        self.epochs: frozenset[int] | None = None
        """The epochs of the data keys held here; a connection that finds others is refused."""

    def over(self, engine: Engine) -> Engine:
        """Let ``engine`` work under this hold."""
        self._pools.append(engine)
        return engine

    def share(self) -> None:
        """Hold the registry open beside others; waits for somebody who works on all of it.

        Raises:
            StorageBusy: that took more than fifteen seconds.
        """
        with translated():
            connection = self._connected()
            if not self._solitary:
                _wait(lambda: _try(connection, "pg_try_advisory_lock_shared", _HOLD), _PATIENCE)
                return
            if self.epochs is not None:
                self.epochs = _epochs(connection.execute(text(_NEWEST)).one_or_none())
                connection.commit()
            _try(connection, "pg_try_advisory_lock_shared", _HOLD)
            _try(connection, "pg_advisory_unlock", _HOLD)
            self._solitary = False
            self._empty()  # those that come next hold it each

    def alone(self) -> bool:
        """Try to be the only one; ``False`` when others have it open (a hold before is then lost: share again)."""
        with translated():
            connection = self._connected()
            self._empty()
            connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")
            connection.commit()
            patience = time.monotonic() + _LEAVING
            while not _try(connection, "pg_try_advisory_lock", _HOLD):
                if time.monotonic() > patience:
                    return False
                time.sleep(0.02)
            self._solitary = True
            return True

    def release(self) -> None:
        """Let go."""
        self._empty()
        if self._connection is not None:
            with suppress(Exception):
                self._connection.close()
        self._engine.dispose()

    def joined(self, connection: Any) -> None:
        """Take the hold for one more connection of the driver's, and see that the data keys are still the ones held here.

        Raises:
            StorageBusy: somebody works on the whole registry.
            StorageError: the data key was rotated meanwhile.
        """
        if self._solitary:
            return
        query = f"SELECT pg_try_advisory_lock_shared({_HOLD})"

        def taken() -> bool:
            done = bool(connection.execute(query).fetchone()[0])
            connection.commit()  # what is read next is read after the lock, in a snapshot of its own
            return done

        _wait(taken, _PATIENCE)
        row = connection.execute(_NEWEST).fetchone()
        connection.commit()
        if self.epochs is not None and _epochs(row) != self.epochs:
            raise StorageError("The data key was rotated meanwhile.", "Close the registry and open it again.")

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed or self._connection.invalidated:
            self._connection = self._engine.connect()
        return self._connection

    def _empty(self) -> None:
        for engine in self._pools:
            engine.dispose()


@dataclass(frozen=True, slots=True)
class DatabasePlace:
    """The database of one registry, as a place (:class:`registry_app.vault.place.Place`)."""

    url: str = field(repr=False)
    """Its address, perhaps with a password."""
    name: str
    """Its address without the password."""

    @classmethod
    def at(cls, url: str) -> DatabasePlace:
        """The place at ``url``.

        Raises:
            UsageError: the URL cannot be read.
        """
        return cls(url, shown(parsed(url)))

    def require(self) -> None:
        """Refuse a database without a keyring.

        Raises:
            UsageError: it holds no registry, or one that was never finished.
            Damaged: it holds a registry whose keyring was emptied.
        """
        with self._aside() as connection:
            if "keyring" not in _tables(connection):
                raise UsageError(
                    f"There is no registry in {self.name}.", "Make one with 'registry-app init', or check the URL."
                )
            if connection.execute(text(_NEWEST)).one_or_none() is None:
                if not _unfinished(connection):
                    raise Damaged("The keyring is missing.", _NO_WAY_OUT)
                raise UsageError(
                    f"The registry in {self.name} was never finished: its making was cut off.",
                    "Make it again with 'registry-app init'; nothing was in it.",
                )

    def require_free(self) -> None:
        """Refuse a database that is not empty."""
        with self._aside() as connection:
            if _tables(connection) and not _unfinished(connection):
                raise UsageError(f"There is something in {self.name} already.", "Name an empty database.")

    def make(self) -> Hold:
        """Take an empty database; its user must be allowed to make tables there.

        Raises:
            UsageError: there are tables in it already.
            StorageBusy: somebody else is making a registry there.
        """
        hold = DatabaseHold(self.url)
        try:
            if not hold.alone():
                raise StorageBusy(f"Somebody is working in {self.name}.", "Name another database, or wait.")
            self.require_free()
            self.clear()
        except BaseException:
            hold.release()
            raise
        return hold

    def finish(self) -> None:
        """Nothing more: a founding keeps the keyring last."""

    def clear(self) -> None:
        """Remove the tables of a registry that was never finished."""
        from sqlmodel import SQLModel

        with self._aside() as connection:
            there = _tables(connection)
            if there and _unfinished(connection):
                for name in sorted({*SQLModel.metadata.tables, "keyring", "alembic_version"} & there):
                    connection.exec_driver_sql(f'DROP TABLE "{name}"')
                connection.exec_driver_sql("DROP FUNCTION IF EXISTS append_only()")
                connection.commit()

    def keyring(self) -> Keyring:
        """The newest keyring of the table."""
        with self._aside() as connection:
            row = connection.execute(text(_NEWEST)).one_or_none()
            try:
                if row is None:
                    raise Damaged("The keyring is missing.", "")
                return _decoded(row)
            except Damaged as error:
                way_out = "The one before it is intact: run registry-app vault restore-keyring."
                raise Damaged(error.what, way_out if _intact(connection) else _NO_WAY_OUT) from None

    def keep(self, encoded: bytes, *, forget_previous: bool = False) -> None:
        """Insert the keyring, when it is newer than the present one; the older ones but one are deleted."""
        new = Keyring.decode(encoded)
        with self.changing(), translated():
            connection = _changing.get()[self.url]
            with connection.begin():
                present = _intact(connection)
                if present is not None and present[1] != encoded:
                    old = Keyring.decode(present[1])
                    if old.registry not in ("", new.registry):
                        raise UsageError("The keyring belongs to another registry.", "Name the database of this one.")
                    if old.generation >= new.generation:
                        raise StorageBusy("The keyring was changed meanwhile.", "Run the same command again.")
                if present is None or present[1] != encoded:
                    connection.execute(_RING.insert().values(generation=new.generation, encoded=encoded))
                kept = new.generation if forget_previous or present is None else present[0]
                connection.execute(_RING.delete().where(_RING.c.generation < kept))

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold off others that change this keyring. Within the block :meth:`keep` does not wait again.

        Raises:
            StorageBusy: another process held it for ten seconds.
        """
        if self.url in _changing.get():
            yield
            return
        with self._aside() as connection:
            _wait(lambda: _try(connection, "pg_try_advisory_lock", _KEYRING), _KEYRING_PATIENCE)
            token = _changing.set({**_changing.get(), self.url: connection})
            try:
                yield
            finally:
                _changing.reset(token)

    def restore_keyring(self) -> Keyring:
        """Delete a damaged newest keyring, so that the one before is the newest."""
        with self.changing(), translated():
            connection = _changing.get()[self.url]
            with connection.begin():
                newest = connection.execute(text(_NEWEST)).one_or_none()
                found = _intact(connection)
                if found is None:
                    raise Damaged("The keyring before it is missing or damaged too.", _NO_WAY_OUT)
                if newest is not None and newest[0] == found[0]:
                    raise UsageError(
                        "The keyring is intact; there is nothing to restore.", "Use the registry as it is."
                    )
                connection.execute(_RING.delete().where(_RING.c.generation > found[0]))
        return Keyring.decode(found[1])

    def notes(self, registry: str) -> Path:
        """A folder of the registry in the user's own state folder."""
        return state_folder() / "attempts" / registry

    def heads(self, registry: str) -> tuple[Path, ...]:
        """The one in the user's own state folder."""
        return (state_folder() / "heads" / registry,)

    def hold(self) -> Hold:
        """Advisory locks."""
        return DatabaseHold(self.url)

    def create(self, data_key: bytes, hold: Hold) -> Opened:
        """The database itself; its values are sealed, the server keeps the rest."""
        return Opened(self._engine(hold, read_only=False), b"")

    @contextmanager
    def examined(self, keys: DataKeys, hold: Hold) -> Iterator[Opened]:
        """The database, held open, under the data keys that the keyring names.

        Raises:
            StorageBusy: the data key was rotated since the keyring was unlocked, or is being rotated.
        """
        assert isinstance(hold, DatabaseHold)
        hold.share()
        hold.epochs = frozenset(keys.keys)
        with self._aside() as connection:
            if _epochs(connection.execute(text(_NEWEST)).one_or_none()) != hold.epochs:
                raise StorageBusy("The data key was rotated just now.", "Run the same command again.")
        with disposing(open_postgres(self.url, read_only=True)) as engine:
            yield Opened(engine, b"")

    def open(self, key: bytes, hold: Hold, resources: ExitStack, *, read_only: bool) -> Engine:
        """An engine over the database."""
        return self._engine(hold, read_only=read_only)

    def rekey(self, opened: Opened, data_key: bytes, hold: Hold) -> Opened:
        """Nothing more: what was encrypted here was sealed again, and the server encrypts nothing for us."""
        return opened

    def settle(self, engine: Engine) -> None:
        """Nothing: the server does."""

    def size(self, engine: Engine) -> int:
        """Bytes of the database, its indexes among them."""
        with translated(), engine.connect() as connection:
            return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())

    def _engine(self, hold: Hold, *, read_only: bool) -> Engine:
        assert isinstance(hold, DatabaseHold)
        return hold.over(open_postgres(self.url, read_only=read_only, joining=hold.joined))

    @contextmanager
    def _aside(self) -> Iterator[Connection]:
        with translated(), disposing(open_aside(self.url)) as engine, engine.connect() as connection:
            yield connection


_NO_WAY_OUT = "Restore table keyring from a backup; without it nobody can open the registry."


def _tables(connection: Connection) -> frozenset[str]:
    found = frozenset(str(row[0]) for row in connection.exec_driver_sql(_TABLES))
    connection.commit()
    return found


def _unfinished(connection: Connection) -> bool:
    """Whether what is there are the tables of a founding that was cut off."""
    there = _tables(connection)
    if not {"keyring", "leaf", "alembic_version"} <= there:
        return False
    query = "SELECT (SELECT count(*) FROM keyring), (SELECT count(*) FROM leaf)"
    keyrings, leaves = connection.exec_driver_sql(query).one()
    connection.commit()
    return bool(keyrings == 0 and leaves <= _UNFINISHED)


def _decoded(row: Any) -> Keyring:
    keyring = Keyring.decode(bytes(row[1]))
    if keyring.generation != row[0]:
        raise Damaged("The keyring stands under another generation than its own.", "")
    return keyring


def _intact(connection: Connection) -> tuple[int, bytes] | None:
    """Generation and bytes of the newest keyring that is whole."""
    for row in connection.execute(text("SELECT generation, encoded FROM keyring ORDER BY generation DESC")).all():
        with suppress(RegistryError):
            return _decoded(row).generation, bytes(row[1])
    return None


def _epochs(row: Any) -> frozenset[int]:
    """The epochs of the data keys that a keyring names; none when it is missing."""
    if row is None:
        return frozenset()
    keyring = _decoded(row)
    return frozenset({keyring.epoch} if keyring.pending is None else {keyring.epoch, keyring.pending})


def _try(connection: Connection, how: str, lock: int) -> bool:
    done = bool(connection.exec_driver_sql(f"SELECT {how}({lock})").scalar_one())
    connection.commit()
    return done


def _wait(take: Callable[[], bool], seconds: float) -> None:
    patience = time.monotonic() + seconds
    while not take():
        if time.monotonic() > patience:
            raise StorageBusy("Another process is working on the whole registry.", "Try again when it is done.")
        time.sleep(0.02)
