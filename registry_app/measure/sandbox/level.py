"""The probe: escape attempts inside the very jail that models get, and the level they leave.

3: Landlock, seccomp and limits with bubblewrap around them; 2: the same without bubblewrap; 0: no jail that holds. One
attempt that is let through is enough for 0. The whole list goes into the evidence.
"""

from __future__ import annotations

import os
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from registry_app.errors import SandboxError
from registry_app.measure.sandbox import bubble
from registry_app.measure.sandbox.attempts import ATTEMPTS
from registry_app.measure.sandbox.calls import MACHINES
from registry_app.measure.sandbox.frames import head_frame
from registry_app.measure.sandbox.jail import Folder, environment, folders, jailed
from registry_app.measure.sandbox.landlock import abi
from registry_app.measure.sandbox.limits import Limits
from registry_app.measure.sandbox.process import Child
from registry_app.measure.sandbox.readable import readable
from registry_app.measure.sandbox.trust import HOLDS
from registry_app.text import harmless

PROBE = Limits(seconds=30.0, cpu=20, memory=1 << 30, file=1 << 20, disk=1 << 22, files=64)
"""What the probe itself may use."""

LONGEST = 107
"""Bytes of the path of a Unix socket."""

SHORT = ("/tmp", "/var/tmp", "/dev/shm")
"""Folders to bind one in where the temporary folder's path is longer."""

HANGING = 0.2
"""Seconds after which a child that hangs is ended in the probe."""


@dataclass(frozen=True)
class Attempt:
    """One escape attempt."""

    name: str
    """What was tried."""
    outcome: str
    """``open`` when it was let through, otherwise how it was contained."""


@dataclass(frozen=True)
class Level:
    """What the sandbox of this machine holds."""

    number: int
    """3, 2 or 0."""
    because: str
    """Why it is no higher, without a full stop; empty at the highest level."""
    landlock: int
    """The ABI of Landlock in force; 0 without."""
    seccomp: bool
    """The filter is in force."""
    wrapper: str
    """``bubblewrap 0.8.0``, or nothing."""
    system: str
    """Kernel and machine: ``Linux 6.1.0 x86_64``."""
    user: int
    """The user's number it was probed as."""
    attempts: tuple[Attempt, ...]
    """What was tried, in order; empty where there was no jail to try."""

    @property
    def let_through(self) -> tuple[str, ...]:
        """Names of the attempts that were let through."""
        return tuple(each.name for each in self.attempts if each.outcome == "open")

    def encoded(self) -> dict[str, Any]:
        """The level as a small document for the evidence: words and whole numbers."""
        return {
            "level": self.number,
            "because": self.because,
            "landlock": self.landlock,
            "seccomp": self.seccomp,
            "wrapper": self.wrapper,
            "system": self.system,
            "user": self.user,
            "attempts": {each.name: each.outcome for each in self.attempts},
        }


@cache
def probed() -> Level:
    """The level of this machine for this user, probed once in a process."""
    if not bubble.version():
        return replace(probe(wrap=False), because="bubblewrap is not installed")
    outer = probe(wrap=True)
    if outer.number:
        return outer
    inner = probe(wrap=False)
    return replace(inner, because=f"bubblewrap does not hold here: {outer.because}") if inner.number else inner


def probe(wrap: bool) -> Level:
    """Try every escape in a jail with or without bubblewrap around it; never raises for what it finds."""
    system = os.uname() if hasattr(os, "uname") else None
    if system is None or system.sysname != "Linux" or system.machine not in MACHINES or abi() == 0:
        return _none("this system has no Landlock", wrap)
    try:
        with folders() as folder, _bait(folder) as bait:
            return _tried(folder, bait, wrap)
    except SandboxError as error:
        return _none(error.what.rstrip("."), wrap)


