"""The head outside the database: the newest signed checkpoint, kept where the database's own tricks do not reach.

Two slots of 512 bytes, one disk sector each, so that a write is never torn; each is a SHA-256 over the rest of the
slot, a two-byte length, and the text. The slot that does not hold the newest text is overwritten, without fsync: the
file may lag behind the database, it can never lead it. A slot of zeros was never written.
"""

from __future__ import annotations

import os
from pathlib import Path

from registry_app.errors import Damaged
from registry_app.vault import digest

_SLOT = 512
_ROOM = _SLOT - 32 - 2


class HeadFile:
    """The two slots at ``path``.

    Args:
        path: the file; its folder exists or can be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._next = 0

    def texts(self) -> list[str]:
        """The texts of the slots that were written, in slot order.

        Raises:
            Damaged: the file has another length, or a slot does not match its checksum.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return []
        if len(content) not in (0, 2 * _SLOT):
            raise _damaged(self.path)
        return [
            text for text in (_read(content[i : i + _SLOT], self.path) for i in range(0, len(content), _SLOT)) if text
        ]

    def write(self, text: str, *, durable: bool = False) -> None:
        """Keep ``text`` (at most 478 bytes) in the slot whose turn it is.

        Args:
            durable: wait until it is on the disk (at the registry's creation only).
        """
        body = text.encode()
        if len(body) > _ROOM:
            raise OverflowError("the checkpoint is longer than a slot")
        rest = len(body).to_bytes(2, "big") + body.ljust(_ROOM, b"\0")
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            if os.fstat(file).st_size != 2 * _SLOT:
                os.ftruncate(file, 2 * _SLOT)
            os.pwrite(file, digest.sha256(rest) + rest, self._next * _SLOT)
            self._next = 1 - self._next
            if durable:
                os.fsync(file)
        finally:
            os.close(file)

    def skip(self, slot: int) -> None:
        """Let the next write leave ``slot`` (0 or 1), which holds the newest text, alone."""
        self._next = 1 - slot


def _read(slot: bytes, path: Path) -> str | None:
    if slot == bytes(_SLOT):
        return None
    checksum, rest = slot[:32], slot[32:]
    length = int.from_bytes(rest[:2], "big")
    if digest.sha256(rest) != checksum or length > _ROOM:
        raise _damaged(path)
    return rest[2 : 2 + length].decode("utf-8", "strict")


def _damaged(path: Path) -> Damaged:
    return Damaged(
        f"The head kept outside the database, {path}, is damaged.",
        "Compare the registry with a checkpoint you trust: registry-app verify --against FILE.",
    )
