"""What a leaf says of a dossier: digests and ids, nothing of what stands in it."""

from __future__ import annotations

from registry_app.ledger.fact import private, public, read_fact
from registry_app.reporting.facts import DossierIssued


def test_the_record_of_a_dossier_has_nothing_to_destroy() -> None:
    said = DossierIssued(dossier="d", version="v", review="", digest="a" * 64, size=7, certificate="b" * 64)
    assert private(said) is None
    assert set(public(said)) == {"dossier", "version", "review", "digest", "size", "certificate"}
    assert read_fact(said.KIND, said.VERSION, public(said), {}) == said
