"""Strangers' YAML: plain data with lines, or one sentence with a line."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_app.errors import UsageError
from registry_app.policy.yaml_lines import load_yaml


def test_each_value_knows_its_line() -> None:
    document = load_yaml(b"a:\n  - b: 1\n    c: two\n\nd: true\ne: ~\n", "f.yaml")
    assert document.value == {"a": [{"b": 1, "c": "two"}], "d": True, "e": None}
    assert document.line(("a", 0, "c")) == 3
    assert document.line(("d",)) == 5
    assert document.line(("a", 0, "missing")) == 2


def test_what_looks_like_a_date_a_fraction_or_an_old_boolean_stays_text() -> None:
    value = load_yaml(b"[2026-11-21, 2026.11, 1e3, yes, on, 0x10, 012, 1_000, .inf, '5', 12:30]", "f").value
    assert value == ["2026-11-21", "2026.11", "1e3", "yes", "on", "0x10", "012", "1_000", ".inf", "5", "12:30"]


BOMB = b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("data", "line", "said"),
    [
        (BOMB, 1, "an anchor or an alias"),
        (b"a: 1\nb: *a\n", 2, "an anchor or an alias"),
        (b"a: 1\nb: !!python/object/apply:os.system ['true']\n", 2, "a tag"),
        (b"a: !!str 1\n", 1, "a tag"),
        (b"a: 1\nb: 2\na: 3\n", 3, "the key 'a' twice"),
        (b'"\\e[31m": 1\n"\\e[31m": 2\n', 2, "the key '\\x1b[31m' twice"),
        (b"a: 1\n2: b\n", 2, "a key that is no text"),
        (b"? [a]\n: b\n", 1, "a key that is no text"),
        (b"~: b\n", 1, "a key that is no text"),
        (b"a: 1\n--- \nb: 2\n", 2, "not YAML"),
        (b"a: [1,\nb: 2\n", 3, "not YAML"),
        (b"a: 'x\n", 2, "not YAML"),
        (b"\tb: 1\n", 1, "not YAML"),
        (b"a: 1\nb: \xff\n", 2, "not UTF-8"),
        (b"a: 1\nb: \x07\n", 2, "a control character"),
        (b"", 1, "empty"),
        (b"# only a remark\n", 1, "empty"),
        (b"a: 9007199254740992\n", 1, "2^53"),
        (b"a: " + b"x" * (1024 * 1024) + b"\n", 1, "larger than"),
        (b"x" * 10_000_000, 1, "larger than"),
        (b"[" * 100_000, 1, "nested deeper"),
        (b"- " * 100_000, 1, "nested deeper"),
        (b"[" + b"a," * 100_000 + b"]", 1, "more than 20000 values"),
        (b"%TAG ! tag:x,2000:\n--- !a 1\n", 2, "a tag"),
    ],
)
def test_what_is_not_plain_is_refused_with_its_line(data: bytes, line: int, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_yaml(data, "p.yaml")
    assert caught.value.what.startswith(f"p.yaml, line {line}: ")
    assert said in caught.value.what
    assert caught.value.what.isprintable()


def test_a_merge_key_merges_nothing() -> None:
    assert load_yaml(b"<<: {a: 1}\nb: 2\n", "f").value == {"<<": {"a": 1}, "b": 2}


@given(st.one_of(st.binary(max_size=60), st.text(alphabet="ab:-[]{}!&*?|>'\"%#,\n 1~", max_size=40).map(str.encode)))
def test_any_bytes_give_a_value_or_a_sentence(data: bytes) -> None:
    with suppress(UsageError):
        assert load_yaml(data, "f").line(()) >= 1
