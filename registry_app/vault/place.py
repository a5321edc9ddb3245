"""Where a registry is: a folder, or a database on a PostgreSQL server. Everything above asks a place and knows neither.

A place keeps the keyring, the notes of failed attempts and the heads outside, says who else has the registry open, and opens
the engine with whatever must be checked first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine

from registry_app.errors import AuthenticationError
from registry_app.vault import attempts, digest
from registry_app.vault.keyring import Keyring, Unlocked
from registry_app.vault.slot import DataKeys

SCHEMES = ("postgresql://", "postgres://")
"""What the address of a registry on a server begins with."""


def state_folder() -> Path:
    """The user's own state folder, where the heads of the registries this user has seen are kept."""
    from platformdirs import user_state_path

    return user_state_path("registry-app", appauthor=False)


def database_key(data_key: bytes) -> bytes:
    """The raw SQLCipher key of a registry with that data key."""
    return digest.hkdf(data_key, "sqlcipher")


class Hold(Protocol):
    """Who else has the registry open: held shared while open, alone for work on all of it."""

    def share(self) -> None:
        """Hold the registry open beside others.

        Raises:
            StorageBusy: somebody works on all of it for too long.
        """

    def alone(self) -> bool:
        """Try to be the only one; ``False`` when others have it open (a hold before is then lost: share again)."""

    def release(self) -> None:
        """Let go."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An open database."""

    engine: Engine
    """What runs its statements."""
    key: bytes
    """The raw key of the file; empty where a server keeps it."""


class Place(Protocol):
    """One registry's place."""

    @property
    def name(self) -> str:
        """How it is named to people; never holds a password."""

    def require(self) -> None:
        """Refuse a place that holds no registry, or one that was never finished.

        Raises:
            UsageError, Damaged, Tampered, StorageError: what is wrong with it.
        """

    def require_free(self) -> None:
        """Refuse a place where no registry can be made; nothing is changed.

        Raises:
            UsageError: there is something in it already.
            StorageError: it cannot be reached, or nothing can be written there.
        """

    def make(self) -> Hold:
        """Take an empty place for a new registry; what was never finished there is removed.

        Returns:
            The hold, alone.

        Raises:
            UsageError: there is something in it already.
            StorageBusy: somebody else is making a registry there.
            StorageError: it cannot be written there.
        """

    def finish(self) -> None:
        """Say that the registry is made."""

    def clear(self) -> None:
        """Remove what was begun."""

    def keyring(self) -> Keyring:
        """The keyring. Its MAC is checked when it is unlocked.

        Raises:
            Damaged: it is missing or damaged; the error says whether the one before is intact.
            UsageError: a newer program wrote it.
        """

    def keep(self, encoded: bytes, *, forget_previous: bool = False) -> None:
        """Keep what :meth:`Keyring.encode` gave, durably or not at all; the one before is kept too.

        Args:
            forget_previous: leave no older one (after a rotation).

        Raises:
            StorageBusy: another process changed the keyring since it was read.
        """

    def changing(self) -> AbstractContextManager[None]:
        """Hold off others that change this keyring, from reading it to keeping it."""

    def restore_keyring(self) -> Keyring:
        """Put the keyring before this one in the place of a missing or damaged one.

        Raises:
            UsageError: it is intact.
            Damaged: there is none before, or it is damaged too.
        """

    def notes(self, registry: str) -> Path:
        """The folder where failed attempts to sign in are noted."""

    def heads(self, registry: str) -> tuple[Path, ...]:
        """The files that keep the heads outside the database."""

    def hold(self) -> Hold:
        """A hold on the registry, not yet taken."""

    def create(self, data_key: bytes, hold: Hold) -> Opened:
        """The empty database of a new registry."""

    def examined(self, keys: DataKeys, hold: Hold) -> AbstractContextManager[Opened]:
        """The database to look at before it is opened: where something is wrong, nothing was touched. Then it is shared.

        Raises:
            Damaged: it is not what was written, or the keys are not its keys.
            StorageBusy: somebody works on all of it.
        """

    def open(self, key: bytes, hold: Hold, resources: ExitStack, *, read_only: bool) -> Engine:
        """The database to work on, under the key that :meth:`examined` found."""

    def rekey(self, opened: Opened, data_key: bytes, hold: Hold) -> Opened:
        """The database under a new data key, while it is held alone."""

    def settle(self, engine: Engine) -> None:
        """Put the database to rest before it is closed."""

    def size(self, engine: Engine) -> int:
        """Bytes it takes."""


def place_of(address: Path | str) -> Place:
    """The place at ``address``: a path, or a ``postgresql://`` URL.

    Raises:
        UsageError: the URL cannot be read.
    """
    if isinstance(address, str) and address.startswith(SCHEMES):
        from registry_app.vault.database_place import DatabasePlace

        return DatabasePlace.at(address)
    from registry_app.vault.folder_place import FolderPlace

    return FolderPlace.at(Path(address))


def unlock(place: Place, handle: str, passphrase: str) -> tuple[str, Unlocked]:
    """The registry's id, and what the passphrase opens of its keyring; an attempt that fails is noted.

    Raises:
        AuthenticationError: the handle or the passphrase is wrong.
        Damaged, Tampered: the keyring is not what was kept.
    """
    keyring = place.keyring()
    try:
        return keyring.registry, keyring.unlock(handle, passphrase)
    except AuthenticationError:
        known = any(slot.handle == handle for slot in keyring.people)
        notes = place.notes(keyring.registry)
        with suppress(OSError):
            notes.mkdir(mode=0o700, parents=True, exist_ok=True)
        attempts.note(notes, handle if known else attempts.UNKNOWN)
        raise


@contextmanager
def disposing(engine: Engine) -> Iterator[Engine]:
    """Let go of ``engine`` at the end."""
    try:
        yield engine
    finally:
        engine.dispose()
