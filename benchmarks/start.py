"""Process start: to ``--help``, to ``--version``, to the first paint and to the inbox, each beside a bare counterpart."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import ours

MARK = b"\xe2\x96\x88READY"
_MINIMAL = """
from textual.app import App
from textual.widgets import Static
class A(App):
    def compose(self): yield Static("...", id="st")
    def on_ready(self): self.query_one("#st", Static).update("\\u2588READY")
A().run()
"""


def measure(repeats: int = 7, versions: tuple[int, ...] = (1_000, 1_000_000)) -> dict[str, Any]:
    """Milliseconds, the best of ``repeats``, and ratios to the bare counterpart of the same run."""
    python = [sys.executable]
    bare = _best([*python, "-c", "pass"], repeats)
    ours_help = _best([*python, "-m", "registry_app", "--help"], repeats)
    ours_version = _best([*python, "-m", "registry_app", "--version"], repeats)
    mlflow = _best([*python, "-m", "mlflow", "--version"], 3)
    minimal = min(_paint([*python, "-c", _MINIMAL], {}, MARK) for _ in range(repeats))
    found: dict[str, Any] = {
        "bare_python_ms": round(bare),
        "help_ms": round(ours_help),
        "help_over_bare": round(ours_help / bare, 1),
        "version_ms": round(ours_version),
        "version_over_bare": round(ours_version / bare, 1),
        "mlflow_version_ms": round(mlflow),
        "mlflow_over_ours": round(mlflow / ours_version, 1),
        "minimal_textual_ms": round(minimal),
    }
    with tempfile.TemporaryDirectory() as place:
        for count in versions:
            folder = Path(place) / str(count)
            workspace = ours.make(folder)
            ours.many(workspace, count)
            workspace.close()
            unlock, inbox = _app(folder, repeats)
            found[f"unlock_screen_ms_{count}"] = round(unlock)
            found[f"unlock_screen_over_minimal_{count}"] = round(unlock / minimal, 2)
            found[f"passphrase_to_inbox_ms_{count}"] = round(inbox)
            found[f"passphrase_to_inbox_over_minimal_{count}"] = round(inbox / minimal, 2)
    return found


def _best(command: list[str], repeats: int) -> float:
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        taken.append((time.perf_counter() - start) * 1e3)
    return min(taken)


def _paint(command: list[str], environment: dict[str, str], mark: bytes) -> float:
    with _Terminal(command, environment) as terminal:
        return terminal.until(mark)


def _app(folder: Path, repeats: int) -> tuple[float, float]:
    """Start to the painted unlock screen; Enter after the passphrase to the painted inbox, less the key derivation."""
    command = [sys.executable, "-m", "registry_app", "-r", str(folder), "--as", "dev"]
    unlocks, inboxes = [], []
    for _ in range(repeats):
        with _Terminal(command, {}) as terminal:
            unlocks.append(terminal.until(b"Passphrase"))
            time.sleep(2.0)  # a person types; SQLModel loads behind the screen meanwhile
            terminal.send(ours.PASSPHRASE.encode())
            time.sleep(0.3)
            terminal.send(b"\r")
            inboxes.append(terminal.until(b"Waiting for me"))
    return min(unlocks), min(inboxes) - _derivation(folder)


def _derivation(folder: Path) -> float:
    from registry_app.vault import kdf, keyfile

    slot = next(slot for slot in keyfile.load(folder).people if slot.handle == "dev")
    assert slot.profile is not None
    start = time.perf_counter()
    kdf.derive(ours.PASSPHRASE, slot.salt, slot.profile)
    return (time.perf_counter() - start) * 1e3


class _Terminal:
    """A child on a pseudo-terminal of 120 by 40."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._command, self._environment = command, environment

    def __enter__(self) -> _Terminal:
        import fcntl
        import struct
        import termios

        self._start = time.perf_counter()
        self._pid, self._file = pty.fork()
        if self._pid == 0:
            os.environ.update({"TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none", **self._environment})
            os.execv(self._command[0], self._command)
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        return self

    def until(self, mark: bytes, limit: float = 60.0) -> float:
        """Milliseconds since the start, or since the last :meth:`send`, until ``mark`` is painted."""
        seen = b""
        while time.perf_counter() - self._start < limit:
            if select.select([self._file], [], [], 0.05)[0]:
                seen += os.read(self._file, 65_536)
                if mark in seen:
                    return (time.perf_counter() - self._start) * 1e3
        raise TimeoutError(f"{mark!r} was never painted: {seen[-400:]!r}")

    def send(self, keys: bytes) -> None:
        os.write(self._file, keys)
        self._start = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        import signal

        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._file)
