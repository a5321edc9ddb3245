"""A classic BPF machine, as far as a seccomp filter needs one: what the kernel would answer, without asking it."""

from __future__ import annotations

import struct

from registry_app.measure.sandbox.filter import Instruction


def answer(program: list[Instruction], machine: int, number: int, *arguments: int) -> int:
    """What the filter returns for a system call with these arguments."""
    given = [*arguments, *([0] * (6 - len(arguments)))]
    asked = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, machine, 0, *(each & (1 << 64) - 1 for each in given))
    place, held = 0, 0
    while True:
        code, yes, no, constant = program[place]
        place += 1
        if code == 0x20:
            (held,) = struct.unpack_from("<I", asked, constant)
        elif code == 0x06:
            return constant
        else:
            true = {0x15: held == constant, 0x35: held >= constant, 0x45: bool(held & constant)}[code]
            place += yes if true else no
