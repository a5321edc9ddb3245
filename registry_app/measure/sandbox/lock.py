"""In the child: every lock, in the order that holds, before anything foreign is imported.

Landlock and dropped capabilities hold for the calling thread and what it starts later, so all of it happens while there is
one thread: numpy, which starts threads when it is imported, comes after. Nothing here can be taken back by the process.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from dataclasses import dataclass
from typing import Any

from registry_app.measure.sandbox import filter as seccomp
from registry_app.measure.sandbox import landlock
from registry_app.measure.sandbox.calls import MACHINES

DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
"""Devices that may be used."""

MACHINE_FACTS = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu", "/etc/ld.so.cache")
"""What numerical libraries ask about the machine and about their own process."""

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_CAPABILITIES_V3 = 0x20080522
_FILTER, _TSYNC = 1, 1
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_CAPSET = {"x86_64": 126, "aarch64": 91}


@dataclass(frozen=True)
class Locked:
    """What was locked."""

    landlock: int
    """Its ABI; 0 when nothing was confined."""
    seccomp: bool
    """The filter is in force on all threads."""


def lock(readable: list[str], scratch: str, limits: dict[str, int], parent: int) -> Locked:
    """Lock the calling process, which has one thread.

    Args:
        readable: files and folders that may be read.
        scratch: the one folder that may be written.
        limits: bytes of memory, bytes of one file, seconds of CPU, number of open files (``memory``, ``file``, ``cpu``, ``files``).
        parent: process that this one must not outlive; 0 for none.

    Raises:
        OSError: the kernel has a lock and refused to close it.
    """
    os.umask(0o077)
    limit(limits)
    if sys.platform != "linux":
        return Locked(0, False)
    _prctl(_PR_SET_PDEATHSIG, 9)
    if parent and os.getppid() != parent:
        os._exit(1)
    _prctl(_PR_SET_DUMPABLE, 0)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    machine = os.uname().machine
    if machine not in MACHINES or sys.maxsize < 1 << 32:
        return Locked(0, False)
    _drop_capabilities(machine)
    allowed = [(path, landlock.READ) for path in (*readable, *MACHINE_FACTS)]
    allowed += [(path, landlock.DEVICE) for path in DEVICES]
    version = landlock.restrict([*allowed, (scratch, landlock.SCRATCH)])
    return Locked(version, _filter(machine, keep_length=version < 3))


def limit(limits: dict[str, int]) -> None:
    """Set the resource limits, soft and hard, where the platform has them; no core file, no locked memory."""
    try:
        import resource
    except ImportError:
        return
    wanted = {
        resource.RLIMIT_AS: (limits["memory"], limits["memory"]),
        resource.RLIMIT_FSIZE: (limits["file"], limits["file"]),
        resource.RLIMIT_CPU: (limits["cpu"], limits["cpu"] + 1),
        resource.RLIMIT_NOFILE: (limits["files"], limits["files"]),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_MEMLOCK: (0, 0),
    }
    for kind, (soft, hard) in wanted.items():
        highest = resource.getrlimit(kind)[1]
        if highest != resource.RLIM_INFINITY:
            soft, hard = min(soft, highest), min(hard, highest)
        resource.setrlimit(kind, (soft, hard))


def _filter(machine: str, keep_length: bool) -> bool:
    """Put the filter in force on every thread; ``False`` where the kernel has none."""
    code = seccomp.program(machine, os.getpid(), keep_length)
    body = ctypes.create_string_buffer(code, len(code))
    head = struct.pack("<HxxxxxxQ", len(code) // 8, ctypes.addressof(body))
    done: int = _libc().syscall(ctypes.c_long(_SECCOMP[machine]), _FILTER, _TSYNC, ctypes.c_char_p(head))
    return done == 0


def _drop_capabilities(machine: str) -> None:
    head, none = struct.pack("<Ii", _CAPABILITIES_V3, 0), bytes(24)
    if _libc().syscall(ctypes.c_long(_CAPSET[machine]), ctypes.c_char_p(head), ctypes.c_char_p(none)) != 0:
        raise OSError(ctypes.get_errno(), "the capabilities could not be dropped")


def _prctl(option: int, value: int) -> None:
    if _libc().prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option} was refused")


def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)
