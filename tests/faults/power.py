"""What may stand on a disk after a power cut: everything synced, and any of the unsynced 512-byte sectors, whole or torn.

Names (made, renamed, removed) reach the disk in their order, as a journaling file system keeps them, up to some point after
the folder was last synced. The index of the WAL (``-shm``) is shared memory and never survives.
"""

from __future__ import annotations

import os
import random
import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
_HEAD = struct.Struct("<cIIQQ")


@dataclass(frozen=True)
class Call:
    """One thing the process did."""

    kind: str
    """``W`` wrote, ``T`` cut to a size, ``S`` synced, ``R`` renamed, ``L`` linked, ``U`` removed, ``A`` told."""
    path: str
    other: str
    offset: int
    data: bytes


@dataclass
class File:
    """What is certain of a file, and what is under way."""

    certain: bytearray = field(default_factory=bytearray)
    under_way: list[Call] = field(default_factory=list)


def calls(log: Path) -> list[Call]:
    """What was recorded, in order."""
    content = log.read_bytes()
    found, at = [], 0
    while at < len(content):
        kind, one, two, offset, size = _HEAD.unpack_from(content, at)
        at += _HEAD.size
        path, other = content[at : at + one].decode(), content[at + one : at + one + two].decode()
        at += one + two
        data = content[at : at + size]
        at += size
        found.append(Call(kind.decode(), path, other, offset, data))
    return found


class Disk:
    """Files as they came to be, up to some call."""

    def __init__(self, root: Path) -> None:
        self.files = {str(p): File(bytearray(p.read_bytes())) for p in root.rglob("*") if p.is_file()}
        self.told: list[str] = []

    def play(self, call: Call) -> None:
        """One call more. Names are taken to be certain: each of ours is followed by a sync of the folder, or says nothing."""
        if call.kind == "A":
            self.told += call.data.decode().splitlines()
        elif call.kind in "WT":
            self.files.setdefault(call.path, File()).under_way.append(call)
        elif call.kind == "S" and call.path in self.files:
            file = self.files[call.path]
            for each in file.under_way:
                _apply(file.certain, each)
            file.under_way.clear()
        elif call.kind in "RL" and call.path in self.files:
            file = self.files[call.path]
            self.files[call.other] = File(bytearray(file.certain), list(file.under_way))
            if call.kind == "R":
                del self.files[call.path]
        elif call.kind == "U":
            self.files.pop(call.path, None)

    def image(self, draw: random.Random) -> Iterator[tuple[str, bytes]]:
        """One way the files may be found after the power came back."""
        mood = draw.choice(["none", "some", "most", "all", "torn"])
        for path, file in self.files.items():
            if path.endswith("-shm"):
                continue
            content = bytearray(file.certain)
            for call in file.under_way:
                if call.kind == "T":
                    if draw.random() < 0.5:
                        _apply(content, call)
                    continue
                for start in range(0, len(call.data), SECTOR):
                    piece = call.data[start : start + SECTOR]
                    if mood == "torn" and draw.random() < 0.1 and not _is_head(path):
                        piece = piece[: draw.randrange(1, SECTOR)]
                    chance = {"none": 0.0, "some": 0.3, "most": 0.9, "all": 1.0, "torn": 0.8}[mood]
                    if draw.random() < chance:
                        _apply(content, Call("W", path, "", call.offset + start, piece))
            yield path, bytes(content)


def _is_head(path: str) -> bool:
    """A kept head is one sector, which a disk writes whole or not at all."""
    return path.endswith("/head") or "/heads/" in path


def _apply(content: bytearray, call: Call) -> None:
    if call.kind == "T":
        del content[call.offset :]
        content.extend(bytes(call.offset - len(content)))
        return
    content.extend(bytes(max(0, call.offset + len(call.data) - len(content))))
    content[call.offset : call.offset + len(call.data)] = call.data


def lay(image: Iterator[tuple[str, bytes]], root: Path, place: Path) -> None:
    """Write an image of what was below ``root`` below ``place``."""
    shutil.rmtree(place, ignore_errors=True)
    for path, content in image:
        file = place / os.path.relpath(path, root)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
