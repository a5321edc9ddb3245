"""The rows of a damaged database, read page by page without SQLite: one bad page then costs what stands on it, no more.

SQLite reaches a row through the pages above it, so one bad page near the root hides hundreds of good ones. Here each page
is decrypted by itself (SQLCipher 4: AES-256-CBC, the IV in the last 80 bytes) and whatever has the form of a cell of a
b-tree leaf is given (SQLite file format, sections 1.6 and 2). No HMAC is asked, since its key hangs on the first page: rows
may be nonsense, and whoever takes them checks them against a hash.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE = 4096
_RESERVED = 80
_USABLE = PAGE - _RESERVED
_SALT = 16
_MOST_COLUMNS = 64
_TABLE_LEAF, _INDEX_LEAF, _INDEX_INTERIOR = 13, 10, 2
_FIXED = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 8, 8: 0, 9: 0}

Value = int | str | bytes | None


class _NoCell(Exception):
    """What was taken for a cell is none."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell stands."""

    page: int
    """The page, from 1."""
    offset: int
    """Where in it, bytes."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a cell holds."""

    rowid: int | None
    """The row's number; ``None`` in an index or a table without them."""
    values: tuple[Value, ...]
    """One for each column; a real number is given as its eight bytes."""


class Pages:
    """The file at ``path`` under the 32-byte raw ``key``; close it after use."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        self._key = algorithms.AES(key)
        self.count = os.fstat(self._file).st_size // PAGE

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)

    def rows(self, columns: frozenset[int]) -> Iterator[tuple[Place, Row]]:
        """Everything that has the form of a row with that many columns, in the order of the file."""
        for number in range(1, self.count + 1):
            page = self._page(number)
            for offset in _cells(page, number):
                with suppress(_NoCell):
                    row = self._row(page, offset, number, columns)
                    yield Place(number, offset), row

    def row(self, place: Place) -> Row:
        """The row at a place that :meth:`rows` gave."""
        return self._row(self._page(place.page), place.offset, place.page, None)

    def _page(self, number: int) -> bytes:
        held = os.pread(self._file, PAGE, (number - 1) * PAGE).ljust(PAGE, b"\0")
        skip = _SALT if number == 1 else 0
        opened = Cipher(self._key, modes.CBC(held[_USABLE : _USABLE + 16])).decryptor()
        return bytes(skip) + opened.update(held[skip:_USABLE])

    def _row(self, page: bytes, offset: int, number: int, columns: frozenset[int] | None) -> Row:
        kind = page[100 if number == 1 else 0]
        at = offset + (4 if kind == _INDEX_INTERIOR else 0)
        size, at = _varint(page, at)
        rowid = None
        if kind == _TABLE_LEAF:
            rowid, at = _varint(page, at)
        if size > self.count * PAGE:
            raise _NoCell
        local = _local(size, kind)
        if at + local + (4 if local < size else 0) > _USABLE:
            raise _NoCell
        head = page[at : at + local]
        types = _types(head) if columns is not None else None
        if types is not None and columns is not None and len(types) not in columns:
            raise _NoCell
        if local < size:
            head += self._overflow(int.from_bytes(page[at + local : at + local + 4], "big"), size - local)
        return Row(rowid, _values(head, types or _types(head)))

    def _overflow(self, number: int, left: int) -> bytes:
        pieces: list[bytes] = []
        while left > 0:
            if not 1 <= number <= self.count or len(pieces) > self.count:
                raise _NoCell
            page = self._page(number)
            pieces.append(page[4 : 4 + min(left, _USABLE - 4)])
            left -= len(pieces[-1])
            number = int.from_bytes(page[:4], "big")
        return b"".join(pieces)


def _cells(page: bytes, number: int) -> list[int]:
    """Where the cells of a page begin; none when it is no page of a b-tree that holds rows."""
    start = 100 if number == 1 else 0
    kind = page[start]
    if kind not in (_TABLE_LEAF, _INDEX_LEAF, _INDEX_INTERIOR):
        return []
    first = start + (12 if kind == _INDEX_INTERIOR else 8)
    count = min(int.from_bytes(page[start + 3 : start + 5], "big"), (_USABLE - first) // 2)
    found = [int.from_bytes(page[first + 2 * i : first + 2 * i + 2], "big") for i in range(count)]
    return [offset for offset in found if first <= offset < _USABLE - 4]


def _local(size: int, kind: int) -> int:
    """How many bytes of a record of ``size`` stand in the cell itself."""
    most = _USABLE - 35 if kind == _TABLE_LEAF else (_USABLE - 12) * 64 // 255 - 23
    if size <= most:
        return size
    least = (_USABLE - 12) * 32 // 255 - 23
    kept = least + (size - least) % (_USABLE - 4)
    return kept if kept <= most else least


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(9):
        if at >= len(data):
            raise _NoCell
        byte = data[at]
        at += 1
        if place == 8:
            return value << 8 | byte, at
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at
    raise _NoCell


def _types(record: bytes) -> list[int]:
    """The serial types of a record, whose header must stand in its first bytes."""
    size, at = _varint(record, 0)
    found: list[int] = []
    while at < size and len(found) <= _MOST_COLUMNS:
        kind, at = _varint(record, at)
        found.append(kind)
    if at != size:
        raise _NoCell
    return found


def _values(record: bytes, types: list[int]) -> tuple[Value, ...]:
    at, _ = _varint(record, 0)
    found: list[Value] = []
    for kind in types:
        length = (kind - 12) // 2 if kind >= 12 else _FIXED.get(kind, -1)
        piece = record[at : at + length]
        if length < 0 or len(piece) != length:
            raise _NoCell
        at += length
        found.append(_value(kind, piece))
    return tuple(found)


def _value(kind: int, piece: bytes) -> Value:
    if kind >= 12:
        return piece if kind % 2 == 0 else piece.decode("utf-8", "replace")
    if kind in (0, 7):
        return None if kind == 0 else piece
    return kind - 8 if kind in (8, 9) else int.from_bytes(piece, "big", signed=True)
