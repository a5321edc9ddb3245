"""Integrity and authenticity of a whole ledger: one pass in its order, bounded memory, all cores.

*Integrity*: each leaf matches its stored hash, no position is missing, and each author saw a head this ledger had.
*Authenticity*: each leaf is one statement, said in this registry, said once, signed by the key its author had then.

How the work is shared: the calling thread only reads the leaves. The workers take them one at a time, in ledger order
and under one lock (reading a leaf is Python, so the interpreter lets no two do it at once anyway), and check the
signature outside of it, where ``cryptography`` lets the other threads run. So whatever ``on_statement`` learns from
leaf ``n`` is known before the key of leaf ``n`` or of any later leaf is asked for, and no second pass is needed.

Memory: the leaves in flight (at most about 1 MiB of envelopes, or one, per worker), the heads of the last 16,384
positions (about 5 MB), and 16 bytes per leaf to find a statement that was put in twice.
"""

from __future__ import annotations

import os
import queue
import threading
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from registry_app.errors import IntegrityError, RegistryError
from registry_app.ledger import envelope as dsse
from registry_app.ledger.finding import Finding
from registry_app.ledger.merkle import Frontier, leaf_hash
from registry_app.ledger.statement import Statement, read
from registry_app.text import counted
from registry_app.vault.digest import sha256_hex

MAX_FINDINGS = 1_000
"""Findings that are kept; more are counted."""

HEADS_KEPT = 16_384
"""How far back, in leaves, the head that an author saw is compared."""

_BATCH_LEAVES = 256
_BATCH_BYTES = 1 << 20
_WORKERS = 8
_KEYS_KEPT = 4_096
_ROOTS_KEPT = 1_024

_Signed = tuple[int, Ed25519PublicKey, bytes, bytes]
"""Position, key, signature and signed bytes of a leaf that only its signature can still fail."""

Leaf = tuple[int, bytes, bytes]
"""Position, envelope and stored hash."""

KeyOf = Callable[[str, str, int], bytes | None]
"""Person, key id and position: the 32-byte Ed25519 public key the person could sign with there, or ``None``."""

OnStatement = Callable[[int, Statement], None]
"""Told of each readable statement of this registry, in ledger order."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What the audit found, and what it computed on the way."""

    registry: str
    """The hash of the first leaf, hexadecimal (when that one is damaged, the next leaf's word for it); empty for an
    empty ledger."""
    size: int
    """How many leaves were read."""
    root: bytes
    """The root over the envelopes as they are now; the caller compares it with the stored and the outside heads."""
    frontier: Frontier
    """The edge of the tree over the envelopes."""
    findings: tuple[Finding, ...]
    """By position; at most 1,000."""
    unlisted: int
    """How many more findings there were."""
    unseen_heads: int
    """Statements whose author saw a head too far back to compare, or that stand behind damage; not a fault."""

    def holds(self, answer: Literal["integrity", "authenticity"]) -> bool:
        """Whether nothing was found against ``answer`` (and nothing was left unlisted)."""
        return not self.unlisted and all(finding.answer != answer for finding in self.findings)


def check(
    leaves: Iterable[Leaf], key_of: KeyOf, *, on_statement: OnStatement | None = None, workers: int | None = None
) -> AuditReport:
    """Audit ``leaves``, all of them, in ledger order from position 0.

    Args:
        leaves: read in the calling thread, once. To show progress, wrap it.
        key_of: called once per leaf, in ledger order, after ``on_statement`` was told of that leaf. A leaf that
            enrols the very key it is signed with (the genesis) must therefore find it.
        on_statement: as ``key_of``, called from the audit's threads, one call at a time: neither may use a database
            connection bound to a thread. The signature of the statement has *not* been checked yet; when it then
            fails there is a finding, so what was learned is only as good as the whole report. What it raises is a
            finding against the authenticity of that leaf.
        workers: threads that check signatures; the number of cores, at most 8, when not given. 1: no threads.

    Raises:
        RegistryError: reading ``leaves`` raised one that is no IntegrityError (busy, full). Any other error there
            ends the audit with a finding.
    """
    count = workers if workers is not None else min(os.cpu_count() or 1, _WORKERS)
    reading = _Reading(leaves)
    if count <= 1:
        audit = _Audit(iter(reading), key_of, on_statement)
        audit.work()
        return audit.report(reading)
    batches: queue.Queue[list[Leaf] | None] = queue.Queue(maxsize=count)
    audit = _Audit(_unpacked(batches), key_of, on_statement)
    with ThreadPoolExecutor(count, thread_name_prefix="audit") as pool:
        running = [pool.submit(audit.work) for _ in range(count)]
        try:
            for batch in _packed(reading):
                _put(batches, batch, audit)
            _put(batches, None, audit)
        except BaseException:
            audit.stopped = True
            with suppress(queue.Full):  # a full queue keeps no worker waiting
                batches.put_nowait(None)
            raise
    for work in running:
        work.result()
    return audit.report(reading)


