"""The tables once more, from the ledger alone, with every rule asked again at the place where it was said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import Connection, func, select
from sqlmodel import SQLModel

from registry_app.errors import IntegrityError, RegistryError
from registry_app.ledger import envelope
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

MOST = 1_000
"""Rows of one table that are listed."""

_PLACE = 8
"""Bytes of a ledger position."""


def facts_of(statement: Statement, payloads: Payloads) -> Iterator[tuple[Said, Fact]]:
    """The facts of a statement, with their sealed fields opened (or standing as shredded)."""
    for said in statement.facts:
        hidden = payloads.fields(said.payload) if said.payload else {}
        yield said, read_fact(said.kind, said.version, said.body, hidden)


def replay(leaves: Iterable[Leaf], rows: Rows, payloads: Payloads, meaning: Meaning) -> Iterator[Finding]:
    """Fold ``leaves`` into empty tables; yields what spoils authority, evidence, or the columns beside a leaf.

    A statement that no rule allows is found, and folded all the same, so that what stands on it is judged by itself. A
    fact whose payload does not open is folded as if it had been shredded.

    Args:
        rows: where to fold; its tables are empty. Payloads that leaves name are noted there, without content.
        payloads: where the sealed payloads are read, which may be another database.
    """
    reckoned = ""
    for leaf in leaves:
        rows.seq = leaf.seq
        try:
            statement = read(envelope.decode(leaf.envelope).payload)
        except RegistryError as error:
            yield Finding("authenticity", leaf.seq, f"Leaf {leaf.seq} cannot be read back: {error.what}")
            continue
        pairs: list[tuple[Said, Fact]] = []
        yield from _understand(leaf.seq, statement, rows, payloads, pairs)
        reckoned = max(reckoned, statement.time)
        at = Entry(leaf.seq, statement.person, statement.key, statement.time, reckoned)
        if (leaf.id, leaf.person, leaf.time, leaf.reckoned) != (statement.id, at.person, at.time, reckoned):
            yield Finding("projection", leaf.seq, f"The columns beside leaf {leaf.seq} are not what it says.")
        if leaf.seq > 0:
            yield from _asked(leaf.seq, partial(meaning.speaker, Standing(rows, payloads, at), [f for _, f in pairs]))
        for said, fact in pairs:
            here = at.holding(said.payload)
            yield from _asked(leaf.seq, partial(meaning.allow, Standing(rows, payloads, here), fact))
            try:
                meaning.fold(rows, fact, here)
            except Exception as error:  # noqa: BLE001 - a forged fact may break a fold in any way
                where = f"Leaf {leaf.seq} ({said.kind})"
                yield Finding(
                    "authority",
                    leaf.seq,
                    f"{where} does not fit what was said before: {type(error).__name__} in its fold.",
                )


def _understand(
    seq: int, statement: Statement, rows: Rows, payloads: Payloads, pairs: list[tuple[Said, Fact]]
) -> Iterator[Finding]:
    """Put into ``pairs`` the facts that can be read, and note the payloads they name."""
    for said in statement.facts:
        hidden: dict[str, Any] | None = {}
        if said.payload:
            try:
                hidden = payloads.fields(said.payload)
            except RegistryError as error:
                hidden = None
                yield Finding("evidence", seq, f"Leaf {seq} ({said.kind}) names what cannot be read: {error.what}")
            if rows.one(PayloadRow, digest=said.payload) is None:
                rows.add(PayloadRow, digest=said.payload, body=_named_by(seq))
            else:
                yield Finding("authority", seq, f"Leaf {seq} ({said.kind}) names a payload that was named before.")
        try:
            pairs.append((said, read_fact(said.kind, said.version, said.body, hidden)))
        except RegistryError as error:
            yield Finding("authority", seq, f"Leaf {seq} says what nobody can say here: {error.what}")


def _asked(seq: int, ask: Callable[[], None]) -> Iterator[Finding]:
    try:
        ask()
    except IntegrityError as error:  # not the author's fault: what the rule looks at is gone
        yield Finding("evidence", seq, f"Leaf {seq} cannot be judged again: {error.what}")
    except RegistryError as error:
        yield Finding("authority", seq, f"Leaf {seq} was not allowed: {error.what}")
    except Exception as error:  # noqa: BLE001 - a forged fact may break a rule in any way
        yield Finding(
            "authority", seq, f"Leaf {seq} does not fit what was said before: {type(error).__name__} in its rule."
        )


def projected() -> list[Any]:
    """The tables that are a projection of the ledger, by name."""
    tables = SQLModel.metadata.tables
    return [tables[name] for name in sorted(tables) if name not in OWN_TABLES]


def payload_differences(live: Connection, replayed: Connection) -> Iterator[Finding]:
    """Payloads that no leaf names, named ones that are missing, and emptied ones that no leaf shredded."""
    table = SQLModel.metadata.tables["payload"]
    query = select(table.c.digest, func.substr(table.c.body, 1, _PLACE)).order_by(table.c.digest)
    for here, there in _paired(query, 1, live, replayed):
        seq = None if there is None or there[1] is None else int.from_bytes(there[1], "big")
        if there is None:
            yield Finding("evidence", None, f"Payload {str(here[0])[:16]} was put in: no leaf names it.")
        elif here is None:
            yield Finding("evidence", seq, f"Payload {str(there[0])[:16]} is missing.")
        elif here[1] is None and seq is not None:
            sentence = f"Payload {str(here[0])[:16]}, which leaf {seq} names, was emptied, and no leaf says so."
            yield Finding("evidence", seq, sentence)
        elif seq is None and here[1] is not None:
            yield Finding("evidence", None, f"Payload {str(here[0])[:16]} was shredded by a leaf, and is still there.")


def _named_by(seq: int) -> Sealed:
    """Stands in a replay for a payload that a leaf names and no leaf shredded: that leaf's position."""
    return Sealed(seq.to_bytes(_PLACE, "big"))


