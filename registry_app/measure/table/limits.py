"""How much of a hostile table is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What is beyond them is refused, not cut off."""

    content: int = 64 << 30
    """Bytes of a CSV file, after unpacking."""
    rows: int = 10_000_000_000
    """Rows of data."""
    line: int = 1 << 20
    """Bytes of one line of a CSV file."""
    columns: int = 10_000
    """Columns of the header."""
    files: int = 100_000
    """Files of one table."""
    problems: int = 10_000
    """Listing stops when so many problems were found."""
    memory: int = 2 << 30
    """Bytes that DuckDB may use; beyond them it works on disk."""
    disk: int = 64 << 30
    """Bytes that DuckDB may use on disk meanwhile."""
