"""The one door for time. Order comes from the ledger; this only says what the clock showed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from registry_app.errors import UsageError

Clock = Callable[[], datetime]


def _system() -> datetime:
    return datetime.now(UTC)


_clock: Clock = _system


def now() -> datetime:
    """The present instant, aware, in UTC, to the microsecond."""
    return _clock()


@contextmanager
def use(clock: Clock) -> Iterator[None]:
    """Let ``clock`` tell the time within the block (tests, demonstrations with a fixed calendar)."""
    global _clock
    before, _clock = _clock, clock
    try:
        yield
    finally:
        _clock = before


def text(moment: datetime) -> str:
    """``2026-11-21T10:17:22.123456Z``: fixed width, so that texts sort as times do (RFC 3339)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse(stamp: str) -> datetime:
    """The instant written by :func:`text`.

    Raises:
        UsageError: the text is not of that exact form.
    """
    try:
        moment = datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        moment = None
    if moment is None or text(moment) != stamp:
        raise UsageError(f"{stamp[:40]!r} is not a UTC time.", "Write it like 2026-11-21T10:17:22.123456Z.")
    return moment
