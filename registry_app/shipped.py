"""Where the folders that come with the program are: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from registry_app.errors import UsageError

_PACKAGE = Path(__file__).parent


def shipped(name: Literal["policies", "reports"]) -> Path:
    """The shipped folder ``name``; read it, never write there.

    Raises:
        UsageError: this installation lacks it.
    """
    for folder in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise UsageError(f"The folder {name!r} is missing from this installation.", "Install the program again.")


def dataset(name: str) -> Path:
    """The file ``name`` of the demonstration's data (``data/NOTICE.md`` says what there is, and whose it is).

    Raises:
        UsageError: there is no such file.
    """
    file = _PACKAGE / "data" / name
    if not file.is_file():
        raise UsageError(f"The data file {name!r} is missing from this installation.", "Install the program again.")
    return file
