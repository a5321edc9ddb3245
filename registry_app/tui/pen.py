"""How things are written in cells: harmless words, marks of shape, word and colour, and boxes; Unicode or ASCII."""

from __future__ import annotations

import os
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from registry_app.text import harmless

LONGEST = 8_000
"""A longer text is cut on the screen; it is whole in the registry."""

STYLES = {
    "": "",
    "strong": "bold",
    "muted": "$text-muted",
    "accent": "bold $text-accent",
    "plain": "$text-primary",
    "success": "$text-success",
    "warning": "$text-warning",
    "error": "$text-error",
}
"""Roles as styles of the theme."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A status: told by shape and word; the colour only helps."""

    shape: str
    """One cell."""
    word: str
    """What it means."""
    role: str
    """A key of :data:`STYLES`."""

    def __str__(self) -> str:
        return f"{self.shape} {self.word}"


_MARKS = {
    "met": ("✓", "+", "success"),
    "not_met": ("✗", "x", "error"),
    "insufficient_evidence": ("?", "?", "warning"),
    "not_applicable": ("–", "-", "muted"),
    "waived": ("◇", "o", "warning"),
    "open": ("●", "*", "plain"),
    "approve": ("✓", "+", "success"),
    "approve_with_conditions": ("◆", "&", "warning"),
    "request_changes": ("←", "<", "warning"),
    "reject": ("✗", "x", "error"),
    "approved": ("✓", "+", "success"),
    "approved_with_conditions": ("◆", "&", "warning"),
    "changes_requested": ("←", "<", "warning"),
    "rejected": ("✗", "x", "error"),
    "withdrawn": ("–", "-", "muted"),
    "lapsed": ("△", "!", "warning"),
    "not_submitted": ("○", "o", "muted"),
    "low": ("▂", ".", "muted"),
    "medium": ("▄", "-", ""),
    "high": ("▆", "=", "warning"),
    "critical": ("█", "#", "error"),
    "clean": ("✓", "+", "success"),
    "suspicious": ("△", "!", "warning"),
    "dangerous": ("✗", "x", "error"),
    "not_scanned": ("○", "o", "muted"),
    "error": ("△", "!", "warning"),
    "opened": ("✓", "+", "success"),
    "not_opened": ("△", "!", "warning"),
}


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes for one terminal."""

    ascii: bool = False
    """Only characters of ASCII."""

    def words(self, value: str, *, lines: bool = False) -> str:
        """Somebody's text, safe to show: nothing a terminal obeys, at most :data:`LONGEST` characters."""
        cut = value if len(value) <= LONGEST else value[:LONGEST] + self.dots
        shown = harmless(cut, lines=lines)
        return shown.encode("ascii", "backslashreplace").decode() if self.ascii else shown

    def fit(self, value: str, cells: int, *, number: bool = False) -> str:
        """Somebody's text on exactly ``cells`` cells, cut with dots when it is longer.

        Args:
            number: it is a version's name; the number after its last colon is kept when the rest is cut.
        """
        if cells <= 0:
            return ""
        name, colon, tail = value.rpartition(":")
        if number and colon and tail.isdecimal() and 2 * len(tail) < cells and len(tail) + 1 < cells:
            head = self.fit(name, cells - len(tail) - 1)
            whole = f"{head.rstrip()}:{tail}"
            return whole + " " * (cells - cell_len(whole))
        shown = self.words(value[: 4 * cells + 8])
        if cell_len(shown) > cells:
            shown = set_cell_size(shown, max(0, cells - len(self.dots))) + self.dots
        return set_cell_size(shown, cells)

    def mark(self, state: str) -> Mark:
        """The mark of a state; a state that is not known is shown as its own word."""
        shape, plain, role = _MARKS.get(state, ("·", ".", "muted"))
        return Mark(plain if self.ascii else shape, self.words(state.replace("_", " ")), role)

    @property
    def dots(self) -> str:
        """What stands where something was cut."""
        return "~" if self.ascii else "…"

    @property
    def dash(self) -> str:
        """What stands where there is nothing."""
        return "-" if self.ascii else "–"

    @property
    def between(self) -> str:
        """What stands between two short things on a line."""
        return " | " if self.ascii else " · "

    @property
    def rule(self) -> str:
        """A piece of a horizontal line."""
        return "-" if self.ascii else "─"


def pen_of_this_terminal() -> Pen:
    """ASCII when ``REGISTRY_APP_ASCII`` asks for it."""
    return Pen(os.environ.get("REGISTRY_APP_ASCII", "") not in ("", "0"))


def moment(stamp: str) -> str:
    """A time of the ledger as people read it, UTC, to the minute."""
    return stamp[:16].replace("T", " ") if len(stamp) == 27 else stamp


def short(digest: str) -> str:
    """The first twelve characters of a digest or id."""
    return digest[:12]
