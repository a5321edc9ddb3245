"""Landlock: a process gives up the file system, but for what it names (``linux/landlock.h``, docs.kernel.org/userspace-api/landlock).

What the kernel knows is asked first (the ABI, 1 to 7 known here) and all of it is handled: from ABI 2 moving between folders, from 3 truncation,
from 4 TCP, from 5 device control, from 6 signals and abstract sockets to processes outside.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION, _PATH_BENEATH = 1, 1

_WRITE_FILE, _READ_FILE, _READ_DIR, _MAKE_REG, _TRUNCATE = 1 << 1, 1 << 2, 1 << 3, 1 << 8, 1 << 14
_ALL_TCP, _ALL_SCOPES = 0b11, 0b11

READ = _READ_FILE | _READ_DIR
"""Reading files and listing folders."""

SCRATCH = READ | _WRITE_FILE | _MAKE_REG | _TRUNCATE
"""Plain files made and written: no folders, links, pipes, sockets or devices, and nothing removed."""

DEVICE = _READ_FILE | _WRITE_FILE
"""Reading and writing one device such as ``/dev/null``."""

_FILE_RIGHTS = _WRITE_FILE | _READ_FILE | _TRUNCATE


def abi() -> int:
    """The version of Landlock that the running kernel has; 0 where it has none or it is switched off."""
    if os.uname().sysname != "Linux":
        return 0
    found = _libc().syscall(_CREATE, None, 0, _VERSION)
    return max(0, int(found))


def restrict(allowed: Iterable[tuple[str, int]]) -> int:
    """Confine the calling thread, for ever, to these paths and rights; a path that does not exist is left out.

    Args:
        allowed: existing paths with :data:`READ`, :data:`SCRATCH` or :data:`DEVICE`.

    Returns:
        The ABI in force; 0 when the kernel has no Landlock and nothing was confined.

    Raises:
        OSError: the kernel refused.
    """
    version = abi()
    if version == 0:
        return 0
    files = (1 << (13 if version < 2 else 14 if version < 3 else 15 if version < 5 else 16)) - 1
    attribute = struct.pack("<QQQ", files, _ALL_TCP, _ALL_SCOPES)[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = _called(_CREATE, attribute, len(attribute), 0)
    try:
        for path, rights in allowed:
            _add(ruleset, path, rights & files)
        _called(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)
    return version


def _add(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):
            rights &= _FILE_RIGHTS
        _called(_ADD, ruleset, _PATH_BENEATH, struct.pack("<Qi", rights, place), 0)
    finally:
        os.close(place)


def _called(number: int, *arguments: int | bytes) -> int:
    given = [ctypes.c_long(each) if isinstance(each, int) else ctypes.c_char_p(each) for each in arguments]
    found = int(_libc().syscall(ctypes.c_long(number), *given))
    if found < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return found


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
