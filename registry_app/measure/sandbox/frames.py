"""What crosses the pipes: frames of a kind, a length and so many bytes. Never a pickle.

``head`` frames are JSON, ``body`` frames raw bytes whose meaning the head before them gives. A length beyond its cap is an error
before a byte of it is kept.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from typing import Any

HEAD, BODY = b"head", b"body"
"""The two kinds of frame."""

MOST_HEAD = 4 << 20
"""Bytes of one JSON head."""

_PREFIX = struct.Struct("<4sQ")
_DEEPEST = 32


class BadFrame(Exception):
    """What came over the pipe is not a frame, or not one that fits here; says why, without a full stop."""


def head_frame(content: dict[str, Any]) -> bytes:
    """A JSON object as one frame."""
    data = json.dumps(content, ensure_ascii=True, allow_nan=False).encode()
    return _PREFIX.pack(HEAD, len(data)) + data


def body_prefix(length: int) -> bytes:
    """What goes before ``length`` raw bytes."""
    return _PREFIX.pack(BODY, length)


class Inlet:
    """Frames put together from pieces as they arrive; holds at most one frame and its cap."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, piece: bytes) -> None:
        """Add what was read."""
        self._held += piece

    def take(self, kind: bytes, most: int) -> bytes | None:
        """The next frame's bytes, or ``None`` while it is not all there.

        Raises:
            BadFrame: it is of another kind or longer than ``most``.
        """
        if len(self._held) < _PREFIX.size:
            if not (HEAD + BODY).startswith(bytes(self._held[:4])) and not BODY.startswith(bytes(self._held[:4])):
                raise BadFrame("it is no frame")
            return None
        found, length = _PREFIX.unpack_from(self._held)
        if found not in (HEAD, BODY):
            raise BadFrame("it is no frame")
        if found != kind:
            raise BadFrame("a frame stands where another kind belongs")
        if length > most:
            raise BadFrame(f"it announces {length:,} bytes where at most {most:,} belong")
        end = _PREFIX.size + length
        if len(self._held) < end:
            return None
        data = bytes(self._held[_PREFIX.size : end])
        del self._held[:end]
        return data


def read_head(data: bytes) -> dict[str, Any]:
    """The JSON object of a head.

    Raises:
        BadFrame: it is not one, is nested too deeply, holds a key twice, or a number that is not finite.
    """
    try:
        content = json.loads(
            data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_number, parse_float=_number
        )
    except (ValueError, RecursionError) as error:
        raise BadFrame("its head is not JSON") from error
    if not isinstance(content, dict) or _depth(content) > _DEEPEST:
        raise BadFrame("its head is no plain JSON object")
    return content


def receive(read: Callable[[int], bytes], kind: bytes) -> bytes:
    """The next frame, read in one go from a stream that is trusted (in the child, from its parent).

    Raises:
        EOFError: the stream has ended.
        BadFrame: another kind came.
    """
    prefix = _exactly(read, _PREFIX.size)
    found, length = _PREFIX.unpack(prefix)
    if found != kind:
        raise BadFrame("a frame stands where another kind belongs")
    return _exactly(read, length)


def _exactly(read: Callable[[int], bytes], length: int) -> bytes:
    pieces = bytearray()
    while len(pieces) < length:
        piece = read(min(length - len(pieces), 1 << 20))
        if not piece:
            raise EOFError
        pieces += piece
    return bytes(pieces)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is not finite")
    return value


def _depth(content: Any) -> int:
    deepest, level = 0, [content]
    while level:
        deepest += 1
        level = [
            part
            for each in level
            if isinstance(each, (dict, list))
            for part in (each.values() if isinstance(each, dict) else each)
        ]
    return deepest
