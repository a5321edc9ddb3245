"""The requests of one load test, as columns."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from registry_app.errors import StorageError, UsageError
from registry_app.vault import digest

MOST = 50_000_000
"""Requests that are read."""

LINE = 1 << 20
"""Bytes of one line."""

NAMES = 500
"""Names that requests of one test may have."""


@dataclass(eq=False)
class Requests:
    """One test."""

    tool: str
    """``k6``, ``Locust`` or ``JMeter``."""
    names: list[str] = field(default_factory=list)
    """What was asked, each name once."""
    name: array[int] = field(default_factory=lambda: array("H"))
    """Place in ``names``, per request."""
    began: array[float] = field(default_factory=lambda: array("d"))
    """Seconds since the epoch at which the request was sent."""
    latency: array[float] = field(default_factory=lambda: array("d"))
    """Milliseconds until the whole answer was there."""
    failed: array[int] = field(default_factory=lambda: array("b"))
    """1 where the tool counts it as failed."""

    def add(self, name: str, began: float, latency: float, failed: bool, line: int) -> None:
        """Take one request in.

        Raises:
            UsageError: a number is out of range, or there are too many requests or names.
        """
        if not 0 <= latency < 1e9 or not 0 <= began < 1e11:
            raise UsageError(f"Line {line} has a time that is out of range.", "Check the file, or run the test again.")
        if name not in self._places:
            if len(self.names) >= NAMES:
                raise UsageError(f"The requests have more than {NAMES} names.", "Group their URLs under fewer names.")
            self._places[name] = len(self.names)
            self.names.append(name)
        if len(self.latency) >= MOST:
            raise UsageError(f"The file has more than {MOST:,} requests.", "Measure a part of it.")
        self.name.append(self._places[name])
        self.began.append(began)
        self.latency.append(latency)
        self.failed.append(failed)

    def __post_init__(self) -> None:
        self._places = {name: place for place, name in enumerate(self.names)}


def lines(path: Path, hashed: digest.Running) -> Iterator[str]:
    """The lines of a UTF-8 file, without their ends; ``hashed`` takes in just the bytes that were read.

    Raises:
        UsageError: there is no such file, a line is too long, or it is not UTF-8.
        StorageError: the operating system could not read it.
    """
    try:
        if not path.is_file():
            raise UsageError(f"There is no file {str(path)[:200]!r}.", "Check the path and try again.")
        with open(path, "rb") as file:
            number = 0
            while line := file.readline(LINE + 1):
                number += 1
                hashed.update(line)
                if len(line) > LINE:
                    raise UsageError(f"Line {number} is longer than {LINE:,} bytes.", "Name a load tool's result file.")
                try:
                    yield line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
                except UnicodeDecodeError as error:
                    raise UsageError(f"Line {number} is not UTF-8.", "Name a load tool's result file.") from error
    except (OSError, ValueError) as error:
        if isinstance(error, ValueError):
            raise UsageError("That is no path of a file.", "Check the path and try again.") from error
        raise StorageError(f"The file cannot be read: {error.strerror}.", "Check the file and the disk.") from error


def number(text: object, line: int) -> float:
    """``text`` as a number.

    Raises:
        UsageError: it is none.
    """
    try:
        return float(text)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"Line {line} has {str(text)[:40]!r} where a number belongs.", "Check the file.") from error
