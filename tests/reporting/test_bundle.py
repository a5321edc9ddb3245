from __future__ import annotations

from dataclasses import replace

import pytest

from registry_app.errors import IntegrityError
from registry_app.ledger.merkle import leaf_hash, tree_root
from registry_app.ledger.payload import matches
from registry_app.ledger.proof import verify_inclusion
from registry_app.reporting.bundle import decode
from tests.reporting.conftest import Handed
from tests.reporting.forge import prepared
from tests.reporting.story import Desk


def test_a_small_ledger_is_handed_out_whole_with_what_is_about_the_version(handed: Handed) -> None:
    bundle = handed.bundle
    assert bundle.whole
    assert [leaf.seq for leaf in bundle.leaves] == list(range(bundle.size))
    assert leaf_hash(bundle.leaves[0].envelope).hex() == bundle.registry
    assert all(matches(name, kept) for name, kept in bundle.payloads.items())
    disclosed = b"".join(bundle.payloads.values())
    for words in (b"Val Person", b"credit-scoring", b"The intersection with age is thin", b"Quarterly fairness report"):
        assert words in disclosed
    assert b"Ada Admin" not in disclosed


def test_a_part_carries_its_inclusion_paths(handed: Handed) -> None:
    content, bundle, _ = prepared(Desk(handed.stage, "audit"), whole=3)
    assert not bundle.whole
    root = bytes.fromhex(content.registry.root)
    assert len(bundle.leaves) < bundle.size
    for leaf in bundle.leaves:
        assert verify_inclusion(leaf.seq, bundle.size, leaf_hash(leaf.envelope), leaf.path, root)
    assert {line.seq for line in content.positions} <= {leaf.seq for leaf in bundle.leaves}
    assert tree_root(leaf_hash(leaf.envelope) for leaf in handed.bundle.leaves) != b""


def test_a_bundle_reads_back_and_has_one_form_only(handed: Handed) -> None:
    data = handed.bundle.encode()
    assert decode(data) == handed.bundle
    twice = replace(handed.bundle, leaves=handed.bundle.leaves[:1] * 2)
    broken = (
        data + b" ",
        data.replace(b'"size":', b'"sise":'),
        data.replace(b"bundle/v1", b"bundle/v2"),
        data.replace(b'"seq":1}', b'"seq":-1}'),
        data.replace(b'"whole":true', b'"whole":1'),
        b"[]",
        b"{}",
        b"",
        twice.encode(),
    )
    for one in broken:
        assert one != data
        with pytest.raises(IntegrityError):
            decode(one)
