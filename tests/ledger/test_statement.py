"""Statements: one encoding, strict reading, and every other form refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry_app.errors import Damaged, IntegrityError, Tampered, UsageError
from registry_app.ledger.canonical import canonical
from registry_app.ledger.statement import Said, Statement, Subject, facts_digest, read
from registry_app.vault.digest import sha256_hex

HASH = "ab" * 32
ID = "01890a5d-ac96-774b-bcce-b302099a8057"
FACTS = (
    Said("version-registered", 1, {"model": ID, "number": 12, "tags": ["a", "b"]}, "cd" * 32),
    Said("tag-added", 2, {}),
)


def statement(**changes: Any) -> Statement:
    fields: dict[str, Any] = {
        "registry": HASH,
        "id": ID,
        "person": ID,
        "key": HASH,
        "time": "2026-11-21T10:17:22.123456Z",
        "head_size": 7,
        "head_root": HASH,
        "facts": FACTS,
    }
    return Statement.of(**{**fields, **changes})


GENESIS: dict[str, Any] = {"registry": "", "head_size": 0, "head_root": sha256_hex(b"")}
DATA = statement().encode()


def test_a_statement_is_an_in_toto_statement() -> None:
    value = json.loads(DATA)
    assert value == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "facts", "digest": {"sha256": facts_digest(FACTS)}}],
        "predicateType": "urn:registry-app:statement:v1",
        "predicate": {
            "registry": HASH,
            "id": ID,
            "author": {"person": ID, "key": HASH},
            "time": "2026-11-21T10:17:22.123456Z",
            "head": {"size": 7, "root": HASH},
            "facts": [
                {
                    "kind": "version-registered",
                    "v": 1,
                    "body": {"model": ID, "number": 12, "tags": ["a", "b"]},
                    "payload": "cd" * 32,
                },
                {"kind": "tag-added", "v": 2, "body": {}},
            ],
        },
    }
    assert value["subject"][0]["digest"]["sha256"] == sha256_hex(canonical(value["predicate"]["facts"]))


def test_a_statement_is_read_back_as_it_was_said() -> None:
    for said in (
        statement(),
        statement(**GENESIS),
        statement(person="recovery"),
        statement(further=[Subject("model.onnx", HASH), Subject("Straße/\U0001f600", HASH)]),
        statement(facts=[Said("a", 1, {"\ufb33": 1, "\U0001f600": 2})]),
    ):
        assert read(said.encode()) == said


BODIES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=10,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(st.characters(codec="utf-8")), BODIES, max_size=4))
def test_every_body_is_read_back(body: dict[str, Any]) -> None:
    said = statement(facts=[Said("a-b1", 3, body)])
    assert read(said.encode()) == said


def test_the_leap_day_is_a_day_and_its_neighbour_is_none() -> None:
    read(statement(time="2028-02-29T23:59:59.999999Z").encode())
    with pytest.raises(UsageError):
        statement(time="2027-02-29T23:59:59.999999Z").encode()


def with_change(change: Callable[[dict[str, Any]], object]) -> bytes:
    """The statement's JSON changed, with the digest of the facts made good again."""
    value = json.loads(DATA)
    change(value)
    with suppress(KeyError, TypeError, IndexError, AttributeError):
        value["subject"][0]["digest"]["sha256"] = sha256_hex(canonical(value["predicate"]["facts"]))
    return canonical(value)


def at(*path: Any, put: Any = ...) -> bytes:
    """The statement with the value at ``path`` replaced by ``put``, or taken away."""

    def change(value: dict[str, Any]) -> None:
        inner: Any = value
        for step in path[:-1]:
            inner = inner[step]
        if put is ...:
            del inner[path[-1]]
        else:
            inner[path[-1]] = put

    return with_change(change)


