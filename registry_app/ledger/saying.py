"""How something comes to be said: checked, folded, signed and appended, inside one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from registry_app.errors import Damaged, Refused, UsageError
from registry_app.ledger import envelope
from registry_app.ledger.canonical import canonical
from registry_app.ledger.entry import Entry, Head
from registry_app.ledger.fact import Fact, private, public, read_fact
from registry_app.ledger.log import Log
from registry_app.ledger.meaning import Action, Meaning, Standing
from registry_app.ledger.payload import Payloads, salted
from registry_app.ledger.statement import Said, Statement
from registry_app.vault import clock
from registry_app.vault.rows import Rows
from registry_app.vault.sealed import Sealer


class Signer(Protocol):
    """Who signs: a person's identity."""

    @property
    def person(self) -> str:
        """The person's id."""

    @property
    def key_id(self) -> str:
        """SHA-256 of the Ed25519 public key, hexadecimal."""

    @property
    def public_key(self) -> bytes:
        """The 32-byte Ed25519 public key."""

    def sign(self, message: bytes, /) -> bytes:
        """The Ed25519 signature of ``message`` (RFC 8032)."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A statement that was appended; it holds once the transaction commits."""

    statement: str
    """The statement's id."""
    registry: str
    """The registry's id: hash of the genesis leaf, hexadecimal."""
    at: Entry
    """Where it stands."""
    head: Head
    """The head after it."""
    facts: tuple[Fact, ...]
    """What was said."""
    previous: str
    """The reckoned time before it (empty at genesis)."""


def say(
    rows: Rows, sealer: Sealer, signer: Signer, action: Action, meaning: Meaning, statement_id: str, seen: Head | None
) -> Saying:
    """Append what ``action`` means, if every rule allows it.

    Args:
        seen: the head the author saw; ``None``: the present one.

    Raises:
        Refused, UsageError: see :meth:`~registry_app.ledger.meaning.Action.facts`; the transaction must be rolled back.
    """
    log = Log(rows)
    registry, frontier, previous = log.state()
    time = clock.text(clock.now())
    at = Entry(frontier.size, signer.person, signer.key_id, time, max(previous, time))
    payloads = Payloads(rows, sealer)
    rows.seq = at.seq
    standing = Standing(rows, payloads, at)
    facts = tuple(action.facts(standing))
    if registry:
        meaning.speaker(standing, facts)
    uttered = tuple(_utter(standing, fact, meaning) for fact in facts)
    if seen is not None and (not 0 < seen.size <= frontier.size or log.root_at(seen.size) != seen.root):
        raise Refused("What was on the screen is not of this ledger.", "Look at it again and act then.")
    known = seen or Head(frontier.size, frontier.root())
    statement = Statement.of(
        registry=registry,
        id=statement_id,
        person=signer.person,
        key=signer.key_id,
        time=time,
        head_size=known.size,
        head_root=known.root.hex(),
        facts=tuple(said for said, _ in uttered),
        further=action.subjects(),
    )
    sealed = envelope.sign(statement.encode(), signer).encode()
    head = log.append(frontier, at, statement_id, sealed)
    return Saying(statement_id, registry or head.root.hex(), at, head, tuple(fact for _, fact in uttered), previous)


def _utter(standing: Standing, fact: Fact, meaning: Meaning) -> tuple[Said, Fact]:
    """Allow and fold ``fact`` as whoever replays the ledger will read it."""
    body, hidden = public(fact), private(fact)
    name = None
    if hidden is not None:
        name, kept = salted(canonical(hidden))
        standing.payloads.keep(name, kept)
    try:
        fact = read_fact(fact.KIND, fact.VERSION, body, hidden or {})
    except (Damaged, TypeError) as error:
        reason = error.what if isinstance(error, Damaged) else "It holds a value that no statement can hold."
        raise UsageError(f"This cannot be said. {reason}", "Give each field in its form.") from error
    at = standing.at.holding(name)
    meaning.allow(Standing(standing.rows, standing.payloads, at), fact)
    meaning.fold(standing.rows, fact, at)
    return Said(fact.KIND, fact.VERSION, body, name), fact
