"""Each way to forge leaf 7 of a true ledger whose tree was made good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from registry_app.ledger.envelope import PAYLOAD_TYPE, Envelope, Signature, decode, pae, sign
from registry_app.ledger.statement import Said, Subject, facts_digest, read
from registry_app.vault.digest import sha256
from tests.ledger.builder import ANNA, ANNA_LATER, BERT, CARL, Ledger, Person, grown, uuid

ORDER = 2**252 + 27742317777372353535851937790883648493

# Each forgery starts from the true ledger of 20 leaves and changes what is stored around leaf 7, which Bert signed.
TRUE = grown()
AT = 7
OTHER = Ledger(salt="another").enrol(ANNA, BERT)
while len(OTHER.envelopes) < 20:
    OTHER.add((ANNA, BERT)[len(OTHER.envelopes) % 2])


def sealed(change: Callable[[Envelope], Envelope], seq: int = AT) -> bytes:
    return change(decode(TRUE.envelopes[seq])).encode()


def reload(envelope: Envelope, **changes: Any) -> bytes:
    """Leaf 7 with its statement changed (and its subject made good), under the old signature."""
    said = replace(read(envelope.payload), **changes)
    said = replace(said, subject=(Subject("facts", facts_digest(said.facts)),))
    return replace(envelope, payload=said.encode()).encode()


def resaid(author: Person, signer: Person | None = None, **changes: Any) -> bytes:
    """A statement by ``author`` that could stand at leaf 7, signed by ``signer``."""
    base = Ledger().enrol(ANNA, BERT)
    while len(base.envelopes) < AT:
        base.add((ANNA, BERT)[len(base.envelopes) % 2])
    statement = base.statement(author, **changes)
    return sign(statement.encode(), signer or author).encode()


def resigned(payload: bytes, signer: Person = BERT) -> bytes:
    return sign(payload, signer).encode()


SEVEN = decode(TRUE.envelopes[AT])
SIG = SEVEN.signatures[0].sig


def with_sig(sig: bytes, keyid: str = BERT.key_id) -> bytes:
    return replace(SEVEN, signatures=(Signature(keyid, sig),)).encode()


FORGED: dict[str, bytes] = {
    "a signature of zeros": with_sig(bytes(64)),
    "a signature truncated": with_sig(SIG[:63]),
    "a signature doubled": with_sig(SIG + SIG),
    "no signature": replace(SEVEN, signatures=()).encode(),
    "a signature with a flipped bit": with_sig(SIG[:40] + bytes([SIG[40] ^ 1]) + SIG[41:]),
    "a signature with S plus L": with_sig(
        SIG[:32] + (int.from_bytes(SIG[32:], "little") + ORDER).to_bytes(32, "little")
    ),
    "the signature of another leaf": with_sig(decode(TRUE.envelopes[9]).signatures[0].sig),
    "a signature over the bare payload": with_sig(BERT.sign(SEVEN.payload)),
    "a signature over the envelope": with_sig(BERT.sign(TRUE.envelopes[AT])),
    "a signature over the digest": with_sig(BERT.sign(sha256(pae(PAYLOAD_TYPE, SEVEN.payload)))),
    "a signature over another type": with_sig(BERT.sign(pae("application/json", SEVEN.payload))),
    "a signature over no type": with_sig(BERT.sign(pae("", SEVEN.payload))),
    "the fields of the signed bytes shifted": with_sig(
        BERT.sign(
            b"DSSEv1 %d %b %d %b" % (len(PAYLOAD_TYPE) + 1, PAYLOAD_TYPE.encode(), len(SEVEN.payload), SEVEN.payload)
        )
    ),
    "an older version of the signed bytes": with_sig(BERT.sign(b"DSSEv0" + pae(PAYLOAD_TYPE, SEVEN.payload)[6:])),
    "another type": replace(SEVEN, payload_type="application/json").encode(),
    "another type, signed": Envelope(
        "application/json", SEVEN.payload, (Signature(BERT.key_id, BERT.sign(pae("application/json", SEVEN.payload))),)
    ).encode(),
    "another key named": with_sig(SIG, ANNA.key_id),
    "another person's signature": with_sig(ANNA.sign(pae(PAYLOAD_TYPE, SEVEN.payload)), ANNA.key_id),
    "another person's signature under the name": with_sig(ANNA.sign(pae(PAYLOAD_TYPE, SEVEN.payload))),
    "the same key twice": replace(SEVEN, signatures=SEVEN.signatures * 2).encode(),
    "the same key twice, one false": replace(
        SEVEN, signatures=(Signature(BERT.key_id, bytes(64)), *SEVEN.signatures)
    ).encode(),
    "a second signature nobody asked for": replace(
        SEVEN,
        signatures=(*SEVEN.signatures, Signature(ANNA.key_id, ANNA.sign(pae(PAYLOAD_TYPE, SEVEN.payload)))),
    ).encode(),
    "another payload under the signature": replace(SEVEN, payload=decode(TRUE.envelopes[5]).payload).encode(),
    "another fact under the signature": reload(SEVEN, facts=(Said("tag-added", 1, {"number": 8}),)),
    "another author under the signature": reload(SEVEN, person=ANNA.person),
    "another time under the signature": reload(SEVEN, time="2026-11-21T10:17:23.123456Z"),
    "another id under the signature": reload(SEVEN, id=uuid(5)),
    "a stranger": resaid(CARL),
    "a stranger as Bert": resaid(Person(BERT.person, CARL.secret)),
    "a stranger's signature as Bert": sign(SEVEN.payload, Person(BERT.person, CARL.secret)).encode(),
    "Bert's key as Anna": resaid(Person(ANNA.person, BERT.secret)),
    "Anna's key as Bert": resaid(Person(BERT.person, ANNA.secret)),
    "a key not yet enrolled": resaid(ANNA_LATER),
    "a key named that Bert does not have": resaid(BERT, key=ANNA.key_id),
    "the recovery key nobody enrolled": resaid(Person("recovery", CARL.secret)),
    "a statement of another registry": OTHER.envelopes[AT],
    "the genesis of another registry": OTHER.envelopes[0],
    "a registry that does not exist": resaid(BERT, registry="00" * 32),
    "a space in the payload": resigned(SEVEN.payload.replace(b'"_type":', b'"_type": ')),
    "a newline after the payload": resigned(SEVEN.payload + b"\n"),
    "keys in another order": resigned(SEVEN.payload.replace(b'"kind":"tag-added","v":1', b'"v":1,"kind":"tag-added"')),
    "an escape in the payload": resigned(SEVEN.payload.replace(b"tag-added", b"tag\\u002dadded")),
    "a key twice": resigned(SEVEN.payload.replace(b'"v":1', b'"v":1,"v":1')),
    "a person twice": resigned(SEVEN.payload.replace(b'"person":', b'"person":"%b","person":' % ANNA.person.encode())),
    "a float": resigned(SEVEN.payload.replace(b'"number":7', b'"number":7.0')),
    "a number beyond 2^53": resigned(SEVEN.payload.replace(b'"number":7', b'"number":9007199254740993')),
    "NaN": resigned(SEVEN.payload.replace(b'"number":7', b'"number":NaN')),
    "half a surrogate pair": resigned(SEVEN.payload.replace(b'"number":7', b'"number":"\\ud800"')),
    "a depth bomb": resigned(SEVEN.payload.replace(b'"number":7', b'"number":' + b"[" * 9_000 + b"]" * 9_000)),
    "an unknown field": resigned(SEVEN.payload.replace(b'"v":1}', b'"v":1,"waived":true}')),
    "a missing field": resigned(SEVEN.payload.replace(b',"v":1}', b"}")),
    "a wrong facts digest": resigned(SEVEN.payload.replace(b'"number":7', b'"number":8')),
    "no statement": resigned(b"{}"),
    "no JSON": resigned(b"approved"),
    "nothing signed": resigned(b""),
    "an older statement type": resigned(SEVEN.payload.replace(b"Statement/v1", b"Statement/v0.1")),
    "another predicate type": resigned(SEVEN.payload.replace(b"statement:v1", b"statement:v2")),
    "a space in the envelope": TRUE.envelopes[AT].replace(b":", b": ", 1),
    "a newline after the envelope": TRUE.envelopes[AT] + b"\n",
    "a field in the envelope": TRUE.envelopes[AT][:-1] + b',"x":1}',
    "a payload twice in the envelope": TRUE.envelopes[AT].replace(b'{"payload"', b'{"payload":"","payload"', 1),
    "an empty leaf": b"",
    "half a leaf": TRUE.envelopes[AT][:100],
}