P, FACT = "predicate", ("predicate", "facts", 0)
DAMAGED: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "null": b"null",
    "a float": DATA.replace(b'"size":7', b'"size":7.0'),
    "a huge size": DATA.replace(b'"size":7', b'"size":9007199254740992'),
    "a key twice": DATA.replace(b'"id":', b'"id":"x","id":'),
    "the facts twice": DATA.replace(b'"facts":', b'"facts":[],"facts":'),
    "a kind twice": DATA.replace(b'"kind":"tag-added"', b'"kind":"tag-removed","kind":"tag-added"'),
    "no type": at("_type"),
    "another type": at("_type", put="https://in-toto.io/Statement/v0.1"),
    "another predicate type": at("predicateType", put="urn:registry-app:statement:v2"),
    "type no text": at("_type", put=1),
    "an unknown field": at("extra", put=1),
    "an unknown field of the predicate": at(P, "extra", put=None),
    "an unknown field of the author": at(P, "author", "role", put="admin"),
    "an unknown field of the head": at(P, "head", "time", put=1),
    "an unknown field of a fact": at(*FACT, "critical", put=True),
    "an unknown field of a subject": at("subject", 0, "uri", put="x"),
    "another digest of a subject": at("subject", 0, "digest", "sha512", put=HASH),
    "no predicate": at(P),
    "predicate null": at(P, put=None),
    "predicate a list": at(P, put=[]),
    "no author": at(P, "author"),
    "author a text": at(P, "author", put=ID),
    "no person": at(P, "author", "person"),
    "no key": at(P, "author", "key"),
    "person in capitals": at(P, "author", "person", put=ID.upper()),
    "person with a newline": at(P, "author", "person", put=ID + "\n"),
    "person without dashes": at(P, "author", "person", put=ID.replace("-", "")),
    "person nobody": at(P, "author", "person", put=""),
    "person a number": at(P, "author", "person", put=1),
    "key in capitals": at(P, "author", "key", put=HASH.upper()),
    "key short": at(P, "author", "key", put=HASH[:-1]),
    "key with a newline": at(P, "author", "key", put=HASH + "\n"),
    "key null": at(P, "author", "key", put=None),
    "id no UUID": at(P, "id", put="1"),
    "id null": at(P, "id", put=None),
    "id with foreign digits": at(P, "id", put=ID.replace("0", "\u0660")),
    "no registry": at(P, "registry"),
    "registry empty": at(P, "registry", put=""),
    "registry short": at(P, "registry", put=HASH[:-2]),
    "registry null": at(P, "registry", put=None),
    "no head": at(P, "head"),
    "head null": at(P, "head", put=None),
    "size negative": at(P, "head", "size", put=-1),
    "size a text": at(P, "head", "size", put="7"),
    "size true": at(P, "head", "size", put=True),
    "size 0 with a registry": at(P, "head", "size", put=0),
    "size 0 with a registry and the right root": at(P, "head", put={"size": 0, "root": sha256_hex(b"")}),
    "root short": at(P, "head", "root", put=HASH[:-1]),
    "root null": at(P, "head", "root", put=None),
    "no time": at(P, "time"),
    "time null": at(P, "time", put=None),
    "time a number": at(P, "time", put=1),
    "time without fraction": at(P, "time", put="2026-11-21T10:17:22Z"),
    "time with an offset": at(P, "time", put="2026-11-21T10:17:22.123456+00:00"),
    "time on no day": at(P, "time", put="2026-02-30T10:17:22.123456Z"),
    "time at no hour": at(P, "time", put="2026-11-21T24:00:00.000000Z"),
    "time with a leap second": at(P, "time", put="2026-12-31T23:59:60.000000Z"),
    "time with foreign digits": at(P, "time", put="2026-11-21T10:17:22.12345\u0666Z"),
    "time with a space": at(P, "time", put="2026-11-21 10:17:22.123456Z"),
    "time empty": at(P, "time", put=""),
    "no facts": at(P, "facts"),
    "facts empty": at(P, "facts", put=[]),
    "facts an object": at(P, "facts", put={}),
    "a fact a text": at(*FACT, put="x"),
    "no kind": at(*FACT, "kind"),
    "no version": at(*FACT, "v"),
    "no body": at(*FACT, "body"),
    "kind in capitals": at(*FACT, "kind", put="Version-Registered"),
    "kind with an underscore": at(*FACT, "kind", put="version_registered"),
    "kind ending in a dash": at(*FACT, "kind", put="version-"),
    "kind empty": at(*FACT, "kind", put=""),
    "kind too long": at(*FACT, "kind", put="a" * 65),
    "kind null": at(*FACT, "kind", put=None),
    "version 0": at(*FACT, "v", put=0),
    "version true": at(*FACT, "v", put=True),
    "version a text": at(*FACT, "v", put="1"),
    "body a list": at(*FACT, "body", put=[]),
    "body null": at(*FACT, "body", put=None),
    "payload null": at(*FACT, "payload", put=None),
    "payload short": at(*FACT, "payload", put="ab"),
    "payload empty": at(*FACT, "payload", put=""),
    "no subject": at("subject"),
    "subject empty": at("subject", put=[]),
    "subject an object": at("subject", put={}),
    "a subject a text": at("subject", 0, put="facts"),
    "no digest": at("subject", 0, "digest"),
    "no name": at("subject", 0, "name"),
    "digest a text": at("subject", 0, "digest", put=HASH),
    "a further subject without a name": at(
        "subject", put=[json.loads(DATA)["subject"][0], {"digest": {"sha256": HASH}, "name": ""}]
    ),
    "a further subject with a control": at(
        "subject", put=[json.loads(DATA)["subject"][0], {"digest": {"sha256": HASH}, "name": "a\x1b[2J"}]
    ),
    "a further subject with a long name": at(
        "subject", put=[json.loads(DATA)["subject"][0], {"digest": {"sha256": HASH}, "name": "a" * 1025}]
    ),
    "a further subject in capitals": at(
        "subject", put=[json.loads(DATA)["subject"][0], {"digest": {"sha256": "AB" * 32}, "name": "a"}]
    ),
}

