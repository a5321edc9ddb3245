"""What the child may read: the system's libraries, Python, its packages, this package, and what it is given. No home, no registry."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from registry_app.errors import UsageError
from registry_app.text import harmless

SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/alternatives")
"""Folders of the operating system; programs there can be read, not run."""

_PARTS = ("bin", "lib", "lib32", "lib64", "share", "pyvenv.cfg")
_SITES = ("site-packages", "dist-packages")


def packages() -> list[str]:
    """The folders that Python packages are installed in, as this process uses them."""
    return [path for path in sys.path if os.path.basename(path) in _SITES and os.path.isdir(path)]


def readable(given: Iterable[Path] = (), keep_out: Iterable[Path] = ()) -> list[str]:
    """Existing paths that the child may read, each with all below it.

    Args:
        given: the model's file, and a folder of code where there is one.
        keep_out: what must not be readable, such as the folder of a registry; the home folder always is.

    Raises:
        UsageError: a given folder holds, or lies in, what must be kept out.
    """
    own = Path(__file__).resolve().parents[2]
    parts = [Path(prefix, part) for prefix in dict.fromkeys((sys.prefix, sys.base_prefix)) for part in _PARTS]
    found = [*map(Path, SYSTEM), *parts, *map(Path, packages()), own]
    home = Path(os.path.expanduser("~"))
    for folder in given:
        place = folder.resolve()
        for closed in (home, *keep_out):
            kept = closed.resolve()
            if place in (kept, *kept.parents) or (closed != home and kept in place.parents):
                raise UsageError(
                    f"Model code would be let into {harmless(str(closed))[:200]!r}, which it must not read.",
                    "Put the model and its code into a folder of their own.",
                )
        found.append(place)
    return [str(path) for path in dict.fromkeys(found) if path.exists()]
