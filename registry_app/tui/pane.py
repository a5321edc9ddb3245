"""Panes that scroll with the arrows and with j, k, g and G; the line above them; a scroll bar in ASCII."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer, VerticalScroll
from textual.content import Content
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.widgets import Header

from registry_app.tui.pen import Pen


class Page(VerticalScroll):
    """A page of text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", show=False),
        Binding("k", "scroll_up", "Up", show=False),
        Binding("g", "scroll_home", "First", show=False),
        Binding("G", "scroll_end", "Last", show=False),
        Binding("ctrl+d", "page_down", "Page down", show=False),
        Binding("ctrl+u", "page_up", "Page up", show=False),
    ]


class Masthead(Header):
    """The title, and what the screen is about."""

    def format_title(self) -> Content:
        between = getattr(self.app, "pen", Pen()).between
        return Content.assemble(
            self.screen_title, *((between, (self.screen_sub_title, "$text-muted")) if self.screen_sub_title else ())
        )


class Sheet(ScrollableContainer):
    """A drawing, which scrolls both ways."""

    BINDINGS = Page.BINDINGS


class PlainBar(ScrollBarRender):
    """A scroll bar of blanks alone: its colours show it, and no block letters are needed."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


def plain_scrollbars(plain: bool) -> None:
    """Draw scroll bars in ASCII, or as Textual does."""
    ScrollBar.renderer = PlainBar if plain else ScrollBarRender
