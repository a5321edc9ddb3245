from __future__ import annotations

import pytest
from rich.cells import cell_len

from registry_app.tui.pen import Pen
from registry_app.tui.prose import Prose, fold


@pytest.mark.parametrize("words", ["one two three four five", "x" * 90, "模型 " * 30, "a\n\nb", "", " ", "tab\there"])
@pytest.mark.parametrize("cells", [2, 10, 33])
def test_folded_lines_are_never_wider_than_asked(words: str, cells: int) -> None:
    lines = fold(words, cells)
    assert lines
    assert all(cell_len(line) <= cells for line in lines)
    assert "".join("".join(lines).split()) == "".join(words.split())


def test_a_value_hangs_in_its_own_column() -> None:
    page = Prose(Pen(), 40)
    page.pair("purpose", "one two three four five six seven eight")
    first, second = page.content().plain.split("\n")
    assert first.index("one") == len(second) - len(second.lstrip())


def test_words_are_never_markup_and_never_obeyed() -> None:
    page = Prose(Pen(), 60)
    page.pair("note", "[bold]loud[/bold] \x1b[2J $text-error")
    page.say("[@click=app.quit]press[/]")
    assert page.content().plain == (
        "note             [bold]loud[/bold] \\u001b[2J $text-error\n[@click=app.quit]press[/]"
    )


def test_no_line_is_wider_than_the_page() -> None:
    page = Prose(Pen(), 30)
    page.heading("Words")
    page.pair("a key that is long", "v" * 100)
    page.item((("w" * 20 + " ", "strong"), ("tail " * 10, "")))
    page.blank()
    page.say("模" * 40, indent=4)
    assert all(cell_len(line) <= 30 for line in page.content().plain.split("\n"))
