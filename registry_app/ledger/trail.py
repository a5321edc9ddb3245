"""What is stored beside the leaves: the tree, whose every interior node must be what its two children give, for proofs are
read from it; the row that says where the ledger ends; and the shape of the database, which no one but a migration changes.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select, type_coerce
from sqlalchemy.types import NullType

from registry_app.ledger.finding import Finding
from registry_app.ledger.merkle import node_hash
from registry_app.ledger.tables import HeadRow, LeafRow, NodeRow
from registry_app.vault.rows import Rows

_BATCH = 4_096


def check_nodes(rows: Rows, size: int) -> Iterator[Finding]:
    """Each interior node that is missing, wrong, or stands where the ledger has none; in bounded memory."""
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
        query = select(leaf.seq, type_coerce(leaf.hash, NullType)).where(leaf.seq >= start, leaf.seq < stop)
    else:
        query = select(node.place, type_coerce(node.hash, NullType)).where(
            node.level == level, node.place >= start, node.place < stop
        )
    return {
        place: found for place, found in rows.connection.execute(query) if type(place) is int and type(found) is bytes
    }


def _beyond(rows: Rows, size: int) -> Iterator[Finding]:
    held = NodeRow.__table__.c  # type: ignore[attr-defined]
    for level in range(size.bit_length() + 1):
        query = select(held.place).where(held.level == level, held.place >= (size >> level if level else 0)).limit(100)
        for (place,) in rows.connection.execute(query):
            yield Finding("integrity", None, f"Node {level}/{place} stands where the ledger has none.")
    deep = select(held.level, held.place).where(held.level > size.bit_length()).limit(100)
    for level, place in rows.connection.execute(deep):
        yield Finding("integrity", None, f"Node {level}/{place} stands where the ledger has none.")


def check_head(rows: Rows) -> Iterator[Finding]:
    """Whether one row, and no other, says where the ledger ends, at the time its last leaf says."""
    held = HeadRow.__table__.c  # type: ignore[attr-defined]
    leaf = LeafRow.__table__.c  # type: ignore[attr-defined]
    heads = rows.connection.execute(select(held.one, held.reckoned).order_by(held.one).limit(100)).all()
    for one, _ in heads:
        if one != 1:
            yield Finding("integrity", None, f"Row one={one!r} of table head was put in: a ledger has one head.")
    last = rows.connection.execute(select(leaf.seq, leaf.reckoned).order_by(leaf.seq.desc()).limit(1)).one_or_none()
    if last is not None and [reckoned for one, reckoned in heads if one == 1] != [last[1]]:
        yield Finding("integrity", last[0], "Row one=1 of table head does not give the time of the last leaf.")


def check_shape(live: Connection, fresh: Connection) -> Iterator[Finding]:
    """Whether the database has the tables, indexes and triggers that the migrations make, and no others."""
    if live.dialect.name != "sqlite":
        yield from _guards(live)
        return
    ours, theirs = _shape(live), _shape(fresh)
    for name in sorted(ours.keys() | theirs.keys()):
        kind, table, _ = ours.get(name) or theirs[name]
        where = f"The {kind} {name}" + (f" on table {table}" if table != name else "")
        if name not in theirs:
            yield Finding("projection", None, f"{where} was put in: this program never made it.")
        elif name not in ours:
            yield Finding("projection", None, f"{where} is missing.")
        elif ours[name] != theirs[name]:
            yield Finding("projection", None, f"{where} is not as this program made it.")
    query = "SELECT version_num FROM alembic_version"
    if sorted(live.exec_driver_sql(query).all()) != sorted(fresh.exec_driver_sql(query).all()):
        yield Finding("projection", None, "Table alembic_version does not say which shape the database has.")


def _guards(live: Connection) -> Iterator[Finding]:
    """On a server: the triggers that keep leaves and nodes, and no others."""
    query = """SELECT tgname, relname, tgenabled, proname FROM pg_trigger
        JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
        WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace ORDER BY tgname"""
    there = {str(row[0]): tuple(map(str, row[1:])) for row in live.exec_driver_sql(query)}
    for name, table in (("leaf_kept", "leaf"), ("node_kept", "node")):
        found = there.pop(name, None)
        if found is None:
            yield Finding("projection", None, f"The trigger {name} on table {table} is missing.")
        elif found != (table, "O", "append_only"):
            yield Finding("projection", None, f"The trigger {name} on table {table} is not as this program made it.")
    for name, held in there.items():
        yield Finding(
            "projection", None, f"The trigger {name} on table {held[0]} was put in: this program never made it."
        )


def _shape(connection: Connection) -> dict[str, tuple[str, str, str]]:
    query = "SELECT name, type, tbl_name, coalesce(sql, '') FROM sqlite_schema"
    return {str(row[0]): (str(row[1]), str(row[2]), str(row[3])) for row in connection.exec_driver_sql(query)}
