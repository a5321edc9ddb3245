"""A table of any length: only what is visible is drawn, pages are fetched by key when the eye comes near them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from registry_app.tui.pen import Mark, Pen
from registry_app.tui.prose import fold

PAGE = 100
"""Rows fetched at a time."""
KEPT = 60
"""Pages kept in memory; others are fetched again by their key."""
_AHEAD = 40
_GUTTER = 2
_ROLES = ("strong", "muted", "accent", "plain", "success", "warning", "error")

Cell = str | Mark | tuple[str, str]
"""Words, a mark, or words with a role."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column."""

    title: str
    """What stands above it."""
    least: int
    """Cells it needs."""
    cell: Callable[[Any], Cell]
    """What stands in it for a row."""
    share: int = 0
    """Its share of the cells that are left over."""
    drop: int = 0
    """Columns with the highest number go first when there is no room; 0 stays."""
    number: bool = False
    """It holds names of versions, whose number is never cut off."""


class VirtualTable(ScrollView, can_focus=True):
    """Rows with a header and a cursor.

    Args:
        columns: from left to right.
        pen: how to write.
        empty: said when there are no rows.
        key: what names a row, so that the cursor stays on it when rows are asked for again.
        opens: whether a row can be opened.
        after: the cursor to ask for the page after a row; without it the rows are given whole.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("pagedown,ctrl+d", "page(1)", "Page down", show=False),
        Binding("pageup,ctrl+u", "page(-1)", "Page up", show=False),
        Binding("g,home", "edge(-1)", "First", show=False),
        Binding("G,end", "edge(1)", "Last", show=False),
        Binding("enter", "choose", "Open", key_display="enter"),
        Binding("space", "peek", "Peek", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--cursor",
        "table--pointer",
        *(f"table--{role}" for role in _ROLES),
    }
    DEFAULT_CSS = """
    VirtualTable {
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

    class _About(Message):
        def __init__(self, table: VirtualTable, row: Any) -> None:
            super().__init__()
            self.table, self.row = table, row

        @property
        def control(self) -> VirtualTable:
            return self.table

    class RowChosen(_About):
        """Somebody opened a row."""

    class RowPointed(_About):
        """The cursor came to a row."""

    class RowPeeked(_About):
        """Somebody wants to see a row's cells in full."""

    class HeaderChosen(Message):
        """Somebody clicked on a column's title."""

        def __init__(self, table: VirtualTable, column: int) -> None:
            super().__init__()
            self.table, self.column = table, column

        @property
        def control(self) -> VirtualTable:
            return self.table

    class PageWanted(Message):
        """Rows came near that are not here."""

        def __init__(self, table: VirtualTable, round_: int, number: int, after: str) -> None:
            super().__init__()
            self.table, self.round, self.number, self.after = table, round_, number, after

        @property
        def control(self) -> VirtualTable:
            return self.table

    def __init__(
        self,
        columns: Sequence[Column],
        pen: Pen,
        empty: str,
        *,
        key: Callable[[Any], str],
        after: Callable[[Any], str] | None = None,
        opens: bool = True,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.empty = empty
        self.cursor = 0
        self.sorted_by = -1
        self._pen, self._key, self._cursor_after = pen, key, after
        self._rows: Sequence[Any] = ()
        self._pages: OrderedDict[int, Sequence[Any]] = OrderedDict()
        self._after = [""]
        self._asked: set[int] = set()
        self._ended, self._count, self._round = after is None, 0, 0
        self._waiting = True
        self._opens = opens

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._opens or action != "choose"

    @property
    def count(self) -> int:
        """How many rows are known."""
        return self._count

    @property
    def complete(self) -> bool:
        """Whether no more rows follow those that are known."""
        return self._ended and not self._waiting

    @property
    def here(self) -> Any:
        """The row under the cursor, or ``None``."""
        return self.row(self.cursor)

    def row(self, place: int) -> Any:
        """The row at ``place``, or ``None`` when there is none or it is not here."""
        if self._cursor_after is None:
            return self._rows[place] if 0 <= place < len(self._rows) else None
        page = self._pages.get(place // PAGE, ())
        return page[place % PAGE] if 0 <= place % PAGE < len(page) and place >= 0 else None

    def show(self, rows: Sequence[Any]) -> None:
        """Show these rows and no others; the cursor stays on its row, or at its place."""
        held = None if self.here is None else self._key(self.here)
        self._rows, self._count, self._waiting = tuple(rows), len(rows), False
        keys = [self._key(row) for row in rows]
        place = keys.index(held) if held in keys else self.cursor
        self._resize()
        self._go(min(place, len(rows) - 1))

    def restart(self) -> None:
        """Forget all pages and ask for the first one."""
        self._round += 1
        self._pages.clear()
        self._asked.clear()
        self._after, self._ended, self._count, self._waiting = [""], False, 0, True
        self.cursor = 0
        self._resize()
        self.scroll_to(y=0, animate=False, immediate=True)
        self._want(0)

    def add_page(self, round_: int, number: int, rows: Sequence[Any]) -> None:
        """Take a page that was wanted; an answer to an older question is dropped."""
        if round_ != self._round or self._cursor_after is None:
            return
        self._asked.discard(number)
        self._pages[number] = tuple(rows)
        self._pages.move_to_end(number)
        self._waiting = False
        if number == len(self._after) - 1:
            self._count = number * PAGE + len(rows)
            self._ended = len(rows) < PAGE
            if not self._ended:
                self._after.append(self._cursor_after(rows[-1]))
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)
        self._resize()
        self._ensure()
        if number == self.cursor // PAGE:
            self._go(self.cursor)

    def action_move(self, step: int) -> None:
        self._go(self.cursor + step)

    def action_page(self, step: int) -> None:
        self._go(self.cursor + step * max(1, self._body - 1))

    def action_edge(self, side: int) -> None:
        self._go(0 if side < 0 else self._count - 1)

    def action_choose(self) -> None:
        if self.here is not None and self._opens:
            self.post_message(self.RowChosen(self, self.here))

    def action_peek(self) -> None:
        if self.here is not None:
            self.post_message(self.RowPeeked(self, self.here))

    def on_click(self, event: events.Click) -> None:
        if event.y == 0:
            edge = _GUTTER
            for place, width in enumerate(self._widths(self.size.width)):
                edge += width + 1 if width else 0
                if event.x < edge and width:
                    self.post_message(self.HeaderChosen(self, place))
                    return
            return
        place = self.scroll_offset.y + event.y - 1
        if self.row(place) is None:
            return
        again = place == self.cursor
        self._go(place)
        if again:
            self.action_choose()

    def on_resize(self) -> None:
        self._resize()
        self._ensure()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._ensure()

    def refresh_rows(self) -> None:
        """Draw again, when what cells say has changed."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y == 0:
            return self._header(width)
        place = self.scroll_offset.y + y - 1
        if place < self._count:
            row = self.row(place)
            return self._row(place, row, width) if row is not None else self._words(self._pen.dots, width)
        if self._waiting or (not self._ended and place == self._count):
            return self._words("Loading" + self._pen.dots if place == self._count else "", width)
        if self._count == 0:
            said = fold(self.empty, max(20, width - 4))
            return self._words(said[place - 1] if 0 < place <= len(said) else "", width)
        return self._words("", width)

    @property
    def _body(self) -> int:
        return max(1, self.size.height - 1)

    def _resize(self) -> None:
        more = 0 if self._ended and not self._waiting else 1
        self.virtual_size = Size(0, 1 + self._count + more)
        self.refresh()

    def _go(self, place: int) -> None:
        moved = max(0, min(place, self._count - 1))
        self.cursor = moved
        self.scroll_to_region(Region(0, moved + 1, 1, 1), animate=False, force=True, immediate=True)
        top = self.scroll_offset.y
        if moved < top:
            self.scroll_to(y=moved, animate=False, immediate=True)
        self.refresh()
        self._ensure()
        if self.here is not None:
            self.post_message(self.RowPointed(self, self.here))

    def _ensure(self) -> None:
        if self._cursor_after is None or self._waiting:
            return
        top = self.scroll_offset.y
        for place in (top, top + self._body, self.cursor):
            number = place // PAGE
            if place < self._count and number not in self._pages:
                self._want(number)
        if not self._ended and max(top + self._body, self.cursor) + _AHEAD >= self._count:
            self._want(len(self._after) - 1)

    def _want(self, number: int) -> None:
        if number not in self._asked:
            self._asked.add(number)
            self.post_message(self.PageWanted(self, self._round, number, self._after[number]))

    def _widths(self, width: int) -> list[int]:
        room = width - _GUTTER
        shown = list(range(len(self.columns)))
        while sum(self.columns[i].least + 1 for i in shown) > room:
            worst = max(shown, key=lambda i: (self.columns[i].drop, i))
            if not self.columns[worst].drop:
                break
            shown.remove(worst)
        left = max(0, room - sum(self.columns[i].least + 1 for i in shown))
        shares = sum(self.columns[i].share for i in shown) or 1
        return [
            (column.least + left * column.share // shares) if i in shown else 0 for i, column in enumerate(self.columns)
        ]

    def _header(self, width: int) -> Strip:
        style = self.get_component_rich_style("table--header")
        segments = [Segment(" " * _GUTTER, style)]
        for place, (column, cells) in enumerate(zip(self.columns, self._widths(width), strict=True)):
            if cells:
                arrow = (" v" if self._pen.ascii else " ↓") if place == self.sorted_by else ""
                segments.append(Segment(self._pen.fit(column.title + arrow, cells) + " ", style))
        return Strip(segments).adjust_cell_length(width, style)

    def _row(self, place: int, row: Any, width: int) -> Strip:
        chosen = place == self.cursor
        plain = self.get_component_rich_style("table--cursor") if chosen else self.rich_style
        pointer = ("> " if self._pen.ascii else "▌ ") if chosen else "  "
        segments = [Segment(pointer, plain + self._role("pointer") if chosen else plain)]
        for column, cells in zip(self.columns, self._widths(width), strict=True):
            if not cells:
                continue
            cell = column.cell(row)
            words, role = (
                (str(cell), cell.role) if isinstance(cell, Mark) else (cell, "") if isinstance(cell, str) else cell
            )
            style = plain + self._role(role) if role else plain
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
