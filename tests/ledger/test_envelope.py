"""Envelopes: what is signed, that there is one encoding only, and every other one refused."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from registry_app.errors import Damaged, IntegrityError, Tampered, UsageError
from registry_app.ledger.canonical import canonical
from registry_app.ledger.envelope import (
    MAX_SIZE,
    PAYLOAD_TYPE,
    Envelope,
    Signature,
    decode,
    holds,
    pae,
    sign,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "dsse.json").read_text())
ORDER = 2**252 + 27742317777372353535851937790883648493
"""L, the order of the Ed25519 base point (RFC 8032, section 5.1)."""


@dataclass(frozen=True)
class Person:
    key_id: str
    secret: Ed25519PrivateKey

    @property
    def public_key(self) -> bytes:
        return self.secret.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self.secret.sign(message)


ANNA = Person("anna-1", Ed25519PrivateKey.from_private_bytes(b"\x01" * 32))
BERT = Person("bert-1", Ed25519PrivateKey.from_private_bytes(b"\x02" * 32))
ENVELOPE = sign(b'{"a":1}', ANNA)
DATA = ENVELOPE.encode()


@pytest.mark.parametrize("vector", VECTORS["pae"], ids=lambda vector: str(vector["payload"]))
def test_the_signed_bytes_are_those_of_the_protocol(vector: dict[str, str]) -> None:
    assert pae(vector["type"], vector["payload"].encode()) == vector["encoded"].encode()


def test_lengths_in_the_signed_bytes_are_counted_in_bytes() -> None:
    assert pae("é", "ü€".encode()) == b"DSSEv1 2 \xc3\xa9 5 \xc3\xbc\xe2\x82\xac"


def test_no_two_pairs_of_type_and_payload_are_signed_alike() -> None:
    assert pae("a 1 b", b"c") != pae("a", b"b 1 c")
    assert pae("a", b"") != pae("", b"a")


@pytest.mark.parametrize("vector", VECTORS["ed25519"], ids=lambda vector: str(vector["message"]))
def test_the_signatures_of_the_rfc_hold_and_their_neighbours_do_not(vector: dict[str, str]) -> None:
    public, message, sig = (bytes.fromhex(vector[name]) for name in ("public", "message", "signature"))
    assert holds(public, sig, message)
    assert not holds(public, sig, message + b"\x00")
    for bit in range(len(sig) * 8):
        changed = bytearray(sig)
        changed[bit >> 3] ^= 1 << (bit & 7)
        assert not holds(public, bytes(changed), message)


@pytest.mark.parametrize("vector", VECTORS["ed25519"], ids=lambda vector: str(vector["message"]))
def test_a_signature_with_s_of_the_group_order_or_more_is_refused(vector: dict[str, str]) -> None:
    public, message, sig = (bytes.fromhex(vector[name]) for name in ("public", "message", "signature"))
    scalar = int.from_bytes(sig[32:], "little")
    for times in range(1, 16):
        larger = scalar + times * ORDER
        if larger < 2**256:
            assert not holds(public, sig[:32] + larger.to_bytes(32, "little"), message)


@pytest.mark.parametrize("public", [b"", b"a" * 31, b"a" * 33, b"\xff" * 32])
def test_what_is_no_public_key_verifies_nothing(public: bytes) -> None:
    assert not holds(public, ENVELOPE.signatures[0].sig, pae(PAYLOAD_TYPE, ENVELOPE.payload))


def test_an_envelope_is_canonical_json_and_read_back() -> None:
    value = {
        "payload": b64encode(ENVELOPE.payload).decode(),
        "payloadType": "application/vnd.in-toto+json",
        "signatures": [{"keyid": "anna-1", "sig": b64encode(ENVELOPE.signatures[0].sig).decode()}],
    }
    assert canonical(value) == DATA
    assert decode(DATA) == ENVELOPE
    assert ENVELOPE.signed_by("anna-1", ANNA.public_key)


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=300),
    st.lists(st.text("abc0-=+/:._~!", min_size=1, max_size=9), min_size=1, max_size=8, unique=True),
)
def test_every_envelope_is_read_as_it_was_written(payload: bytes, names: list[str]) -> None:
    envelope = Envelope(PAYLOAD_TYPE, payload, tuple(Signature(name, name.encode().ljust(64)[:64]) for name in names))
    assert decode(envelope.encode()) == envelope


def test_only_the_signers_own_key_and_name_hold() -> None:
    assert not ENVELOPE.signed_by("anna-1", BERT.public_key)
    assert not ENVELOPE.signed_by("bert-1", ANNA.public_key)
    assert not ENVELOPE.signed_by("", ANNA.public_key)


def test_a_signature_does_not_hold_for_another_payload_or_type() -> None:
    assert not replace(ENVELOPE, payload=b'{"a":2}').signed_by("anna-1", ANNA.public_key)
    assert not replace(ENVELOPE, payload_type="text/plain").signed_by("anna-1", ANNA.public_key)


def test_a_signature_over_the_bare_payload_does_not_hold() -> None:
    bare = replace(ENVELOPE, signatures=(Signature("anna-1", ANNA.sign(ENVELOPE.payload)),))
    assert not bare.signed_by("anna-1", ANNA.public_key)


def json_with(change: Callable[[dict[str, Any]], object]) -> bytes:
    value = json.loads(DATA)
    change(value)
    return canonical(value)


def part(name: str, value: object) -> bytes:
    return json_with(lambda envelope: envelope.__setitem__(name, value))


def in_signature(name: str, value: object) -> bytes:
    return json_with(lambda envelope: envelope["signatures"][0].__setitem__(name, value))


SIG64 = b64encode(ENVELOPE.signatures[0].sig).decode()
PAY64 = b64encode(ENVELOPE.payload).decode()

DAMAGED: dict[str, bytes] = {
    "nothing": b"",
    "a list": b"[]",
    "a number": b"1",
    "a string": b'"a"',
    "half": DATA[: len(DATA) // 2],
    "one byte short": DATA[:-1],
    "one byte more": DATA + b"}",
    "not UTF-8": DATA.replace(b"anna", b"\xff\xfe\xfd\xfc"),
    "a bomb": b"[" * 1_000_000,
    "too large": part("payload", "A" * MAX_SIZE),
    "no payload": json_with(lambda envelope: envelope.pop("payload")),
    "no type": json_with(lambda envelope: envelope.pop("payloadType")),
    "no signatures": json_with(lambda envelope: envelope.pop("signatures")),
    "an unknown field": part("extra", 1),
    "payload no text": part("payload", 1),
    "payload null": part("payload", None),
    "payload not base64": part("payload", "a"),
    "payload not ASCII": part("payload", "é" * 4),
    "payload url-safe": part("payload", "-_-_"),
    "payload with a space": part("payload", PAY64[:4] + " " + PAY64[4:]),
    "payload without padding": part("payload", PAY64.rstrip("=")),
    "payload with more padding": part("payload", PAY64 + "="),
    "signatures no list": part("signatures", {}),
    "signatures empty": part("signatures", []),
    "signatures null": part("signatures", None),
    "nine signatures": part("signatures", [{"keyid": str(n), "sig": SIG64} for n in range(9)]),
    "signature no object": part("signatures", ["a"]),
    "no keyid": json_with(lambda envelope: envelope["signatures"][0].pop("keyid")),
    "no sig": json_with(lambda envelope: envelope["signatures"][0].pop("sig")),
    "an unknown field in a signature": in_signature("cert", "x"),
    "keyid empty": in_signature("keyid", ""),
    "keyid with a space": in_signature("keyid", "a b"),
    "keyid with a quote": in_signature("keyid", 'a"b'),
    "keyid with a control": in_signature("keyid", "a\nb"),
    "keyid not ASCII": in_signature("keyid", "é"),
    "keyid too long": in_signature("keyid", "a" * 129),
    "keyid a number": in_signature("keyid", 1),
    "keyid null": in_signature("keyid", None),
    "sig empty": in_signature("sig", ""),
    "sig truncated": in_signature("sig", b64encode(ENVELOPE.signatures[0].sig[:63]).decode()),
    "sig too long": in_signature("sig", b64encode(ENVELOPE.signatures[0].sig + b"a").decode()),
    "sig hexadecimal": in_signature("sig", ENVELOPE.signatures[0].sig.hex()),
    "sig null": in_signature("sig", None),
}

TAMPERED: dict[str, bytes] = {
    "another type": part("payloadType", "application/json"),
    "a type in capitals": part("payloadType", PAYLOAD_TYPE.upper()),
    "an empty type": part("payloadType", ""),
    "a type that is null": part("payloadType", None),
    "a space before": b" " + DATA,
    "a newline after": DATA + b"\n",
    "spaces within": json.dumps(json.loads(DATA)).encode(),
    "keys in another order": json.dumps(dict(reversed(json.loads(DATA).items())), separators=(",", ":")).encode(),
    "an escaped letter": DATA.replace(b"anna", b"\\u0061nna"),
    "an escaped slash": DATA.replace(b"application/", b"application\\/"),
    "the payload twice": DATA.replace(b'{"payload":', b'{"payload":"e30=","payload":', 1),
    "the type twice": DATA.replace(b'"payloadType":', b'"payloadType":"x","payloadType":', 1),
    "the keyid twice": DATA.replace(b'"keyid":', b'"keyid":"bert-1","keyid":', 1),
    "a key twice": part("signatures", [{"keyid": "a", "sig": SIG64}] * 2),
    "a key twice with other signatures": part(
        "signatures", [{"keyid": "a", "sig": SIG64}, {"keyid": "a", "sig": b64encode(bytes(64)).decode()}]
    ),
    "loose bits in the payload": part("payload", PAY64[:-3] + chr(ord(PAY64[-3]) + 1) + "=="),
    "loose bits in the signature": in_signature("sig", SIG64[:-3] + chr(ord(SIG64[-3]) + 1) + "=="),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_no_envelope_is_damaged(name: str) -> None:
    with pytest.raises(Damaged):
        decode(DAMAGED[name])


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_rewritten_is_tampered(name: str) -> None:
    with pytest.raises(Tampered):
        decode(TAMPERED[name])


def test_no_flipped_bit_leaves_an_envelope_that_holds() -> None:
    for bit in range(len(DATA) * 8):
        changed = bytearray(DATA)
        changed[bit >> 3] ^= 1 << (bit & 7)
        try:
            assert not decode(bytes(changed)).signed_by("anna-1", ANNA.public_key)
        except IntegrityError:
            continue


def test_only_bytes_are_decoded() -> None:
    with pytest.raises(UsageError):
        decode(DATA.decode())  # type: ignore[arg-type]


def test_what_could_not_be_read_back_is_not_signed() -> None:
    with pytest.raises(UsageError):
        sign(b"{}", replace(ANNA, key_id="a b"))
    with pytest.raises(UsageError):
        sign(b"a" * MAX_SIZE, ANNA)
