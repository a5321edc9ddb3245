"""The seccomp filter: a classic BPF program that the kernel asks before each system call of the child.

The calls of another machine (32-bit, x32) kill the process; a call that is not listed is refused with ``EPERM``. Layout of what
is asked: ``struct seccomp_data`` (``linux/seccomp.h``): number, machine, instruction, six arguments of 64 bits. Both
machines are little-endian, so the low word of argument ``i`` lies at ``16 + 8 i``.
"""

from __future__ import annotations

import errno
import struct

from registry_app.measure.sandbox.calls import ALLOWED, AUDIT_ARCH, CHECKED, CLONE3, MACHINES, NEWEST

ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000
"""What a filter can answer (``SECCOMP_RET_ALLOW``, ``SECCOMP_RET_ERRNO``, ``SECCOMP_RET_KILL_PROCESS``)."""

X32 = 0x40000000
"""Numbers from here on are x32's."""

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _MACHINE = 0, 4

_CLONE_THREAD, _CLONE_NEW = 0x00010000, 0x7E020080
_TERMINAL_QUESTIONS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FIO(N)CLEX
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 1030)  # duplicating, flags, locks; no owner, signal, lease or notification
_PRCTL = (3, 15, 16, 0x53564D41)  # PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_SET_VMA
_O_TRUNC, _O_TMPFILE = 0x200, 0x400000  # the second without the bit for folders: that one differs between machines

Instruction = tuple[int, int, int, int]
"""Code, jump if true, jump if false, constant; jumps count the instructions left out."""


def program(machine: str, pid: int, keep_length: bool = False) -> bytes:
    """The filter for the process ``pid`` on ``machine``, as an array of ``struct sock_filter``.

    Args:
        machine: one of :data:`~registry_app.measure.sandbox.calls.MACHINES`.
        pid: the only process that may be signalled, by its number in its own namespace.
        keep_length: refuse to open with ``O_TRUNC``, for a Landlock that does not watch truncation (before ABI 3).
    """
    return b"".join(struct.pack("<HBBI", *each) for each in instructions(machine, pid, keep_length))


def instructions(machine: str, pid: int, keep_length: bool) -> list[Instruction]:
    """The filter as instructions."""
    place = MACHINES.index(machine)
    no = ERRNO | errno.EPERM
    found: list[Instruction] = [
        (_LOAD, 0, 0, _MACHINE), (_EQUAL, 1, 0, AUDIT_ARCH[machine]), (_RETURN, 0, 0, KILL),
        (_LOAD, 0, 0, _NUMBER), (_AT_LEAST, 0, 1, X32), (_RETURN, 0, 0, KILL),
    ]  # fmt: skip
    for numbers in ALLOWED.values():
        if (number := numbers[place]) is not None:
            found += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, ALLOW)]
    unopened = _O_TMPFILE | (_O_TRUNC if keep_length else 0)
    checks: dict[str, list[Instruction]] = {
        "openat": _has_none(2, unopened),
        "open": _has_none(1, unopened),
        "clone": [(_LOAD, 0, 0, 16), (_ANY_BIT, 1, 0, _CLONE_THREAD), (_RETURN, 0, 0, no), *_has_none(0, _CLONE_NEW)],
        "fcntl": _is_one_of(1, _FCNTL),
        "ioctl": _is_one_of(1, _TERMINAL_QUESTIONS),
        "kill": _is_one_of(0, (pid,)),
        "tgkill": _is_one_of(0, (pid,)),
        "prctl": _is_one_of(0, _PRCTL),
        "prlimit64": [*_unless_zero(16), *_unless_zero(32), *_unless_zero(36), (_RETURN, 0, 0, ALLOW)],
    }
    for name, body in checks.items():
        if (number := CHECKED[name][place]) is not None:
            found += [(_EQUAL, 0, len(body), number), *body]
    missing = ERRNO | errno.ENOSYS
    return [
        *found, (_EQUAL, 0, 1, CLONE3), (_RETURN, 0, 0, missing),
        (_AT_LEAST, 0, 1, NEWEST + 1), (_RETURN, 0, 0, missing), (_RETURN, 0, 0, no),
    ]  # fmt: skip


def _is_one_of(argument: int, values: tuple[int, ...]) -> list[Instruction]:
    """Allow when the low word of the argument is one of these (the kernel takes these arguments as 32 bits)."""
    body: list[Instruction] = [(_LOAD, 0, 0, 16 + 8 * argument)]
    body += [(_EQUAL, len(values) - place, 0, value) for place, value in enumerate(values)]
    return [*body, (_RETURN, 0, 0, ERRNO | errno.EPERM), (_RETURN, 0, 0, ALLOW)]


def _has_none(argument: int, bits: int) -> list[Instruction]:
    """Allow when the low word of the argument has none of these bits."""
    return [
        (_LOAD, 0, 0, 16 + 8 * argument), (_ANY_BIT, 0, 1, bits), (_RETURN, 0, 0, ERRNO | errno.EPERM),
        (_RETURN, 0, 0, ALLOW),
    ]  # fmt: skip


def _unless_zero(offset: int) -> list[Instruction]:
    """Refuse unless the word at ``offset`` is zero."""
    return [(_LOAD, 0, 0, offset), (_EQUAL, 1, 0, 0), (_RETURN, 0, 0, ERRNO | errno.EPERM)]
