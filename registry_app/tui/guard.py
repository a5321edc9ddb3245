"""Who sits at the registry, and when they no longer do: nobody is there, the lock, a signal, a fault, the end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable

from textual import events
from textual.driver import Driver

from registry_app.tui.keys import OneKeyAtATime
from registry_app.tui.screens.unlock import Unlock
from registry_app.tui.seat import Seat

IDLE = 600.0
"""Seconds without a touch after which the registry is locked."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, *((signal.SIGHUP,) if hasattr(signal, "SIGHUP") else ()))
"""What asks the program to end: somebody, the session, or the terminal that goes away."""
_TOUCHES = (events.Key, events.Paste, events.MouseDown, events.MouseScrollDown, events.MouseScrollUp)


def steady() -> float:
    """Seconds on a clock that never goes back, and where the system has one that goes on while it sleeps."""
    asleep = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if asleep is None else time.clock_gettime(asleep)


class Guarded(OneKeyAtATime):
    """An application with a seat at a registry, which it lets go of in time.

    Args:
        idle: seconds after which it locks.
        steady: a clock that never goes back, in seconds.
    """

    def __init__(self, idle: float, steady: Callable[[], float]) -> None:
        super().__init__()
        self.signing = 0
        self._seat: Seat | None = None
        self._idle, self._steady = idle, steady
        self._touched = steady()
        self._told = 0

    @property
    def seat(self) -> Seat:
        """The open registry; screens behind the unlock screen have one."""
        if self._seat is None:
            raise LookupError("the registry is locked")
        return self._seat

    @property
    def locked(self) -> bool:
        """Whether no registry is open."""
        return self._seat is None

    @property
    def steady(self) -> Callable[[], float]:
        """A clock that never goes back, in seconds."""
        return self._steady

    @property
    def failure(self) -> Exception | None:
        """What ended the application, when that was a fault of ours."""
        return self._exception

    def sit(self, seat: Seat) -> None:
        """Somebody opened a registry."""
        self._seat = seat
        self._touched = self._steady()

    def on_mount(self) -> None:
        self.set_interval(5.0, self.look_after)
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
            for number in SIGNALS:
                asyncio.get_running_loop().add_signal_handler(number, self.end, number)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, _TOUCHES):
            self._touched = self._steady()
        await super().on_event(event)

    def get_driver_class(self) -> type[Driver]:
        found = super().get_driver_class()
        if found.__name__ != "LinuxDriver":
            return found
        from registry_app.tui.terminal import Terminal

        return Terminal

    def look_after(self) -> None:
        """Every few seconds: is anybody there, and the terminal?"""
        if getattr(self._driver, "gone", False):
            self.end(signal.SIGHUP)
        self.lock_when_idle()

    def lock_when_idle(self) -> None:
        """Lock when nobody touched anything for long; a signature on its way is waited for."""
        if not self.locked and not self.signing and self._steady() - self._touched >= self._idle:
            self.action_lock("Locked: nobody was here for a while.")

    def action_lock(self, why: str = "Locked.") -> None:
        """Close the registry and ask for the passphrase again."""
        seat, self._seat = self._seat, None
        if seat is None or self.signing:
            self._seat = seat
            return
        while len(self.screen_stack) > 1:
            self.pop_screen()
        if isinstance(self.screen, Unlock):
            self.screen.let_go(seat, why)

    def end(self, number: int) -> None:
        """End because of a signal; a signature on its way is waited for, and :meth:`signed` ends then."""
        self._told = number
        if not self.signing:
            self.exit(return_code=128 + number)

    def signed(self) -> None:
        """A signature is no longer on its way."""
        self.signing -= 1
        if self._told:
            self.end(self._told)

    async def action_quit(self) -> None:
        if self.signing:
            self.notify("A signature is on its way; wait for its receipt.", markup=False)
        else:
            self.exit()

    async def on_unmount(self) -> None:
        seat, self._seat = self._seat, None
        if seat is not None:
            seat.close()

    def _fatal_error(self) -> None:
        """End without Textual's traceback, which would show what variables held; see :attr:`failure`."""
        self._close_messages_no_wait()
