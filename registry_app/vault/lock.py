"""Who else has the registry open: a lock file held shared while open, exclusive for work on the file itself."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from registry_app.errors import StorageBusy


class FolderLock:
    """An advisory lock on a registry's folder, released when the process ends however it ends.

    Args:
        folder: the registry's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / "registry.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)

    def share(self) -> None:
        """Hold the registry open beside others."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StorageBusy(
                "Another process is working on the registry's file (a key rotation or a migration).",
                "Try again when it is done.",
            ) from None

    def alone(self) -> bool:
        """Try to be the only one; ``False`` when others have it open (a lock held before is then lost: share again)."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Let go."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
