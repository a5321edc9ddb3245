"""The audit: a true ledger holds; what is stored around it wrongly, or cannot be read, is found."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from registry_app.errors import Damaged, Refused, StorageBusy
from registry_app.ledger import audit
from registry_app.ledger.audit import Leaf, check
from registry_app.ledger.envelope import Signature, decode, sign
from registry_app.ledger.key_history import KeyHistory
from registry_app.ledger.merkle import leaf_hash, tree_root
from registry_app.ledger.statement import Said, Statement
from tests.ledger.builder import ANNA, ANNA_LATER, BERT, Ledger, answers, audited, grown, uuid
from tests.ledger.forgeries import AT, TRUE, resaid


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
