"""What can be said about policy: packs, verdicts, waivers."""

from __future__ import annotations

from dataclasses import dataclass

from registry_app.ledger.fact import Fact, fact, sealed


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one control came to."""

    control: str
    """The control's reference within the pack."""
    outcome: str
    """One of :data:`registry_app.policy.judge.OUTCOMES`."""
    severity: str
    """``blocking`` or ``advisory``."""


@fact("pack-adopted")
class PackAdopted(Fact):
    """From here on versions are judged by this pack."""

    pack: str
    """The pack's id."""
    version: str
    """The pack's version."""
    digest: str
    """SHA-256 of its file, hexadecimal."""
    text: str = sealed()
    """The file itself."""


@fact("pack-withdrawn")
class PackWithdrawn(Fact):
    """Versions are judged by this pack no longer."""

    pack: str
    """The pack's id."""
    reason: str = sealed()
    """Why."""


@fact("verdicts-recorded")
class VerdictsRecorded(Fact):
    """The controls of a pack were checked for a version, on the evidence named."""

    version: str
    """The version's id."""
    pack: str
    """The pack's id."""
    pack_version: str
    """The pack's version."""
    pack_digest: str
    """SHA-256 of the pack's file, hexadecimal."""
    evidence: tuple[str, ...]
    """The ids of the evidence that stood then, oldest first."""
    verdicts: tuple[Outcome, ...]
    """What each control came to, in the pack's order."""
    details: str = sealed()
    """The verdicts in full, as JSON text: observed value, limit, reason, citations."""


@fact("waiver-granted")
class WaiverGranted(Fact):
    """A control need not be met for a version, until a date."""

    waiver: str
    """The waiver's id."""
    version: str
    """The version's id."""
    pack: str
    """The pack's id."""
    control: str
    """The control's reference."""
    ends: str
    """When it ends; at most a year ahead."""
    reason: str = sealed()
    """Why, and what is done instead."""


@fact("waiver-revoked")
class WaiverRevoked(Fact):
    """A waiver holds no longer."""

    waiver: str
    """The waiver's id."""
    reason: str = sealed()
    """Why."""
