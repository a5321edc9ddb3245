"""The head outside the database: the newest signed checkpoint, kept where the database's own tricks do not reach.

Two slots of 512 bytes, one disk sector each, so that a write is never torn; each is a SHA-256 over the rest of the
slot, an eight-byte size of the ledger, a two-byte length, and the text. Under a lock on the file, the slot with the smaller
size is overwritten, and never by a smaller one: of several processes the last to commit is heard. There is no fsync: the
file may lag behind the database, it can never lead it. A slot of zeros was never written.
"""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

from registry_app.errors import Damaged, Tampered
from registry_app.vault import digest

_SLOT = 512
_FRAME = 32 + 8 + 2
_ROOM = _SLOT - _FRAME


class HeadFile:
    """The two slots at ``path``.

    Args:
        path: the file; its folder exists or can be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def texts(self) -> list[str]:
        """The texts of the slots that were written, in slot order.

        Raises:
            Damaged: the file has another length, or a slot does not match its checksum.
            Tampered: a link stands in the file's place.
            OSError: it cannot be read.
        """
        try:
            file = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise Tampered(
                    f"{self.path} is a link.", "Find out who put it there; restore the file itself."
                ) from None
            raise
        try:
            fcntl.flock(file, fcntl.LOCK_SH)
            content = os.read(file, 2 * _SLOT + 1)
        finally:
            os.close(file)
        return [text for _, text in self._slots(content) if text]

    def write(self, text: str, size: int, *, durable: bool = False) -> None:
        """Keep ``text`` (at most 470 bytes), the head of ``size`` leaves, unless a larger one is kept already.

        Args:
            durable: wait until it is on the disk (at the registry's creation only).

        Raises:
            OSError: it cannot be written.
        """
        body = text.encode()
        if len(body) > _ROOM:
            raise OverflowError("the checkpoint is longer than a slot")
        rest = size.to_bytes(8, "big") + len(body).to_bytes(2, "big") + body.ljust(_ROOM, b"\0")
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            content = os.pread(file, 2 * _SLOT + 1, 0)
            if not content:
                os.ftruncate(file, 2 * _SLOT)
            sizes = [kept for kept, _ in self._slots(content)] or [-1, -1]
            if size > max(sizes):
                os.pwrite(file, digest.sha256(rest) + rest, sizes.index(min(sizes)) * _SLOT)
            if durable:
                os.fsync(file)
        finally:
            os.close(file)

    def _slots(self, content: bytes) -> list[tuple[int, str]]:
        """Size and text of each slot; -1 and nothing for one that was never written; empty for an empty file."""
        if len(content) not in (0, 2 * _SLOT):
            raise self._damaged()
        return [self._slot(content[i : i + _SLOT]) for i in range(0, len(content), _SLOT)]

    def _slot(self, slot: bytes) -> tuple[int, str]:
        if slot == bytes(_SLOT):
            return -1, ""
        checksum, rest = slot[:32], slot[32:]
        length = int.from_bytes(rest[8:10], "big")
        if digest.sha256(rest) != checksum or length > _ROOM:
            raise self._damaged()
        try:
            return int.from_bytes(rest[:8], "big"), rest[10 : 10 + length].decode()
        except UnicodeDecodeError:
            raise self._damaged() from None

    def _damaged(self) -> Damaged:
        return Damaged(
            f"The head kept outside the database, {self.path}, is damaged.",
            "Compare the registry with a checkpoint you trust: registry-app verify --against FILE.",
        )
