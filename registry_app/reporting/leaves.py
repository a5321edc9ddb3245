"""Integrity and authenticity of the leaves in a bundle."""

from __future__ import annotations

from collections.abc import Iterator

from registry_app.errors import RegistryError
from registry_app.ledger import envelope
from registry_app.ledger.audit import check
from registry_app.ledger.entry import Head
from registry_app.ledger.finding import Finding
from registry_app.ledger.key_history import KeyHistory
from registry_app.ledger.merkle import leaf_hash
from registry_app.ledger.proof import verify_inclusion
from registry_app.ledger.statement import read
from registry_app.people.keys import learn
from registry_app.reporting.bundle import Bundle
from registry_app.text import counted


def check_leaves(bundle: Bundle, head: Head, history: KeyHistory) -> Iterator[Finding]:
    """What is wrong with the leaves under ``head``; teaches ``history`` whose key could speak where."""
    if not bundle.leaves or leaf_hash(bundle.leaves[0].envelope).hex() != bundle.registry or bundle.leaves[0].seq != 0:
        yield Finding("integrity", 0, "The first leaf is not the one the registry is named after.")
    yield from _whole(bundle, head, history) if bundle.whole else _part(bundle, head, history)


def _whole(bundle: Bundle, head: Head, history: KeyHistory) -> Iterator[Finding]:
    if len(bundle.leaves) != head.size:
        yield Finding(
            "integrity",
            None,
            f"The bundle has {counted(len(bundle.leaves), 'leaf', 'leaves')}, the checkpoint {head.size:,}.",
        )
    leaves = ((leaf.seq, leaf.envelope, leaf_hash(leaf.envelope)) for leaf in bundle.leaves)
    report = check(leaves, history, on_statement=lambda seq, statement: learn(history, seq, statement))
    for finding in report.findings:
        yield Finding(finding.answer, finding.seq, finding.sentence)
    if report.unlisted:
        yield Finding("integrity", None, f"{report.unlisted} more findings are not listed.")
    if report.root != head.root:
        yield Finding("integrity", None, "The leaves do not give the root of the checkpoint.")


def _part(bundle: Bundle, head: Head, history: KeyHistory) -> Iterator[Finding]:
    ids: set[str] = set()
    for leaf in bundle.leaves:
        seq = leaf.seq
        if not verify_inclusion(seq, head.size, leaf_hash(leaf.envelope), leaf.path, head.root):
            yield Finding("integrity", seq, f"Leaf {seq} does not belong under the root of the checkpoint.")
        try:
            opened = envelope.decode(leaf.envelope)
            said = read(opened.payload)
            learn(history, seq, said)
        except (RegistryError, KeyError, ValueError) as error:
            yield Finding("authenticity", seq, f"Leaf {seq} cannot be read ({type(error).__name__}).")
            continue
        if said.registry != (bundle.registry if seq else ""):
            yield Finding("authenticity", seq, f"Leaf {seq} was said in another registry.")
        if said.id in ids:
            yield Finding("authenticity", seq, f"Leaf {seq} says again what an earlier one said.")
        ids.add(said.id)
        key = history(said.person, said.key, seq)
        names = [signature.keyid for signature in opened.signatures]
        if key is None or names != [said.key] or not opened.signed_by(said.key, key):
            yield Finding("authenticity", seq, f"Leaf {seq} is not signed by a key its author had there.")
