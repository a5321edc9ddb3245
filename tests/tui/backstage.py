"""The real program in a real terminal: for what no stand-in shows."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

PATIENCE = 120
"""Seconds after which something that must happen is given up on."""
_TAKE_THE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)


@dataclass
class Played:
    """A program and the terminal it plays in."""

    process: subprocess.Popen[bytes]
    master: int
    slave: int
    heard: bytearray = field(default_factory=bytearray)

    def hear(self, words: str) -> None:
        """Read on until these words have come."""
        while words.encode() not in self.heard:
            ready, _, _ = select.select([self.master], [], [], PATIENCE)
            assert ready, f"{words!r} does not come"
            self.heard += os.read(self.master, 65_536)

    def drain(self) -> None:
        """Read what is there."""
        while select.select([self.master], [], [], 0)[0]:
            self.heard += os.read(self.master, 65_536)

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def tell(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ended(self) -> int:
        """How the program ended; its terminal is read meanwhile, so that it can say its last words."""
        while self.process.poll() is None:
            if select.select([self.master], [], [], 0.05)[0]:
                self.heard += os.read(self.master, 65_536)
        self.drain()
        return self.process.returncode


@contextmanager
def played(*command: str, size: tuple[int, int] = (80, 24), env: Mapping[str, str] | None = None) -> Iterator[Played]:
    """``python command`` in the foreground of a terminal of its own."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", _TAKE_THE_TERMINAL, *command],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color", "REGISTRY_APP_KDF": "floor", **(env or {})},
    )
    try:
        yield Played(process, master, slave)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)
        for end in (master, slave):
            try:
                os.close(end)
            except OSError:
                pass
