"""Is this registry what was signed? Six separate answers, never one green tick.

*integrity* every leaf hashes to the root · *authenticity* every signature holds · *authority* every signer was allowed to,
at that place · *projection* the tables equal the replay · *evidence* every sealed payload matches its digest ·
*completeness* the head extends one kept outside. Truncation is only visible through completeness.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine

from registry_app.errors import (
    Damaged,
    IntegrityError,
    RegistryError,
    StorageBusy,
    StorageFull,
    StorageReadOnly,
    UsageError,
)
from registry_app.house import MEANING
from registry_app.ledger.audit import AuditReport, check
from registry_app.ledger.checkpoint import ORIGIN, parse
from registry_app.ledger.finding import Finding
from registry_app.ledger.key_history import KeyHistory
from registry_app.ledger.log import Leaf, Log
from registry_app.ledger.payload import Payloads
from registry_app.ledger.replay import differences, payload_differences, replay
from registry_app.ledger.trail import check_head, check_nodes, check_shape
from registry_app.people.keys import learn
from registry_app.receipt import BACK
from registry_app.store import keys_of
from registry_app.text import counted
from registry_app.vault import chance, clock, schema
from registry_app.vault.check import check_pages
from registry_app.vault.engine import open_sqlcipher, reading, writing
from registry_app.vault.rows import Rows
from registry_app.workspace import Workspace

ANSWERS = {
    "integrity": "Every leaf is what was appended, and all of them give the root.",
    "authenticity": "Every statement is signed by the key its author held there.",
    "authority": "Every author was allowed to say it, at that place.",
    "projection": "The tables say what the ledger says.",
    "evidence": "Every sealed payload is what was signed.",
    "completeness": "The ledger extends every head that was kept outside.",
}
"""The six answers, and what each says when it holds."""

MOST = 1_000
"""Findings listed for an answer; more are counted."""

IN_MEMORY = 50_000
"""Ledgers up to this many leaves are replayed in memory, larger ones in an encrypted file that is removed afterwards."""

T = TypeVar("T")

AHEAD = timedelta(hours=24)

Progress = Callable[[str, int, int], None]
"""Told what is being done, how far it is, and of how many."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the six answers."""

    name: str
    """Which."""
    holds: bool | None
    """``None``: cannot tell."""
    sentence: str
    """What it means."""
    findings: tuple[Finding, ...]
    """Everything that was found, up to :data:`MOST`."""


@dataclass(frozen=True, slots=True)
class Verification:
    """All six answers about a registry."""

    registry: str
    size: int
    root: str
    """Hexadecimal."""
    answers: tuple[Answer, ...]
    notices: tuple[str, ...]
    """What is odd but no forgery, such as a clock that was set back."""

    @property
    def ok(self) -> bool:
        """Whether no answer is no."""
        return all(answer.holds is not False for answer in self.answers)

    @property
    def first_bad(self) -> Finding | None:
        """The finding at the lowest ledger position."""
        found = [finding for answer in self.answers for finding in answer.findings]
        return min(found, key=lambda finding: (finding.seq is None, finding.seq or 0), default=None)


def verify(workspace: Workspace, against: str | None = None, progress: Progress | None = None) -> Verification:
    """Check the whole registry.

    Args:
        against: the text of a checkpoint kept outside that the ledger must extend.

    Raises:
        UsageError, Damaged: ``against`` is no checkpoint.
    """
    tell = progress or (lambda *_: None)
    store = workspace.store
    pages = list(check_pages(store.engine))
    with reading(store.engine) as live:
        rows = Rows(live)
        log = Log(rows)
        found: list[Finding] = [Finding("integrity", None, sentence) for sentence in pages]
        state = _state(log, found)
        size = state.size
        notices: list[str] = []
        history = KeyHistory()
        report = check(
            _told(log.raw(), "signatures", size, tell),
            history,
            on_statement=lambda seq, statement: learn(history, seq, statement),
        )
        found += report.findings
        found += _head(report, state)
        found += _guarded("integrity", "The head", check_head(rows))
        found += _guarded("integrity", "The tree", check_nodes(rows, size))
        with _empty(size) as fresh, writing(fresh) as other:
            found += _guarded("projection", "The shape of the database", check_shape(live, other))
            payloads = Payloads(rows, store.sealer)
            leaves = _timed(_told(log.stored(), "replay", size, tell), notices)
            found += _guarded("projection", "What follows", replay(leaves, Rows(other), payloads, MEANING))
            tell("tables", 0, 0)
            found += differences(live, other)
            found += _guarded("evidence", "Table payload", payload_differences(live, other))
        outside, complete = _completeness(workspace, log, rows, against)
    if report.unseen_heads:
        notices.append(
            f"The heads that {counted(report.unseen_heads, 'author')} saw are too far back, or behind damage, to compare."
        )
    return Verification(state.registry, size, state.root.hex(), _answers(found + outside, complete), tuple(notices))


