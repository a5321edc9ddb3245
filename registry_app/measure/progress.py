"""How a long measurement says how far it is, and hears that it is to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from registry_app.errors import Cancelled


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Progress:
    """What a face gives to a measurement. Both are called from whichever thread measures."""

    tell: Callable[[str, int, int], None]
    """Hears what is being done, how far it is, and of how much; 0 where that is not known."""
    cancelled: Callable[[], bool] = _never
    """Asked again and again; true ends the work."""

    def step(self, what: str, done: int = 0, total: int = 0) -> None:
        """Tell, unless it is to stop.

        Raises:
            Cancelled: it is to stop.
        """
        self.heed()
        self.tell(what, done, total)

    def heed(self) -> None:
        """Go on, unless it is to stop.

        Raises:
            Cancelled: it is to stop.
        """
        if self.cancelled():
            raise Cancelled()


SILENT = Progress(lambda _what, _done, _total: None)
"""For whoever does not want to hear anything."""
