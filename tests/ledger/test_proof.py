"""Proofs: the reference vectors, every small tree against the definition, and ten thousand false ones."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from registry_app.errors import UsageError
from registry_app.ledger.merkle import EMPTY_ROOT, MAX_LEAVES, Frontier, leaf_hash, node_hash
from registry_app.ledger.proof import consistency_path, inclusion_path, verify_consistency, verify_inclusion

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "merkle.json").read_text())
ROOTS = [EMPTY_ROOT, *map(bytes.fromhex, VECTORS["roots"])]
MOST = 65
LEAVES = tuple(leaf_hash(bytes([number])) for number in range(MOST))


def split_of(count: int) -> int:
    split = 1
    while split * 2 < count:
        split *= 2
    return split


@cache
def naive_root(leaves: tuple[bytes, ...]) -> bytes:
    """MTH of RFC 9162, section 2.1.1."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = split_of(len(leaves))
    return node_hash(naive_root(leaves[:k]), naive_root(leaves[k:]))


def naive_path(m: int, leaves: tuple[bytes, ...]) -> list[bytes]:
    """PATH of RFC 9162, section 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = split_of(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(m: int, leaves: tuple[bytes, ...], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162, section 2.1.4.1."""
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = split_of(len(leaves))
    if m <= k:
        return [*naive_subproof(m, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_subproof(m - k, leaves[k:], False), naive_root(leaves[:k])]


def stored(leaves: tuple[bytes, ...]) -> Callable[[int, int], bytes]:
    nodes: dict[tuple[int, int], bytes] = {}
    frontier = Frontier.empty()
    for index, leaf in enumerate(leaves):
        frontier, made = frontier.append(leaf)
        nodes[0, index] = leaf
        nodes.update({(level, at): node for level, at, node in made})
    return lambda level, index: nodes[level, index]


READ = stored(LEAVES)
REFERENCE = tuple(leaf_hash(bytes.fromhex(leaf)) for leaf in VECTORS["leaves"])


@pytest.mark.parametrize("vector", VECTORS["inclusion"], ids=str)
def test_the_reference_inclusion_proofs_come_out_and_hold(vector: dict[str, Any]) -> None:
    index, size, path = vector["index"], vector["size"], [bytes.fromhex(node) for node in vector["path"]]
    assert inclusion_path(index, size, stored(REFERENCE)) == path
    assert verify_inclusion(index, size, REFERENCE[index], path, ROOTS[size])


@pytest.mark.parametrize("vector", VECTORS["consistency"], ids=str)
def test_the_reference_consistency_proofs_come_out_and_hold(vector: dict[str, Any]) -> None:
    old, new, path = vector["old"], vector["new"], [bytes.fromhex(node) for node in vector["path"]]
    assert consistency_path(old, new, stored(REFERENCE)) == path
    assert verify_consistency(old, new, ROOTS[old], ROOTS[new], path)


def test_every_inclusion_up_to_65_leaves_agrees_with_the_definition() -> None:
    for size in range(1, MOST + 1):
        root = naive_root(LEAVES[:size])
        for index in range(size):
            path = inclusion_path(index, size, READ)
            assert path == naive_path(index, LEAVES[:size])
            assert verify_inclusion(index, size, LEAVES[index], path, root)


def test_every_consistency_up_to_65_leaves_agrees_with_the_definition() -> None:
    for new in range(MOST + 1):
        for old in range(new + 1):
            path = consistency_path(old, new, READ)
            assert path == (naive_subproof(old, LEAVES[:new], True) if old else [])
            assert verify_consistency(old, new, naive_root(LEAVES[:old]), naive_root(LEAVES[:new]), path)


def test_no_leaf_is_proved_at_another_place_or_size() -> None:
    for size in range(1, 34):
        for index in range(size):
            path = inclusion_path(index, size, READ)
            for other in range(34):
                for place in range(34):
                    if (place, other) != (index, size):
                        leaf, root = LEAVES[index], naive_root(LEAVES[:other])
                        assert not verify_inclusion(place, other, leaf, path, root)


def flipped(data: bytes, draw: random.Random) -> bytes:
    bit = draw.randrange(len(data) * 8)
    changed = bytearray(data)
    changed[bit >> 3] ^= 1 << (bit & 7)
    return bytes(changed)


def bent(path: list[bytes], draw: random.Random) -> list[bytes]:
    """``path`` with a bit flipped, a hash dropped, added, doubled, or two swapped; never ``path`` itself."""
    while True:
        changed = list(path)
        way = draw.randrange(5)
        if way == 0 and path:
            at = draw.randrange(len(path))
            changed[at] = flipped(changed[at], draw)
        elif way == 1 and path:
            del changed[draw.randrange(len(path))]
        elif way == 2:
            changed.insert(draw.randrange(len(path) + 1), draw.randbytes(32))
        elif way == 3 and path:
            changed.insert(draw.randrange(len(path) + 1), draw.choice(path))
        elif len(path) > 1:
            one, two = draw.sample(range(len(path)), 2)
            changed[one], changed[two] = changed[two], changed[one]
        if changed != path:
            return changed


def test_none_of_ten_thousand_false_proofs_is_accepted() -> None:
    draw = random.Random(6962)
    accepted = 0
    for number in range(10_000):
        new = draw.randint(2, MOST)
        new_root = naive_root(LEAVES[:new])
        way = number // 2 % 4
        if number % 2:
            index = draw.randrange(new)
            path, leaf = inclusion_path(index, new, READ), LEAVES[index]
            if way == 0:
                leaf = flipped(leaf, draw)
            elif way == 1:
                new_root = flipped(new_root, draw)
            elif way == 2:
                index = draw.choice([other for other in range(-2, new + 2) if other != index])
            else:
                path = bent(path, draw)
            accepted += verify_inclusion(index, new, leaf, path, new_root)
        else:
            old = draw.randint(1, new - 1)
            path, old_root = consistency_path(old, new, READ), naive_root(LEAVES[:old])
            if way == 0:
                old_root = flipped(old_root, draw)
            elif way == 1:
                new_root = flipped(new_root, draw)
            elif way == 2:
                old = draw.choice([other for other in range(-2, new + 2) if other != old])
            else:
                path = bent(path, draw)
            accepted += verify_consistency(old, new, old_root, new_root, path)
    assert accepted == 0


def test_an_inner_node_is_not_accepted_as_a_leaf() -> None:
    inner = node_hash(LEAVES[0], LEAVES[1])
    assert not verify_inclusion(0, 4, inner, [node_hash(LEAVES[2], LEAVES[3])], naive_root(LEAVES[:4]))


A, B, C = b"a" * 32, b"b" * 32, b"c" * 32


@pytest.mark.parametrize(
    "question",
    [
        (0, 0, A, [], A),
        (0, 0, A, [], EMPTY_ROOT),
        (1, 1, A, [], A),
        (-1, 1, A, [], A),
        (0, 1, A, [], B),
        (0, 1, A, [A], A),
        (0, 1, A, [B], node_hash(B, A)),
        (0, 1, A, [B], node_hash(A, B)),
        (0, 2, A, [B, C], node_hash(C, node_hash(A, B))),
        (0, 2, A, [B, C], node_hash(node_hash(A, B), C)),
        (0, 2, A, [], A),
        (True, 2, A, [B], node_hash(B, A)),
        (0, True, A, [], A),
        (0.0, 1, A, [], A),
        ("0", 1, A, [], A),
        (0, MAX_LEAVES + 1, A, [], A),
        (0, 2**64, A, [A] * 64, A),
        (0, 1, A[:31], [], A[:31]),
        (0, 1, A.hex(), [], A.hex()),
        (0, 1, bytearray(A), [], A),
        (0, 2, A, [B[:31]], node_hash(A, B[:31])),
        (0, 2, A, ["b" * 32], A),
        (0, 2, A, B, node_hash(A, B)),
        (0, 2, A, None, A),
        (0, 2, A, [B] * 1000, A),
        (0, 1, None, [], None),
    ],
    ids=lambda question: repr(question)[:40],
)
def test_an_ill_formed_inclusion_proof_is_refused(question: tuple[Any, ...]) -> None:
    assert verify_inclusion(*question) is False


@pytest.mark.parametrize(
    "question",
    [
        (1, 1, A, B, []),
        (1, 1, A, A, [A]),
        (2, 1, A, A, []),
        (-1, 1, A, A, []),
        (0, 1, A, A, []),
        (0, 0, A, A, []),
        (0, 0, EMPTY_ROOT, A, []),
        (0, 1, EMPTY_ROOT, A, [A]),
        (0, 0, EMPTY_ROOT, EMPTY_ROOT, [A]),
        (1, 2, A, A, []),
        (1, 2, A, B, []),
        (3, 4, A, A, []),
        (3, 4, A, A, [A]),
        (3, 4, node_hash(C, node_hash(B, A)), node_hash(C, node_hash(B, node_hash(A, A))), [A, A, B, C]),
        (1, True, A, A, []),
        (True, True, A, A, []),
        (1.0, 1.0, A, A, []),
        (1, 1, A[:5], A[:5], []),
        (1, 1, "a" * 32, "a" * 32, []),
        (1, 2, A, node_hash(A, B), B),
        (1, 2, A, node_hash(A, B), [B, B]),
        (1, 2, A, node_hash(A, B), None),
        (1, MAX_LEAVES + 1, A, B, [A]),
        (1, 2**53 - 1, A, B, [A] * 2000),
    ],
    ids=lambda question: repr(question)[:40],
)
def test_an_ill_formed_consistency_proof_is_refused(question: tuple[Any, ...]) -> None:
    assert verify_consistency(*question) is False


def test_the_empty_tree_is_the_start_of_every_tree() -> None:
    assert verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    assert verify_consistency(0, 3, EMPTY_ROOT, A, [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 1), (True, 2), (0, None)])
def test_no_path_is_made_for_what_is_not_in_the_tree(index: int, size: int) -> None:
    with pytest.raises(UsageError):
        inclusion_path(index, size, READ)


@pytest.mark.parametrize(("old", "new"), [(2, 1), (-1, 1), (1, True), (None, 1)])
def test_no_path_is_made_from_a_larger_tree_to_a_smaller(old: int, new: int) -> None:
    with pytest.raises(UsageError):
        consistency_path(old, new, READ)
