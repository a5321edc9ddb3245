"""From an action to its receipt: one transaction, the head outside, and what the author should know."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from registry_app.errors import StorageBusy, StorageCut, StorageError
from registry_app.house import MEANING
from registry_app.ledger import envelope
from registry_app.ledger.entry import Head
from registry_app.ledger.fact import Fact
from registry_app.ledger.log import Log
from registry_app.ledger.meaning import Action
from registry_app.ledger.payload import Payloads
from registry_app.ledger.replay import facts_of
from registry_app.ledger.saying import Signer, say
from registry_app.ledger.statement import read
from registry_app.people.actions import ReportUnlockFailures
from registry_app.reviews.notices import notices_of
from registry_app.store import Store
from registry_app.text import counted
from registry_app.vault import attempts, clock
from registry_app.vault.rows import Rows

BACK = timedelta(minutes=5)
"""A statement that claims to be earlier than one before it by more than this is flagged."""

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that something was said: durable when it is handed out."""

    statement: str
    """The statement's id."""
    seq: int
    """Its ledger position."""
    time: str
    """What the author's clock showed."""
    head: Head
    """The head after it."""
    facts: tuple[Fact, ...]
    """What was said."""
    notices: tuple[str, ...] = ()
    """What the author should know, such as a clock that was set back, or a version put to use without an approval."""


def transact(store: Store, signer: Signer, action: Action, statement: str, seen: Head | None) -> Receipt:
    """Say what ``action`` means and commit it, or give the receipt of the statement when it stands already."""
    with store.writing() as rows:
        log = Log(rows)
        before = log.head()
        store.extends(before, log.root_at(min(store.newest.size, before.size)))
        known = log.seq_of(statement)
        if known is not None:
            return _again(rows, store, log, known)
        saying = say(rows, store.sealer, signer, action, MEANING, statement, seen)
        told = notices_of(rows, saying.facts)
    store.newest = saying.head
    if not store.registry:
        store.name(saying.registry)
    store.anchor.keep(saying.head, signer, durable=saying.at.seq == 0)
    notices = (*clock_notices(saying.previous, saying.at.time), *told)
    return Receipt(statement, saying.at.seq, saying.at.time, saying.head, saying.facts, notices)


def insist(store: Store, signer: Signer, action: Action, statement: str, seen: Head | None) -> Receipt:
    """:func:`transact`, and again on the new head, or to learn whether it stands, where the store gave way."""
    for _ in range(_TRIES - 1):
        with suppress(StorageBusy, StorageCut):
            return transact(store, signer, action, statement, seen)
    return transact(store, signer, action, statement, seen)


def clock_notices(previous: str, claimed: str) -> tuple[str, ...]:
    """What is odd about a claimed time after the ledger's reckoned time ``previous`` (empty: nothing before)."""
    if not previous or clock.parse(claimed) >= clock.parse(previous) - BACK:
        return ()
    return (f"The clock shows {claimed}, but the ledger has reached {previous}: recorded, and flagged in 'verify'.",)


def unlock_notices(store: Store, run: Callable[[Action], Receipt]) -> list[str]:
    """What whoever opens the registry should know; failed attempts to sign in are put on record by ``run`` on the way."""
    said = []
    if not store.seen.anchored and store.refused is None:
        said.append("No earlier head of this registry is kept here: nothing says that it is the newest copy.")
    notes = store.place.notes(store.registry)
    failed = attempts.read(notes)
    if failed is not None:
        told = f"{counted(failed.count, 'attempt')} to sign in failed since {failed.first}"
        try:
            if store.read_only:
                said.append(f"{told}; this is not on record yet.")
            else:
                run(ReportUnlockFailures(failed.count, failed.first, failed.last, failed.handles))
                attempts.clear(notes)
                said.append(f"{told}; this is on record.")
        except StorageError as error:  # what is there can be read all the same
            said.append(f"{told}; this could not be put on record: {error.what}")
    return said


def _again(rows: Rows, store: Store, log: Log, seq: int) -> Receipt:
    leaf = log.leaf(seq)
    said = read(envelope.decode(leaf.envelope).payload)
    facts = tuple(fact for _, fact in facts_of(said, Payloads(rows, store.sealer)))
    notices = ("This was recorded before.", *notices_of(rows, facts))
    return Receipt(leaf.id, seq, leaf.time, Head(seq + 1, log.root_at(seq + 1)), facts, notices)
