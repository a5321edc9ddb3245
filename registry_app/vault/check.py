"""Is the database file what SQLCipher wrote? Asked before the file is opened for writing, and without touching it.

Every page carries an HMAC. ``cipher_integrity_check`` reads the file, not its WAL, and after a crash a page of the file
may be torn while the WAL still holds it whole; so a file with a WAL is judged on a copy, after the WAL was folded in.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from registry_app.errors import Damaged, IntegrityError
from registry_app.vault.engine import open_sqlcipher, translated
from registry_app.vault.folder import Folder

QUICK_LIMIT = 16 << 20
"""Files up to this many bytes are checked whole at every opening; larger ones once a day and by ``verify``."""


def file_at_rest(folder: Folder, key: bytes) -> None:
    """Check every page of a database that no other process has open.

    Raises:
        Damaged: a page is not what was written.
    """
    if not folder.database.exists():
        raise Damaged(
            "The registry's database is missing.", "Restore it from a backup; the keyring alone holds no data."
        )
    if folder.wal.exists() and folder.wal.stat().st_size:
        _copy_check(folder, key)
    else:
        _check(folder.database, key, immutable=True)


def _copy_check(folder: Folder, key: bytes) -> None:
    with tempfile.TemporaryDirectory(dir=_room(folder)) as place:
        copy = Path(place) / "registry.db"
        shutil.copyfile(folder.database, copy)
        shutil.copyfile(folder.wal, copy.with_name("registry.db-wal"))
        engine = open_sqlcipher(copy, key)
        try:
            with translated(), engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            engine.dispose()
        _check(copy, key, immutable=True)


def _room(folder: Folder) -> str | None:
    """Beside the registry when it can be written there (the copy is as encrypted as the original), else the default."""
    import os

    return str(folder.path) if os.access(folder.path, os.W_OK) else None


def _check(path: Path, key: bytes, *, immutable: bool) -> None:
    engine = open_sqlcipher(path, key, immutable=immutable)
    try:
        with translated(), engine.connect() as connection:
            bad = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA cipher_integrity_check")]
            size = int(connection.exec_driver_sql("PRAGMA page_count").scalar() or 0)
            page = int(connection.exec_driver_sql("PRAGMA page_size").scalar() or 4096)
    except IntegrityError:
        bad, size, page = ["the first page does not open"], 0, 1
    finally:
        engine.dispose()
    if bad or (size * page != path.stat().st_size):
        first = bad[0][:80] if bad else "the file is longer or shorter than its pages"
        raise Damaged(
            f"The registry's database is damaged ({first}; {len(bad) or 1} in all).",
            "Nothing was written. Restore a backup, or export what is intact with 'registry-app vault salvage'.",
        )
