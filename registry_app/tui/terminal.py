"""The terminal on Linux and macOS: it may be stopped and go on, and it may go away while the program still writes to it."""

from __future__ import annotations

import contextlib
import os
from typing import IO, Any, cast

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver


class Forgiving:
    """A file that takes what is written to it also when nothing is behind it any more."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Write, where there is somewhere to write to."""
        with contextlib.suppress(OSError, ValueError):
            self._file.write(text)

    def flush(self) -> None:
        """Flush, where there is somewhere to flush to."""
        with contextlib.suppress(OSError, ValueError):
            self._file.flush()


class Terminal(LinuxDriver):
    """Textual's driver; it never waits for a terminal that has gone, and takes it up again only where it let go of it.

    A terminal that goes away sends SIGHUP, and SIGCONT right after. Textual would begin with it anew then, and wait for ever
    for its last words to be written.
    """

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._file = cast("Any", Forgiving(cast("IO[str]", self._file)))

    @property
    def gone(self) -> bool:
        """Whether there is no terminal any more."""
        return self.input_tty and not os.isatty(self.fileno)

    def _sigtstp_application(self, *_: Any) -> None:
        self._soon(super()._sigtstp_application)

    def _sigcont_application(self, *_: Any) -> None:
        self._soon(self._go_on)

    def _go_on(self) -> None:
        if self.gone:
            return
        if not self._must_signal_resume:  # stopped from outside, and the terminal was the shell's meanwhile
            self.suspend_application_mode()
        self.resume_application_mode()

    def _soon(self, work: Any) -> None:
        """In the event loop: a signal may come in the middle of anything."""
        loop = self._app._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(work)

    def _run_input_thread(self) -> None:
        with contextlib.suppress(OSError):
            self.run_input_thread()
