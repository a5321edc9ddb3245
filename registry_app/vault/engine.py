"""The encrypted store: transactions over SQLCipher or PostgreSQL, and how a SQLCipher file is opened.

SQLCipher gets its raw 256-bit key in the ``connect`` event, never in a URL (URLs end up in logs). Durability is
``synchronous=FULL``: with NORMAL, 721 of 1,000 simulated power cuts lost acknowledged commits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from registry_app.errors import Damaged, RegistryError, StorageBusy, StorageError, StorageFull, StorageReadOnly

BUSY_TIMEOUT_MS = 5_000

CACHE_KIB = 32_768
"""Pages a connection keeps decrypted. SQLCipher's own 2 MB lets a list of 100,000 versions decrypt its pages again each time."""


def open_sqlcipher(path: Path | None, key: bytes, *, read_only: bool = False, immutable: bool = False) -> Engine:
    """An engine over the SQLCipher file at ``path`` (``None``: in memory) under the 32-byte raw ``key``.

    Args:
        read_only: never write, not even a journal.
        immutable: read the main file alone, without its WAL and without locks (for checks of a file at rest).
    """
    import sqlcipher3

    if path is None:
        target = ":memory:"
    elif read_only or immutable:
        target = f"{path.resolve().as_uri()}?mode=ro" + ("&immutable=1" if immutable else "")
    else:
        target = path.resolve().as_uri() + "?mode=rwc"

    def connect() -> Any:
        connection = sqlcipher3.connect(
            target, uri=path is not None, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        connection.execute(
            "PRAGMA cipher_log_level = NONE"
        )  # it would write to the terminal; errors come as exceptions
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        if path is not None and not read_only and not immutable:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
        return connection

    pool: Any = {"poolclass": QueuePool, "pool_size": 4} if path is not None and not immutable else {}
    if immutable:
        pool = {"poolclass": NullPool}
    engine = create_engine("sqlite://", creator=connect, **pool)
    engine.dialect.insert_null_pk_warning = False  # type: ignore[attr-defined]
    _begin_by_hand(engine)
    return engine


def _begin_by_hand(engine: Engine) -> None:
    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent snapshot to read from.

    Raises:
        Damaged: a page that was read does not match its HMAC, even where SQLite gave values for it.
    """
    with translated(), engine.connect() as connection, connection.begin():
        yield connection
        _own_up(connection)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that no other writer interleaves; committed durably when the block ends, or not at all.

    Raises:
        StorageBusy: another writer held the registry for longer than the busy timeout.
        StorageFull, StorageReadOnly, StorageError: the store refused; nothing was acknowledged.
    """
    with translated(), engine.connect().execution_options(write=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":  # a lock that takes no snapshot: what was waited for is seen
            connection.exec_driver_sql(
                f"SET LOCAL lock_timeout = {BUSY_TIMEOUT_MS * 3}; LOCK TABLE head IN EXCLUSIVE MODE"
            )
        yield connection
        _own_up(connection)


def _own_up(connection: Connection) -> None:
    """Let SQLCipher say whether any page read so far was bad, before anything that was read is believed.

    A bad overflow page is read as zeros without an error (41 of 100 point reads). The failure is latched, but only the next
    page that is not in the cache raises it; ``cipher_status`` tells of it at once (3 us).
    """
    if connection.dialect.name != "sqlite":
        return
    told = connection.connection.driver_connection.execute("PRAGMA cipher_status").fetchone()  # type: ignore[union-attr]
    if told is not None and told[0] == "0":
        raise _ours("hmac check failed")


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's exceptions into ours, by what they say."""
    try:
        yield
    except RegistryError:
        raise
    except DBAPIError as error:
        raise _told(error.orig) from error
    except MemoryError as error:  # SQLCipher reports a page that fails its HMAC this way
        raise _ours("hmac check failed") from error
    except OSError as error:
        raise from_os(error) from error
    except Exception as error:
        if type(error).__module__.startswith(("sqlcipher3", "psycopg")):
            raise _told(error) from error
        raise


def from_os(error: OSError) -> StorageError:
    """The error of ours that says what an :class:`OSError` means."""
    import errno

    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StorageFull("The disk is full.", "Free some space and run the same command again; nothing was lost.")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return StorageReadOnly(
            f"{error.filename or 'The registry'} cannot be written.",
            "Check the folder's permissions, or ask someone who may write there.",
        )
    return StorageError(f"The storage failed: {error.strerror or error}.", "Check the disk, then try again.")


def _told(error: BaseException | None) -> RegistryError:
    if type(error).__module__.startswith("psycopg") and error is not None:
        from registry_app.vault.postgres import from_postgres

        return from_postgres(error)
    return _ours(str(error))


def _ours(message: str) -> RegistryError:
    low = message.lower()
    if "full" in low or "no space" in low:
        return StorageFull("The disk is full.", "Free some space and run the same command again; nothing was lost.")
    if "readonly" in low or "read-only" in low or "unable to open" in low:
        return StorageReadOnly(
            "The registry cannot be written here.", "Check the folder's permissions, or copy it to where you may write."
        )
    if "locked" in low or "busy" in low:
        return StorageBusy("Another process is writing to the registry.", "Try again in a moment.")
    if any(sign in low for sign in ("not a database", "malformed", "hmac", "corrupt", "decrypt")):
        return Damaged(
            "A page of the registry's database is damaged.",
            "Do not write to it; restore a backup, or run 'registry-app vault salvage' to export what is intact.",
        )
    if "disk i/o" in low:
        return StorageError("The disk failed while reading or writing.", "Check the disk, then try again.")
    return StorageError(f"The database refused: {message[:200]}.", "Check the database, then try again.")