def _tried(folder: Folder, bait: dict[str, Any], wrap: bool) -> Level:
    with jailed(folder, readable(), PROBE, wrap) as (child, locked):
        if not (locked.landlock and locked.seccomp):
            return replace(_none("seccomp is missing", wrap), landlock=locked.landlock, seccomp=locked.seccomp)
        head = child.ask([head_frame({"task": "probe", "bodies": 0, "bait": bait})], lambda _: []).head
        told = head.get("attempts")
        if not isinstance(told, dict) or tuple(told) != tuple(ATTEMPTS):
            return _none(f"the probe broke off: {head.get('said', 'it told of other attempts')}", wrap)
        found = [Attempt(name, harmless(str(told[name]))[:80]) for name in ATTEMPTS]
        found += [Attempt("outlive its time", _outlives(child))]
    touched = _touched(bait)
    found += [Attempt(f"leave a trace: {each}", "open") for each in touched]
    level = Level(
        3 if wrap else HOLDS, "", locked.landlock, locked.seccomp, bubble.version() if wrap else "", _system(),
        os.getuid(), tuple(found),
    )  # fmt: skip
    if level.let_through:
        return replace(level, number=0, because=f"it did not contain: {', '.join(level.let_through)}")
    return level


def _outlives(child: Child) -> str:
    """Whether a child that hangs can be ended: ``killed``, or ``open``."""
    with suppress(SandboxError):
        child.ask([head_frame({"task": "hang", "bodies": 0})], lambda _: [], HANGING)
        return "open"
    child.kill()
    patience = time.monotonic() + 2
    while time.monotonic() < patience:
        try:
            os.killpg(child.pid, 0)
        except ProcessLookupError:
            return "killed"
        time.sleep(0.005)
    return "open"


@contextmanager
def _bait(folder: Folder) -> Iterator[dict[str, Any]]:
    """Something for each attempt to take: a file, listening sockets, an open descriptor, the paths and the limits."""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="registry-app-bait-"))).resolve()
        secret, model = place / "registry.db", folder.model / "model"
        for each in (secret, model):
            each.write_bytes(b"bait")
        opened = stack.enter_context(secret.open("rb"))
        os.set_inheritable(opened.fileno(), True)
        held = os.fstat(opened.fileno())
        abstract = f"registry-app-{os.getpid()}-{place.name}"
        tcp, udp, path, name = (
            stack.enter_context(socket.socket(family, kind))
            for family, kind in (
                (socket.AF_INET, socket.SOCK_STREAM), (socket.AF_INET, socket.SOCK_DGRAM),
                (socket.AF_UNIX, socket.SOCK_STREAM), (socket.AF_UNIX, socket.SOCK_STREAM),
            )
        )  # fmt: skip
        with suppress(OSError):
            tcp.bind(("127.0.0.1", 0))
            udp.bind(("127.0.0.1", 0))
            tcp.listen()
        unix = _socket_path(stack, place)
        path.bind(str(unix))
        name.bind("\0" + abstract)
        path.listen()
        name.listen()
        yield {
            "secret": str(secret), "folder": str(place), "home": os.path.expanduser("~"), "model": str(model),
            "temporary": tempfile.gettempdir(), "scratch": str(folder.scratch), "parent": os.getpid(),
            "tcp": tcp.getsockname()[1], "udp": udp.getsockname()[1], "unix": str(unix), "abstract": abstract,
            "inherited": [held.st_dev, held.st_ino], "environment": list(environment("", 1)),
            "memory": PROBE.memory, "file": PROBE.file, "files": PROBE.files,
        }  # fmt: skip


def _socket_path(stack: ExitStack, place: Path) -> Path:
    """Where a socket can be bound: in ``place``, or where its path is no longer than a socket's may be (unix(7)).

    Raises:
        SandboxError: there is no such folder.
    """
    for folder in ("", *SHORT):
        with suppress(OSError):
            here = stack.enter_context(tempfile.TemporaryDirectory(prefix="bait-", dir=folder)) if folder else place
            if len(os.fsencode(Path(here) / "socket")) <= LONGEST:
                return Path(here) / "socket"
    raise SandboxError(
        "The path of the temporary folder is too long to probe the sandbox.",
        "Set TMPDIR to a shorter one, such as /tmp.",
    )


def _touched(bait: dict[str, Any]) -> list[str]:
    """What an attempt changed although it said nothing."""
    place = Path(bait["folder"])
    found = [name for name in ("written",) if (place / name).exists()]
    return found + [Path(bait[each]).name for each in ("secret", "model") if Path(bait[each]).read_bytes() != b"bait"]


def _none(because: str, wrap: bool) -> Level:
    user = os.getuid() if hasattr(os, "getuid") else 0
    return Level(0, harmless(because)[:300], 0, False, bubble.version() if wrap else "", _system(), user, ())


def _system() -> str:
    if not hasattr(os, "uname"):
        return "unknown"
    found = os.uname()
    return f"{found.sysname} {found.release} {found.machine}"
