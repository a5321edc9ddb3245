"""Is the database file what SQLCipher wrote? Asked before the file is opened for writing, and without touching it.

Every page carries an HMAC. ``cipher_integrity_check`` reads the file, not its journals, and after a crash a page of the
file may be torn while a journal still holds it whole; so a file with a journal is judged on a copy, after the journal was
folded in there. Opening the file itself first would not do: whoever closes it last folds a shortened WAL into it, and
what could still have been salvaged of the rest is gone. ``integrity_check`` then compares each index with its table: an
older page of an index, put back, has a good HMAC and would hide rows from every question that goes through the index.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine

from registry_app.errors import Damaged, IntegrityError, StorageError
from registry_app.vault.engine import open_sqlcipher, reading, translated
from registry_app.vault.folder import Folder

QUICK_LIMIT = 16 << 20
"""Files up to this many bytes are checked whole at every opening; of larger ones each page is when it is read."""

COPY = ".check-"
"""What the names of copies begin with: beside the registry, and as encrypted as it is."""


@contextmanager
def untouched(folder: Folder, key: bytes, *, alone: bool) -> Iterator[Engine]:
    """The database as the next opening would see it, to read from; no file of the registry is changed.

    Args:
        alone: no other process has it open, so the file can be checked.

    Raises:
        Damaged: it is missing, a page is not what was written, or ``key`` is not its key.
    """
    require(folder)
    with ExitStack() as stack:
        path = folder.database
        if alone and not folder.at_rest and (_small(path) or folder.journal.exists()):
            path = stack.enter_context(folded(folder, key)) or path
        still = alone and (path != folder.database or folder.at_rest)
        if still and _small(path):
            _check(path, key)
        engine = open_sqlcipher(path, key, read_only=not still, immutable=still)
        stack.callback(engine.dispose)
        probe(engine)
        yield engine


def probe(engine: Engine) -> None:
    """Read the first page.

    Raises:
        Damaged: it does not open under this key.
        StorageError: the file, or one beside it that reading needs, cannot be opened.
    """
    with reading(engine) as connection:
        connection.exec_driver_sql("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()


def require(folder: Folder) -> None:
    """Refuse a registry without a database.

    Raises:
        Damaged: it is missing, or empty.
    """
    if not folder.database.exists() or not folder.database.stat().st_size:
        raise Damaged(
            "The registry's database is missing or empty.", "Restore it from a backup; the keyring alone holds no data."
        )


@contextmanager
def folded(folder: Folder, key: bytes) -> Iterator[Path | None]:
    """A copy of the database with its journals folded in, at rest; ``None`` when there is no room for one."""
    with ExitStack() as stack:
        copy = None
        for room in (folder.path, None):
            try:
                place = stack.enter_context(tempfile.TemporaryDirectory(prefix=COPY, dir=room))
                copy = copied(folder, Path(place))
                break
            except OSError:
                continue
        if copy is not None:
            fold(copy, key)
        yield copy


def copied(folder: Folder, place: Path) -> Path:
    """The database and its journals copied into the folder ``place``, as they are."""
    copy = place / folder.database.name
    shutil.copyfile(folder.database, copy)
    for journal in (folder.wal, folder.journal):
        if journal.exists():
            shutil.copyfile(journal, copy.with_name(journal.name))
    return copy


def sweep(folder: Folder) -> None:
    """Remove what a killed process left half written; only for whoever holds the registry alone."""
    with suppress(OSError):
        for left in folder.path.glob(f"{COPY}*"):
            shutil.rmtree(left, ignore_errors=True)
        for left in folder.path.glob(".keyring.*.tmp"):
            left.unlink(missing_ok=True)


def _small(path: Path) -> bool:
    return path.stat().st_size <= QUICK_LIMIT


def fold(path: Path, key: bytes) -> None:
    """Fold the journals of a copy into it, as far as they go."""
    engine = open_sqlcipher(path, key)
    try:
        with translated(), engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    except (IntegrityError, StorageError):
        return  # the check that follows says what is wrong with it
    finally:
        engine.dispose()


def check_pages(engine: Engine) -> Iterator[str]:
    """What SQLite, and where no journal stands in the way SQLCipher, says against the pages of an open database.

    Yields a sentence for each fault. PostgreSQL looks after its own pages (``pg_checksums``).
    """
    if engine.dialect.name != "sqlite":
        return
    try:
        with translated(), engine.connect() as connection:
            if connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() != "ok":
                yield "SQLite finds the pages of the database in disorder."
            if _folded_in(connection):
                for row in connection.exec_driver_sql("PRAGMA cipher_integrity_check").fetchmany(10):
                    yield f"SQLCipher finds a page that is not what was written: {str(row[0])[:80]}."
    except IntegrityError as error:
        yield error.what


def _folded_in(connection: Connection) -> bool:
    """Whether the file holds all that its journal holds, so that it can be judged by itself."""
    try:
        with translated():
            found = connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    except StorageError:  # open for reading only
        return False
    return found is not None and int(found[0]) == 0 and int(found[1]) == int(found[2])


def _check(path: Path, key: bytes) -> None:
    engine = open_sqlcipher(path, key, immutable=True)
    try:
        with translated(), engine.connect() as connection:
            bad = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA cipher_integrity_check").fetchall()]
            size = int(connection.exec_driver_sql("PRAGMA page_count").scalar() or 0)
            page = int(connection.exec_driver_sql("PRAGMA page_size").scalar() or 4096)
            if not bad and size * page != path.stat().st_size:
                bad = ["the file is longer or shorter than its pages"]
            if not bad:
                told = connection.exec_driver_sql("PRAGMA integrity_check").fetchall()
                bad = [str(row[0]) for row in told if row[0] != "ok"]
    except IntegrityError:
        bad = ["the first page does not open"]
    finally:
        engine.dispose()
    if bad:
        raise Damaged(
            f"The registry's database is damaged ({bad[0][:80]}; {len(bad)} in all).",
            "Nothing was written. Restore a backup, or export what is intact with 'registry-app vault salvage'.",
        )
