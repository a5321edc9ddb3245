from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from textual.app import App, ComposeResult

from registry_app.tui.column import Column
from registry_app.tui.fetched import KEPT, PAGE
from registry_app.tui.pen import Pen
from registry_app.tui.table import VirtualTable
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

    def compose(self) -> ComposeResult:
        columns = (
            Column("name", 10, lambda row: (row.name, "strong"), share=1),
            Column("state", 12, lambda row: self.pen_.mark("met")),
            Column("number", 9, lambda row: str(row.number), drop=1),
        )
        yield VirtualTable(
            columns, self.pen_, "Nothing is here. Press a.", key=lambda row: row.name, after=lambda row: str(row.number)
        )

    def on_virtual_table_page_wanted(self, wanted: VirtualTable.PageWanted) -> None:
        self.asked.append(wanted.number)
        self.answer(wanted)

    def answer(self, wanted: VirtualTable.PageWanted) -> None:
        kept = [place for place in range(self.rows) if wanted.words in self._named(place)] if wanted.words else None
        step = -1 if wanted.backward else 1
        first = int(wanted.after) + step if wanted.after else (self.rows - 1 if wanted.backward else 0)
        places = range(first, -1 if wanted.backward else self.rows, step)
        found = [Line(self._named(place), place) for place in places[:PAGE]] if kept is None else []
        if kept is not None:
            found = [Line(self._named(place), place) for place in kept[::step] if place in places][:PAGE]
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
            await pilot.pause()
            while table.cursor < (KEPT + 2) * PAGE:
                table.action_move(PAGE)
                await pilot.pause()
            assert app.asked == list(range(len(app.asked)))
            assert table.row(0) is None
            assert f"row {table.cursor}" in screen_text(app)
            await pilot.press("g")
            await pilot.pause()
            assert table.here == Line("row 0", 0)
            assert app.asked.count(0) == 2

    asyncio.run(story())


@pytest.mark.parametrize("rows", [150, 1_000, 1_000_000])
def test_the_last_row_is_reached_by_one_page_from_the_end_and_the_first_one_again(rows: int) -> None:
    async def story() -> None:
        app = Bench(rows)
        async with app.run_test(size=(80, 24)) as pilot:
            table = app.query_one(VirtualTable)
            await pilot.press("G")
            await pilot.pause()
            assert table.here.number == rows - 1
            assert len(app.asked) <= 3
            shown = screen_text(app).split("\n")
            assert f"row {rows - 1}" in shown[-1]
            assert f"row {rows - 23}" in shown[1]
            await pilot.press("end", "pageup", "k")
            await pilot.pause()
            assert table.here.number == rows - 1 - 22 - 1
            await pilot.press("home")
            await pilot.pause()
            assert table.here.number == 0
            assert "row 22" in screen_text(app)
            assert "row 23" not in screen_text(app)

    asyncio.run(story())


def test_going_up_from_the_end_fetches_page_by_page_and_shows_every_row_once() -> None:
    async def story() -> None:
        app = Bench(10_050)
        async with app.run_test(size=(80, 24)) as pilot:
            table = app.query_one(VirtualTable)
            await pilot.press("G")
            await pilot.pause()
            seen = []
            for _ in range(500):
                seen.append(table.here.number)
                await pilot.press("k")
                await pilot.pause()
            assert seen == list(range(10_049, 9_549, -1))
            assert sum(number > 0 for number in app.asked) == 5
            assert f"row {table.here.number}" in screen_text(app)

    asyncio.run(story())


def test_going_up_from_the_end_ends_at_the_first_row() -> None:
    async def story() -> None:
        app = Bench(250)
        async with app.run_test(size=(80, 24)) as pilot:
            table = app.query_one(VirtualTable)
            await pilot.press("G")
            await pilot.pause()
            for _ in range(20):
                await pilot.press("pageup")
                await pilot.pause()
            assert table.complete
            assert (table.cursor, table.count, table.here.number) == (0, 250, 0)
            assert "row 0" in screen_text(app).split("\n")[1]
            assert "Loading" not in screen_text(app)
            await pilot.press("G")
            assert table.here.number == 249

    asyncio.run(story())


def test_a_list_that_ends_with_a_full_page_ends_there() -> None:
    async def story() -> None:
        app = Bench(2 * PAGE)
        async with app.run_test(size=(80, 24)) as pilot:
            table = app.query_one(VirtualTable)
            for _ in range(12):
                await pilot.press("pagedown")
                await pilot.pause()
            assert table.complete
            assert table.here.number == 2 * PAGE - 1
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
