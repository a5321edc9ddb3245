"""What can be said about evidence."""

from __future__ import annotations

from registry_app.ledger.fact import Fact, fact, sealed

KINDS = ("performance", "fairness", "explanation")
"""The kinds of measurement that evidence can hold."""


@fact("evidence-recorded")
class EvidenceRecorded(Fact):
    """Somebody measured a version and signs the result (EU AI Act, Annex IV 2(g))."""

    evidence: str
    """The evidence's id."""
    version: str
    """The id of the version it is about."""
    kind: str
    """One of :data:`KINDS`."""
    form: int
    """The version of the result's form."""
    dataset: str
    """The id of the registered dataset with that digest, or empty."""
    data: str
    """SHA-256 of the bytes that were measured, hexadecimal."""
    document: str = sealed()
    """The result as JSON text, with all that is needed to do it again."""
