"""The Merkle tree: the reference tree, the growing edge, and roots from stored nodes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from registry_app.errors import Damaged, UsageError
from registry_app.ledger.merkle import EMPTY_ROOT, MAX_LEAVES, Frontier, leaf_hash, node_hash, root_at, tree_root

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "merkle.json").read_text())
LEAVES = [leaf_hash(bytes.fromhex(leaf)) for leaf in VECTORS["leaves"]]


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH, word for word from RFC 9162, section 2.1.1."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


def grown(leaves: list[bytes]) -> tuple[Frontier, dict[tuple[int, int], bytes]]:
    """The edge over ``leaves`` and the nodes a caller would have stored on the way."""
    frontier, stored = Frontier.empty(), {}
    for index, leaf in enumerate(leaves):
        frontier, made = frontier.append(leaf)
        for level, at, node in [(0, index, leaf), *made]:
            assert (level, at) not in stored
            stored[level, at] = node
    return frontier, stored


def test_the_empty_tree_has_the_root_of_the_rfc() -> None:
    assert EMPTY_ROOT.hex() == VECTORS["empty_root"]
    assert tree_root([]) == Frontier.empty().root() == EMPTY_ROOT


@pytest.mark.parametrize("size", range(1, 9))
def test_the_reference_tree_has_its_known_roots(size: int) -> None:
    frontier, stored = grown(LEAVES[:size])
    known = VECTORS["roots"][size - 1]
    assert frontier.root().hex() == tree_root(iter(LEAVES[:size])).hex() == known
    assert root_at(size, lambda level, index: stored[level, index]).hex() == known


def test_every_size_up_to_130_agrees_with_the_definition() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(130)]
    frontier, stored = grown(leaves)
    partial = Frontier.empty()
    for size in range(len(leaves) + 1):
        reads: list[tuple[int, int]] = []

        def read(level: int, index: int, reads: list[tuple[int, int]] = reads) -> bytes:
            reads.append((level, index))
            return stored[level, index]

        assert root_at(size, read) == partial.root() == naive_root(leaves[:size])
        assert len(reads) <= 8
        if size < len(leaves):
            partial, _ = partial.append(leaves[size])
    assert partial == frontier


def test_the_stored_nodes_are_all_perfect_subtrees() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(37)]
    _, stored = grown(leaves)
    assert set(stored) == {(level, index) for level in range(6) for index in range(37 >> level)}
    for (level, index), node in stored.items():
        assert node == naive_root(leaves[index << level : (index + 1) << level])


def test_appending_leaves_the_old_edge_as_it_was() -> None:
    before = Frontier.empty().append(LEAVES[0])[0]
    before.append(LEAVES[1])
    assert before == Frontier(1, (LEAVES[0],))


def test_the_edge_survives_being_written_and_read() -> None:
    frontier = Frontier.empty()
    for number in range(70):
        assert Frontier.decode(frontier.encode()) == frontier
        frontier, _ = frontier.append(leaf_hash(bytes([number])))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 7,
        b"\x00" * 9,
        (1).to_bytes(8, "big"),
        (1).to_bytes(8, "big") + b"a" * 31,
        (1).to_bytes(8, "big") + b"a" * 33,
        (3).to_bytes(8, "big") + b"a" * 32,
        (4).to_bytes(8, "big") + b"a" * 64,
        (2**63).to_bytes(8, "big") + b"a" * 32,
        (3).to_bytes(3, "big"),
    ],
)
def test_an_edge_of_a_wrong_length_is_damaged(data: bytes) -> None:
    with pytest.raises(Damaged):
        Frontier.decode(data)


@pytest.mark.parametrize("leaf", [b"", b"a" * 31, b"a" * 33, "a" * 32, None, bytearray(32)])
def test_only_hashes_are_appended(leaf: bytes) -> None:
    with pytest.raises(UsageError):
        Frontier.empty().append(leaf)


def test_a_full_tree_takes_no_more() -> None:
    full = Frontier(MAX_LEAVES, (b"a" * 32,) * 53)
    with pytest.raises(UsageError):
        full.append(b"b" * 32)


@pytest.mark.parametrize("size", [-1, True, 1.0, None, MAX_LEAVES + 1])
def test_a_root_is_only_at_a_size(size: int) -> None:
    with pytest.raises(UsageError):
        root_at(size, lambda level, index: b"a" * 32)


def test_leaves_and_nodes_live_in_different_domains() -> None:
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])
    assert node_hash(LEAVES[0], LEAVES[1]) != node_hash(LEAVES[1], LEAVES[0])
