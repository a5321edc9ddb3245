"""The seccomp program, asked as the kernel would ask it."""

from __future__ import annotations

import errno
import platform
import re
from pathlib import Path

import pytest

from registry_app.measure.sandbox.calls import ALLOWED, AUDIT_ARCH, CHECKED, CLONE3, MACHINES, NEWEST
from registry_app.measure.sandbox.filter import ALLOW, ERRNO, KILL, instructions, program
from tests.measure.sandbox.kernel import answer

PID = 4711
REFUSED = ERRNO | errno.EPERM

SOCKET, EXECVE, PTRACE, UNLINKAT, CHMOD = (41, 198), (59, 221), (101, 117), (263, 35), (268, 53)


def asked(machine: str, name: str, *arguments: int, keep_length: bool = False) -> int:
    number = {**ALLOWED, **CHECKED}[name][MACHINES.index(machine)]
    assert number is not None
    return answer(instructions(machine, PID, keep_length), AUDIT_ARCH[machine], number, *arguments)


@pytest.mark.parametrize("machine", MACHINES)
def test_what_is_listed_is_allowed_and_every_other_number_is_refused(machine: str) -> None:
    code = instructions(machine, PID, False)
    listed = {each[MACHINES.index(machine)] for each in ALLOWED.values()}
    checked = {each[MACHINES.index(machine)] for each in CHECKED.values()}
    for number in range(NEWEST + 1):
        given = answer(code, AUDIT_ARCH[machine], number)
        if number in listed:
            assert given == ALLOW, number
        elif number == CLONE3:
            assert given == ERRNO | errno.ENOSYS
        elif number not in checked:
            assert given == REFUSED, number
    assert answer(code, AUDIT_ARCH[machine], NEWEST + 1) == ERRNO | errno.ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("numbers", [SOCKET, EXECVE, PTRACE, UNLINKAT, CHMOD], ids=str)
def test_sockets_programs_tracing_removing_and_modes_are_refused(machine: str, numbers: tuple[int, int]) -> None:
    code = instructions(machine, PID, False)
    assert answer(code, AUDIT_ARCH[machine], numbers[MACHINES.index(machine)]) == REFUSED


@pytest.mark.parametrize("machine", MACHINES)
def test_the_calls_of_another_machine_kill(machine: str) -> None:
    code = instructions(machine, PID, False)
    for other in (0x40000003, 0x40000028, *(AUDIT_ARCH[each] for each in MACHINES if each != machine)):
        assert answer(code, other, 0) == KILL
    for number in (0x40000000, 0x40000000 | 39, 0xFFFFFFFF):
        assert answer(code, AUDIT_ARCH[machine], number) == KILL


@pytest.mark.parametrize("machine", MACHINES)
def test_a_thread_may_be_cloned_and_neither_a_process_nor_a_namespace(machine: str) -> None:
    thread = 0x3D0F00
    assert asked(machine, "clone", thread) == ALLOW
    assert asked(machine, "clone", 0x1200011) == REFUSED
    assert asked(machine, "clone", 17) == REFUSED
    for namespace in (0x80, 0x20000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000):
        assert asked(machine, "clone", thread | namespace) == REFUSED


@pytest.mark.parametrize("machine", MACHINES)
def test_only_the_process_itself_may_be_signalled(machine: str) -> None:
    for name in ("kill", "tgkill"):
        assert asked(machine, name, PID) == ALLOW
        for other in (0, 1, -1, -PID, PID + 1):
            assert asked(machine, name, other) == REFUSED


@pytest.mark.parametrize("machine", MACHINES)
def test_limits_may_be_read_and_not_set(machine: str) -> None:
    assert asked(machine, "prlimit64", 0, 7, 0, 0x7FFF0000) == ALLOW
    assert asked(machine, "prlimit64", PID + 1, 7, 0, 0x7FFF0000) == REFUSED
    for new in (0x7FFF0000, 1 << 40):
        assert asked(machine, "prlimit64", 0, 7, new, 0) == REFUSED


@pytest.mark.parametrize("machine", MACHINES)
def test_descriptors_may_be_asked_about_and_neither_type_for_a_terminal_nor_have_another_signalled(
    machine: str,
) -> None:
    assert asked(machine, "ioctl", 0, 0x5401) == ALLOW
    assert asked(machine, "ioctl", 0, 0x5412) == REFUSED
    assert asked(machine, "ioctl", 0, 0x541C) == REFUSED
    assert asked(machine, "fcntl", 0, 1030) == ALLOW
    for command in (8, 10, 15, 1024, 1026):
        assert asked(machine, "fcntl", 0, command) == REFUSED


@pytest.mark.parametrize("machine", MACHINES)
def test_a_file_without_a_name_is_refused_and_truncation_where_landlock_does_not_watch_it(machine: str) -> None:
    assert asked(machine, "openat", 0, 0, 0x241) == ALLOW
    assert asked(machine, "openat", 0, 0, 0x410002) == REFUSED
    assert asked(machine, "openat", 0, 0, 0x241, keep_length=True) == REFUSED
    assert asked(machine, "openat", 0, 0, 0x441, keep_length=True) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
def test_a_program_is_eight_bytes_an_instruction_and_within_what_a_kernel_takes(machine: str) -> None:
    code = program(machine, PID)
    assert len(code) == 8 * len(instructions(machine, PID, False))
    assert len(code) // 8 <= 4096


def test_the_numbers_are_those_of_the_kernels_headers() -> None:
    here = MACHINES.index(platform.machine())
    headers = [Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), Path("/usr/include/asm-generic/unistd.h")]
    found: dict[str, int] = {}
    for line in headers[here].read_text().splitlines():
        if match := re.match(r"#define __NR(?:3264)?_(\w+)\s+(\d+)$", line):
            found[match[1].replace("fstatat", "newfstatat") if here else match[1]] = int(match[2])
    assert {name: found.get(name) for name in {**ALLOWED, **CHECKED}} == {
        name: numbers[here] for name, numbers in {**ALLOWED, **CHECKED}.items()
    }
