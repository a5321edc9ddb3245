"""The audit: a true ledger holds, and each way to falsify one is found for the right reason."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry_app.errors import Damaged, Refused, StorageBusy
from registry_app.ledger import audit
from registry_app.ledger.audit import AuditReport, Leaf, check
from registry_app.ledger.envelope import PAYLOAD_TYPE, Envelope, Signature, decode, pae, sign
from registry_app.ledger.key_history import KeyHistory
from registry_app.ledger.merkle import Frontier, leaf_hash, tree_root
from registry_app.ledger.statement import Said, Statement, Subject, facts_digest, read
from registry_app.vault.digest import sha256, sha256_hex

ORDER = 2**252 + 27742317777372353535851937790883648493


@dataclass(frozen=True)
class Person:
    person: str
    secret: Ed25519PrivateKey

    @property
    def public_key(self) -> bytes:
        return self.secret.public_key().public_bytes_raw()

    @property
    def key_id(self) -> str:
        return sha256_hex(self.public_key)

    def sign(self, message: bytes) -> bytes:
        return self.secret.sign(message)


def uuid(number: int) -> str:
    return f"01890a5d-ac96-774b-8000-{number:012x}"


def person(number: int, key: int) -> Person:
    return Person(uuid(number), Ed25519PrivateKey.from_private_bytes(bytes([key]) * 32))


ANNA, BERT, CARL = person(1, 1), person(2, 2), person(3, 3)
ANNA_LATER = person(1, 9)


class Ledger:
    """A ledger under construction, and the means to construct it wrongly."""

    def __init__(self, founder: Person = ANNA, salt: str = "") -> None:
        self.frontier = Frontier.empty()
        self.registry = ""
        self.envelopes: list[bytes] = []
        self.add(
            founder, Said("person-enrolled", 1, {"person": founder.person, "key": founder.public_key.hex(), "x": salt})
        )

    def statement(self, author: Person, *facts: Said, **changes: Any) -> Statement:
        fields: dict[str, Any] = {
            "registry": self.registry,
            "id": uuid(1_000 + len(self.envelopes)),
            "person": author.person,
            "key": author.key_id,
            "time": "2026-11-21T10:17:22.123456Z",
            "head_size": self.frontier.size,
            "head_root": self.frontier.root().hex(),
            "facts": facts or (Said("tag-added", 1, {"number": len(self.envelopes)}),),
        }
        return Statement.of(**{**fields, **changes})

    def add(self, author: Person, *facts: Said, **changes: Any) -> Ledger:
        return self.put(sign(self.statement(author, *facts, **changes).encode(), author).encode())

    def put(self, sealed: bytes) -> Ledger:
        self.envelopes.append(sealed)
        self.frontier, _ = self.frontier.append(leaf_hash(sealed))
        self.registry = self.registry or leaf_hash(sealed).hex()
        return self

    def enrol(self, author: Person, newcomer: Person) -> Ledger:
        return self.add(
            author, Said("person-enrolled", 1, {"person": newcomer.person, "key": newcomer.public_key.hex()})
        )

    def leaves(self) -> list[Leaf]:
        return [(seq, sealed, leaf_hash(sealed)) for seq, sealed in enumerate(self.envelopes)]


def grown(size: int = 20) -> Ledger:
    ledger = Ledger().enrol(ANNA, BERT)
    while len(ledger.envelopes) < size:
        ledger.add((ANNA, BERT)[len(ledger.envelopes) % 2])
    return ledger


def audited(leaves: Any, workers: int = 1) -> AuditReport:
    """An audit whose keys come from the ledger itself; enrolling a person again retires the older key."""
    keys = KeyHistory()
    held: dict[str, str] = {}

    def learn(seq: int, statement: Statement) -> None:
        for said in statement.facts:
            if said.kind == "person-enrolled":
                public = bytes.fromhex(said.body["key"])
                if said.body["person"] in held:
                    keys.retire(said.body["person"], held[said.body["person"]], seq)
                held[said.body["person"]] = sha256_hex(public)
                keys.enrol(said.body["person"], sha256_hex(public), public, seq)

    return check(iter(leaves), keys, on_statement=learn, workers=workers)


def answers(report: AuditReport) -> list[tuple[str, int]]:
    return [(finding.answer, finding.seq) for finding in report.findings]


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_a_true_ledger_holds(workers: int) -> None:
    ledger = grown(600)
    report = audited(ledger.leaves(), workers)
    assert report.findings == ()
    assert (report.size, report.unlisted, report.unseen_heads) == (600, 0, 0)
    assert report.frontier == ledger.frontier
    assert report.root == ledger.frontier.root() == tree_root(map(leaf_hash, ledger.envelopes))
    assert report.registry == ledger.registry
    assert report.holds("integrity")
    assert report.holds("authenticity")


@pytest.mark.parametrize("workers", [1, 2])
def test_an_empty_ledger_holds(workers: int) -> None:
    report = audited([], workers)
    assert (report.size, report.registry, report.findings) == (0, "", ())


def test_the_cores_are_counted_when_nobody_says_how_many_workers() -> None:
    assert check(grown(3).leaves(), lambda *_: None).size == 3


def test_a_key_signs_from_its_enrolment_to_its_retirement() -> None:
    ledger = Ledger().enrol(ANNA, BERT).add(ANNA).enrol(ANNA, ANNA_LATER).add(ANNA_LATER).add(BERT)
    assert audited(ledger.leaves()).findings == ()
    ledger.add(ANNA)
    assert answers(audited(ledger.leaves())) == [("authenticity", 6)]
    ledger = Ledger().add(BERT).enrol(ANNA, BERT).add(BERT)
    assert answers(audited(ledger.leaves())) == [("authenticity", 1)]


def test_a_statement_may_see_an_older_head() -> None:
    ledger = grown(10)
    early = ledger.statement(BERT)
    ledger.add(ANNA).add(ANNA)
    ledger.put(sign(replace(early, id=uuid(77)).encode(), BERT).encode())
    report = audited(ledger.leaves())
    assert report.findings == ()
    assert report.unseen_heads == 0


def test_heads_too_far_back_are_counted_and_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "HEADS_KEPT", 4)
    monkeypatch.setattr(audit, "_ROOTS_KEPT", 2)
    ledger = grown(10)
    early = ledger.statement(BERT)
    for _ in range(8):
        ledger.add(ANNA)
    ledger.put(sign(replace(early, id=uuid(77)).encode(), BERT).encode())
    report = audited(ledger.leaves())
    assert report.findings == ()
    assert report.unseen_heads == 1


def test_a_head_shared_by_many_statements_is_compared_however_far_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "HEADS_KEPT", 4)
    ledger = grown(10)
    seen = {"head_size": ledger.frontier.size, "head_root": ledger.frontier.root().hex()}
    for _ in range(12):
        ledger.add(ANNA, **seen)
    ledger.add(ANNA, **{**seen, "head_root": "ab" * 32})
    report = audited(ledger.leaves())
    assert answers(report) == [("integrity", 22)]
    assert report.unseen_heads == 0


def test_what_a_leaf_teaches_is_known_before_any_later_key_is_asked_for() -> None:
    ledger = grown(700)
    told: list[int] = []
    asked: list[int] = []

    def learn(seq: int, statement: Statement) -> None:
        assert asked == told
        told.append(seq)

    def key_of(name: str, key_id: str, seq: int) -> bytes:
        assert told[-1] == seq
        asked.append(seq)
        return (ANNA if name == ANNA.person else BERT).public_key

    assert check(ledger.leaves(), key_of, on_statement=learn, workers=4).findings == ()
    assert told == asked == list(range(700))


def test_the_leaves_are_read_in_the_callers_own_thread() -> None:
    threads: set[int] = set()

    def leaves() -> Iterator[Leaf]:
        for leaf in grown(300).leaves():
            threads.add(threading.get_ident())
            yield leaf

    audited(leaves(), 3)
    assert threads == {threading.get_ident()}


@pytest.mark.parametrize("workers", [1, 3])
def test_few_leaves_are_in_flight_at_a_time(workers: int) -> None:
    ledger = Ledger().enrol(ANNA, BERT)
    for _ in range(30):
        ledger.add(ANNA, Said("note-added", 1, {"text": "x" * 400_000}))
    judged = 0
    furthest = 0

    def leaves() -> Iterator[Leaf]:
        nonlocal furthest
        for leaf in ledger.leaves():
            furthest = max(furthest, leaf[0] - judged)
            yield leaf

    def key_of(*_: object) -> bytes:
        nonlocal judged
        judged += 1
        return ANNA.public_key

    assert check(leaves(), key_of, workers=workers).findings == ()
    assert furthest <= 5 * workers + 10


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


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_leaf_is_not_authentic_even_when_its_hash_was_made_good(name: str) -> None:
    assert FORGED[name] != TRUE.envelopes[AT]
    leaves = TRUE.leaves()
    leaves[AT] = (AT, FORGED[name], leaf_hash(FORGED[name]))
    report = audited(leaves)
    assert ("authenticity", AT) in answers(report)
    assert not report.holds("authenticity")
    assert report.root != TRUE.frontier.root()
    # Whoever wrote later saw the true history, and says so.
    assert [("integrity", seq) for seq in range(AT + 1, 20)] == [
        each for each in answers(report) if each[0] == "integrity"
    ]


def test_the_table_of_forgeries_is_the_better_part_of_the_cases() -> None:
    assert len(FORGED) >= 49


def test_a_leaf_the_author_says_otherwise_breaks_the_heads_that_others_saw() -> None:
    leaves = TRUE.leaves()
    other = resaid(BERT, id=uuid(555))
    leaves[AT] = (AT, other, leaf_hash(other))
    report = audited(leaves)
    assert report.holds("authenticity")
    assert answers(report) == [("integrity", seq) for seq in range(AT + 1, 20)]


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ({"head_size": AT + 1, "head_root": "ab" * 32}, "integrity"),
        ({"head_size": AT, "head_root": "ab" * 32}, "integrity"),
        ({"head_size": 1, "head_root": "ab" * 32}, "integrity"),
        ({"head_size": 2**53 - 1, "head_root": "ab" * 32}, "integrity"),
    ],
)
def test_a_head_this_ledger_never_had_is_found(head: dict[str, Any], answer: str) -> None:
    leaves = TRUE.leaves()[:AT]
    sealed = resaid(BERT, **head)
    assert answers(audited([*leaves, (AT, sealed, leaf_hash(sealed))])) == [(answer, AT)]


def stored(seq: int, envelope: bytes | None = None, hashed: bytes | None = None) -> list[Leaf]:
    leaves = TRUE.leaves()
    leaves[seq] = (seq, envelope if envelope is not None else leaves[seq][1], hashed or leaves[seq][2])
    return leaves


def test_an_edited_hash_is_found_at_its_leaf_alone() -> None:
    report = audited(stored(AT, hashed=bytes(32)))
    assert answers(report) == [("integrity", AT)]
    assert report.root == TRUE.frontier.root()
    assert report.unseen_heads == 20 - AT


def test_an_edited_envelope_is_found_at_its_leaf_alone() -> None:
    flipped = bytearray(TRUE.envelopes[AT])
    flipped[60] ^= 1
    assert answers(audited(stored(AT, bytes(flipped)))) == [("integrity", AT), ("authenticity", AT)]


def test_damage_to_the_first_leaf_is_not_laid_at_the_door_of_the_others() -> None:
    report = audited(stored(0, hashed=bytes(32)))
    assert answers(report) == [("integrity", 0)]
    assert report.registry == TRUE.registry


def test_a_missing_leaf_is_named() -> None:
    leaves = TRUE.leaves()
    report = audited(leaves[:AT] + leaves[AT + 1 :])
    assert [finding.sentence for finding in report.findings] == ["Leaf 7 is missing."]
    report = audited(leaves[:AT] + leaves[AT + 3 :])
    assert [finding.sentence for finding in report.findings] == ["Leaves 7 to 9 are missing."]


def test_a_missing_beginning_is_found() -> None:
    report = audited(TRUE.leaves()[2:])
    assert ("integrity", 0) in answers(report)
    assert not report.holds("authenticity")


def test_leaves_renumbered_after_a_removal_are_found_by_the_heads_that_were_seen() -> None:
    kept = TRUE.envelopes[:AT] + TRUE.envelopes[AT + 1 :]
    report = audited([(seq, one, leaf_hash(one)) for seq, one in enumerate(kept)])
    assert answers(report) == [("integrity", seq) for seq in range(AT, 19)]


def test_two_swapped_leaves_are_found() -> None:
    leaves = TRUE.leaves()
    leaves[AT], leaves[AT + 1] = leaves[AT + 1], leaves[AT]
    assert {("integrity", AT), ("integrity", AT + 1)} & set(answers(audited(leaves)))
    renumbered = [(seq, one, hashed) for seq, (_, one, hashed) in enumerate(leaves)]
    assert not audited(renumbered).holds("integrity")


def test_a_leaf_stored_twice_is_found() -> None:
    leaves = TRUE.leaves()
    assert ("integrity", AT) in answers(audited([*leaves[: AT + 1], leaves[AT], *leaves[AT + 1 :]]))


def test_a_statement_put_in_again_is_found_though_its_signature_holds() -> None:
    ledger = grown(10)
    ledger.put(ledger.envelopes[AT])
    report = audited(ledger.leaves())
    assert answers(report) == [("authenticity", 10)]
    assert "leaf 7" in report.findings[0].sentence


def test_an_id_used_for_another_statement_is_found() -> None:
    ledger = grown(10).add(BERT, id=uuid(1_000 + AT))
    assert answers(audited(ledger.leaves())) == [("authenticity", 10)]


def test_a_shortened_ledger_holds_for_truncation_is_a_question_of_completeness() -> None:
    report = audited(TRUE.leaves()[:AT])
    assert report.findings == ()
    assert report.size == AT


@pytest.mark.parametrize("workers", [1, 3])
def test_all_findings_are_listed_up_to_a_cap_and_the_rest_counted(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "MAX_FINDINGS", 100)
    ledger = grown(400)
    leaves = [(seq, one, bytes(32)) for seq, one, _ in ledger.leaves()]
    report = audited(leaves, workers)
    assert answers(report) == [("integrity", seq) for seq in range(100)]
    assert report.unlisted == 300
    assert not report.holds("authenticity")


def test_findings_stand_in_the_order_of_the_ledger_whoever_found_them() -> None:
    ledger = grown(300)
    leaves = ledger.leaves()
    bad = [3, 50, 51, 200, 299]
    for seq in bad:
        opened = decode(leaves[seq][1])
        false = replace(opened, signatures=(Signature(opened.signatures[0].keyid, bytes(64)),)).encode()
        leaves[seq] = (seq, false, leaves[seq][2])
    report = audited(leaves, 4)
    assert answers(report) == [(answer, seq) for seq in bad for answer in ("integrity", "authenticity")]


def test_the_sentences_name_the_leaf_and_show_nothing_of_its_content() -> None:
    for forged in FORGED.values():
        leaves = TRUE.leaves()[: AT + 1]
        leaves[AT] = (AT, forged, leaf_hash(forged))
        for finding in audited(leaves).findings:
            assert "7" in finding.sentence
            assert finding.sentence.isprintable()
            assert len(finding.sentence) < 250


# Reading and judging code that fails.


class Broken(Exception):
    pass


def reading_until(seq: int, error: BaseException) -> Iterator[Leaf]:
    yield from TRUE.leaves()[:seq]
    raise error


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("error", [MemoryError(), ValueError("x"), Damaged("The page is broken.", "Restore it.")])
def test_a_store_that_cannot_be_read_on_is_a_finding(error: Exception, workers: int) -> None:
    report = audited(reading_until(AT, error), workers)
    assert answers(report) == [("integrity", AT)]
    assert report.size == AT


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("error", [StorageBusy("Busy.", "Wait."), KeyboardInterrupt()])
def test_what_says_nothing_of_the_ledger_passes_through(error: BaseException, workers: int) -> None:
    with pytest.raises(type(error)):
        audited(reading_until(AT, error), workers)


@pytest.mark.parametrize(
    "leaf", [(AT, None, bytes(32)), (AT, b"", None), (None, b"", b""), (AT, b""), None, (True, b"", b"")]
)
def test_a_row_that_is_no_leaf_is_a_finding(leaf: Any) -> None:
    assert answers(audited([*TRUE.leaves()[:AT], leaf])) == [("integrity", AT)]


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("error", [Refused("No.", "Stop."), KeyError("x"), RecursionError()])
def test_a_statement_the_caller_cannot_take_is_a_finding(error: Exception, workers: int) -> None:
    def learn(seq: int, statement: Statement) -> None:
        if seq == AT:
            raise error

    def key_of(name: str, key_id: str, seq: int) -> bytes:
        return (ANNA if name == ANNA.person else BERT).public_key

    report = check(TRUE.leaves(), key_of, on_statement=learn, workers=workers)
    assert answers(report) == [("authenticity", AT)]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_worker_ends_the_audit(workers: int) -> None:
    def key_of(name: str, key_id: str, seq: int) -> bytes:
        if seq == AT:
            raise KeyboardInterrupt
        return (ANNA if name == ANNA.person else BERT).public_key

    with pytest.raises(KeyboardInterrupt):
        check(grown(900).leaves(), key_of, workers=workers)


@pytest.mark.parametrize("key", [b"", BERT.public_key[:31], ANNA.public_key, b"\xff" * 32, "text", 7])
def test_a_key_that_is_not_the_one_named_verifies_nothing(key: Any) -> None:
    leaves = TRUE.leaves()

    def key_of(name: str, key_id: str, seq: int) -> Any:
        return key if seq == AT else (ANNA if name == ANNA.person else BERT).public_key

    assert answers(check(leaves, key_of, workers=1)) == [("authenticity", AT)]


def test_a_key_under_a_name_that_is_not_its_digest_is_refused() -> None:
    misnamed = resaid(BERT, key="cd" * 32)
    misnamed = replace(
        decode(misnamed), signatures=(Signature("cd" * 32, decode(misnamed).signatures[0].sig),)
    ).encode()
    leaves = [*TRUE.leaves()[:AT], (AT, misnamed, leaf_hash(misnamed))]
    report = check(leaves, lambda name, *_: (ANNA if name == ANNA.person else BERT).public_key, workers=1)
    assert answers(report) == [("authenticity", AT)]


def test_an_interrupt_while_workers_are_busy_lets_them_end() -> None:
    ledger = Ledger()
    for _ in range(4):
        ledger.add(ANNA, Said("note-added", 1, {"text": "x" * 1_000_000}))
    interrupted = threading.Event()

    def leaves() -> Iterator[Leaf]:
        yield from ledger.leaves()[1:]
        interrupted.set()
        raise KeyboardInterrupt

    def key_of(*_: object) -> bytes:
        interrupted.wait(30)
        return ANNA.public_key

    with pytest.raises(KeyboardInterrupt):
        check(leaves(), key_of, workers=3)
    assert interrupted.is_set()


def test_many_keys_are_forgotten_and_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_KEYS_KEPT", 1)
    assert audited(TRUE.leaves()).findings == ()


def test_a_key_history_answers_for_each_position() -> None:
    keys = KeyHistory()
    keys.enrol("p", "k", b"a", 3)
    keys.retire("p", "k", 5)
    keys.enrol("p", "k", b"b", 9)
    keys.retire("q", "k", 5)
    assert [keys("p", "k", seq) for seq in (2, 3, 5, 6, 9)] == [None, b"a", b"a", None, b"b"]
    keys.enrol("p", "l", b"c", 9)
    keys.enrol("q", "k", b"d", 9)
    keys.retire_all("p", 11)
    assert [keys("p", key, seq) for key in "kl" for seq in (11, 12)] == [b"b", None, b"c", None]
    assert keys("q", "k", 12) == b"d"
    assert [keys("p", "k", seq) for seq in (5, 6)] == [b"a", None]
    assert keys("q", "k", 8) is None
    assert keys("p", "other", 4) is None
