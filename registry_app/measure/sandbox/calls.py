"""The system calls that model code may make, with their numbers on both machines; what is not here is refused.

Reading, computing, threads, memory and time. Not here: sockets, programs, processes, mounts, namespaces, tracing, keys, bpf,
io_uring, whatever changes a file's mode, owner, times or attributes (which Landlock does not watch), and whatever takes
disk that a look into the scratch folder would not see (removed files, reserved space). Numbers: Linux ``arch/x86/entry/syscalls/syscall_64.tbl`` and ``include/uapi/asm-generic/unistd.h``.
"""

from __future__ import annotations

from typing import Final

MACHINES: Final = ("x86_64", "aarch64")
"""Machines, as ``os.uname`` names them, in the order of the numbers below."""

AUDIT_ARCH: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""What the kernel calls the machine when it asks a filter (``linux/audit.h``)."""

NEWEST: Final = 470
"""Numbers beyond this one are answered "no such call", so that a newer C library falls back to an older one."""

CLONE3: Final = 435
"""Same number on every machine; its arguments lie in memory, where a filter cannot look, so libraries are sent to clone."""

ALLOWED: Final[dict[str, tuple[int | None, int | None]]] = {
    # reading, writing and closing what is open
    "read": (0, 63), "write": (1, 64), "futex": (202, 98), "close": (3, 57), "lseek": (8, 62), "fstat": (5, 80),
    "newfstatat": (262, 79), "mmap": (9, 222), "munmap": (11, 215), "mprotect": (10, 226), "madvise": (28, 233),
    "brk": (12, 214), "mremap": (25, 216), "pread64": (17, 67), "pwrite64": (18, 68), "readv": (19, 65),
    "writev": (20, 66), "preadv": (295, 69), "pwritev": (296, 70), "preadv2": (327, 286), "pwritev2": (328, 287),
    "close_range": (436, 436), "dup": (32, 23), "dup2": (33, None), "dup3": (292, 24), "flock": (73, 32),
    "fsync": (74, 82), "fdatasync": (75, 83), "msync": (26, 227), "mincore": (27, 232), "ftruncate": (77, 46),
    "fadvise64": (221, 223), "sendfile": (40, 71),
    "pipe": (22, None), "pipe2": (293, 59), "eventfd2": (290, 19), "poll": (7, None), "ppoll": (271, 73),
    "select": (23, None), "pselect6": (270, 72), "epoll_create1": (291, 20), "epoll_ctl": (233, 21),
    "epoll_wait": (232, None), "epoll_pwait": (281, 22),
    # paths, which Landlock watches
    "stat": (4, None), "lstat": (6, None), "statx": (332, 291),
    "access": (21, None), "faccessat": (269, 48), "faccessat2": (439, 439), "getdents64": (217, 61),
    "readlink": (89, None), "readlinkat": (267, 78), "getcwd": (79, 17), "chdir": (80, 49), "fchdir": (81, 50),
    "statfs": (137, 43), "fstatfs": (138, 44), "umask": (95, 166),
    # time
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "gettimeofday": (96, 169), "time": (201, None),
    "nanosleep": (35, 101), "clock_nanosleep": (230, 115), "getitimer": (36, 102), "setitimer": (38, 103),
    "alarm": (37, None), "timer_create": (222, 107), "timer_settime": (223, 110), "timer_gettime": (224, 108),
    "timer_getoverrun": (225, 109), "timer_delete": (226, 111), "times": (100, 153),
    # itself: threads, signals, what it is
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "rt_sigpending": (127, 136),
    "rt_sigtimedwait": (128, 137), "rt_sigsuspend": (130, 133), "sigaltstack": (131, 132), "pause": (34, None),
    "restart_syscall": (219, 128), "sched_yield": (24, 124), "set_tid_address": (218, 96),
    "set_robust_list": (273, 99), "rseq": (334, 293), "membarrier": (324, 283), "arch_prctl": (158, None),
    "exit": (60, 93), "exit_group": (231, 94), "wait4": (61, 260), "waitid": (247, 95), "getrandom": (318, 278),
    "getpid": (39, 172), "gettid": (186, 178), "getppid": (110, 173), "getuid": (102, 174), "geteuid": (107, 175),
    "getgid": (104, 176), "getegid": (108, 177), "getresuid": (118, 148), "getresgid": (120, 150),
    "getgroups": (115, 158), "getpgrp": (111, None), "getpgid": (121, 155), "getsid": (124, 156), "uname": (63, 160),
    "getrlimit": (97, 163), "getrusage": (98, 165), "sysinfo": (99, 179), "getcpu": (309, 168),
    "getpriority": (140, 141), "sched_getaffinity": (204, 123), "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120), "sched_get_priority_max": (146, 125), "sched_get_priority_min": (147, 126),
    "get_mempolicy": (239, 236),
}  # fmt: skip
"""Calls allowed whatever their arguments, the frequent ones first."""

CHECKED: Final[dict[str, tuple[int | None, int | None]]] = {
    "openat": (257, 56),
    "open": (2, None),
    "clone": (56, 220),
    "fcntl": (72, 25),
    "ioctl": (16, 29),
    "kill": (62, 129),
    "tgkill": (234, 131),
    "prctl": (157, 167),
    "prlimit64": (302, 261),
}
"""Calls allowed with some arguments only; :mod:`registry_app.measure.sandbox.filter` says which."""