class _Reading:
    """The caller's leaves; they end early, with the reason kept, when they cannot be read on."""

    def __init__(self, leaves: Iterable[Leaf]) -> None:
        self._leaves = leaves
        self.next = 0
        self.reason = ""

    def __iter__(self) -> Iterator[Leaf]:
        try:
            for leaf in self._leaves:
                seq, envelope, stored = leaf
                if type(seq) is not int or type(envelope) is not bytes or type(stored) is not bytes:
                    raise TypeError
                self.next = seq + 1
                yield leaf
        except IntegrityError as error:
            self.reason = error.what
        except RegistryError:
            raise
        except Exception as error:  # noqa: BLE001  a damaged store answers with MemoryError, ValueError, anything
            self.reason = f"The store answered with {type(error).__name__}."


def _packed(leaves: Iterable[Leaf]) -> Iterator[list[Leaf]]:
    batch: list[Leaf] = []
    size = 0
    for leaf in leaves:
        batch.append(leaf)
        size += len(leaf[1])
        if len(batch) == _BATCH_LEAVES or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    yield batch


def _unpacked(batches: queue.Queue[list[Leaf] | None]) -> Iterator[Leaf]:
    while (batch := batches.get()) is not None:
        yield from batch


def _put(batches: queue.Queue[list[Leaf] | None], batch: list[Leaf] | None, audit: _Audit) -> None:
    """Hand over ``batch``, unless the workers have stopped taking any."""
    while not audit.stopped:
        with suppress(queue.Full):
            batches.put(batch, timeout=0.5)
            return


class _Doubt(Exception):
    """A leaf is not authentic; the argument says why, after 'Leaf 7'."""


