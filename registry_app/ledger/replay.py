"""The tables once more, from the ledger alone, with every rule asked again at the place where it was said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import SQLModel

from registry_app.errors import RegistryError
from registry_app.ledger import envelope
from registry_app.ledger.canonical import parse
from registry_app.ledger.entry import Entry
from registry_app.ledger.fact import Fact, read_fact
from registry_app.ledger.finding import Finding
from registry_app.ledger.log import Leaf
from registry_app.ledger.meaning import Meaning, Standing
from registry_app.ledger.payload import Payloads
from registry_app.ledger.statement import Said, Statement, read
from registry_app.ledger.tables import PayloadRow
from registry_app.vault.rows import Rows
from registry_app.vault.sealed import Sealed

OWN_TABLES = frozenset({"leaf", "node", "head", "payload"})
"""The ledger's tables, which are no projection of it."""


_NAMED = Sealed()
"""Stands in a replay for a payload that a leaf names and no leaf shredded."""


def facts_of(statement: Statement, payloads: Payloads) -> Iterator[tuple[Said, Fact]]:
    """The facts of a statement, with their sealed fields opened (or standing as shredded)."""
    for said in statement.facts:
        content = payloads.content(said.payload) if said.payload else None
        hidden = parse(content) if content is not None else None if said.payload else {}
        yield said, read_fact(said.kind, said.version, said.body, hidden)


def replay(leaves: Iterable[Leaf], rows: Rows, payloads: Payloads, meaning: Meaning) -> Iterator[Finding]:
    """Fold ``leaves`` into empty tables; yields what spoils authority, evidence, or the columns beside a leaf.

    A statement that no rule allows is found, and folded all the same, so that what stands on it is judged by itself.

    Args:
        rows: where to fold; its tables are empty. Payloads that leaves name are noted there, without content.
        payloads: where the sealed payloads are read, which may be another database.
    """
    reckoned = ""
    for leaf in leaves:
        rows.seq = leaf.seq
        try:
            statement = read(envelope.decode(leaf.envelope).payload)
            pairs = list(facts_of(statement, payloads))
        except RegistryError as error:
            yield Finding("evidence", leaf.seq, f"Leaf {leaf.seq} cannot be read back: {error.what}")
            continue
        reckoned = max(reckoned, statement.time)
        at = Entry(leaf.seq, statement.person, statement.key, statement.time, reckoned)
        if (leaf.id, leaf.person, leaf.time, leaf.reckoned) != (statement.id, at.person, at.time, reckoned):
            yield Finding("projection", leaf.seq, f"The columns beside leaf {leaf.seq} are not what it says.")
        if leaf.seq > 0:
            yield from _asked(leaf.seq, partial(meaning.speaker, Standing(rows, payloads, at), [f for _, f in pairs]))
        for said, fact in pairs:
            here = at.holding(said.payload)
            if said.payload:
                rows.add(PayloadRow, digest=said.payload, body=_NAMED)
            yield from _asked(leaf.seq, partial(meaning.allow, Standing(rows, payloads, here), fact))
            try:
                meaning.fold(rows, fact, here)
            except Exception as error:  # noqa: BLE001 - a forged fact may break a fold in any way
                yield Finding(
                    "authority", leaf.seq, f"Leaf {leaf.seq} ({said.kind}) does not fit what was said before: {error}"
                )


def _asked(seq: int, ask: Callable[[], None]) -> Iterator[Finding]:
    try:
        ask()
    except RegistryError as error:
        yield Finding("authority", seq, f"Leaf {seq} was not allowed: {error.what}")


def projected() -> list[Any]:
    """The tables that are a projection of the ledger, by name."""
    tables = SQLModel.metadata.tables
    return [tables[name] for name in sorted(tables) if name not in OWN_TABLES]


def payload_differences(live: Connection, replayed: Connection) -> Iterator[Finding]:
    """Payloads that no leaf names, named ones that are missing, and emptied ones that no leaf shredded."""
    table = SQLModel.metadata.tables["payload"]
    query = select(table.c.digest, table.c.body.is_(None)).order_by(table.c.digest)
    ours = iter(live.execution_options(yield_per=1_000).execute(query))
    theirs = iter(replayed.execution_options(yield_per=1_000).execute(query))
    here, there = next(ours, None), next(theirs, None)
    while here is not None or there is not None:
        if there is None or (here is not None and here[0] < there[0]):
            yield Finding("evidence", None, f"Payload {str(here and here[0])[:16]} was put in: no leaf names it.")
            here = next(ours, None)
        elif here is None or there[0] < here[0]:
            yield Finding("evidence", None, f"Payload {str(there[0])[:16]} is missing.")
            there = next(theirs, None)
        else:
            if here[1] != there[1]:
                yield Finding("evidence", None, f"Payload {str(here[0])[:16]} was emptied, and no leaf says so.")
            here, there = next(ours, None), next(theirs, None)


def differences(live: Connection, replayed: Connection) -> Iterator[Finding]:
    """Each row that the live tables and the replay do not share, streamed in the order of the primary keys."""
    for table in projected():
        yield from _compare(table, live, replayed)


def _compare(table: Any, live: Connection, replayed: Connection) -> Iterator[Finding]:
    key = tuple(table.primary_key.columns)
    query = select(table).order_by(*key)
    ours = iter(live.execution_options(yield_per=1_000).execute(query))
    theirs = iter(replayed.execution_options(yield_per=1_000).execute(query))
    places = [table.columns.keys().index(column.name) for column in key]
    here, there = next(ours, None), next(theirs, None)
    while here is not None or there is not None:
        left = None if here is None else tuple(here[p] for p in places)
        right = None if there is None else tuple(there[p] for p in places)
        if left == right:
            if tuple(here) != tuple(there):  # type: ignore[arg-type]
                yield _finding(table, here, "was edited: it is not what the ledger says")
            here, there = next(ours, None), next(theirs, None)
        elif right is None or (left is not None and left < right):
            yield _finding(table, here, "was put in: the ledger does not know it")
            here = next(ours, None)
        else:
            yield _finding(table, there, "is missing: the ledger has it")
            there = next(theirs, None)


def _finding(table: Any, row: Any, what: str) -> Finding:
    key = ", ".join(f"{column.name}={getattr(row, column.name)!r}" for column in table.primary_key.columns)
    seq = getattr(row, "since", None)
    return Finding("projection", seq, f"Row {key} of table {table.name} {what}.")
