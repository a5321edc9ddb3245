"""In the child: the escape attempts. Each does what a hostile model would; one that is refused is contained.

They are made to harm nothing where they are not refused: bait is all they touch, and what asks for another process asks its
parent for something that changes nothing.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
from collections.abc import Callable
from typing import Any

from registry_app.measure.sandbox.calls import MACHINES

_NUMBERS = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "mount": (165, 40), "unshare": (272, 97), "setns": (308, 268),
    "chroot": (161, 51), "bpf": (321, 280), "io_uring_setup": (425, 425), "keyctl": (250, 219),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "pidfd_open": (434, 434), "prlimit64": (302, 261),
    "sched_setaffinity": (203, 122), "setxattr": (188, 5), "fallocate": (285, 47),
    "clone3": (435, 435),
}  # fmt: skip
_REFUSALS = {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ESRCH, errno.EROFS}
_PTRACE_SEIZE, _CLONE_NEWUSER, _TIOCSTI, _F_SETOWN, _O_TMPFILE = 0x4206, 0x10000000, 0x5412, 8, 0x410000


class _Contained(Exception):
    """Refused in another way than by an error of the operating system."""


def attempt(bait: dict[str, Any]) -> dict[str, str]:
    """Every attempt by name: ``open``, or how it was contained."""
    told = {}
    for name, escape in ATTEMPTS.items():
        try:
            escape(bait)
            told[name] = "open"
        except OSError as error:
            told[name] = errno.errorcode.get(error.errno or 0, type(error).__name__)
        except (MemoryError, _Contained) as error:
            told[name] = str(error) or "MemoryError"
    return told


def _call(name: str, *arguments: Any) -> int:
    """A system call by number; only a refusal counts as one, any other error means it was let through."""
    number = _NUMBERS[name][MACHINES.index(os.uname().machine)]
    given = [each if isinstance(each, bytes) else ctypes.c_long(each) for each in arguments]
    done: int = ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *given)
    code = ctypes.get_errno()
    if done < 0 and code in _REFUSALS:
        raise OSError(code, name)
    return done


def _read(path: str) -> None:
    with open(path, "rb") as file:
        file.read(1)


def _write(path: str, mode: str = "wb") -> None:
    with open(path, mode) as file:
        file.write(b"x")


def _connect(family: int, kind: int, where: Any) -> None:
    with socket.socket(family, kind) as way:
        way.settimeout(1)
        way.connect(where)
        way.send(b"x")


def _listen(bait: dict[str, Any]) -> None:
    with socket.socket() as way:
        way.bind(("127.0.0.1", 0))
        way.listen()


def _truncate(bait: dict[str, Any]) -> None:
    os.close(os.open(bait["secret"], os.O_RDONLY | os.O_TRUNC))


def _execute(bait: dict[str, Any]) -> None:
    try:
        os.execv("/nowhere/at/all", ["nowhere"])
    except FileNotFoundError:
        return


def _fork(bait: dict[str, Any]) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _spawn(bait: dict[str, Any]) -> None:
    os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)


def _inherited(bait: dict[str, Any]) -> None:
    kept = []
    for number in range(3, os.sysconf("SC_OPEN_MAX")):
        try:
            kept.append((os.fstat(number).st_dev, os.fstat(number).st_ino))
        except OSError:
            continue
    if tuple(bait["inherited"]) not in kept and len(kept) <= 2:
        raise _Contained("closed")


def _environment(bait: dict[str, Any]) -> None:
    if set(os.environ) <= {*bait["environment"], "PWD", "LC_CTYPE"}:
        raise _Contained("emptied")


def _memory(bait: dict[str, Any]) -> None:
    import mmap

    mmap.mmap(-1, bait["memory"] + (1 << 20)).close()


def _large_file(bait: dict[str, Any]) -> None:
    with open(os.path.join(bait["scratch"], "large"), "wb") as file:
        os.ftruncate(file.fileno(), bait["file"] + 1)


def _unseen_file(bait: dict[str, Any]) -> None:
    os.close(os.open(bait["scratch"], os.O_WRONLY | _O_TMPFILE, 0o600))


def _remove(bait: dict[str, Any]) -> None:
    path = os.path.join(bait["scratch"], "removed")
    _write(path)
    os.unlink(path)


def _reserve(bait: dict[str, Any]) -> None:
    with open(os.path.join(bait["scratch"], "reserved"), "wb") as file:
        _call("fallocate", file.fileno(), 0, 0, 4096)


def _open_files(bait: dict[str, Any]) -> None:
    kept = []
    try:
        for _ in range(bait["files"] + 1):
            kept.append(os.dup(0))
    finally:
        for each in kept:
            os.close(each)


def _more_limits(bait: dict[str, Any]) -> None:
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except ValueError as error:
        raise _Contained("EPERM") from error


def _terminal(bait: dict[str, Any]) -> None:
    import fcntl

    for number in range(3):
        try:
            fcntl.ioctl(number, _TIOCSTI, b"x")
        except OSError:
            continue
        return
    os.close(os.open("/dev/tty", os.O_RDWR))


def _owner(bait: dict[str, Any]) -> None:
    import fcntl

    fcntl.fcntl(0, _F_SETOWN, bait["parent"])


def _read_memory(bait: dict[str, Any]) -> None:
    _call("process_vm_readv", bait["parent"], 0, 0, 0, 0, 0)


def _mount(bait: dict[str, Any]) -> None:
    _call("mount", b"none", bait["folder"].encode(), b"tmpfs", 0, b"")
    ctypes.CDLL(None).umount2(bait["folder"].encode(), 2)


def _home(bait: dict[str, Any]) -> None:
    os.listdir(bait["home"])


def _python(bait: dict[str, Any]) -> None:
    os.close(os.open(os.__file__, os.O_WRONLY | os.O_APPEND))


ATTEMPTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "read a registry": lambda bait: _read(bait["secret"]),
    "list the home folder": _home,
    "read the system's settings": lambda _: _read("/etc/passwd"),
    "write beside a registry": lambda bait: _write(os.path.join(bait["folder"], "written")),
    "write to the temporary folder": lambda bait: _write(os.path.join(bait["temporary"], "registry-app-attempt")),
    "change the model's file": lambda bait: _write(bait["model"], "ab"),
    "change Python": _python,
    "truncate a file": _truncate,
    "make a folder": lambda bait: os.mkdir(os.path.join(bait["scratch"], "folder")),
    "make a link": lambda bait: os.symlink("/", os.path.join(bait["scratch"], "link")),
    "make a device": lambda bait: os.mknod(os.path.join(bait["scratch"], "device"), 0o600 | 0o010000),
    "change a file's mode": lambda bait: os.chmod(bait["secret"], 0o600),
    "change a file's owner": lambda bait: os.chown(bait["secret"], os.getuid(), -1),
    "change a file's times": lambda bait: os.utime(bait["secret"]),
    "change a file's attributes": lambda bait: _call("setxattr", bait["secret"].encode(), b"user.x", b"x", 1, 0),
    "connect by TCP": lambda bait: _connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", bait["tcp"])),
    "listen by TCP": _listen,
    "send by UDP": lambda bait: _connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", bait["udp"])),
    "connect to a socket by path": lambda bait: _connect(socket.AF_UNIX, socket.SOCK_STREAM, bait["unix"]),
    "connect to an abstract socket": lambda bait: _connect(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + bait["abstract"]),
    "talk to the kernel by netlink": lambda _: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close(),
    "run a program": _execute,
    "fork": _fork,
    "spawn": _spawn,
    "clone by structure": lambda _: _call("clone3", 0, 0),
    "trace the parent": lambda bait: _call("ptrace", _PTRACE_SEIZE, bait["parent"], 0, 0),
    "read the parent's memory": _read_memory,
    "look at the parent in /proc": lambda bait: _read(f"/proc/{bait['parent']}/environ"),
    "list processes in /proc": lambda _: os.listdir("/proc"),
    "signal the parent": lambda bait: os.kill(bait["parent"], 0),
    "have the parent signalled": _owner,
    "hold the parent": lambda bait: _call("pidfd_open", bait["parent"], 0),
    "limit the parent": lambda bait: _call("prlimit64", bait["parent"], 0, 0, 0),
    "move the parent to another processor": lambda bait: _call("sched_setaffinity", bait["parent"], 0, 0),
    "mount": _mount,
    "make a namespace": lambda _: _call("unshare", _CLONE_NEWUSER),
    "enter a namespace": lambda _: _call("setns", 0, 0),
    "change the root": lambda _: _call("chroot", b"/"),
    "load a kernel program": lambda _: _call("bpf", 0, 0, 0),
    "use io_uring": lambda _: _call("io_uring_setup", 1, 0),
    "use kernel keys": lambda _: _call("keyctl", 0, -3, 1),
    "watch the processor": lambda _: _call("perf_event_open", 0, 0, -1, -1, 0),
    "handle page faults": lambda _: _call("userfaultfd", 0),
    "use the terminal": _terminal,
    "use inherited descriptors": _inherited,
    "see the environment": _environment,
    "raise its limits": _more_limits,
    "take too much memory": _memory,
    "open too many files": _open_files,
    "write too large a file": _large_file,
    "write a file without a name": _unseen_file,
    "remove what it wrote": _remove,
    "reserve space": _reserve,
}
"""Name to attempt; the parent adds "outlive its time"."""
