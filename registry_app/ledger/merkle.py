"""The Merkle tree over the ledger's leaves: hashes, the growing edge, and roots (RFC 6962 and RFC 9162, section 2.1).

A node has a ``level`` (0 for leaves) and an ``index``; node ``(level, index)`` covers the leaves from
``index * 2**level`` to ``(index + 1) * 2**level``. Only such *perfect* subtrees are ever stored: they never change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from registry_app.errors import Damaged, UsageError
from registry_app.vault.digest import sha256

HASH_SIZE = 32
"""Bytes of a SHA-256."""

MAX_LEAVES = 2**53 - 1
"""The most leaves a tree can have, so that its size can be said in JSON."""

EMPTY_ROOT = sha256(b"")
"""The root of a tree without leaves (RFC 9162, section 2.1.1)."""

Node = tuple[int, int, bytes]
"""Level, index and hash of a perfect subtree."""

ReadNode = Callable[[int, int], bytes]
"""Gives the hash stored for a level and an index."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf: SHA-256(0x00 || data)."""
    return sha256(b"\x00" + data)


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right)


def _join(nodes: Iterable[bytes]) -> bytes:
    """The root over perfect subtrees given from right to left."""
    rest = iter(nodes)
    root = next(rest, EMPTY_ROOT)
    for node in rest:
        root = node_hash(node, root)
    return root


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: all that is needed to append to it and to know its root, in O(log n) bytes."""

    size: int
    """Leaves in the tree, 0 to 2**53 - 1."""
    nodes: tuple[bytes, ...]
    """Roots of the perfect subtrees that make up the tree, from left (largest) to right: one per set bit of size."""

    @staticmethod
    def empty() -> Frontier:
        """The tree without leaves."""
        return Frontier(0, ())

    def append(self, leaf: bytes) -> tuple[Frontier, list[Node]]:
        """The tree with one more leaf of hash ``leaf``, and the inner nodes (level 1 and up) it completed, lowest
        first. The caller stores those, and the leaf itself as ``(0, size, leaf)``.

        Raises:
            UsageError: ``leaf`` is no hash, or the tree is full.
        """
        if type(leaf) is not bytes or len(leaf) != HASH_SIZE:
            raise UsageError("A leaf hash has 32 bytes.", "Pass the result of leaf_hash.")
        if self.size >= MAX_LEAVES:
            raise UsageError("The tree is full.", "Start a new registry.")
        nodes = list(self.nodes)
        made: list[Node] = []
        node, index, level = leaf, self.size, 0
        while index & 1:
            node = node_hash(nodes.pop(), node)
            index >>= 1
            level += 1
            made.append((level, index, node))
        nodes.append(node)
        return Frontier(self.size + 1, tuple(nodes)), made

    def root(self) -> bytes:
        """The 32-byte root of the tree."""
        return _join(reversed(self.nodes))

    def encode(self) -> bytes:
        """Eight bytes of size, big-endian, then the nodes from left to right."""
        return self.size.to_bytes(8, "big") + b"".join(self.nodes)

    @staticmethod
    def decode(data: bytes) -> Frontier:
        """What :meth:`encode` wrote.

        Raises:
            Damaged: the length does not fit the size.
        """
        size = int.from_bytes(data[:8], "big")
        if len(data) != 8 + HASH_SIZE * size.bit_count() or size > MAX_LEAVES:
            raise Damaged("The stored edge of the ledger's tree has a wrong length.", "Rebuild it from the leaves.")
        return Frontier(size, tuple(data[at : at + HASH_SIZE] for at in range(8, len(data), HASH_SIZE)))


def range_root(start: int, stop: int, read: ReadNode) -> bytes:
    """The root over the leaves ``start`` to ``stop`` (exclusive), from O(log n) stored nodes.

    ``start`` must be a multiple of a power of two that is at least ``stop - start``, as it is for every subtree of
    RFC 9162 (section 2.1.1).
    """
    count = stop - start
    levels = (level for level in range(count.bit_length()) if count >> level & 1)
    return _join(read(level, (stop >> level) - 1) for level in levels)


def root_at(size: int, read: ReadNode) -> bytes:
    """The root of the first ``size`` leaves, from O(log n) stored nodes; level 0 are the leaf hashes.

    Raises:
        UsageError: ``size`` is negative or no integer. Whatever ``read`` raises passes through.
    """
    if type(size) is not int or not 0 <= size <= MAX_LEAVES:
        raise UsageError("A tree's size is a whole number from 0 up.", "Ask for the root at a size that was reached.")
    return range_root(0, size, read)


def tree_root(leaf_hashes: Iterable[bytes]) -> bytes:
    """The root over ``leaf_hashes``, read once, in O(log n) memory."""
    frontier = Frontier.empty()
    for leaf in leaf_hashes:
        frontier, _ = frontier.append(leaf)
    return frontier.root()
