"""The keyring's files: read with suspicion, written so that there is a whole one at every instant.

Writing: a temporary file in the folder, fsync; the present file kept under a second name; rename over the first name;
fsync of the folder. ``keyring.previous.json`` is the one before, for the day the present one is damaged. Files are for
their owner only (0600), and a link in their place is refused.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from registry_app.errors import Damaged, IntegrityError, StorageBusy, StorageError, Tampered, UsageError
from registry_app.vault import chance
from registry_app.vault.keyring import MAX_SIZE, Keyring

CURRENT = "keyring.json"
PREVIOUS = "keyring.previous.json"
DAMAGED = "keyring.damaged.json"

_TEMPORARY = ".keyring."
_PATIENCE = 10.0
_held: ContextVar[frozenset[str]] = ContextVar("held", default=frozenset())


def load(folder: Path) -> Keyring:
    """The keyring of the registry in ``folder``. Its MAC is checked when it is unlocked.

    Raises:
        Damaged: ``keyring.json`` is missing or damaged; the error says whether the one before is intact.
        Tampered: a link or something else that is no file stands in its place.
        UsageError: a newer program wrote it.
        StorageError: it cannot be read.
    """
    try:
        data = _read(folder / CURRENT)
        if data is None:
            raise Damaged("keyring.json is missing.", "")
        return Keyring.decode(data)
    except Damaged as error:
        raise Damaged(error.what.replace("The keyring", CURRENT), _way_out(folder)) from None


def save(folder: Path, encoded: bytes, *, forget_previous: bool = False) -> None:
    """Write what :meth:`Keyring.encode` gave as the keyring of the registry in ``folder``, durably or not at all.

    An intact present one is kept as ``keyring.previous.json``; a damaged one does not replace an intact previous one.
    When the last step alone fails (fsync of the folder), the new one may stand already: read it before trying again.

    Args:
        forget_previous: write the new one under both names, so that no older one is left (after a rotation).

    Raises:
        Damaged: ``encoded`` is no keyring; nothing was written.
        StorageBusy: another process changed the keyring since it was read.
        StorageFull, StorageReadOnly, StorageError: nothing was acknowledged, and the old one stands.
        Tampered: a link or something else that is no file stands in its place.
    """
    new = Keyring.decode(encoded)
    with changing(folder):
        present = _intact(folder / CURRENT)
        if present is not None and present != encoded:
            old = Keyring.decode(present)
            if old.registry not in ("", new.registry):
                raise UsageError("keyring.json belongs to another registry.", "Name the folder of this one.")
            if old.generation >= new.generation:
                raise StorageBusy("The keyring was changed meanwhile.", "Run the same command again.")
        _write(folder, CURRENT, encoded, keep=present not in (None, encoded) and not forget_previous)
        if forget_previous:
            _write(folder, PREVIOUS, encoded, keep=False)


def restore_previous(folder: Path) -> Keyring:
    """Put ``keyring.previous.json`` in the place of a missing or damaged ``keyring.json``; the damaged one is kept aside.

    Raises:
        UsageError: ``keyring.json`` is intact, or a newer program wrote it.
        Damaged: the previous one is missing or damaged too.
        StorageError: it could not be written; nothing was changed.
    """
    with changing(folder):
        if _intact(folder / CURRENT) is not None:
            raise UsageError("keyring.json is intact; there is nothing to restore.", "Use the registry as it is.")
        data = _intact(folder / PREVIOUS)
        if data is None:
            raise Damaged("keyring.previous.json is missing or damaged too.", _NO_WAY_OUT)
        if (folder / CURRENT).exists():
            _keep(folder, CURRENT, DAMAGED)
        _write(folder, CURRENT, data, keep=False)
    return Keyring.decode(data)


@contextmanager
def changing(folder: Path) -> Iterator[None]:
    """Hold off other processes that change this keyring, from reading it to writing it.

    Within the block :func:`save` and :func:`restore_previous` do not wait again.

    Raises:
        StorageBusy: another process held it for ten seconds.
        Tampered: a link or something else that is no file stands in a keyring's place.
        StorageFull, StorageReadOnly, StorageError: the system's errors within the block, as ours.
    """
    name = os.path.realpath(folder)
    if name in _held.get():
        yield
        return
    try:
        with _locked(folder):
            for path in (folder / CURRENT, folder / PREVIOUS):
                if path.is_symlink() or (path.exists() and not path.is_file()):
                    raise _no_file(path)
            for left in folder.glob(f"{_TEMPORARY}*.tmp"):  # by a process that was killed
                left.unlink(missing_ok=True)
            token = _held.set(_held.get() | {name})
            try:
                yield
            finally:
                _held.reset(token)
    except OSError as error:
        from registry_app.vault.engine import from_os

        raise from_os(error) from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        patience = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > patience:
                    raise StorageBusy("Another process is changing the keyring.", "Try again in a moment.") from None
                time.sleep(0.02)
        yield
    finally:
        os.close(file)


_NO_WAY_OUT = "Restore keyring.json from a backup; without it nobody can open the registry."


def _way_out(folder: Path) -> str:
    if _intact(folder / PREVIOUS) is None:
        return _NO_WAY_OUT
    return (
        "The one before it is intact: copy keyring.previous.json over keyring.json, "
        "or run: registry-app vault restore-keyring."
    )


def _intact(path: Path) -> bytes | None:
    """The bytes of a whole keyring, or ``None`` when it is missing, damaged or no file."""
    try:
        data = _read(path)
        if data is not None:
            Keyring.decode(data)
    except IntegrityError:
        return None
    return data


def _read(path: Path) -> bytes | None:
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK, errno.ENXIO):
            raise _no_file(path) from None
        raise StorageError(f"{path} cannot be read.", "Check its permissions and the disk.") from error
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise _no_file(path)
        pieces, left = [], MAX_SIZE + 1
        while left > 0 and (piece := os.read(file, min(left, 1 << 20))):
            pieces.append(piece)
            left -= len(piece)
    except OSError as error:
        raise StorageError(f"{path} cannot be read.", "Check the disk, then try again.") from error
    finally:
        os.close(file)
    return b"".join(pieces)


def _no_file(path: Path) -> Tampered:
    return Tampered(f"{path.name} is a link or no regular file.", "Find out who put it there; restore the file itself.")


def _write(folder: Path, name: str, data: bytes, *, keep: bool) -> None:
    """Put ``data`` under ``name`` in one step; before it, keep what stands there as the previous one."""
    temporary = _temporary(folder)
    try:
        file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            os.fchmod(file, 0o600)
            left = memoryview(data)
            while left:
                left = left[os.write(file, left) :]
            os.fsync(file)
        finally:
            os.close(file)
        if keep:
            _keep(folder, name, PREVIOUS)
        os.replace(temporary, folder / name)
        _settle(folder)
    finally:
        with suppress(OSError):
            os.unlink(temporary)


def _keep(folder: Path, name: str, as_name: str) -> None:
    """Give what stands under ``name`` a second name, in one step."""
    temporary = _temporary(folder)
    try:
        try:
            os.link(folder / name, temporary)
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
                raise
            _write(folder, as_name, _read(folder / name) or b"", keep=False)  # a file system without hard links
        else:
            os.replace(temporary, folder / as_name)
    finally:
        with suppress(OSError):
            os.unlink(temporary)


def _temporary(folder: Path) -> Path:
    return folder / f"{_TEMPORARY}{chance.token(8).hex()}.tmp"


def _settle(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
