"""Canonical JSON: the RFC's examples, agreement with the reference, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from registry_app.errors import Damaged, Tampered, UsageError
from registry_app.ledger.canonical import MAX_DEPTH, MAX_INTEGER, canonical, parse, parse_canonical

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "jcs.json").read_text())["encoded"]

# Text that includes what sorts differently in UTF-16 and by code point: U+E000 to U+FFFF, and beyond the BMP.
TEXT = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from('\ue000\ufb33\uffff\U0001f600\U0010ffff\u0000"\\é'))
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)


def nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["section"]))
def test_the_examples_of_the_rfc_come_out_byte_for_byte(vector: dict[str, str]) -> None:
    assert canonical(json.loads(vector["input"])).hex() == vector["output_hex"]
    assert canonical(parse(vector["input"].encode())).hex() == vector["output_hex"]


@settings(max_examples=600, deadline=None)
@given(VALUES)
def test_every_value_is_written_as_the_reference_writes_it(value: Any) -> None:
    written = canonical(value)
    assert written == rfc8785.dumps(value)
    assert parse_canonical(written) == value


def test_every_single_character_is_written_as_the_reference_writes_it() -> None:
    for code in [*range(0xD800), *range(0xE000, 0x10000), 0x10000, 0x1F600, 0x10FFFF]:
        assert canonical(chr(code)) == rfc8785.dumps(chr(code))


def test_a_tuple_is_written_as_a_list() -> None:
    assert canonical({"b": (1, ("x",)), "a": None}) == b'{"a":null,"b":[1,["x"]]}'


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        {"a": [0.5]},
        float("nan"),
        MAX_INTEGER + 1,
        -MAX_INTEGER - 1,
        10**400,
        {1: "a"},
        {"a": {None: 1}},
        {True: 1},
        "\ud800",
        {"\udc00": 1},
        {"\ue000\ud800": 1},
        [["\ud83d"]],
        nested(MAX_DEPTH + 1),
        b"bytes",
        {"a"},
        object(),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_outside_the_domain_is_not_written(value: Any) -> None:
    with pytest.raises(UsageError):
        canonical(value)


def test_a_value_that_holds_itself_is_not_written() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(UsageError):
        canonical(loop)


def test_the_deepest_value_allowed_is_written_and_read() -> None:
    assert parse_canonical(canonical(nested(MAX_DEPTH))) == nested(MAX_DEPTH)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"{",
        b"[1,]",
        b"{'a':1}",
        b"nul",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"1.0",
        b"[0.5]",
        b"1e3",
        b"1E400",
        b"9007199254740992",
        b"-9007199254740992",
        b"18446744073709551616",
        b"1" * 5000,
        b"01",
        b"+1",
        b"\xef\xbb\xbf1",
        b'"\xff"',
        b'"\xc0\x80"',
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b'{"\\ud800":1}',
        b'"\x01"',
        b'"\\x41"',
        b'{"a":1,"a":1}',
        b'{"a":1,"\\u0061":2}',
        b'{"x":{"a":1,"b":2,"a":3}}',
        b'{"a":1e5,"a":1}',
        b'{"a":' + b"1" * 5000 + b',"a":1}',
        b'{"a":' + b"[" * 1000 + b"]" * 1000 + b',"a":1}',
        b"1 1",
        b"[1]x",
        b"[" * 65 + b"]" * 65,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        '"é"'.encode("utf-16"),
        b"/**/1",
    ],
    ids=lambda data: repr(data[:24]),
)
def test_what_is_no_json_of_the_domain_is_damaged(data: bytes) -> None:
    for read in (parse, parse_canonical):
        with pytest.raises(Damaged):
            read(data)


def test_more_than_64_mebibytes_are_not_read() -> None:
    with pytest.raises(Damaged, match="longer"):
        parse(b'"' + b"a" * 64 * 1024 * 1024 + b'"')


@pytest.mark.parametrize(
    "data",
    [
        b' {"a":1}',
        b'{"a":1}\n',
        b'{"a": 1}',
        b'{"b":1,"a":1}',
        b'"\\u0041"',
        b'"\\/"',
        b'"\\u000a"',
        b'"\\u001F"',
        b"-0",
        '{"ﬀ":1,"😀":2}'.encode(),
    ],
)
def test_another_spelling_is_readable_but_not_canonical(data: bytes) -> None:
    parse(data)
    with pytest.raises(Tampered):
        parse_canonical(data)


def test_only_bytes_are_read() -> None:
    with pytest.raises(UsageError):
        parse("{}")  # type: ignore[arg-type]


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=60) | st.text('[]{}",:0123456789.eE-+ntfals\\u', max_size=40).map(str.encode))
def test_any_bytes_give_a_value_or_one_of_our_errors(data: bytes) -> None:
    try:
        value = parse(data)
    except Damaged:
        return
    assert parse(canonical(value)) == value
