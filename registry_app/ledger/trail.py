"""The stored tree: every interior node must be what its two children give, for proofs are read from it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from registry_app.ledger.finding import Finding
from registry_app.ledger.log import Log
from registry_app.ledger.merkle import node_hash
from registry_app.ledger.tables import LeafRow, NodeRow
from registry_app.vault.rows import Rows

_BATCH = 4_096


def check_nodes(log: Log, rows: Rows) -> Iterator[Finding]:
    """Each interior node that is missing, wrong, or stands where the ledger has none; in bounded memory."""
    size = log.head().size
    level = 1
    while size >> level:
        count = size >> level
        for start in range(0, count, _BATCH):
            stop = min(start + _BATCH, count)
            children = _hashes(rows, level - 1, 2 * start, 2 * stop)
            stored = _hashes(rows, level, start, stop)
            for place in range(start, stop):
                pair = children.get(2 * place), children.get(2 * place + 1)
                if pair[0] is None or pair[1] is None or stored.get(place) != node_hash(pair[0], pair[1]):
                    yield Finding(
                        "integrity",
                        place << level,
                        f"Node {level}/{place} of the ledger's tree is not what it must be.",
                    )
        level += 1
    yield from _beyond(rows, size)


def _hashes(rows: Rows, level: int, start: int, stop: int) -> dict[int, bytes]:
    leaf, node = LeafRow.__table__.c, NodeRow.__table__.c  # type: ignore[attr-defined]
    if level == 0:
        query = select(leaf.seq, leaf.hash).where(leaf.seq >= start, leaf.seq < stop)
    else:
        query = select(node.place, node.hash).where(node.level == level, node.place >= start, node.place < stop)
    return {int(place): bytes(found) for place, found in rows.connection.execute(query)}


def _beyond(rows: Rows, size: int) -> Iterator[Finding]:
    held = NodeRow.__table__.c  # type: ignore[attr-defined]
    for level in range(size.bit_length() + 1):
        query = select(held.place).where(held.level == level, held.place >= (size >> level if level else 0)).limit(100)
        for (place,) in rows.connection.execute(query):
            yield Finding("integrity", None, f"Node {level}/{place} stands where the ledger has none.")
    deep = select(held.level, held.place).where(held.level > size.bit_length()).limit(100)
    for level, place in rows.connection.execute(deep):
        yield Finding("integrity", None, f"Node {level}/{place} stands where the ledger has none.")