class _Audit:
    """What is known so far, and the work that any number of threads do on it."""

    def __init__(self, leaves: Iterator[Leaf], key_of: KeyOf, on_statement: OnStatement | None) -> None:
        self.stopped = False
        self._leaves = leaves
        self._key_of = key_of
        self._on_statement = on_statement
        self._turn = threading.Lock()
        self._next = 0
        self._registry = ""
        self._frontier = Frontier.empty()
        self._heads = deque([self._frontier], maxlen=HEADS_KEPT)
        self._roots: dict[int, str] = {}
        self._whole = True
        self._unseen_heads = 0
        self._ids = array("q")
        self._id_seqs = array("q")
        self._keys: dict[str, tuple[bytes, Ed25519PublicKey]] = {}
        self._findings: list[Finding] = []
        self._unlisted = 0

    def work(self) -> None:
        """Take leaves and check their signatures until there are none."""
        try:
            while True:
                with self._turn:
                    signed = self._take()
                if signed is None:
                    return
                seq, public, sig, message = signed
                try:
                    public.verify(sig, message)
                except InvalidSignature:
                    with self._turn:
                        self._find("authenticity", seq, f"Leaf {seq} is not signed by its author.")
        except BaseException:
            self.stopped = True
            raise

    def report(self, reading: _Reading) -> AuditReport:
        """What was found, once all work is done."""
        if reading.reason:
            what = f"Leaf {reading.next} and what follows cannot be read. {reading.reason}"
            self._find("integrity", reading.next, what)
        self._find_repeated()
        return AuditReport(
            registry=self._registry,
            size=self._frontier.size,
            root=self._frontier.root(),
            frontier=self._frontier,
            findings=tuple(sorted(self._findings, key=lambda finding: finding.seq or 0)),
            unlisted=self._unlisted,
            unseen_heads=self._unseen_heads,
        )

    def _take(self) -> _Signed | None:
        """The next signature to check; findings on the way are kept. Under the lock."""
        for seq, sealed, stored in self._leaves:
            if self.stopped:
                break
            before = self._frontier
            self._place(seq, sealed, stored)
            try:
                return self._read(seq, sealed, before)
            except _Doubt as doubt:
                self._find("authenticity", seq, f"Leaf {seq} {doubt}")
        return None

    def _place(self, seq: int, sealed: bytes, stored: bytes) -> None:
        if seq > self._next:
            missing = f"Leaf {self._next} is" if seq == self._next + 1 else f"Leaves {self._next} to {seq - 1} are"
            self._damage(self._next, f"{missing} missing.")
        elif seq < self._next:
            self._damage(seq, f"Leaf {seq} stands out of order.")
        leaf = leaf_hash(sealed)
        if leaf != stored:
            self._damage(seq, f"Leaf {seq} is not what was appended: it does not match its hash.")
        elif not self._frontier.size:
            self._registry = leaf.hex()
        self._next = seq + 1
        self._frontier, _ = self._frontier.append(leaf)
        self._heads.append(self._frontier)

    def _read(self, seq: int, sealed: bytes, before: Frontier) -> _Signed:
        try:
            opened = dsse.decode(sealed)
            statement = read(opened.payload)
        except IntegrityError as error:
            raise _Doubt(f"is no signed statement. {error.what}") from error
        if before.size and not self._registry:
            self._registry = statement.registry  # the first leaf is damaged: the next one names it
        if statement.registry != (self._registry if before.size else ""):
            raise _Doubt("was said in another registry.")
        self._compare_head(seq, statement, before)
        self._ids.append(hash(statement.id))
        self._id_seqs.append(seq)
        signature = opened.signatures[0]
        if len(opened.signatures) != 1 or signature.keyid != statement.key:
            raise _Doubt("is not signed with the one key its author names.")
        try:
            if self._on_statement is not None:
                self._on_statement(seq, statement)
            raw = self._key_of(statement.person, statement.key, seq)
        except RegistryError as error:
            raise _Doubt(f"does not fit what was said before. {error.what}") from error
        except Exception as error:  # what a hostile statement can provoke in the caller's code
            raise _Doubt(f"does not fit what was said before ({type(error).__name__}).") from error
        if raw is None:
            raise _Doubt("is signed with a key its author did not have there.")
        public = self._key(statement, raw)
        if public is None:
            raise _Doubt("is signed with a key that is not the one it names.")
        return seq, public, signature.sig, dsse.pae(opened.payload_type, opened.payload)

    def _key(self, statement: Statement, raw: bytes) -> Ed25519PublicKey | None:
        """The key with the 32 bytes ``raw``, if it is the one that ``statement`` names by its digest."""
        known = self._keys.get(statement.key)
        if known is not None and known[0] == raw:
            return known[1]
        if type(raw) is not bytes or len(raw) != 32 or sha256_hex(raw) != statement.key:
            return None
        if len(self._keys) >= _KEYS_KEPT:
            self._keys.clear()
        public = Ed25519PublicKey.from_public_bytes(raw)
        self._keys[statement.key] = (raw, public)
        return public

    def _compare_head(self, seq: int, statement: Statement, before: Frontier) -> None:
        """Whether the ledger had the head that the author saw, at or before the place of the statement."""
        size = statement.head_size
        if not self._whole:
            self._unseen_heads += 1
            return
        if size > before.size:
            self._find(
                "integrity",
                seq,
                f"The author of leaf {seq} saw {counted(size, 'leaf', 'leaves')}, and {before.size:,} stand before it.",
            )
            return
        root = self._roots.get(size)
        if root is None:
            back = self._frontier.size - size + 1
            if back > len(self._heads):
                self._unseen_heads += 1
                return
            root = self._heads[-back].root().hex()
            if len(self._roots) >= _ROOTS_KEPT:
                self._roots.clear()
            self._roots[size] = root
        if root != statement.head_root:
            self._find(
                "integrity",
                seq,
                f"The author of leaf {seq} saw another history than the {counted(size, 'leaf', 'leaves')} here.",
            )

    def _find_repeated(self) -> None:
        """Find statements with the id of an earlier one. Ids are told apart by 64 keyed bits (SipHash), so that two
        different ids are taken for one with a chance of about n**2 / 2**65."""
        seen = sorted(self._ids)
        repeated = {one for one, other in pairwise(seen) if one == other}
        if not repeated:
            return
        first: dict[int, int] = {}
        for identity, seq in zip(self._ids, self._id_seqs, strict=True):
            if identity in repeated:
                if identity in first:
                    self._find(
                        "authenticity",
                        seq,
                        f"Leaf {seq} says again what leaf {first[identity]} said: one of them was put in.",
                    )
                else:
                    first[identity] = seq

    def _damage(self, seq: int, sentence: str) -> None:
        """An integrity finding after which the heads that authors saw can no longer be compared."""
        self._whole = False
        self._find("integrity", seq, sentence)

    def _find(self, answer: Literal["integrity", "authenticity"], seq: int, sentence: str) -> None:
        if len(self._findings) < MAX_FINDINGS:
            self._findings.append(Finding(answer, seq, sentence))
        else:
            self._unlisted += 1