TAMPERED: dict[str, bytes] = {
    "a space": DATA.replace(b'"size":7', b'"size": 7'),
    "a newline": DATA + b"\n",
    "another order": json.dumps(json.loads(DATA) | {"_type": json.loads(DATA).pop("_type")}).encode(),
    "an escape": DATA.replace(b"tag-added", b"tag\\u002dadded"),
    "another fact under the digest": DATA.replace(b'"number":12', b'"number":13'),
    "a fact taken out": DATA.replace(b'{"body":{},"kind":"tag-added","v":2}', b"").replace(b",]", b"]"),
    "facts in another order": canonical(
        {**json.loads(DATA), P: {**json.loads(DATA)[P], "facts": json.loads(DATA)[P]["facts"][::-1]}}
    ),
    "another digest": DATA.replace(facts_digest(FACTS).encode(), HASH.encode()),
    "another first name": at("subject", 0, "name", put="fact"),
    "another subject first": canonical(
        {**json.loads(DATA), "subject": [{"digest": {"sha256": HASH}, "name": "m"}, *json.loads(DATA)["subject"]]}
    ),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_no_statement_is_damaged(name: str) -> None:
    with pytest.raises(Damaged):
        read(DAMAGED[name])


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_rewritten_is_tampered(name: str) -> None:
    assert TAMPERED[name] != DATA
    with pytest.raises(Tampered):
        read(TAMPERED[name])


def test_every_flipped_bit_is_found_or_says_something_else() -> None:
    said = read(DATA)
    for bit in range(len(DATA) * 8):
        changed = bytearray(DATA)
        changed[bit >> 3] ^= 1 << (bit & 7)
        try:
            assert read(bytes(changed)) != said
        except IntegrityError:
            continue


@pytest.mark.parametrize(
    "changes",
    [
        {"registry": "x"},
        {"id": "x"},
        {"person": "anna"},
        {"key": "x"},
        {"time": "now"},
        {"head_size": -1},
        {"head_size": 0},
        {"head_root": ""},
        {"facts": ()},
        {"facts": [Said("Kind", 1, {})]},
        {"facts": [Said("kind", 0, {})]},
        {"facts": [Said("kind", 1, {}, "x")]},
        {"further": [Subject("", HASH)]},
        {"further": [Subject("a", "x")]},
        {"person": 1.5},
    ],
    ids=str,
)
def test_what_could_not_be_read_back_is_not_encoded(changes: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        statement(**changes).encode()


def test_a_float_in_a_fact_is_refused_before_it_is_signed() -> None:
    with pytest.raises(UsageError, match="floating"):
        statement(facts=[Said("a", 1, {"auc": 0.81})])


def test_a_statement_without_its_first_subject_is_not_encoded() -> None:
    with pytest.raises(UsageError):
        replace(statement(), subject=(Subject("model", HASH),)).encode()
