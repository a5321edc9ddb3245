"""The child seen from outside: started with nothing of ours, fed and read without ever blocking, ended in time.

It gets three pipes and no other descriptor, a session and process group of its own (so no terminal), and an environment of our own
making. Whatever happens, the whole group is killed before its leader is waited for, so that its number cannot belong to
anybody else.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any, Self, cast

from registry_app.errors import Cancelled, SandboxError
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.sandbox import verdict
from registry_app.measure.sandbox.frames import BODY, HEAD, MOST_HEAD, BadFrame, Inlet, read_head
from registry_app.measure.sandbox.limits import Limits

TURN = 0.05
"""Seconds between two looks at the clock and at the scratch folder."""

_KEPT = 8192
_PIECE = 1 << 18


@dataclass(frozen=True)
class Answer:
    """What came back for one request, its lengths checked and nothing else."""

    head: dict[str, Any]
    """The JSON head."""
    bodies: tuple[bytes, ...]
    """The raw bodies that the head announced."""


class Child:
    """One running child. A context manager: leaving it kills what is left."""

    def __init__(
        self,
        command: list[str],
        environment: dict[str, str],
        scratch: str,
        limits: Limits,
        progress: Progress = SILENT,
    ) -> None:
        """Start it. ``progress`` is asked at each turn whether somebody still waits for the answer.

        Raises:
            SandboxError: the program cannot be started.
        """
        self.limits, self._scratch, self._progress = limits, scratch, progress
        self._end = time.monotonic() + limits.seconds
        self._inlet, self._said, self._printed, self._talks = Inlet(), bytearray(), 0, True
        self._wrapped = os.path.basename(command[0]) == "bwrap"
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
                cwd="/", close_fds=True, start_new_session=True, umask=0o077, bufsize=0,
            )  # fmt: skip
        except OSError as error:
            raise SandboxError(
                f"The sandbox could not be started ({error.strerror}).", "Free some memory and processes and try again."
            ) from error
        self._ways = cast("tuple[IO[bytes], ...]", (self._process.stdin, self._process.stdout, self._process.stderr))
        for way in self._ways:
            os.set_blocking(way.fileno(), False)

    @property
    def pid(self) -> int:
        """The process that was started."""
        return self._process.pid

    @property
    def said(self) -> bytes:
        """The last kilobytes it printed, as they are."""
        return bytes(self._said)

    def ask(
        self, request: Iterable[bytes], sizes: Callable[[dict[str, Any]], list[int]], seconds: float | None = None
    ) -> Answer:
        """Send ``request`` and return the answer to it.

        Args:
            request: frames, in order.
            sizes: from the head of an answer to the exact length of each body after it; raises ``BadFrame`` when the head does
                not fit the request.
            seconds: for this answer; otherwise all that is left of its time.

        Raises:
            SandboxError: it did not answer as it should, in time and within its limits.
            Cancelled: nobody waits for the answer any more.
        """
        if seconds is not None:
            self._end = min(self._end, time.monotonic() + seconds)
        try:
            reading = self._frames(sizes)
            next(reading)
            return self._turns(request, reading)
        except BadFrame as error:
            raise verdict.garbled(str(error), self.said) from error

    def _frames(self, sizes: Callable[[dict[str, Any]], list[int]]) -> Iterator[Answer | None]:
        """Each step looks at what has arrived: ``None`` while something is missing, then the answer."""
        yield None
        while (data := self._inlet.take(HEAD, MOST_HEAD)) is None:
            yield None
        head = read_head(data)
        wanted = [] if "error" in head else sizes(head)
        if sum(wanted) > self.limits.answer:
            raise BadFrame(f"it would have {sum(wanted):,} bytes")
        bodies = []
        for size in wanted:
            while (body := self._inlet.take(BODY, size)) is None:
                yield None
            if len(body) != size:
                raise BadFrame(f"a body has {len(body):,} bytes where {size:,} belong")
            bodies.append(body)
        yield Answer(head, tuple(bodies))

    def _turns(self, request: Iterable[bytes], reading: Iterator[Answer | None]) -> Answer:
        to, back, talk = self._ways
        pieces = (memoryview(piece) for piece in request if piece)
        left = next(pieces, None)
        with selectors.DefaultSelector() as ready:
            ready.register(back, selectors.EVENT_READ)
            if left is not None:
                ready.register(to, selectors.EVENT_WRITE)
            if self._talks:
                ready.register(talk, selectors.EVENT_READ)
            while True:
                gone = self._status() is not None  # asked before reading, so what it wrote before it went is still read
                live = {key.fileobj for key, _ in ready.select(0 if gone else TURN)}
                if to in live and left is not None:
                    left = self._write(left) or next(pieces, None)
                    if left is None:
                        ready.unregister(to)
                if talk in live and not self._hear():
                    ready.unregister(talk)
                if back in live:
                    piece = _read(back)
                    self._inlet.feed(piece or b"")
                    answer = next(reading)
                    if answer is not None:
                        self._hear()
                        return answer
                    if piece == b"":
                        raise self._unanswered()
                elif gone:
                    raise self._unanswered()
                self.watch()

    def _write(self, left: memoryview) -> memoryview | None:
        """Write what fits; what is left of it, or ``None``. A child that reads no more is found by its silence."""
        try:
            return left[os.write(self._ways[0].fileno(), left[:_PIECE]) :] or None
        except BlockingIOError:
            return left
        except BrokenPipeError:
            return None

    def _hear(self) -> bool:
        """Keep the end of what was printed; ``False`` once nothing more can come."""
        piece = _read(self._ways[2])
        if piece:
            self._printed += len(piece)
            self._said = (self._said + piece)[-_KEPT:]
        self._talks = self._talks and piece != b""
        return self._talks

    def watch(self) -> None:
        """See that it keeps to its limits, and that somebody still waits for it; also while nothing is asked of it.

        Raises:
            SandboxError: it went beyond a limit.
            Cancelled: nobody waits for it any more.
        """
        if self._progress.cancelled():
            raise Cancelled()
        if time.monotonic() > self._end:
            raise verdict.late(self.limits, self.said)
        if self._printed > self.limits.talk:
            raise verdict.talked(self.limits, self.said)
        total = count = 0
        with os.scandir(self._scratch) as entries:
            for entry in entries:
                count += 1
                total += entry.stat(follow_symlinks=False).st_blocks * 512
                if total > self.limits.disk or count > self.limits.files:
                    raise verdict.filled(self.said)

    def _unanswered(self) -> SandboxError:
        """Why the pipe is closed; a process that ends closes its pipes a moment before it has ended."""
        patience = time.monotonic() + 1
        while self._status() is None and time.monotonic() < patience:
            time.sleep(TURN / 10)
        self._hear()
        status = self._status()
        return verdict.hung_up(self.said) if status is None else verdict.ended(status, self.limits, self.said)

    def _status(self) -> int | None:
        """Exit status or negative signal of a child that has ended and was not waited for; ``None`` while it runs."""
        found = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if found is None:
            return None
        if found.si_code != os.CLD_EXITED:
            return -found.si_status
        return 128 - found.si_status if self._wrapped and found.si_status > 128 else found.si_status

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def kill(self) -> None:
        """End the whole group and wait for it; does nothing the second time."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        for way in self._ways:
            way.close()


def _read(way: IO[bytes]) -> bytes | None:
    """What is there: nothing when the other side has closed it, ``None`` when there is nothing yet."""
    try:
        return os.read(way.fileno(), _PIECE)
    except BlockingIOError:
        return None
