"""A registry's folder: which files it has, and who may read them.

``registry.db`` the encrypted database · ``keyring.json`` public keys and key slots · ``keyring.previous.json`` the one
before · ``head`` the newest signed head · ``registry.lock`` · ``attempts.log`` failed attempts to sign in · ``founding``
there while the registry is being made: what lies beside it then is nobody's yet
"""

from __future__ import annotations

import errno
import os
import resource
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from registry_app.errors import StorageBusy, Tampered, UsageError
from registry_app.vault.engine import from_os
from registry_app.vault.lock import FolderLock

FILES = (
    "registry.db",
    "registry.db-wal",
    "registry.db-shm",
    "registry.db-journal",
    "keyring.json",
    "keyring.previous.json",
    "head",
    "registry.lock",
    "attempts.log",
    "founding",
)
"""Every file a registry's folder may have."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The paths of one registry."""

    path: Path
    """The folder."""

    @property
    def database(self) -> Path:
        """The SQLCipher file."""
        return self.path / "registry.db"

    @property
    def wal(self) -> Path:
        """Its write-ahead log, there while it is open or after a crash."""
        return self.path / "registry.db-wal"

    @property
    def journal(self) -> Path:
        """Its rollback journal, there while the data key is rotated or after a crash in the midst of it."""
        return self.path / "registry.db-journal"

    @property
    def head(self) -> Path:
        """The head kept outside the database."""
        return self.path / "head"

    @property
    def at_rest(self) -> bool:
        """Whether the database file is all there is: no journal that still has to be folded in."""
        return not any(path.exists() and path.stat().st_size for path in (self.wal, self.journal))

    def require(self) -> None:
        """Refuse a folder that is no registry.

        Raises:
            UsageError: it is missing, has no keyring and no database, or was never finished.
            Tampered: a link, or something else that is no file, stands in a file's place.
        """
        try:
            if not self.path.is_dir():
                raise UsageError(f"There is no folder {self.path}.", "Make a registry with 'registry-app init'.")
            there = {name for name in FILES if self._is_file(name)}
        except OSError as error:
            raise from_os(error) from error
        if "founding" in there:
            raise UsageError(
                f"The registry in {self.path} was never finished: its making was cut off.",
                "Make it again with 'registry-app init'; nothing was in it.",
            )
        if not there & {"registry.db", "keyring.json", "keyring.previous.json"}:
            raise UsageError(
                f"{self.path} is no registry.", "Name another folder, or make one with 'registry-app init'."
            )

    def require_free(self) -> None:
        """Refuse a folder in which no registry can be made; nothing is changed.

        Raises:
            UsageError: there is something in it already, or a file stands where a folder should.
            StorageError: nothing can be written there.
        """
        try:
            busy = self.path.is_symlink() or (self.path.exists() and not self.path.is_dir())
            names = {each.name for each in self.path.iterdir()} if self.path.is_dir() else set()
            if busy or (names - {"registry.lock"} and not self._is_file("founding")):
                raise UsageError(f"{self.path} is there already and is not empty.", "Name a new folder.")
            above = next(each for each in (self.path, *self.path.parents) if each.exists())
            if not above.is_dir():
                raise UsageError(f"{above} is no folder.", "Name a new folder in one that is.")
            if not os.access(above, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(above))
        except OSError as error:
            raise from_os(error) from error

    def make(self) -> FolderLock:
        """Make an empty folder that only its owner may enter, marked as unfinished; what was never finished is removed.

        Returns:
            The lock, held alone.

        Raises:
            UsageError: there is something in it already.
            StorageBusy: somebody else is making a registry there.
            StorageError: it cannot be written there.
        """
        try:
            self.require_free()
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = FolderLock(self.path)
            try:
                if not lock.alone():
                    raise StorageBusy(f"Somebody is making a registry in {self.path}.", "Name another folder, or wait.")
                self.require_free()
                self.path.chmod(0o700)
                os.close(
                    os.open(self.path / "founding", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
                )
                self._settle()
                self._sweep()
            except BaseException:
                lock.release()
                raise
        except OSError as error:
            raise from_os(error) from error
        return lock

    def finish(self) -> None:
        """Say that the registry is made."""
        try:
            (self.path / "founding").unlink(missing_ok=True)
            self._settle()
        except OSError as error:
            raise from_os(error) from error

    def clear(self) -> None:
        """Remove what was begun, the mark of it last; what cannot be removed stays marked as unfinished."""
        with suppress(OSError):
            self._sweep()
            for name in ("registry.lock", "founding"):
                (self.path / name).unlink(missing_ok=True)

    def _sweep(self) -> None:
        for file in self.path.iterdir():
            ours = file.name in FILES or file.name.startswith(".keyring.")
            if ours and file.name not in ("registry.lock", "founding"):
                file.unlink()

    def _settle(self) -> None:
        file = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(file)
        finally:
            os.close(file)

    def _is_file(self, name: str) -> bool:
        """Whether the file is there.

        Raises:
            Tampered: a link or something else stands there.
        """
        try:
            mode = (self.path / name).lstat().st_mode
        except FileNotFoundError:
            return False
        if not stat.S_ISREG(mode):
            raise Tampered(
                f"{name} is a link or no regular file.", "Find out who put it there; restore the file itself."
            )
        return True


def keep_private() -> None:
    """From here on this process makes files only its owner may read, and leaves no core dump."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
