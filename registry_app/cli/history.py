"""What can be asked about the ledger itself: its statements, roots and proofs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from registry_app.errors import UsageError
from registry_app.ledger import envelope
from registry_app.ledger.log import Leaf
from registry_app.ledger.meaning import Reader, View
from registry_app.ledger.proof import consistency_path, inclusion_path
from registry_app.ledger.statement import Statement, read
from registry_app.models.views import person_name
from registry_app.text import counted


@dataclass(frozen=True, slots=True)
class LogLine:
    """A statement in a list."""

    seq: int
    """Its ledger position."""
    statement: str
    """Its id."""
    time: str
    """What the author's clock showed."""
    author: str
    """The author's name."""
    kinds: tuple[str, ...]
    """What is said."""
    hash: str
    """The leaf's hash, hexadecimal."""


@dataclass(frozen=True, slots=True)
class LeafDetail:
    """A statement as it was signed."""

    seq: int
    statement: str
    registry: str
    time: str
    author: str
    """The author's name."""
    person: str
    """The author's id."""
    key: str
    """The id of the key that signed."""
    saw_size: int
    """How many statements the author saw."""
    saw_root: str
    """Their root, hexadecimal."""
    subject: tuple[tuple[str, str], ...]
    """What it is about: names and SHA-256 digests."""
    facts: tuple[dict[str, Any], ...]
    """What is said, without what is sealed."""
    hash: str
    """The leaf's hash, hexadecimal."""
    envelope: str
    """The signed envelope (DSSE), exactly as it is stored."""


@dataclass(frozen=True, slots=True)
class History(View[tuple[LogLine, ...]]):
    """Statements after a position, or the last ones, in the ledger's order."""

    after: int = -1
    limit: int = 50
    last: bool = False

    def ask(self, reader: Reader) -> tuple[LogLine, ...]:
        size = reader.log.head().size
        start = max(0, size - self.limit) if self.last else self.after + 1
        return tuple(_line(reader, reader.log.leaf(seq)) for seq in range(start, min(size, start + self.limit)))


@dataclass(frozen=True, slots=True)
class ShowLeaf(View[LeafDetail]):
    """One statement by its position."""

    seq: int

    def ask(self, reader: Reader) -> LeafDetail:
        leaf = reader.log.leaf(self.seq)
        said = _statement(leaf)
        return LeafDetail(
            seq=leaf.seq,
            statement=leaf.id,
            registry=said.registry,
            time=said.time,
            author=person_name(reader.rows, said.person),
            person=said.person,
            key=said.key,
            saw_size=said.head_size,
            saw_root=said.head_root,
            subject=tuple((each.name, each.sha256) for each in said.subject),
            facts=tuple(
                {"kind": each.kind, "version": each.version, "body": dict(each.body), "payload": each.payload}
                for each in said.facts
            ),
            hash=leaf.hash.hex(),
            envelope=leaf.envelope.decode(),
        )


@dataclass(frozen=True, slots=True)
class RootAt(View[bytes]):
    """The root when the ledger had so many statements."""

    size: int

    def ask(self, reader: Reader) -> bytes:
        return reader.log.root_at(_within(reader, self.size))


@dataclass(frozen=True, slots=True)
class Inclusion(View[dict[str, Any]]):
    """The proof that a statement is in the ledger of a size (RFC 9162, section 2.1.3)."""

    seq: int
    size: int

    def ask(self, reader: Reader) -> dict[str, Any]:
        leaf = reader.log.leaf(self.seq)
        path = inclusion_path(self.seq, _within(reader, self.size), reader.log.node)
        return {
            "proof": "inclusion",
            "hashing": "RFC 6962 with SHA-256: leaf = H(0x00 || envelope), node = H(0x01 || left || right)",
            "registry": reader.log.state()[0],
            "seq": self.seq,
            "size": self.size,
            "root": reader.log.root_at(self.size).hex(),
            "leaf_hash": leaf.hash.hex(),
            "path": [each.hex() for each in path],
            "envelope": leaf.envelope.decode(),
        }


@dataclass(frozen=True, slots=True)
class Consistency(View[dict[str, Any]]):
    """The proof that the ledger of one size extends that of a smaller one (RFC 9162, section 2.1.4)."""

    old: int
    size: int

    def ask(self, reader: Reader) -> dict[str, Any]:
        path = consistency_path(_within(reader, self.old), _within(reader, self.size), reader.log.node)
        return {
            "proof": "consistency",
            "hashing": "RFC 6962 with SHA-256: node = H(0x01 || left || right)",
            "registry": reader.log.state()[0],
            "from": self.old,
            "from_root": reader.log.root_at(self.old).hex(),
            "size": self.size,
            "root": reader.log.root_at(self.size).hex(),
            "path": [each.hex() for each in path],
        }


def _within(reader: Reader, size: int) -> int:
    now = reader.log.head().size
    if not 0 < size <= now:
        raise UsageError(f"The ledger has {counted(now, 'statement')}, not {size:,}.", "Name a size it had.")
    return size


def _line(reader: Reader, leaf: Leaf) -> LogLine:
    said = _statement(leaf)
    kinds = tuple(dict.fromkeys(each.kind for each in said.facts))
    return LogLine(leaf.seq, leaf.id, said.time, person_name(reader.rows, said.person), kinds, leaf.hash.hex())


def _statement(leaf: Leaf) -> Statement:
    return read(envelope.decode(leaf.envelope).payload)
