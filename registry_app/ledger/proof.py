"""Proofs that a leaf is in the tree and that a tree only grew (RFC 9162, sections 2.1.3 and 2.1.4).

Paths are made from stored nodes and checked without them. Checking never raises: whatever is no proof is ``False``.
"""

from __future__ import annotations

from collections.abc import Sequence

from registry_app.errors import UsageError
from registry_app.ledger.merkle import EMPTY_ROOT, HASH_SIZE, MAX_LEAVES, ReadNode, node_hash, range_root
from registry_app.vault.digest import equal

_LONGEST = 54
"""The most hashes in a path of a tree of at most 2**53 - 1 leaves."""


def inclusion_path(index: int, size: int, read: ReadNode) -> list[bytes]:
    """PATH(index, D[size]): the hashes beside the way from leaf ``index`` up to the root, lowest first.

    Raises:
        UsageError: not 0 <= index < size.
    """
    if not _is_size(index) or not _is_size(size) or index >= size:
        raise UsageError(f"Entry {index} is not among the first {size}.", "Name an entry the ledger had at that size.")
    start, stop = 0, size
    path: list[bytes] = []
    while stop - start > 1:
        split = start + _left_part(stop - start)
        if index < split:
            path.append(range_root(split, stop, read))
            stop = split
        else:
            path.append(range_root(start, split, read))
            start = split
    return path[::-1]


def consistency_path(old: int, new: int, read: ReadNode) -> list[bytes]:
    """PROOF(old, D[new]): the hashes that lead from both roots to the tree they share, lowest first. Empty when the
    sizes are equal or ``old`` is 0.

    Raises:
        UsageError: not 0 <= old <= new.
    """
    if not _is_size(old) or not _is_size(new) or old > new:
        raise UsageError(f"A ledger of {new} entries cannot extend one of {old}.", "Give the smaller size first.")
    if old == 0:
        return []
    start, stop = 0, new
    path: list[bytes] = []
    while stop != old:
        split = start + _left_part(stop - start)
        if old <= split:
            path.append(range_root(split, stop, read))
            stop = split
        else:
            path.append(range_root(start, split, read))
            start = split
    if start:
        path.append(range_root(start, stop, read))
    return path[::-1]


def verify_inclusion(index: int, size: int, leaf_hash: bytes, path: Sequence[bytes], root: bytes) -> bool:
    """Whether ``path`` proves that the tree of ``size`` leaves under ``root`` has ``leaf_hash`` at ``index``
    (RFC 9162, section 2.1.3.2)."""
    if not (_is_size(index) and _is_size(size) and index < size):
        return False
    if not (_is_hash(leaf_hash) and _is_hash(root) and _is_path(path)):
        return False
    at, last, found = index, size - 1, leaf_hash
    for node in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(node, found)
            while at and not at & 1:
                at >>= 1
                last >>= 1
        else:
            found = node_hash(found, node)
        at >>= 1
        last >>= 1
    return last == 0 and equal(found, root)


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether ``path`` proves that the tree of ``new`` leaves starts with the tree of ``old`` leaves
    (RFC 9162, section 2.1.4.2). The empty tree is the start of every tree, and a tree only of itself at its size."""
    if not (_is_size(old) and _is_size(new) and old <= new):
        return False
    if not (_is_hash(old_root) and _is_hash(new_root) and _is_path(path)):
        return False
    if old == 0:
        return not path and equal(old_root, EMPTY_ROOT) and (new > 0 or equal(new_root, EMPTY_ROOT))
    if old == new:
        return not path and equal(old_root, new_root)
    nodes = list(path)
    if old & (old - 1) == 0:
        nodes.insert(0, old_root)
    if not nodes:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at >>= 1
        last >>= 1
    found_old = found_new = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            found_old = node_hash(node, found_old)
            found_new = node_hash(node, found_new)
            while at and not at & 1:
                at >>= 1
                last >>= 1
        else:
            found_new = node_hash(found_new, node)
        at >>= 1
        last >>= 1
    return last == 0 and equal(found_old, old_root) and equal(found_new, new_root)


def _left_part(count: int) -> int:
    """The largest power of two smaller than ``count`` (which is at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def _is_size(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_LEAVES


def _is_hash(value: object) -> bool:
    return type(value) is bytes and len(value) == HASH_SIZE


def _is_path(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) <= _LONGEST and all(map(_is_hash, value))
