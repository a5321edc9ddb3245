"""The one door for randomness and new ids."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from registry_app.vault import clock

Source = Callable[[int], bytes]

_source: Source = secrets.token_bytes


def token(size: int) -> bytes:
    """``size`` unpredictable bytes from the operating system."""
    return _source(size)


@contextmanager
def use(source: Source) -> Iterator[None]:
    """Draw from ``source`` within the block (tests that need the same bytes twice)."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before


def uuid7() -> str:
    """A new UUIDv7 (RFC 9562, section 5.7): 48 bits of milliseconds, then 74 random bits."""
    milliseconds = int(clock.now().timestamp() * 1000) & (1 << 48) - 1
    draw = int.from_bytes(token(10), "big")
    bits = milliseconds << 80 | 0x7 << 76 | (draw >> 62 & 0xFFF) << 64 | 0b10 << 62 | draw & (1 << 62) - 1
    return str(UUID(int=bits))
