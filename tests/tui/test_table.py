from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from textual.app import App, ComposeResult

from registry_app.tui.pen import Pen
from registry_app.tui.table import KEPT, PAGE, Column, VirtualTable
from tests.tui.playhouse import screen_text

HOSTILE = (
    "[bold red]x[/]",
    "\x1b[31mred\x1b[0m\x07",
    "abc\u202egnp.exe",
    "n" * 4_000,
    "模型" * 40,
    "e" + "\u0301" * 300,
    "a\nb\tc",
    "\u200bhid\x00den",
)


@dataclass(frozen=True)
class Line:
    name: str
    number: int


class Bench(App[None]):
    """A table over a million rows that do not exist until they are asked for."""

    def __init__(self, rows: int, pen: Pen | None = None, names: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.rows, self.pen_, self.names = rows, pen or Pen(), names
        self.asked: list[int] = []
        self.chosen: list[int] = []
        self.held = False

    def compose(self) -> ComposeResult:
        columns = (
            Column("name", 10, lambda row: (row.name, "strong"), share=1),
            Column("state", 12, lambda row: self.pen_.mark("met")),
            Column("number", 9, lambda row: str(row.number), drop=1),
        )
        yield VirtualTable(
            columns, self.pen_, "Nothing is here. Press a.", key=lambda row: row.name, after=lambda row: str(row.number)
        )

    def on_mount(self) -> None:
        self.query_one(VirtualTable).restart()

    def on_virtual_table_page_wanted(self, wanted: VirtualTable.PageWanted) -> None:
        self.asked.append(wanted.number)
        if not self.held:
            self.answer(wanted)

    def answer(self, wanted: VirtualTable.PageWanted) -> None:
        start = int(wanted.after) + 1 if wanted.after else 0
        found = [Line(self._named(place), place) for place in range(start, min(start + PAGE, self.rows))]
        wanted.table.add_page(wanted.round, wanted.number, found)

    def on_virtual_table_row_chosen(self, chosen: VirtualTable.RowChosen) -> None:
        self.chosen.append(chosen.row.number)

    def _named(self, place: int) -> str:
        return self.names[place] if place < len(self.names) else f"row {place}"


@pytest.mark.parametrize("rows", [1_000, 1_000_000])
def test_opening_asks_for_the_first_page_alone_however_many_rows_there_are(rows: int) -> None:
    async def story() -> None:
        app = Bench(rows)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            assert app.asked == [0]
            shown = screen_text(app)
            assert "row 0" in shown
            assert "row 22" in shown
            assert "row 23" not in shown

    asyncio.run(story())


def test_pages_come_as_the_cursor_comes_near_and_old_ones_are_let_go_and_fetched_again() -> None:
    async def story() -> None:
        app = Bench(1_000_000)
        async with app.run_test(size=(80, 24)) as pilot:
            table = app.query_one(VirtualTable)
            for _ in range(KEPT + 5):
                await pilot.press("G")
            await pilot.pause()
            assert table.cursor > KEPT * PAGE
            assert table.row(0) is None
            assert f"row {table.cursor}" in screen_text(app)
            await pilot.press("g")
            await pilot.pause()
            assert table.here == Line("row 0", 0)
            assert app.asked.count(0) == 2

    asyncio.run(story())


def test_the_last_page_ends_the_table() -> None:
    async def story() -> None:
        app = Bench(150)
        async with app.run_test(size=(80, 24)) as pilot:
            table = app.query_one(VirtualTable)
            await pilot.press("G", "G", "G")
            await pilot.pause()
            assert table.complete
            assert table.count == 150
            assert table.here.number == 149
            assert "Loading" not in screen_text(app)

    asyncio.run(story())


def test_vim_keys_arrows_and_the_mouse_move_the_cursor_and_open_rows() -> None:
    async def story() -> None:
        app = Bench(1_000)
        async with app.run_test(size=(80, 24)) as pilot:
            table = app.query_one(VirtualTable)
            await pilot.press("ctrl+d", "ctrl+u", "g", "j", "j", "k", "down")
            assert table.cursor == 2
            await pilot.press("enter")
            await pilot.click(table, offset=(5, 8))
            assert table.cursor == 7
            assert app.chosen == [2]
            await pilot.click(table, offset=(5, 8))
            await pilot.pause()
            assert app.chosen == [2, 7]

    asyncio.run(story())


def test_an_answer_to_an_older_question_is_dropped() -> None:
    async def story() -> None:
        app = Bench(1_000)
        async with app.run_test(size=(80, 24)) as pilot:
            table = app.query_one(VirtualTable)
            table.add_page(-1, 0, [Line("stale", 0)])
            await pilot.pause()
            assert "stale" not in screen_text(app)

    asyncio.run(story())


def test_an_empty_table_says_what_to_press() -> None:
    async def story() -> None:
        app = Bench(0)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            assert "Nothing is here. Press a." in screen_text(app)

    asyncio.run(story())


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("plain", [False, True], ids=["unicode", "ascii"])
def test_names_that_mean_harm_stay_in_their_cells(width: int, plain: bool) -> None:
    async def story() -> None:
        app = Bench(len(HOSTILE), Pen(plain), HOSTILE)
        async with app.run_test(size=(width, 24)) as pilot:
            await pilot.pause()
            shown = screen_text(app)
            assert not set("\x1b\x07\u202e\u200b\x00\t") & set(shown)
            assert "[bold red]"[: width - 32] in shown
            strips = app.screen._compositor.render_strips()
            assert {strip.cell_length for strip in strips} == {width}
            for line in shown.split("\n")[1 : len(HOSTILE) + 1]:
                assert ("+ met" if plain else "✓ met") in line
            assert shown.isascii() or not plain

    asyncio.run(story())
