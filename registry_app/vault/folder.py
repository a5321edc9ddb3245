"""A registry's folder: which files it has, and who may read them.

``registry.db`` the encrypted database · ``keyring.json`` public keys and key slots · ``keyring.previous.json`` the one
before · ``head`` the newest signed head · ``registry.lock`` · ``attempts.log`` failed attempts to sign in
"""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass
from pathlib import Path

from registry_app.errors import UsageError
from registry_app.vault.engine import from_os


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
    def head(self) -> Path:
        """The head kept outside the database."""
        return self.path / "head"

    def require(self) -> None:
        """Refuse a folder that is no registry.

        Raises:
            UsageError: it is missing, or has no keyring and no database.
        """
        if not self.path.is_dir():
            raise UsageError(f"There is no folder {self.path}.", "Make a registry with 'registry-app init'.")
        names = ("registry.db", "keyring.json", "keyring.previous.json")
        if not any((self.path / name).exists() for name in names):
            raise UsageError(
                f"{self.path} is no registry.", "Name another folder, or make one with 'registry-app init'."
            )

    def make(self) -> None:
        """Make an empty folder that only its owner may enter.

        Raises:
            UsageError: there is something in it already.
        """
        if self.path.is_symlink() or (self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir()))):
            raise UsageError(f"{self.path} is there already and is not empty.", "Name a new folder.")
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.chmod(0o700)
        except OSError as error:
            raise from_os(error) from error


def keep_private() -> None:
    """From here on this process makes files only its owner may read, and leaves no core dump."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
