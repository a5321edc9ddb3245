"""What can go wrong, in one tree. Every leaf says what happened and what to do next.

::

    RegistryError
    ├── UsageError             2   wrong usage or input
    │   └── Cancelled              somebody told it to stop
    ├── IntegrityError         3   something is not what was signed or written
    │   ├── Tampered               changed by someone
    │   ├── Damaged                changed by accident: bits, lost pages, half a file
    │   └── RolledBack             an older state stands where a newer one was seen
    ├── AuthenticationError    4   wrong passphrase, unknown or disabled person
    ├── Refused                5   a rule says no: role, quorum, independence, gate
    ├── StorageError           6   nothing was acknowledged, trying again is safe
    │   ├── StorageFull
    │   ├── StorageReadOnly
    │   ├── StorageBusy
    │   └── StorageCut             a connection broke: unclear until it is said again under its own id
    └── SandboxError           7   sandbox missing, or the model attacked it

The number is the exit code (``cli`` is the one place that turns an error into it); 0 is done and 1 is our own bug.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

SHOWN = 20
"""Details that people are shown; the rest are counted."""


class RegistryError(Exception):
    """Base of all errors a user can meet: one sentence what happened, one sentence what to do.

    ``details`` are for where one sentence speaks of many things: a line each, without a full stop.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, todo: str, details: Sequence[str] = ()) -> None:
        self.what = what
        self.todo = todo
        self.details = tuple(details)
        super().__init__("\n".join((what, *self.shown, todo)) if details else f"{what} {todo}")

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        """As another process makes it again."""
        return _again, (type(self), self.what, self.todo, self.details)

    @property
    def shown(self) -> tuple[str, ...]:
        """The first details, and how many more there are, each as an indented line."""
        rest = len(self.details) - SHOWN
        lines = (*self.details[:SHOWN], f"and {rest:,} more") if rest > 0 else self.details
        return tuple(f"  {line}" for line in lines)


def _again(kind: type[RegistryError], what: str, todo: str, details: tuple[str, ...]) -> RegistryError:
    found = kind.__new__(kind)
    RegistryError.__init__(found, what, todo, details)
    return found


class UsageError(RegistryError):
    """The call, a file or a value is not of the form asked for; nothing was changed."""

    exit_code = 2


class Cancelled(UsageError):
    """Somebody told a measurement to stop."""

    def __init__(self) -> None:
        super().__init__("It was cancelled before it was done.", "Start it again when it suits you.")


class IntegrityError(RegistryError):
    """What was read is not what was written; nothing was written since."""

    exit_code = 3


class Tampered(IntegrityError):
    """Someone changed what was signed."""


class Damaged(IntegrityError):
    """The bytes are broken: bit rot, a lost page, half a file."""


class RolledBack(IntegrityError):
    """An older or another history stands where a newer one has been seen."""


class AuthenticationError(RegistryError):
    """The passphrase opens nothing, or the person is unknown or disabled."""

    exit_code = 4


class Refused(RegistryError):
    """A rule says no."""

    exit_code = 5


class StorageError(RegistryError):
    """The store could not take it; nothing was acknowledged and trying again is safe."""

    exit_code = 6


class StorageFull(StorageError):
    """No space is left."""


class StorageReadOnly(StorageError):
    """The folder or the file system cannot be written."""


class StorageBusy(StorageError):
    """Another process holds the registry."""


class StorageCut(StorageError):
    """The connection to the server broke; whether the last statement stands is told by saying it again under its own id."""


class SandboxError(RegistryError):
    """The sandbox is missing, or a model tried to leave it."""

    exit_code = 7
