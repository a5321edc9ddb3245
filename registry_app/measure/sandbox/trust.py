"""What lets code from a file run: a decision to trust that very file, or a waiver where there is no jail to run it in.

Both are made elsewhere, by somebody with the right role, and signed; here they are only looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

PICKLES = ("joblib", "pickle")
"""Formats that run whatever their file says, so that somebody must have trusted the file."""

CODE = (*PICKLES, "callable")
"""Formats that are code; they run at a level that holds, or by a waiver."""

HOLDS = 2
"""The lowest level at which code from a file may run without a waiver."""


@dataclass(frozen=True)
class Trust:
    """A decision to load one pickle, made after looking at what a scan says of it."""

    digest: str
    """SHA-256 of the file it was made for, 64 lower-case hexadecimal digits; no other file may be loaded by it."""
    by: str
    """Who decided."""
    scan: str
    """What the scan said: ``clean``, ``suspicious``, ``dangerous`` or ``error``; advice that they had before them."""
    scanner: str
    """Name and version of the scanner."""


@dataclass(frozen=True)
class Waiver:
    """A decision to run code below the level it needs, because the machine has no jail."""

    by: str
    """Who decided."""
    reason: str
    """Why, in words; shown wherever the numbers are shown."""
