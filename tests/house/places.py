"""Where things stand in the checkout."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "registry_app"


def sources(*folders: str) -> Iterator[Path]:
    """Every Python file below these folders of the checkout, sorted."""
    for folder in folders:
        yield from (file for file in sorted((ROOT / folder).rglob("*.py")) if "__pycache__" not in file.parts)


def shown(file: Path) -> str:
    """The file as a path from the root of the checkout."""
    return file.relative_to(ROOT).as_posix()