@dataclass(frozen=True, slots=True)
class _State:
    """What the head row says."""

    registry: str = ""
    size: int = 0
    root: bytes = b""


def _state(log: Log, found: list[Finding]) -> _State:
    try:
        registry, frontier, _ = log.state()
    except IntegrityError as error:
        found.append(Finding("integrity", None, f"Table head: {error.what}"))
        return _State()
    return _State(registry, frontier.size, frontier.root())


def _guarded(answer: str, what: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """``findings``, and one more in place of any error: what a forger put in can break the reading in any way."""
    try:
        yield from findings
    except (StorageBusy, StorageFull, StorageReadOnly):
        raise
    except Exception as error:  # noqa: BLE001
        why = error.what if isinstance(error, RegistryError) else f"The store answered with {type(error).__name__}."
        yield Finding(answer, None, f"{what} cannot be read on. {why}")


def _answers(found: list[Finding], complete: bool | None) -> tuple[Answer, ...]:
    answers = []
    for name, sentence in ANSWERS.items():
        mine = [finding for finding in found if finding.answer == name]
        holds: bool | None = not mine
        said = sentence
        if name == "completeness" and not mine and complete is None:
            holds, said = None, "No head was kept outside: nothing says that this is the newest copy."
        if mine:
            said = mine[0].sentence + (f" And {len(mine) - 1} more." if len(mine) > 1 else "")
        answers.append(Answer(name, holds, said, tuple(mine[:MOST])))
    return tuple(answers)


def _head(report: AuditReport, state: _State) -> Iterator[Finding]:
    if report.unlisted:
        yield Finding("integrity", None, f"Not listed: {counted(report.unlisted, 'further finding')}.")
    if report.size != state.size or report.root != state.root:
        yield Finding(
            "integrity",
            None,
            f"The ledger's head says {_leaves(state.size)}; what is there has {_leaves(report.size)} and another root.",
        )
    if report.registry != state.registry:
        yield Finding("integrity", 0, "Leaf 0 is not the one the registry is named after in table head.")


def _completeness(workspace: Workspace, log: Log, rows: Rows, against: str | None) -> tuple[list[Finding], bool | None]:
    store = workspace.store
    try:
        anchored: bool | None = store.anchor.compare(log, lambda person: keys_of(rows, person)).anchored or None
        if against is not None:
            _extends(log, rows, store.registry, against)
            anchored = True
    except RegistryError as error:
        return [Finding("completeness", None, error.what)], False
    except Exception as error:  # noqa: BLE001 - what a forger put in can break the reading in any way
        return [Finding("completeness", None, f"The store answered with {type(error).__name__}.")], False
    return [], anchored


def _extends(log: Log, rows: Rows, registry: str, against: str) -> None:
    signed = parse(against)
    seen, size = signed.checkpoint, log.head().size
    if seen.origin != ORIGIN + registry:
        raise Damaged("The checkpoint is of another registry.", "Give one of this registry.")
    if not any(signed.verified_by(s.name, key) for s in signed.signatures for key in keys_of(rows, s.name)):
        raise Damaged("The checkpoint is signed by nobody known here.", "Find out where it came from.")
    if seen.size > size:
        raise Damaged(f"The ledger has {_leaves(size)}, but the checkpoint saw {seen.size:,}.", "Find the newer copy.")
    if log.root_at(seen.size) != seen.root:
        raise Damaged(
            f"The ledger does not begin with the {_leaves(seen.size)} that the checkpoint saw.",
            "Somebody put in another history.",
        )


def _leaves(number: int) -> str:
    return counted(number, "leaf", "leaves")


def _told(items: Iterable[T], what: str, total: int, tell: Progress) -> Iterator[T]:
    for place, item in enumerate(items):
        if place % 1_000 == 0:
            tell(what, place, total)
        yield item
    tell(what, total, total)


def _timed(leaves: Iterable[Leaf], notices: list[str]) -> Iterator[Leaf]:
    reckoned = ""
    latest = clock.text(clock.now() + AHEAD)
    for leaf in leaves:
        with suppress(UsageError, TypeError):  # an edited column; the replay finds it
            if leaf.time < reckoned and clock.parse(leaf.time) < clock.parse(reckoned) - BACK:
                notices.append(
                    f"Leaf {leaf.seq} claims {leaf.time}, after leaves up to {reckoned}: a clock was set back."
                )
            if leaf.time > latest:
                notices.append(f"Leaf {leaf.seq} claims {leaf.time}, more than 24 hours ahead of this machine's clock.")
            reckoned = max(reckoned, leaf.time)
        yield leaf


@contextmanager
def _empty(size: int) -> Iterator[Engine]:
    """A registry's tables, empty."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "replay.db" if size > IN_MEMORY else None
        engine = open_sqlcipher(path, chance.token(32))
        try:
            schema.upgrade(engine)
            yield engine
        finally:
            engine.dispose()