def differences(live: Connection, replayed: Connection) -> Iterator[Finding]:
    """Each row that the live tables and the replay do not share, streamed in the order of the primary keys."""
    for table in projected():
        try:
            yield from islice(_compare(table, live, replayed), MOST)
        except Exception as error:  # noqa: BLE001 - what a forger put into a column can break its reading in any way
            yield Finding("projection", None, f"Table {table.name} cannot be read on: {type(error).__name__}.")


def _compare(table: Any, live: Connection, replayed: Connection) -> Iterator[Finding]:
    key = tuple(table.primary_key.columns)
    rest = [column for column in table.columns if column not in key]
    query = select(*key, *rest).order_by(*key)
    for here, there in _paired(query, len(key), live, replayed):
        if there is None:
            yield _finding(table, here, "was put in: the ledger does not know it")
        elif here is None:
            yield _finding(table, there, "is missing: the ledger has it")
        elif tuple(here) != tuple(there):
            yield _finding(table, here, "was edited: it is not what the ledger says")


def _paired(query: Any, keys: int, live: Connection, replayed: Connection) -> Iterator[tuple[Any, Any]]:
    """Rows of both sides, joined on their first ``keys`` columns, by which ``query`` orders them."""
    ours = iter(live.execution_options(yield_per=1_000).execute(query))
    theirs = iter(replayed.execution_options(yield_per=1_000).execute(query))
    here, there = next(ours, None), next(theirs, None)
    while here is not None or there is not None:
        left = None if here is None else [_rank(value) for value in here[:keys]]
        right = None if there is None else [_rank(value) for value in there[:keys]]
        if left == right:
            yield here, there
            here, there = next(ours, None), next(theirs, None)
        elif right is None or (left is not None and left < right):
            yield here, None
            here = next(ours, None)
        else:
            yield None, there
            there = next(theirs, None)


def _rank(value: Any) -> tuple[int, Any]:
    """A value in SQLite's order of storage classes, for a forger may put any type into any column."""
    if value is None:
        return 0, 0
    if isinstance(value, (int, float)):
        return 1, value
    return (2, value) if isinstance(value, str) else (3, bytes(value))


def _finding(table: Any, row: Any, what: str) -> Finding:
    key = ", ".join(f"{column.name}={getattr(row, column.name)!r}" for column in table.primary_key.columns)
    seq = getattr(row, "since", None)
    seq = seq if type(seq) is int and seq >= 0 else None
    return Finding("projection", seq, f"Row {key[:200]} of table {table.name} {what}.")
