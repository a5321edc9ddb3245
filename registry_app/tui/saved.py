"""Columns and their meanings, kept in a ``mapping.json``."""

from __future__ import annotations

from pathlib import Path

from registry_app.errors import StorageError, UsageError
from registry_app.measure.table.mapping import Mapping


def read(path: str) -> Mapping:
    """The mapping that a file holds.

    Raises:
        UsageError: there is no such file, or it holds none.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path[:80]!r} cannot be read.", "Name a mapping.json that is there, or leave the field empty."
        ) from error
    return Mapping.from_json(text)


def write(path: str, mapping: Mapping) -> None:
    """Keep a mapping; only a file that holds one is written over.

    Raises:
        UsageError: another file has this name.
        StorageError: it cannot be written.
    """
    file = Path(path)
    if file.exists():
        try:
            read(path)
        except UsageError as error:
            raise UsageError(f"{path[:80]!r} holds something else.", "Name another file, and save again.") from error
    try:
        file.write_text(mapping.to_json(), encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"The columns cannot be saved: {error.strerror}.", "Name another file, and save again."
        ) from error
