"""Canonical JSON (RFC 8785) and its strict reading, over the ledger's own domain.

The domain: objects with text keys, lists, text, integers below 2^53 in size, true, false and null. There are no
floating point numbers (a metric is a decimal string), so one value has one encoding and reading gives the value back.

Encoding is done by orjson behind a guard: its sorted keys follow code points, RFC 8785 (section 3.2.3) sorts UTF-16
code units, and the two orders differ only for keys with a code point of U+E000 or above. Those go to ``rfc8785``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import orjson
import rfc8785

from registry_app.errors import Damaged, Tampered, UsageError

MAX_DEPTH = 64
"""How many lists and objects may stand inside each other."""

MAX_SIZE = 64 * 1024 * 1024
"""The most bytes that are read as one value."""

MAX_INTEGER = 2**53 - 1
"""The largest integer, either sign, that every JSON reader keeps exactly (RFC 7493, section 2.2)."""


class _OutsideDomain(Exception):
    """The value cannot stand in canonical JSON; the argument says why, as the end of a sentence."""


def _orjson_agrees(value: Any, ascii_keys: bool = False) -> bool:
    """Whether orjson orders all keys of ``value`` as RFC 8785 does; raises when outside the domain.

    Args:
        ascii_keys: all keys are known to be ASCII text.
    """
    return _agrees((value,), -1, ascii_keys)


def _agrees(items: Iterable[Any], depth: int, ascii_keys: bool) -> bool:
    if depth == MAX_DEPTH:
        raise _OutsideDomain(f"more than {MAX_DEPTH} levels")
    agrees = True
    for item in items:
        kind = type(item)
        if kind is str or kind is bool or item is None:
            continue
        if kind is int:
            if not -MAX_INTEGER <= item <= MAX_INTEGER:
                raise _OutsideDomain("an integer of 2^53 or more")
        elif kind is dict:
            if not ascii_keys and not _keys_agree(item):
                agrees = False
            if not _agrees(item.values(), depth + 1, ascii_keys):
                agrees = False
        elif kind is list or kind is tuple:
            if not _agrees(item, depth + 1, ascii_keys):
                agrees = False
        else:
            raise _OutsideDomain("a floating point number" if kind is float else f"a value of type {kind.__name__}")
    return agrees


def _keys_agree(keys: Iterable[Any]) -> bool:
    agrees = True
    for key in keys:
        if type(key) is not str:
            raise _OutsideDomain("a key that is no text")
        if not key.isascii() and max(key) >= "\ue000":
            agrees = False
    return agrees


def _encode(value: Any, ascii_keys: bool = False) -> bytes:
    try:
        if _orjson_agrees(value, ascii_keys):
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        return rfc8785.dumps(value)
    except (orjson.JSONEncodeError, rfc8785.CanonicalizationError, UnicodeEncodeError):
        raise _OutsideDomain("text with half of a surrogate pair") from None


def canonical(value: Any) -> bytes:
    """The one encoding of ``value`` (RFC 8785), UTF-8 without a final newline. Tuples are written as lists.

    Raises:
        UsageError: ``value`` is outside the domain: a float, an integer of 2^53 or more, a key that is no text, a
            lone surrogate, more than 64 levels, or another type.
    """
    try:
        return _encode(value)
    except _OutsideDomain as reason:
        raise UsageError(
            f"The value holds {reason}, which a statement cannot say.",
            "Write numbers with a fraction as decimal text, and use plain text, whole numbers, lists and objects.",
        ) from None


def as_read(value: Any) -> bytes:
    """The canonical encoding of ``value``, which is what :func:`parse_canonical` returned or a part of it.

    Its keys already stand in canonical order, so nothing is sorted or checked again.
    """
    return orjson.dumps(value)


def _broken(reason: str) -> Damaged:
    return Damaged(f"The JSON cannot be read: {reason}.", "Read it again from an intact copy.")


def _refuse_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _OutsideDomain("an object with the same key twice")
    return found


def _read(data: bytes) -> tuple[Any, bool]:
    """The value in ``data``, and whether ``data`` is its canonical encoding."""
    if type(data) is not bytes:
        raise UsageError("Only bytes can be read as JSON.", "Pass the stored bytes as they are.")
    if len(data) > MAX_SIZE:
        raise _broken(f"it is longer than {MAX_SIZE} bytes")
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise _broken("it is not JSON in UTF-8") from None
    try:
        # Canonical text has no escapes but for control characters, so that in ASCII text all keys are ASCII.
        if _encode(value, data.isascii()) == data:
            return value, True
        # orjson keeps the last of two equal keys without a word, so text that is not canonical is read once more.
        json.loads(data.decode(), object_pairs_hook=_refuse_twins)
    except _OutsideDomain as reason:
        raise _broken(f"it holds {reason}") from None
    except (ValueError, RecursionError):
        raise _broken("a value under a repeated key is not in order") from None
    return value, False


def parse(data: bytes) -> Any:
    """The value written in ``data``: UTF-8 JSON (RFC 8259), each key once, whole numbers below 2^53 only.

    Raises:
        Damaged: anything else, more than 64 levels, or more than 64 MiB.
    """
    return _read(data)[0]


def parse_canonical(data: bytes) -> Any:
    """The value written in ``data``, which must be exactly :func:`canonical` of it.

    Raises:
        Damaged: ``data`` is not JSON of the domain.
        Tampered: it is, but written in another way (spaces, order of keys, escapes).
    """
    value, exact = _read(data)
    if not exact:
        raise Tampered(
            "The JSON is not in its canonical form, so these are not the bytes that were signed.",
            "Compare it with another copy of the ledger.",
        )
    return value
