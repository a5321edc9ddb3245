"""A table of any length: only what is visible is drawn. Its rows are given whole, or fetched by key when the eye comes near."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from registry_app.tui.column import Column
from registry_app.tui.fetched import PAGE, Fetched
from registry_app.tui.given import Given
from registry_app.tui.look import GUTTER, TableLook
from registry_app.tui.pen import Pen
from registry_app.tui.prose import fold

NOTHING_FITS = "Nothing here fits the filter. Press escape to clear it."


class VirtualTable(TableLook, can_focus=True):
    """Rows with a header and a cursor.

    Args:
        columns: from left to right.
        pen: how to write.
        empty: said when there are no rows.
        key: what names a row, so that the cursor stays on it when rows are asked for again.
        opens: whether a row can be opened.
        after: the cursor to ask for the page after a row; without it the rows are given whole.
        copies: what a row gives to the clipboard: what it is, and its text.
        comes_by: the column that rows come sorted by, and whether the greatest comes first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Open", key_display="enter"),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("pagedown,ctrl+d", "page(1)", "Page down", show=False),
        Binding("pageup,ctrl+u", "page(-1)", "Page up", show=False),
        Binding("g,home", "edge(-1)", "First", show=False),
        Binding("G,end", "edge(1)", "Last", show=False),
        Binding("space", "peek", "Show the row in full", show=False),
        Binding("s", "sort", "Sort"),
        Binding("S", "turn", "Sort the other way round", show=False),
        Binding("y", "copy", "Copy", show=False),
    ]

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

    class RowCopied(_About):
        """Somebody wants a row's name on the clipboard."""

    class PageWanted(Message):
        """Rows came near that are not here: the ones after ``after``, from the end that the table was begun at."""

        def __init__(self, table: VirtualTable, round_: int, number: int, after: str, backward: bool) -> None:
            super().__init__()
            self.table, self.round, self.number, self.after, self.backward = table, round_, number, after, backward
            self.words, self.order = table.words, table.columns[table.sorted_by].order if table.sorted_by >= 0 else ""

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
        copies: Callable[[Any], tuple[str, str]] | None = None,
        comes_by: tuple[int, bool] = (-1, False),
        id: str | None = None,
    ) -> None:
        super().__init__(columns, pen, id)
        self.empty = empty
        self.cursor = 0
        self.words = ""
        self.sorted_by, self.falling = -1, False
        self.copies = copies
        self._comes_by = comes_by
        self._key, self._after, self._opens = key, after, opens
        self._rows: Given | Fetched = Given(self.columns, key) if after is None else Fetched(after)
        self._round = 0
        self._failure = ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return (self._opens or action != "choose") and (self.copies is not None or action != "copy")

    @property
    def count(self) -> int:
        """How many rows are known."""
        return self._rows.count

    @property
    def waiting(self) -> bool:
        """Whether no row has come yet."""
        return self._rows.waiting

    @property
    def complete(self) -> bool:
        """Whether there are no rows besides those that are known."""
        return not (self._rows.waiting or self._rows.before or self._rows.after)

    @property
    def here(self) -> Any:
        """The row under the cursor, or ``None``."""
        return self._rows.row(self.cursor)

    def row(self, place: int) -> Any:
        """The row at ``place``, or ``None`` when there is none or it is not here."""
        return self._rows.row(place)

    def show(self, rows: Sequence[Any]) -> None:
        """Show these rows and no others; the cursor stays on its row, or at its place."""
        if isinstance(self._rows, Given):
            held = self._name_here()
            self._rows.give(rows)
            self._arrange(held, self.cursor)

    def look(self) -> None:
        """Fetch again what is looked at; the cursor stays on its row, or at its place."""
        if isinstance(self._rows, Fetched):
            self._round += 1
            self._failure = ""
            self._want(self._rows.again(self._eye))

    def narrow(self, words: str) -> None:
        """Show only rows that hold ``words``."""
        if words != self.words:
            self.words = words
            self._again(0)

    def sort(self, column: int, falling: bool = False) -> None:
        """Sort by a column, or the other way round; -1 is the order the rows come in."""
        self.sorted_by, self.falling = column, falling
        self._again(self.cursor)

    def add_page(self, round_: int, number: int, rows: Sequence[Any]) -> None:
        """Take a page that was wanted; an answer to an older question is dropped."""
        if round_ != self._round or not isinstance(self._rows, Fetched):
            return
        first, lead, top, held = self._rows.waiting, self._lead, self.scroll_offset.y, self._name_here()
        shift = self._rows.take(number, rows)
        self._failure = ""
        self._resize()
        if first:
            self._go(self.count - 1 if self._rows.from_end else 0)
            return
        self.cursor = max(0, min(self.cursor + shift, self.count - 1))
        if held is not None and self._name_here() != held:
            kept = self._rows.place(held, self._key)
            self.cursor = self.cursor if kept is None else kept
        if shift:
            self.scroll_to(y=top + shift + self._lead - lead, animate=False, immediate=True)
        self._ensure()
        self._point()

    def fail(self, round_: int, words: str) -> None:
        """Say why rows that were wanted do not come."""
        if round_ == self._round:
            self._failure = words
            self.refresh()

    def action_move(self, step: int) -> None:
        self._go(self.cursor + step)

    def action_page(self, step: int) -> None:
        self._go(self.cursor + step * max(1, self._body - 1))

    def action_edge(self, side: int) -> None:
        """The first row or the last one, wherever the list was begun."""
        if isinstance(self._rows, Fetched) and (self._rows.before if side < 0 else self._rows.after):
            self._restart(side > 0)
        else:
            self._go(0 if side < 0 else self.count - 1)

    def action_choose(self) -> None:
        if self.here is not None and self._opens:
            self.post_message(self.RowChosen(self, self.here))

    def action_peek(self) -> None:
        if self.here is not None:
            self.post_message(self.RowPeeked(self, self.here))

    def action_copy(self) -> None:
        if self.here is not None and self.copies is not None:
            self.post_message(self.RowCopied(self, self.here))

    def action_sort(self) -> None:
        """By the next column that is shown; after the last one, in the order the rows come in."""
        shown = [
            place
            for place, cells in enumerate(self._widths)
            if cells and self._sorts(place) and place != self._comes_by[0]
        ]
        self.sort(next((place for place in shown if place > self.sorted_by), -1))

    def action_turn(self) -> None:
        self.sort(self.sorted_by, not self.falling)

    def on_click(self, event: events.Click) -> None:
        if event.y == 0:
            edge = GUTTER
            for place, cells in enumerate(self._widths):
                edge += cells + 1 if cells else 0
                if event.x < edge and cells:
                    self._title_clicked(place)
                    return
            return
        place = self.scroll_offset.y + event.y - 1 - self._lead
        if self.row(place) is None:
            return
        again = place == self.cursor
        self._go(place)
        if again:
            self.action_choose()

    def on_resize(self) -> None:
        self._resize()
        self._reveal()
        self._ensure()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._ensure()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y == 0:
            return self._header(width, *self._order)
        line = self.scroll_offset.y + y - 1
        place = line - self._lead
        if 0 <= place < self.count:
            row = self.row(place)
            return self._words(self._pen.dots, width) if row is None else self._row(row, width, place == self.cursor)
        if self._failure or (self.count == 0 and not self._rows.waiting):
            said = fold(self._failure or (NOTHING_FITS if self.words else self.empty), max(20, width - 4))
            at = place - self.count
            return self._words(said[at - 1] if 0 < at <= len(said) else "", width)
        loading = self._rows.waiting or self._rows.before or self._rows.after
        return self._words("Loading" + self._pen.dots if loading and place in (-1, self.count) else "", width)

    @property
    def _body(self) -> int:
        return max(1, self.size.height - 1)

    @property
    def _lead(self) -> int:
        """Lines above the first place: one where rows before it are still to come."""
        return 1 if self._rows.before and not self._rows.waiting else 0

    @property
    def _eye(self) -> list[int]:
        """The places that are on the screen, one on each page of them at least, and the cursor's."""
        top = self.scroll_offset.y - self._lead
        return [*range(top, top + self._body, PAGE), top + self._body - 1, self.cursor]

    @property
    def _order(self) -> tuple[int, bool]:
        """The column that the rows stand sorted by, and whether the greatest is first."""
        column, falling = self._comes_by
        return (column, falling != self.falling) if self.sorted_by < 0 else (self.sorted_by, self.falling)

    def _title_clicked(self, column: int) -> None:
        if column == self._order[0]:
            self.action_turn()
        elif self._sorts(column):
            self.sort(-1 if column == self._comes_by[0] else column)

    def _sorts(self, column: int) -> bool:
        return isinstance(self._rows, Given) or bool(self.columns[column].order)

    def _name_here(self) -> str | None:
        return None if self.here is None else self._key(self.here)

    def _again(self, otherwise: int) -> None:
        """In another order, or with other words."""
        if isinstance(self._rows, Given):
            self._arrange(self._name_here(), otherwise)
        else:
            self._restart(False)

    def _arrange(self, held: str | None, otherwise: int) -> None:
        assert isinstance(self._rows, Given)
        self._rows.arrange(self.words, self.sorted_by, self.falling)
        self._resize()
        kept = None if held is None else self._rows.place(held)
        self._go(otherwise if kept is None else kept)

    def _restart(self, from_end: bool) -> None:
        """Forget all pages and ask for the first one, or for the last one."""
        assert self._after is not None
        self._round += 1
        self._rows = Fetched(self._after, from_end)
        self._failure = ""
        self.cursor = 0
        self._resize()
        self.scroll_to(y=0, animate=False, immediate=True)
        self._ensure()

    def _resize(self) -> None:
        more = 1 if self._rows.waiting or self._rows.after else 0
        self.virtual_size = Size(0, 1 + self._lead + self.count + more)
        self.refresh()

    def _go(self, place: int) -> None:
        self.cursor = max(0, min(place, self.count - 1))
        self._reveal()
        self._ensure()
        self._point()

    def _reveal(self) -> None:
        """Scroll to the cursor; the header covers the first line."""
        line = self.cursor + self._lead
        self.scroll_to_region(Region(0, line + 1, 1, 1), animate=False, force=True, immediate=True)
        if line < self.scroll_offset.y:
            self.scroll_to(y=line, animate=False, immediate=True)
        self.refresh()

    def _point(self) -> None:
        if self.here is not None:
            self.post_message(self.RowPointed(self, self.here))

    def _ensure(self) -> None:
        """Ask for the pages that the eye is on, or comes near to."""
        if isinstance(self._rows, Fetched):
            self._want(self._rows.lacking(self._eye))

    def _want(self, pages: Sequence[tuple[int, str]]) -> None:
        assert isinstance(self._rows, Fetched)
        for number, key in pages:
            backward = self._rows.from_end != self.falling
            self.post_message(self.PageWanted(self, self._round, number, key, backward))
