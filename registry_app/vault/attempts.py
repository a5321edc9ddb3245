"""Failed attempts to sign in, noted outside the database until somebody signs in and puts them on record.

One line an attempt: time and handle, never a passphrase (a handle that nobody has may be a passphrase typed in the wrong
place, so it is not written). The file is no protection (whoever copies the folder can leave it out); it tells the
honest owner that somebody tried the front door.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from registry_app import text
from registry_app.errors import UsageError
from registry_app.vault import clock

UNKNOWN = "(unknown)"
"""Stands for a handle that nobody has."""

_LIMIT = 1 << 20
_CAREFUL = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


@dataclass(frozen=True, slots=True)
class Attempts:
    """What was noted."""

    count: int
    """How many attempts failed."""
    first: str
    """Time of the first."""
    last: str
    """Time of the last."""
    handles: tuple[str, ...]
    """The handles that were tried, without repeats."""


def note(folder: Path, handle: str) -> None:
    """Note a failed attempt under somebody's handle, or :data:`UNKNOWN`; where nothing can be written, nothing is noted."""
    line = f"{clock.text(clock.now())} {text.harmless(handle)[:64]}\n".encode()
    try:
        file = os.open(folder / "attempts.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND | _CAREFUL, 0o600)
    except OSError:
        return
    try:
        if os.fstat(file).st_size < _LIMIT:
            os.write(file, line)
    except OSError:
        return
    finally:
        os.close(file)


def read(folder: Path) -> Attempts | None:
    """What was noted since it was last put on record, or ``None``; lines of another form are passed over."""
    try:
        file = os.open(folder / "attempts.log", os.O_RDONLY | _CAREFUL)
    except OSError:
        return None
    try:
        lines = os.read(file, _LIMIT).decode("utf-8", "replace").split("\n")
    except OSError:
        return None
    finally:
        os.close(file)
    noted = [parts for line in lines if len(parts := line.split(" ", 1)) == 2 and _is_time(parts[0])]
    if not noted:
        return None
    handles = tuple(dict.fromkeys(text.harmless(handle)[:64] for _, handle in noted))[:20]
    return Attempts(len(noted), noted[0][0], noted[-1][0], handles)


def clear(folder: Path) -> None:
    """Forget what was noted: it is on record."""
    try:
        (folder / "attempts.log").unlink(missing_ok=True)
    except OSError:
        return


def _is_time(stamp: str) -> bool:
    try:
        clock.parse(stamp)
    except UsageError:
        return False
    return True
