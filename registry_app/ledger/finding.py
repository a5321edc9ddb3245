"""What a verification found: one thing that is not as it was signed, written or allowed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that verification found."""

    answer: str
    """Which of the six answers it spoils: integrity, authenticity, authority, projection, evidence, completeness."""
    seq: int | None
    """The ledger position, when it is about one."""
    sentence: str
    """What it means, for people."""
