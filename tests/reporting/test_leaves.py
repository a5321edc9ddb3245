"""The leaves of a bundle: each under the root, each said here, once, under a key its author had there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from registry_app.ledger import envelope
from registry_app.ledger.entry import Head
from registry_app.ledger.finding import Finding
from registry_app.ledger.key_history import KeyHistory
from registry_app.ledger.log import Log
from registry_app.reporting.bundle import Bundle, BundleLeaf
from registry_app.reporting.leaves import check_leaves
from tests.reporting.conftest import Handed
from tests.reporting.forge import prepared
from tests.reporting.story import Desk
from tests.stage import Stage


@pytest.fixture(scope="module")
def whole(handed: Handed) -> Bundle:
    return handed.enclosed


@pytest.fixture(scope="module")
def part(handed: Handed) -> Bundle:
    return prepared(Desk(handed.stage, "audit"), whole=3)[1]


@pytest.fixture(scope="module")
def head(handed: Handed) -> Head:
    return Head(handed.content.registry.size, bytes.fromhex(handed.content.registry.root))


@pytest.fixture(scope="module")
def later(handed: Handed) -> Head:
    """The head that the part is under."""
    with handed.stage.rows() as rows:
        return Log(rows).head()


def found(bundle: Bundle, head: Head) -> list[Finding]:
    return list(check_leaves(bundle, head, KeyHistory()))


def leaf(bundle: Bundle, place: int, **changes: object) -> Bundle:
    leaves = list(bundle.leaves)
    leaves[place] = replace(leaves[place], **changes)  # type: ignore[arg-type]
    return replace(bundle, leaves=tuple(leaves))


def test_an_honest_bundle_is_whole_or_in_part_without_a_finding(
    whole: Bundle, part: Bundle, head: Head, later: Head
) -> None:
    assert whole.whole
    assert not part.whole
    assert len(part.leaves) < len(whole.leaves)
    assert found(whole, head) == found(part, later) == []


@pytest.mark.parametrize("of", ["whole", "part"])
def test_whose_key_could_speak_where_is_learned_on_the_way(
    handed: Handed, whole: Bundle, part: Bundle, head: Head, later: Head, of: str
) -> None:
    history = KeyHistory()
    bundle, over = (whole, head) if of == "whole" else (part, later)
    assert list(check_leaves(bundle, over, history)) == []
    for actor in handed.stage.cast.values():
        assert history(actor.person, actor.key_id, over.size) == actor.public_key
        assert history(actor.person, actor.key_id, -1) is None


SPOILED: dict[str, tuple[Callable[[Bundle], Bundle], str]] = {
    "another registry's name": (lambda b: replace(b, registry="0" * 64), "named after"),
    "no leaves": (lambda b: replace(b, leaves=()), "named after"),
    "the first leaf left out": (lambda b: replace(b, leaves=b.leaves[1:]), "named after"),
    "the last leaf left out": (lambda b: replace(b, leaves=b.leaves[:-1]), "the checkpoint"),
    "a leaf twice": (lambda b: replace(b, leaves=(*b.leaves, b.leaves[-1])), "the checkpoint"),
    "a leaf in the place of another": (lambda b: leaf(b, 3, envelope=b.leaves[4].envelope), "root of the checkpoint"),
    "a leaf that cannot be read": (lambda b: leaf(b, 3, envelope=b"{}"), "root of the checkpoint"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_whole_bundle_is_all_of_the_ledger_and_nothing_else(whole: Bundle, head: Head, name: str) -> None:
    spoil, said = SPOILED[name]
    findings = found(spoil(whole), head)
    assert any(said in finding.sentence for finding in findings), [finding.sentence for finding in findings]
    assert any(finding.answer == "integrity" for finding in findings)


def test_a_whole_bundle_under_another_root_or_size_is_found(whole: Bundle, head: Head) -> None:
    for other in (Head(head.size, b"\0" * 32), Head(head.size + 1, head.root), Head(head.size - 1, head.root)):
        assert {finding.answer for finding in found(whole, other)} == {"integrity"}


def place_of(bundle: Bundle, seq: int) -> int:
    return next(place for place, one in enumerate(bundle.leaves) if one.seq == seq)


def test_each_leaf_of_a_part_leads_to_the_root_from_its_own_place(part: Bundle, later: Head) -> None:
    for spoil in (
        leaf(part, 5, path=()),
        leaf(part, 5, path=part.leaves[6].path),
        leaf(part, 5, path=part.leaves[5].path[::-1]),
        leaf(part, 5, seq=part.leaves[5].seq + 10_000),
        leaf(part, 5, envelope=part.leaves[6].envelope),
    ):
        seq = spoil.leaves[5].seq
        assert [f.seq for f in found(spoil, later) if f.answer == "integrity"] == [seq]


def test_a_leaf_of_a_part_is_signed_by_its_author_in_this_registry_and_said_once(part: Bundle, later: Head) -> None:
    def sentences(bundle: Bundle) -> list[str]:
        return [finding.sentence for finding in found(bundle, later) if finding.answer == "authenticity"]

    seq = part.leaves[5].seq
    opened = envelope.decode(part.leaves[5].envelope)
    unsigned = replace(opened, signatures=(replace(opened.signatures[0], sig=bytes(64)),)).encode()
    assert sentences(leaf(part, 5, envelope=unsigned)) == [f"Leaf {seq} is not signed by a key its author had there."]
    assert sentences(leaf(part, 5, envelope=b"{}")) == [f"Leaf {seq} cannot be read (Damaged)."]
    twice = replace(part, leaves=(*part.leaves, BundleLeaf(later.size - 1, part.leaves[5].envelope, ())))
    assert f"Leaf {later.size - 1} says again what an earlier one said." in sentences(twice)
    foreign = Stage()
    with foreign.rows() as rows:
        theirs = Log(rows).leaf(1).envelope
    assert f"Leaf {seq} was said in another registry." in sentences(leaf(part, 5, envelope=theirs))


def test_a_key_does_not_speak_before_the_leaf_that_enrols_it(part: Bundle, later: Head) -> None:
    """A part may leave leaves out, but whoever it lets speak must have been enrolled before."""
    enrolments = [
        place for place, one in enumerate(part.leaves) if b"person-enrolled" in envelope.decode(one.envelope).payload
    ]
    kept = tuple(one for place, one in enumerate(part.leaves) if place not in enrolments[1:])
    answers = [finding for finding in found(replace(part, leaves=kept), later) if finding.answer == "authenticity"]
    assert answers
    assert all("not signed by a key its author had there" in finding.sentence for finding in answers)
