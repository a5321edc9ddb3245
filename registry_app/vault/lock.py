"""Who else has the registry open: a lock file held shared while open, exclusive for work on the file itself."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from pathlib import Path

from registry_app.errors import StorageBusy, Tampered
from registry_app.vault.engine import from_os

_PATIENCE = 15.0
"""Seconds to wait for whoever works on the file alone: the check at an opening takes well under one."""

_UNWRITABLE = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT)


class FolderLock:
    """An advisory lock on a registry's folder, released when the process ends however it ends.

    Where the folder cannot be written, the lock file is opened for reading, which locks as well; where there is none,
    nobody can write through this mount and nothing is held.

    Args:
        folder: the registry's folder.

    Raises:
        Tampered: a link stands in the lock file's place.
        StorageError: it cannot be opened.
    """

    def __init__(self, folder: Path) -> None:
        self._file = _opened(folder / "registry.lock")

    def share(self) -> None:
        """Hold the registry open beside others; waits for somebody who only checks the file.

        Raises:
            StorageBusy: somebody worked on the file alone for fifteen seconds.
        """
        patience = time.monotonic() + _PATIENCE
        while not self._take(fcntl.LOCK_SH):
            if time.monotonic() > patience:
                raise StorageBusy(
                    "Another process is working on the registry's file (a key rotation or a migration).",
                    "Try again when it is done.",
                )
            time.sleep(0.01)

    def alone(self) -> bool:
        """Try to be the only one; ``False`` when others have it open (a lock held before is then lost: share again)."""
        return self._take(fcntl.LOCK_EX)

    def release(self) -> None:
        """Let go."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _take(self, how: int) -> bool:
        if self._file < 0:
            return True
        try:
            fcntl.flock(self._file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            raise from_os(error) from error
        return True


def _opened(path: Path) -> int:
    careful = os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT | careful, 0o600)
        except OSError as error:
            if error.errno not in _UNWRITABLE:
                raise
        try:
            return os.open(path, os.O_RDONLY | careful)
        except FileNotFoundError:
            return -1
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Tampered(
                f"{path.name} is a link or no regular file.", "Find out who put it there; restore the file itself."
            ) from None
        raise from_os(error) from error
