"""The stored ledger: append in O(log n), and read with every hash checked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from registry_app.errors import Damaged, UsageError
from registry_app.ledger import merkle
from registry_app.ledger.entry import Entry, Head
from registry_app.ledger.tables import HeadRow, LeafRow, NodeRow
from registry_app.vault import digest
from registry_app.vault.engine import reading
from registry_app.vault.rows import Rows

_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Leaf:
    """One stored leaf whose envelope matches its hash."""

    seq: int
    id: str
    person: str
    time: str
    reckoned: str
    hash: bytes
    envelope: bytes


class Log:
    """The ledger as seen by one transaction.

    Args:
        rows: the transaction's rows.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._present = False

    def state(self) -> tuple[str, merkle.Frontier, str]:
        """The registry's id (empty before genesis), the frontier, and the reckoned time."""
        row = self._rows.one(HeadRow, one=1)
        if row is None:
            return "", merkle.Frontier.empty(), ""
        frontier = merkle.Frontier.decode(_octets(row["frontier"], "the head"))
        if frontier.size != row["size"]:
            raise Damaged(
                "The ledger's head does not fit its frontier.", "Run 'registry-app verify' to see what is intact."
            )
        return row["genesis"], frontier, row["reckoned"]

    def head(self) -> Head:
        """Size and root of the ledger."""
        _, frontier, _ = self.state()
        return Head(frontier.size, frontier.root())

    def is_present(self) -> bool:
        """Whether this snapshot was asked for just now, by :meth:`present`."""
        return self._present

    @contextmanager
    def present(self) -> Iterator[Log]:
        """The ledger as it stands by now, in a snapshot of its own."""
        with reading(self._rows.connection.engine) as connection:
            log = Log(Rows(connection))
            log._present = True
            yield log

    def append(self, frontier: merkle.Frontier, at: Entry, statement: str, envelope: bytes) -> Head:
        """Store ``envelope`` as the leaf at ``at.seq``, which is the end of ``frontier``; returns the new head."""
        hashed = merkle.leaf_hash(envelope)
        grown, nodes = frontier.append(hashed)
        self._rows.add(
            LeafRow,
            seq=at.seq,
            id=statement,
            hash=hashed,
            person=at.person,
            time=at.time,
            reckoned=at.reckoned,
            envelope=envelope,
        )
        for level, place, node in nodes:
            self._rows.add(NodeRow, level=level, place=place, hash=node)
        if at.seq == 0:
            self._rows.add(HeadRow, one=1, genesis=hashed.hex(), size=1, frontier=grown.encode(), reckoned=at.reckoned)
        else:
            self._rows.put(HeadRow, {"one": 1}, size=grown.size, frontier=grown.encode(), reckoned=at.reckoned)
        return Head(grown.size, grown.root())

    def leaf(self, seq: int) -> Leaf:
        """The leaf at ``seq``.

        Raises:
            UsageError: the ledger has no such leaf.
            Damaged: the leaf is missing, or does not match its hash.
        """
        row = self._rows.one(LeafRow, seq=seq)
        if row is None and 0 <= seq < self.head().size:
            raise Damaged(f"The leaf {seq} is missing.", "Run 'registry-app verify' to see what is intact.")
        if row is None:
            raise UsageError(f"The ledger has no leaf {seq}.", "See 'registry-app ledger log' for those it has.")
        hashed, envelope = _octets(row["hash"], seq), _octets(row["envelope"], seq)
        leaf = Leaf(row["seq"], row["id"], row["person"], row["time"], row["reckoned"], hashed, envelope)
        if not digest.equal(merkle.leaf_hash(leaf.envelope), leaf.hash):
            raise Damaged(f"Leaf {seq} does not match its hash.", "Run 'registry-app verify' to see what is intact.")
        return leaf

    def seq_of(self, statement: str) -> int | None:
        """Where the statement with that id stands, if it does."""
        row = self._rows.one(LeafRow, id=statement)
        return None if row is None else int(row["seq"])

    def seq_at(self, moment: str) -> int | None:
        """The last ledger position whose reckoned time is not after ``moment``; ``None`` before the first."""
        from sqlalchemy import func, select

        held = LeafRow.__table__.c  # type: ignore[attr-defined]
        found = self._rows.connection.execute(select(func.max(held.seq)).where(held.reckoned <= moment)).scalar()
        return None if found is None else int(found)

    def stored(self, start: int = 0) -> Iterator[Leaf]:
        """Every leaf as it is stored, unchecked, in order, in bounded memory."""
        from sqlalchemy import select, type_coerce
        from sqlalchemy.types import NullType

        held = LeafRow.__table__.c  # type: ignore[attr-defined]
        columns = (
            held.seq,
            held.id,
            held.person,
            held.time,
            held.reckoned,
            type_coerce(held.hash, NullType),
            type_coerce(held.envelope, NullType),
        )
        while True:
            query = select(*columns).where(held.seq >= start).order_by(held.seq).limit(_BATCH)
            batch = self._rows.connection.execute(query).all()
            for seq, name, person, time, reckoned, hashed, envelope in batch:
                yield Leaf(seq, name, person, time, reckoned, _octets(hashed, seq), _octets(envelope, seq))
            if len(batch) < _BATCH:
                return
            start = batch[-1][0] + 1

    def raw(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, bytes, bytes]]:
        """Position, envelope and stored hash of each leaf, unchecked, in order, in bounded memory."""
        from sqlalchemy import select, type_coerce
        from sqlalchemy.types import NullType

        held = LeafRow.__table__.c  # type: ignore[attr-defined]
        columns = (held.seq, type_coerce(held.envelope, NullType), type_coerce(held.hash, NullType))
        while stop is None or start < stop:
            query = select(*columns).where(held.seq >= start).order_by(held.seq).limit(_BATCH)
            if stop is not None:
                query = query.where(held.seq < stop)
            batch = self._rows.connection.execute(query).all()
            yield from ((row[0], _octets(row[1], row[0]), _octets(row[2], row[0])) for row in batch)
            if len(batch) < _BATCH:
                return
            start = batch[-1][0] + 1

    def node(self, level: int, place: int) -> bytes:
        """The stored hash of a perfect subtree (level 0: of a leaf).

        Raises:
            Damaged: it is not there.
        """
        row = self._rows.one(LeafRow, seq=place) if level == 0 else self._rows.one(NodeRow, level=level, place=place)
        if row is None:
            raise Damaged(f"Node {level}/{place} of the ledger's tree is missing.", "Run 'registry-app verify'.")
        return _octets(row["hash"], f"node {level}/{place}")

    def root_at(self, size: int) -> bytes:
        """The root when the ledger had ``size`` leaves."""
        return merkle.root_at(size, self.node)


def _octets(value: object, where: int | str) -> bytes:
    """``value`` when it is bytes, as it was stored; SQLite keeps any type in any column.

    Raises:
        Damaged: it is something else.
    """
    if isinstance(value, (bytes, memoryview)):
        return bytes(value)
    of = f"leaf {where}" if isinstance(where, int) else where
    raise Damaged(f"Bytes of {of} are stored as something else.", "Run 'registry-app verify' to see what is intact.")
