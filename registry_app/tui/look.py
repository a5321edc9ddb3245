"""The look of a table: a header, rows, and words where there are none, each on exactly its cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.scroll_view import ScrollView
from textual.strip import Strip

from registry_app.tui.column import Column, widths, worded
from registry_app.tui.pen import Pen

GUTTER = 2
_ROLES = ("strong", "muted", "accent", "plain", "success", "warning", "error")


class TableLook(ScrollView):
    """Draws lines of a table.

    Args:
        columns: from left to right.
        pen: how to write.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--cursor",
        "table--pointer",
        *(f"table--{role}" for role in _ROLES),
    }
    DEFAULT_CSS = """
    TableLook {
        height: 1fr;
        & > .table--header { color: $text-muted; text-style: bold; background: $panel; }
        & > .table--cursor { background: $block-cursor-blurred-background; color: $foreground; }
        & > .table--pointer { color: $text-accent; }
        & > .table--strong { text-style: bold; }
        & > .table--muted { color: $text-muted; }
        & > .table--accent { color: $text-accent; }
        & > .table--plain { color: $text-primary; }
        & > .table--success { color: $text-success; }
        & > .table--warning { color: $text-warning; }
        & > .table--error { color: $text-error; }
        &:focus > .table--cursor { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
    }
    """

    def __init__(self, columns: Sequence[Column], pen: Pen, id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns = tuple(columns)
        self._pen = pen

    @property
    def _widths(self) -> list[int]:
        return widths(self.columns, self.size.width - GUTTER)

    def _header(self, width: int, sorted_by: int, falling: bool) -> Strip:
        style = self.get_component_rich_style("table--header")
        segments = [Segment(" " * GUTTER, style)]
        up, down = ("^", "v") if self._pen.ascii else ("↑", "↓")
        for place, (column, cells) in enumerate(zip(self.columns, self._widths, strict=True)):
            if cells:
                arrow = f" {down if falling else up}" if place == sorted_by else ""
                title = self._pen.fit(column.title, min(cells - len(arrow), len(column.title))) + arrow
                segments.append(Segment(self._pen.fit(title, cells) + " ", style))
        return Strip(segments).adjust_cell_length(width, style)

    def _row(self, row: Any, width: int, chosen: bool) -> Strip:
        plain = self.get_component_rich_style("table--cursor") if chosen else self.rich_style
        pointer = ("> " if self._pen.ascii else "▌ ") if chosen else "  "
        segments = [Segment(pointer, plain + self._role("pointer") if chosen else plain)]
        for column, cells in zip(self.columns, self._widths, strict=True):
            if not cells:
                continue
            words, role = worded(column.cell(row))
            style = plain + self._role(role) if role and not chosen else plain
            segments.append(Segment(self._pen.fit(words, cells, number=column.number), style))
            segments.append(Segment(" ", plain))
        return Strip(segments).adjust_cell_length(width, plain)

    def _role(self, role: str) -> Style:
        found = self.get_component_rich_style(f"table--{role}", partial=True)
        return Style(color=found.color, bold=found.bold or None)

    def _words(self, words: str, width: int) -> Strip:
        style = self.rich_style + self._role("muted")
        return Strip([Segment("  " + self._pen.fit(words, max(0, width - 2)), style)]).adjust_cell_length(
            width, self.rich_style
        )
